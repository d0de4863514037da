/* Reading a model file: every size is that of the graph or the file is refused. */
#include "activity/network_private.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/path.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC "CQMODEL\n"
#define MAGIC_BYTES 8
#define FORMAT 2
#define LARGEST_MULTIPLIER 0.5f /* with it no rescaled sum can leave int32 */
#define LARGEST_SKIP 64.0f
#define HASH_DIGITS (CQ_HASH_HEX - 1)

const struct net_shape cq_net_shapes[NET_LAYERS] = {
    [NET_IN] = {2, CQ_FEAT_N, NET_W0, 0},     [NET_DOWN1] = {1, 2 * NET_W0, NET_W1, 0},
    [NET_MID1] = {3, NET_W1, NET_W1, 1},      [NET_DOWN2] = {1, 2 * NET_W1, NET_W2, 0},
    [NET_MID2A] = {3, NET_W2, NET_W2, 1},     [NET_MID2B] = {3, NET_W2, NET_W2, 2},
    [NET_DOWN3] = {1, 2 * NET_W2, NET_W3, 0}, [NET_DEEP] = {3, NET_W3, NET_W3, 1},
    [NET_DEEP + 1] = {3, NET_W3, NET_W3, 2},  [NET_DEEP + 2] = {3, NET_W3, NET_W3, 4},
    [NET_DEEP + 3] = {3, NET_W3, NET_W3, 8},  [NET_DEEP + 4] = {3, NET_W3, NET_W3, 16},
    [NET_DEEP_LAST] = {3, NET_W3, NET_W3, 1}, [NET_UP2] = {1, NET_W3, 2 * NET_W2, 0},
    [NET_POST2] = {3, NET_W2, NET_W2, 1},     [NET_UP1] = {1, NET_W2, 2 * NET_W1, 0},
    [NET_POST1] = {3, NET_W1, NET_W1, 1},     [NET_UP0] = {1, NET_W1, 2 * NET_W0, 0},
    [NET_POST0] = {3, NET_W0, NET_W0, 1},     [NET_HEAD] = {1, NET_W0, CQ_NET_OUTPUTS, 0},
};

/* A little-endian reader that never passes the end. */
struct reader {
    const uint8_t *p;
    size_t left;
};

static uint32_t take(struct reader *r, size_t n_bytes)
{
    uint32_t v = 0;
    if (r->left < n_bytes) {
        r->left = 0;
        return 0;
    }
    for (size_t i = 0; i < n_bytes; i++)
        v |= (uint32_t)r->p[i] << (8 * i);
    r->p += n_bytes;
    r->left -= n_bytes;
    return v;
}

static int padded(int n_out)
{
    return (n_out + CQ_NET_GROUP - 1) / CQ_NET_GROUP * CQ_NET_GROUP;
}

static size_t n_weights(const struct net_shape *s)
{
    return (size_t)padded(s->n_out) * (size_t)s->n_taps * (size_t)s->n_in;
}

/* A float of the file; NAN where it is not in [0, most]. */
static float take_factor(struct reader *r, float most)
{
    const uint32_t bits = take(r, 4);
    float v;
    memcpy(&v, &bits, sizeof v);
    return v >= 0.0f && v <= most ? v : NAN;
}

static bool read_inputs(struct reader *r, struct net_inputs *ret_inputs)
{
    bool good = r->left >= (size_t)3 * 2 * CQ_FEAT_N;
    for (int i = 0; i < CQ_FEAT_N; i++)
        ret_inputs->centre[i] = (int16_t)take(r, 2);
    for (int i = 0; i < CQ_FEAT_N; i++)
        ret_inputs->limit[i] = (int16_t)take(r, 2);
    for (int i = 0; i < CQ_FEAT_N && good; i++) {
        const uint32_t shift = take(r, 2);
        /* distances from a centre inside the limit of features stay in int16 */
        good = shift < 15 && ret_inputs->limit[i] > 0 && ret_inputs->limit[i] << shift <= INT16_MAX &&
               ret_inputs->centre[i] > -CQ_FEAT_LIMIT && ret_inputs->centre[i] < CQ_FEAT_LIMIT;
        ret_inputs->factor[i] = (int16_t)(good ? 1 << shift : 1);
    }
    return good;
}

/* Largest value of input k of a layer, k counting over its taps. */
static int64_t input_limit(const struct cq_model *m, bool features, size_t k)
{
    const size_t i = k % CQ_FEAT_N;
    return features ? (int64_t)m->inputs.limit[i] * m->inputs.factor[i] : INT16_MAX;
}

/* One output's weights, [tap][input] (see network_kernel.h for where they go); whether no input can drive its
 * sum out of int32: features have either sign, activations none.
 */
static bool read_output(struct reader *r, const struct cq_model *m, size_t n, bool features, int o,
                        int32_t bias, int16_t *weights)
{
    int64_t up = 0, down = 0;
    for (size_t k = 0; k < n; k++) {
        const int16_t w = (int16_t)take(r, 2);
        const size_t group = (size_t)(o / CQ_NET_GROUP) * n * CQ_NET_GROUP;
        weights[group + (k / 2 * CQ_NET_GROUP + (size_t)(o % CQ_NET_GROUP)) * 2 + k % 2] = w;
        if (w > 0)
            up += w * input_limit(m, features, k);
        else
            down -= w * input_limit(m, features, k);
    }
    const int64_t most = features ? up + down : up > down ? up : down;
    return most + (bias < 0 ? -(int64_t)bias : bias) <= INT32_MAX;
}

static int read_layer(struct reader *r, const struct net_shape *s, struct cq_model *m, size_t first_weight,
                      size_t first_out, struct cq_layer *ret_layer)
{
    const size_t n_per_out = (size_t)s->n_taps * (size_t)s->n_in;
    const uint32_t taps = take(r, 2), n_in = take(r, 2), n_out = take(r, 2), zero = take(r, 2);
    int16_t *weights = m->weights + first_weight;
    int32_t *bias = m->bias + first_out;
    float *multiplier = m->multiplier + first_out, *skip = m->skip + first_out;
    if (taps != (uint32_t)s->n_taps || n_in != (uint32_t)s->n_in || n_out != (uint32_t)s->n_out || zero ||
        r->left < (size_t)s->n_out * (12 + 2 * n_per_out))
        return -EBADMSG;
    bool good = true;
    for (int o = 0; o < s->n_out; o++) {
        multiplier[o] = take_factor(r, LARGEST_MULTIPLIER);
        good = good && !isnan(multiplier[o]);
    }
    for (int o = 0; o < s->n_out; o++) {
        skip[o] = take_factor(r, LARGEST_SKIP);
        good = good && !isnan(skip[o]);
    }
    for (int o = 0; o < s->n_out; o++)
        bias[o] = (int32_t)take(r, 4);
    for (int o = 0; o < s->n_out && good; o++)
        good = read_output(r, m, n_per_out, s == &cq_net_shapes[NET_IN], o, bias[o], weights);
    *ret_layer = (struct cq_layer){.n_taps = s->n_taps,
                                   .n_in = s->n_in,
                                   .n_out = padded(s->n_out),
                                   .weights = weights,
                                   .bias = bias,
                                   .multiplier = multiplier,
                                   .skip = skip};
    return good ? 0 : -EBADMSG;
}

static int check_frame(const uint8_t *p, size_t n, struct cq_error *err, char ret_id[9])
{
    char hex[CQ_HASH_HEX];
    if (n < MAGIC_BYTES + HASH_DIGITS || n > CQ_MODEL_LIMIT || memcmp(p, MAGIC, MAGIC_BYTES) != 0)
        return cq_error_set(err, -EBADMSG, NULL, 0, "not a callqa model");
    cq_hash_bytes(p, n - HASH_DIGITS, hex);
    if (memcmp(hex, p + n - HASH_DIGITS, HASH_DIGITS) != 0)
        return cq_error_set(err, -EBADMSG, NULL, 0,
                            "the model is damaged: its checksum is wrong; install it again");
    memcpy(ret_id, hex, 8);
    ret_id[8] = '\0';
    return 0;
}

static int read_layers(struct reader *r, struct cq_model *m)
{
    size_t first_weight = 0, first_out = 0;
    if (!read_inputs(r, &m->inputs))
        return -EBADMSG;
    for (int i = 0; i < NET_LAYERS; i++) {
        const struct net_shape *s = &cq_net_shapes[i];
        const int e = read_layer(r, s, m, first_weight, first_out, &m->layer[i]);
        if (e)
            return e;
        first_weight += n_weights(s);
        first_out += (size_t)padded(s->n_out);
    }
    return r->left ? -EBADMSG : 0;
}

int cq_model_parse(const void *bytes, size_t n, struct cq_error *err, struct cq_model **ret_model)
{
    size_t weights = 0, outs = 0;
    struct cq_model *m = calloc(1, sizeof *m);
    int r = -ENOMEM;
    if (!m)
        goto out;
    r = check_frame(bytes, n, err, m->id);
    if (r)
        goto out;
    struct reader in = {(const uint8_t *)bytes + MAGIC_BYTES, n - MAGIC_BYTES - HASH_DIGITS};
    const uint32_t format = take(&in, 4), features = take(&in, 4), layers = take(&in, 4);
    r = -ENOTSUP;
    if (format != FORMAT || features != CQ_FEAT_VERSION || layers != NET_LAYERS) {
        cq_error_set(err, r, NULL, 0,
                     "the model is for another version of callqa; install the one that came with it");
        goto out;
    }
    for (int i = 0; i < NET_LAYERS; i++) {
        weights += n_weights(&cq_net_shapes[i]);
        outs += (size_t)padded(cq_net_shapes[i].n_out);
    }
    r = -ENOMEM;
    m->weights = calloc(weights, sizeof *m->weights);
    m->bias = calloc(outs, sizeof *m->bias);
    m->multiplier = calloc(outs, sizeof *m->multiplier);
    m->skip = calloc(outs, sizeof *m->skip);
    if (!m->weights || !m->bias || !m->multiplier || !m->skip)
        goto out;
    r = read_layers(&in, m);
    if (r)
        cq_error_set(err, r, NULL, 0, "the model's layers are not those of this version");
out:
    if (r)
        cq_model_free(m);
    else
        *ret_model = m;
    return r;
}

int cq_model_load(const char *path, struct cq_error *err, struct cq_model **ret_model)
{
    char *found = NULL, *bytes = NULL;
    struct cq_error why = {0};
    size_t n = 0;
    int r = path ? 0 : cq_path_find_data("activity-3.bin", &found);
    if (r) {
        cq_error_set(err, r, NULL, 0,
                     "the detector's model activity-3.bin is not installed; run meson install");
        goto out;
    }
    r = cq_path_read(path ? path : found, CQ_MODEL_LIMIT, &bytes, &n);
    if (r) {
        cq_error_set(err, r, path ? path : found, 0, "the detector's model can't be read: %s",
                     cq_error_name(r));
        goto out;
    }
    r = cq_model_parse(bytes, n, &why, ret_model);
    if (r)
        cq_error_set(err, r, path ? path : found, 0, "%s", why.what);
out:
    free(bytes);
    free(found);
    return r;
}

struct cq_model *cq_model_free(struct cq_model *model)
{
    if (!model)
        return NULL;
    free(model->weights);
    free(model->bias);
    free(model->multiplier);
    free(model->skip);
    free(model);
    return NULL;
}

const char *cq_model_id(const struct cq_model *model)
{
    return model->id;
}
