/* Unit tests of src/activity: the network against the training framework (network.vec), and the model's parser.
 */
#include "activity/network.h"

#include "base/hash.h"
#include "base/path.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD 12 /* "CQVEC", padding, number of frames */

struct logits {
    int16_t (*v)[2][CQ_NET_OUTPUTS];
    int n;
    int cap;
};

static int keep(void *ctx, const int16_t (*logits)[2][CQ_NET_OUTPUTS], int n_frames)
{
    struct logits *l = ctx;
    if (l->n + n_frames > l->cap)
        return -ENOSPC;
    memcpy(l->v[l->n], logits, (size_t)n_frames * sizeof logits[0]);
    l->n += n_frames;
    return 0;
}

static struct logits run(const struct cq_model *m, int cpu, const int16_t (*rows)[2][CQ_FEAT_N], int n,
                         int block)
{
    struct logits l = {.v = calloc((size_t)n + 1, sizeof *l.v), .cap = n};
    struct cq_network *net = NULL;
    assert_non_null(l.v);
    assert_int_equal(cq_network_new(m, cpu, &net), 0);
    for (int at = 0; at < n; at += block)
        assert_int_equal(cq_network_push(net, rows + at, n - at < block ? n - at : block, keep, &l), 0);
    assert_int_equal(cq_network_finish(net, keep, &l), 0);
    assert_int_equal(l.n, n);
    assert_null(cq_network_free(net));
    return l;
}

struct vectors {
    char *bytes;
    const int16_t (*rows)[2][CQ_FEAT_N];
    const float (*logits)[2][CQ_NET_OUTPUTS];
    int n;
};

static struct vectors vectors_read(void)
{
    struct vectors v = {0};
    size_t n = 0;
    assert_int_equal(cq_path_read(CQ_TEST_VECTORS, 1u << 20, &v.bytes, &n), 0);
    assert_true(n > HEAD && memcmp(v.bytes, "CQVEC", 5) == 0);
    v.n = (int)(uint8_t)v.bytes[8] + 256 * (int)(uint8_t)v.bytes[9];
    assert_int_equal(n, HEAD + (size_t)v.n * (sizeof v.rows[0] + sizeof v.logits[0]));
    v.rows = (const int16_t(*)[2][CQ_FEAT_N])(const void *)(v.bytes + HEAD);
    v.logits =
        (const float(*)[2][CQ_NET_OUTPUTS])(const void *)(v.bytes + HEAD + (size_t)v.n * sizeof v.rows[0]);
    return v;
}

static double posterior(double logit)
{
    return 1.0 / (1.0 + exp(-logit));
}

static void equals_the_training_framework(void **state)
{
    (void)state;
    struct cq_model *m = NULL;
    struct vectors v = vectors_read();
    double worst = 0.0, sum = 0.0;
    assert_int_equal(cq_model_load(NULL, NULL, &m), 0);
    struct logits l = run(m, -1, v.rows, v.n, 33);
    for (int t = 0; t < v.n; t++)
        for (int c = 0; c < 2; c++)
            for (int o = 0; o < CQ_NET_OUTPUTS; o++) {
                const double got = l.v[t][c][o] / (double)CQ_NET_LOGIT_ONE;
                const double d = fabs(posterior(got) - posterior((double)v.logits[t][c][o]));
                worst = fmax(worst, d);
                sum += d;
            }
    print_message("worst %.5f mean %.6f\n", worst, sum / (v.n * 2 * CQ_NET_OUTPUTS));
    assert_true(sum / (v.n * 2 * CQ_NET_OUTPUTS) < 2e-4);
    assert_true(worst < CQ_TEST_TOLERANCE);
    free(l.v);
    free(v.bytes);
    cq_model_free(m);
}

static void paths_and_blocks_give_equal_logits(void **state)
{
    (void)state;
    enum { N = 1501 };
    static int16_t rows[N][2][CQ_FEAT_N];
    struct cq_model *m = NULL;
    uint32_t seed = 1;
    for (int t = 0; t < N; t++)
        for (int i = 0; i < 2 * CQ_FEAT_N; i++) { /* far outside what features give: saturation too */
            seed = seed * 1664525u + 1013904223u;
            rows[t][i / CQ_FEAT_N][i % CQ_FEAT_N] = (int16_t)((int)(seed >> 17) - CQ_FEAT_LIMIT);
        }
    assert_int_equal(cq_model_load(NULL, NULL, &m), 0);
    struct logits want = run(m, 0, (const int16_t(*)[2][CQ_FEAT_N])rows, N, N);
    for (int cpu = -1; cpu <= 3; cpu++) {
        struct cq_network *net = NULL;
        if (cq_network_new(m, cpu, &net) == -ENOTSUP)
            continue;
        cq_network_free(net);
        for (int block = 1; block <= N; block = block * 5 + 3) {
            struct logits got = run(m, cpu, (const int16_t(*)[2][CQ_FEAT_N])rows, N, block);
            assert_memory_equal(got.v, want.v, N * sizeof got.v[0]);
            free(got.v);
        }
    }
    free(want.v);
    cq_model_free(m);
}

static void every_length_comes_out_whole(void **state)
{
    (void)state;
    struct cq_model *m = NULL;
    struct vectors v = vectors_read();
    assert_int_equal(cq_model_load(NULL, NULL, &m), 0);
    for (int n = 0; n <= v.n; n += n < 20 ? 1 : 37) {
        struct logits l = run(m, -1, v.rows, n, 8);
        free(l.v);
    }
    free(v.bytes);
    cq_model_free(m);
}

static void a_sink_that_fails_ends_the_run(void **state)
{
    (void)state;
    struct cq_model *m = NULL;
    struct cq_network *net = NULL;
    struct vectors v = vectors_read();
    struct logits none = {0};
    assert_int_equal(cq_model_load(NULL, NULL, &m), 0);
    assert_int_equal(cq_network_new(m, -1, &net), 0);
    assert_int_equal(cq_network_push(net, v.rows, 20, keep, &none), 0);
    assert_int_equal(cq_network_finish(net, keep, &none), -ENOSPC);
    cq_network_free(net);
    cq_model_free(m);
    free(v.bytes);
}

static void damaged_models_are_refused(void **state)
{
    (void)state;
    char *path = NULL, *bytes = NULL;
    size_t n = 0;
    struct cq_error err = {0};
    struct cq_model *m = NULL;
    assert_int_equal(cq_path_find_data("activity-3.bin", &path), 0);
    assert_int_equal(cq_path_read(path, CQ_MODEL_LIMIT, &bytes, &n), 0);
    assert_int_equal(cq_model_parse(bytes, n, &err, &m), 0);
    assert_int_equal(strlen(cq_model_id(m)), 8);
    m = cq_model_free(m);
    for (size_t cut = 0; cut < n; cut += cut < 200 ? 1 : 9973)
        assert_int_equal(cq_model_parse(bytes, cut, &err, &m), -EBADMSG);
    for (size_t at = 0; at < n; at += 1009) {
        bytes[at] ^= 4;
        assert_int_equal(cq_model_parse(bytes, n, &err, &m), -EBADMSG);
        bytes[at] ^= 4;
    }
    assert_null(m);
    assert_int_equal(cq_model_load("/nonexistent/model.bin", &err, &m), -ENOENT);
    assert_non_null(strstr(err.file[0] ? err.file : err.what, "model"));
    assert_null(cq_model_free(NULL));
    free(bytes);
    free(path);
}

/* The model's bytes with one little-endian field of n bytes at `at` changed and a checksum that is right. */
static int parse_with(const char *bytes, size_t n, size_t at, uint32_t v, size_t n_bytes, struct cq_error *err)
{
    struct cq_model *m = NULL;
    char hex[CQ_HASH_HEX];
    char *copy = malloc(n);
    assert_non_null(copy);
    memcpy(copy, bytes, n);
    for (size_t i = 0; i < n_bytes; i++)
        copy[at + i] = (char)(v >> (8 * i));
    cq_hash_bytes(copy, n - (CQ_HASH_HEX - 1), hex);
    memcpy(copy + n - (CQ_HASH_HEX - 1), hex, CQ_HASH_HEX - 1);
    const int r = cq_model_parse(copy, n, err, &m);
    cq_model_free(m);
    free(copy);
    return r;
}

static void other_formats_and_unsafe_numbers_are_refused(void **state)
{
    (void)state;
    enum {
        FORMAT_AT = 8,
        FEATURES_AT = 12,
        CENTRE_AT = 20,
        LIMIT_AT = CENTRE_AT + 2 * CQ_FEAT_N,
        SHIFT_AT = LIMIT_AT + 2 * CQ_FEAT_N,
        LAYER_AT = SHIFT_AT + 2 * CQ_FEAT_N,
        MULTIPLIER_AT = LAYER_AT + 8,
        SKIP_AT = MULTIPLIER_AT + 4 * 32,
        BIAS_AT = SKIP_AT + 4 * 32
    };
    static const struct {
        size_t at, n_bytes;
        uint32_t v;
        int want;
    } cases[] = {
        {FORMAT_AT, 4, 1, -ENOTSUP},
        {FORMAT_AT, 4, 3, -ENOTSUP},
        {FEATURES_AT, 4, 2, -ENOTSUP},
        {FORMAT_AT, 4, 2, 0}, /* as it is */
        {CENTRE_AT, 2, CQ_FEAT_LIMIT, -EBADMSG},
        {LIMIT_AT, 2, 0, -EBADMSG},
        {SHIFT_AT, 2, 15, -EBADMSG},
        {LAYER_AT, 2, 3, -EBADMSG},
        {MULTIPLIER_AT, 4, 0x3f800000, -EBADMSG}, /* 1.0 */
        {MULTIPLIER_AT, 4, 0x7fc00000, -EBADMSG}, /* NaN */
        {MULTIPLIER_AT, 4, 0xbd000000, -EBADMSG}, /* negative */
        {SKIP_AT, 4, 0x42820000, -EBADMSG},       /* 65 */
        {BIAS_AT, 4, 0x7fffffff, -EBADMSG},       /* a sum could overflow */
    };
    char *path = NULL, *bytes = NULL;
    size_t n = 0;
    assert_int_equal(cq_path_find_data("activity-3.bin", &path), 0);
    assert_int_equal(cq_path_read(path, CQ_MODEL_LIMIT, &bytes, &n), 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cq_error err = {0};
        assert_int_equal(parse_with(bytes, n, cases[i].at, cases[i].v, cases[i].n_bytes, &err), cases[i].want);
        if (cases[i].want)
            assert_true(strlen(err.what) > 0);
    }
    free(bytes);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_the_training_framework),
        cmocka_unit_test(paths_and_blocks_give_equal_logits),
        cmocka_unit_test(every_length_comes_out_whole),
        cmocka_unit_test(a_sink_that_fails_ends_the_run),
        cmocka_unit_test(damaged_models_are_refused),
        cmocka_unit_test(other_formats_and_unsafe_numbers_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
