/*
 * activity/mono_net.c - the one-channel network in plain C.
 *
 * Every layer is a matrix product over four frames at a time: inputs of the four are gathered into one small
 * block, weights are stored input-major with the outputs padded to LANES, so that the inner loop runs over
 * LANES outputs of four frames in registers. The structure is fixed here; the file holds the numbers
 * (tools/train/mono_net.py is the same network for training, and a test compares the two).
 */
#include "activity/mono_net.h"

#include "activity/mono_product.h"
#include "activity/simd.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/path.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define LANES CQ_MONO_LANES
#define ROWS CQ_MONO_ROWS
#define N_IN (CQ_MONO_N_MEL + 2)
#define STEM 48
#define MID 64
#define WIDE 96
#define NECK 48
#define N_BLOCKS 6
#define P_WIDE 48
#define P_NECK 32
#define N_P_BLOCKS 3
#define UP 24
#define P_UP 16
#define PHASES 4
#define MAX_IN 288
#define MAX_OUT 96
#define LEVEL_STEP_DB 20.0f
#define INPUT_LIMIT 2.0f
#define VOICE_GAIN 4.0f
#define MODEL_MAX_BYTES (4u << 20)

static const char MAGIC[8] = {'C', 'Q', 'M', 'O', 'N', 'O', '0', '1'};
static const int DILATION[N_BLOCKS] = {1, 2, 4, 8, 16, 1};
static const int P_DILATION[N_P_BLOCKS] = {1, 4, 12};

struct layer {
    int n_in, n_out, n_pad; /* n_pad: n_out rounded up to LANES */
    float *w;               /* [n_in][n_pad] */
    float *b;               /* [n_pad] */
};

struct block {
    struct layer w, v;
};

struct cq_mono_net {
    struct layer stem, mid, wide, emb, up, skip, out, p_in, p_up, p_skip, p_out;
    struct block blocks[N_BLOCKS], p_blocks[N_P_BLOCKS];
    cq_mono_product_fn *product;
    int n_frames;
    float *in;     /* [n][N_IN] */
    float *s;      /* [n][STEM] */
    float *mid_y;  /* [n/2][MID] */
    float *h, *h2; /* [n/4][WIDE] */
    float *e;      /* [n/4][EMB] */
    float *upped;  /* [n/4][PHASES * UP] */
    float *y;      /* [n][N_OUT] */
    float *z, *z2; /* [n/4][P_WIDE] */
};

/* What the file must hold, in its order: layer, inputs, outputs. */
struct want {
    struct layer *layer;
    int n_in, n_out;
};

#define N_LAYERS (11 + 2 * N_BLOCKS + 2 * N_P_BLOCKS)

static void layout(struct cq_mono_net *n, struct want w[N_LAYERS])
{
    int k = 0;

    w[k++] = (struct want){&n->stem, 3 * N_IN, STEM};
    w[k++] = (struct want){&n->mid, 2 * STEM + CQ_MONO_N_PITCH, MID};
    w[k++] = (struct want){&n->wide, 2 * MID, WIDE};
    for (int i = 0; i < N_BLOCKS; i++) {
        w[k++] = (struct want){&n->blocks[i].w, 3 * WIDE, NECK};
        w[k++] = (struct want){&n->blocks[i].v, NECK, WIDE};
    }
    w[k++] = (struct want){&n->emb, WIDE, CQ_MONO_EMB};
    w[k++] = (struct want){&n->up, WIDE, PHASES * UP};
    w[k++] = (struct want){&n->skip, STEM, UP};
    w[k++] = (struct want){&n->out, UP, CQ_MONO_N_OUT};
    w[k++] = (struct want){&n->p_in, WIDE + 2 * CQ_MONO_EMB, P_WIDE};
    for (int i = 0; i < N_P_BLOCKS; i++) {
        w[k++] = (struct want){&n->p_blocks[i].w, 3 * P_WIDE, P_NECK};
        w[k++] = (struct want){&n->p_blocks[i].v, P_NECK, P_WIDE};
    }
    w[k++] = (struct want){&n->p_up, P_WIDE, PHASES * P_UP};
    w[k++] = (struct want){&n->p_skip, STEM, P_UP};
    w[k] = (struct want){&n->p_out, P_UP, 1};
}

/* IEEE 754 half precision, little endian; weights are finite, so infinities need no care. */
static float half_at(const unsigned char *p)
{
    const uint32_t bits = p[0] | (uint32_t)p[1] << 8;
    const uint32_t exponent = bits >> 10 & 31, fraction = bits & 1023, sign = (bits & 0x8000) << 16;
    uint32_t out;
    float v;

    if (!exponent) {
        v = (float)fraction * 0x1p-24f;
        return sign ? -v : v;
    }
    out = sign | (exponent + 127 - 15) << 23 | fraction << 13;
    memcpy(&v, &out, sizeof v);
    return v;
}

static int layer_init(struct layer *l, int n_in, int n_out, const unsigned char *p)
{
    l->n_in = n_in;
    l->n_out = n_out;
    l->n_pad = (n_out + LANES - 1) / LANES * LANES;
    l->w = calloc((size_t)n_in * (size_t)l->n_pad, sizeof *l->w);
    l->b = calloc((size_t)l->n_pad, sizeof *l->b);
    if (!l->w || !l->b)
        return -ENOMEM;
    for (int o = 0; o < n_out; o++)
        for (int i = 0; i < n_in; i++)
            l->w[i * l->n_pad + o] = half_at(p + 2 * ((size_t)o * (size_t)n_in + (size_t)i));
    p += 2 * (size_t)n_in * (size_t)n_out;
    for (int o = 0; o < n_out; o++)
        l->b[o] = half_at(p + 2 * o);
    return 0;
}

static int parse(struct cq_mono_net *net, const char *path, const char *text, size_t n, struct cq_error *err)
{
    struct want want[N_LAYERS];
    char hex[CQ_HASH_HEX];
    size_t need = sizeof MAGIC, at = sizeof MAGIC;

    layout(net, want);
    for (int k = 0; k < N_LAYERS; k++)
        need += 2 * ((size_t)want[k].n_in + 1) * (size_t)want[k].n_out;
    if (n != need + CQ_HASH_HEX - 1 || memcmp(text, MAGIC, sizeof MAGIC) != 0)
        return cq_error_set(err, -EBADMSG, path, 0,
                            "not the weights of this version's one-channel network; install the file that came "
                            "with the program");
    cq_hash_bytes(text, need, hex);
    if (memcmp(hex, text + need, CQ_HASH_HEX - 1) != 0)
        return cq_error_set(err, -EBADMSG, path, 0,
                            "the weights are damaged (checksum); install the file again");
    for (int k = 0; k < N_LAYERS; k++) {
        const int rc = layer_init(want[k].layer, want[k].n_in, want[k].n_out, (const unsigned char *)text + at);
        if (rc)
            return rc;
        at += 2 * ((size_t)want[k].n_in + 1) * (size_t)want[k].n_out;
    }
    return 0;
}

static int buffers(struct cq_mono_net *net)
{
    const size_t n = CQ_MONO_NET_MAX;

    net->in = calloc(n * N_IN, sizeof(float));
    net->s = calloc(n * STEM, sizeof(float));
    net->mid_y = calloc(n / 2 * MID, sizeof(float));
    net->h = calloc(n / 4 * WIDE, sizeof(float));
    net->h2 = calloc(n / 4 * WIDE, sizeof(float));
    net->e = calloc(n / 4 * CQ_MONO_EMB, sizeof(float));
    net->upped = calloc(n / 4 * PHASES * UP, sizeof(float));
    net->y = calloc(n * CQ_MONO_N_OUT, sizeof(float));
    net->z = calloc(n / 4 * P_WIDE, sizeof(float));
    net->z2 = calloc(n / 4 * P_WIDE, sizeof(float));
    return net->in && net->s && net->mid_y && net->h && net->h2 && net->e && net->upped && net->y && net->z &&
                   net->z2
               ? 0
               : -ENOMEM;
}

int cq_mono_net_new(const char *path, int cpu, struct cq_error *err, struct cq_mono_net **ret_net)
{
    struct cq_mono_net *net = calloc(1, sizeof *net);
    char *text = NULL;
    size_t n = 0;
    int rc = -ENOMEM;

    if (!net)
        goto out;
    rc = cq_simd_mono_product(cpu, &net->product);
    if (rc) {
        cq_error_set(err, rc, NULL, 0, "this machine has no processor path %d; choose -1 for its best", cpu);
        goto out;
    }
    rc = cq_path_read(path, MODEL_MAX_BYTES, &text, &n);
    if (rc) {
        cq_error_set(err, rc, path, 0, "cannot read the weights of the one-channel network: %s", strerror(-rc));
        goto out;
    }
    rc = parse(net, path, text, n, err);
    if (!rc)
        rc = buffers(net);
out:
    free(text);
    if (rc)
        cq_mono_net_free(net);
    else
        *ret_net = net;
    return rc;
}

struct cq_mono_net *cq_mono_net_free(struct cq_mono_net *net)
{
    struct want want[N_LAYERS];

    if (!net)
        return NULL;
    layout(net, want);
    for (int k = 0; k < N_LAYERS; k++) {
        free(want[k].layer->w);
        free(want[k].layer->b);
    }
    free(net->in);
    free(net->s);
    free(net->mid_y);
    free(net->h);
    free(net->h2);
    free(net->e);
    free(net->upped);
    free(net->y);
    free(net->z);
    free(net->z2);
    free(net);
    return NULL;
}

static void run_layer(const struct cq_mono_net *net, const struct layer *l, const float *x, float *y, int relu)
{
    net->product(l->w, l->b, l->n_in, l->n_pad, x, y, relu);
}

/*
 * One layer over n frames of x[n][width]. `taps` frames at distance d are joined for one input (1: the frame
 * itself, 3: before, itself, after, zeros outside); out[n][n_out], added to what stands there where `add` is
 * set.
 */
static void dense(const struct cq_mono_net *net, const struct layer *l, const float *x, int width, int taps,
                  int d, int n, float *out, int relu, int add)
{
    float in[ROWS * MAX_IN], y[ROWS * MAX_OUT];

    for (int t = 0; t < n; t += ROWS) {
        const int rows = n - t < ROWS ? n - t : ROWS;
        memset(in, 0, sizeof in);
        for (int r = 0; r < rows; r++)
            for (int k = 0; k < taps; k++) {
                const int at = t + r + (k - taps / 2) * d;
                if (at >= 0 && at < n)
                    memcpy(in + r * l->n_in + k * width, x + (size_t)at * (size_t)width,
                           (size_t)width * sizeof *x);
            }
        run_layer(net, l, in, y, relu);
        for (int r = 0; r < rows; r++) {
            float *o = out + (size_t)(t + r) * (size_t)l->n_out;
            const float *from = y + r * l->n_pad;
            if (!add)
                memcpy(o, from, (size_t)l->n_out * sizeof *o);
            else
                for (int j = 0; j < l->n_out; j++)
                    o[j] += from[j];
        }
    }
}

/* x + V relu(W[x(t-d), x(t), x(t+d)]); `spare` has room for the narrow layer. */
static void residual(const struct cq_mono_net *net, const struct block *b, float *x, int width, int d, int n,
                     float *spare)
{
    dense(net, &b->w, x, width, 3, d, n, spare, 1, 0);
    dense(net, &b->v, spare, b->v.n_in, 1, 0, n, x, 0, 1);
}

static void normalise_inputs(struct cq_mono_net *net, const float *mel, int n, float ref_db, float low_db)
{
    float low = (low_db - ref_db) / LEVEL_STEP_DB + 1.0f;

    low = fminf(fmaxf(low, -INPUT_LIMIT), INPUT_LIMIT);
    for (int t = 0; t < n; t++) {
        float *in = net->in + t * N_IN;
        for (int b = 0; b <= CQ_MONO_N_MEL; b++) {
            const float v = (mel[t * (CQ_MONO_N_MEL + 1) + b] - ref_db) / LEVEL_STEP_DB + 1.0f;
            in[b] = fminf(fmaxf(v, -INPUT_LIMIT), INPUT_LIMIT);
        }
        in[CQ_MONO_N_MEL + 1] = low;
    }
}

/* 20 ms: two stem frames and the pitch picture side by side. */
static void middle(struct cq_mono_net *net, const float *pitch, int n_half)
{
    float in[ROWS * (2 * STEM + CQ_MONO_N_PITCH)];
    const int width = 2 * STEM + CQ_MONO_N_PITCH;

    for (int t = 0; t < n_half; t += ROWS) {
        const int rows = n_half - t < ROWS ? n_half - t : ROWS;
        float y[ROWS * MID];
        memset(in, 0, sizeof in);
        for (int r = 0; r < rows; r++) {
            memcpy(in + r * width, net->s + (t + r) * 2 * STEM, 2 * STEM * sizeof(float));
            memcpy(in + r * width + 2 * STEM, pitch + (t + r) * CQ_MONO_N_PITCH,
                   CQ_MONO_N_PITCH * sizeof(float));
        }
        run_layer(net, &net->mid, in, y, 1);
        memcpy(net->mid_y + t * MID, y, (size_t)rows * MID * sizeof(float));
    }
}

/* 10 ms results: relu(up[t / 4][phase] + skip(stem[t])) through the last layer; width of up is w. */
static void finish(const struct cq_mono_net *net, const struct layer *skip, const struct layer *out,
                   const float *upped, const float *s, int w, int n, float *y)
{
    float x[ROWS * MAX_OUT], z[ROWS * MAX_OUT];

    for (int t = 0; t < n; t += ROWS) {
        run_layer(net, skip, s + t * STEM, x, 0);
        for (int r = 0; r < ROWS; r++)
            for (int j = 0; j < w; j++)
                z[r * w + j] = fmaxf(x[r * skip->n_pad + j] + upped[(t + r) * w + j], 0.0f);
        run_layer(net, out, z, x, 0);
        for (int r = 0; r < ROWS; r++)
            memcpy(y + (t + r) * out->n_out, x + r * out->n_pad, (size_t)out->n_out * sizeof *y);
    }
}

void cq_mono_net_run(struct cq_mono_net *net, const float *mel, const float *pitch, int n_frames, float ref_db,
                     float low_db)
{
    const int n = n_frames, n4 = n / PHASES;

    net->n_frames = n;
    normalise_inputs(net, mel, n, ref_db, low_db);
    dense(net, &net->stem, net->in, N_IN, 3, 1, n, net->s, 1, 0);
    middle(net, pitch, n / 2);
    dense(net, &net->wide, net->mid_y, 2 * MID, 1, 0, n4, net->h, 1, 0);
    for (int i = 0; i < N_BLOCKS; i++)
        residual(net, &net->blocks[i], net->h, WIDE, DILATION[i], n4, net->h2);
    dense(net, &net->emb, net->h, WIDE, 1, 0, n4, net->e, 0, 0);
    for (int t = 0; t < n4; t++) {
        float *e = net->e + t * CQ_MONO_EMB, sum = 0.0f;
        for (int j = 0; j < CQ_MONO_EMB; j++)
            sum += e[j] * e[j];
        const float scale = 1.0f / fmaxf(sqrtf(sum), 1e-12f);
        for (int j = 0; j < CQ_MONO_EMB; j++)
            e[j] *= scale;
    }
    dense(net, &net->up, net->h, WIDE, 1, 0, n4, net->upped, 0, 0);
    finish(net, &net->skip, &net->out, net->upped, net->s, UP, n, net->y);
}

const float *cq_mono_net_logits(const struct cq_mono_net *net)
{
    return net->y;
}

const float *cq_mono_net_embeddings(const struct cq_mono_net *net)
{
    return net->e;
}

void cq_mono_net_party(struct cq_mono_net *net, const float own[CQ_MONO_EMB], const float other[CQ_MONO_EMB],
                       float *out)
{
    const int n4 = net->n_frames / PHASES, width = WIDE + 2 * CQ_MONO_EMB;
    float in[ROWS * (WIDE + 2 * CQ_MONO_EMB)], y[ROWS * P_WIDE];

    for (int t = 0; t < n4; t += ROWS) {
        const int rows = n4 - t < ROWS ? n4 - t : ROWS;
        memset(in, 0, sizeof in);
        for (int r = 0; r < rows; r++) {
            const float *e = net->e + (t + r) * CQ_MONO_EMB;
            float *row = in + r * width;
            memcpy(row, net->h + (t + r) * WIDE, WIDE * sizeof(float));
            for (int j = 0; j < CQ_MONO_EMB; j++) {
                row[WIDE + j] = e[j] * own[j] * VOICE_GAIN;
                row[WIDE + CQ_MONO_EMB + j] = e[j] * other[j] * VOICE_GAIN;
            }
        }
        run_layer(net, &net->p_in, in, y, 1);
        memcpy(net->z + t * P_WIDE, y, (size_t)rows * P_WIDE * sizeof(float));
    }
    for (int i = 0; i < N_P_BLOCKS; i++)
        residual(net, &net->p_blocks[i], net->z, P_WIDE, P_DILATION[i], n4, net->z2);
    dense(net, &net->p_up, net->z, P_WIDE, 1, 0, n4, net->upped, 0, 0);
    finish(net, &net->p_skip, &net->p_out, net->upped, net->s, P_UP, net->n_frames, out);
}
