/* Unit tests of src/activity/mono_net: the same numbers as in training, and on every processor path. */
#include "activity/mono_net.h"
#include "activity/mono_product.h"
#include "activity/simd.h"
#include "base/path.h"

#include "mono_vectors.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FRAMES 64
#define COLUMNS (CQ_MONO_N_MEL + 1)
#define REF_DB -20.0f
#define LOW_DB -55.0f
#define TRAINING_TOLERANCE 1e-3

struct input {
    float mel[FRAMES * COLUMNS];
    float pitch[FRAMES / 2 * CQ_MONO_N_PITCH];
    float voice[2][CQ_MONO_EMB];
};

/* The generator of tools/train/mono_vectors.py. */
static float uniform(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (float)(*seed >> 8) / 16777216.0f;
}

static void make_input(struct input *in)
{
    uint32_t seed = 12345;

    for (int i = 0; i < FRAMES * COLUMNS; i++)
        in->mel[i] = -70.0f + 55.0f * uniform(&seed);
    for (int i = 0; i < FRAMES / 2 * CQ_MONO_N_PITCH; i++)
        in->pitch[i] = uniform(&seed) * 2.0f - 1.0f;
    for (int k = 0; k < 2; k++) {
        double sum = 0.0;
        for (int j = 0; j < CQ_MONO_EMB; j++) {
            in->voice[k][j] = uniform(&seed) - 0.5f;
            sum += (double)in->voice[k][j] * in->voice[k][j];
        }
        for (int j = 0; j < CQ_MONO_EMB; j++)
            in->voice[k][j] /= (float)sqrt(sum);
    }
}

static struct cq_mono_net *load(int cpu)
{
    struct cq_mono_net *net = NULL;
    struct cq_error err = {0};
    char *path = NULL;

    assert_int_equal(cq_path_find_data("mono-1.bin", &path), 0);
    if (cq_mono_net_new(path, cpu, &err, &net) != 0)
        fail_msg("%s", err.what);
    free(path);
    return net;
}

static void near(const float *got, const float *want, int n)
{
    for (int i = 0; i < n; i++)
        if (!(fabs((double)got[i] - want[i]) < TRAINING_TOLERANCE))
            fail_msg("value %d is %f, in training %f", i, (double)got[i], (double)want[i]);
}

static void equals_training(void **state)
{
    (void)state;
    struct cq_mono_net *net = load(-1);
    struct input in;
    float party[FRAMES];

    make_input(&in);
    cq_mono_net_run(net, in.mel, in.pitch, FRAMES, REF_DB, LOW_DB);
    near(cq_mono_net_logits(net), want_logits, FRAMES * CQ_MONO_N_OUT);
    near(cq_mono_net_embeddings(net), want_embeddings, FRAMES / 4 * CQ_MONO_EMB);
    cq_mono_net_party(net, in.voice[0], in.voice[1], party);
    near(party, want_party, FRAMES);
    assert_null(cq_mono_net_free(net));
}

/* Not near: equal, so that no result depends on the machine. */
static void paths_are_equal(void **state)
{
    (void)state;
    struct cq_mono_net *plain = load(CQ_SIMD_SCALAR);
    struct input in;

    make_input(&in);
    cq_mono_net_run(plain, in.mel, in.pitch, FRAMES, REF_DB, LOW_DB);
    for (int cpu = CQ_SIMD_BASELINE; cpu < CQ_SIMD_N; cpu++) {
        enum cq_simd_path path;
        if (cq_simd_resolve(cpu, &path) != 0)
            continue;
        struct cq_mono_net *net = load(cpu);
        cq_mono_net_run(net, in.mel, in.pitch, FRAMES, REF_DB, LOW_DB);
        assert_memory_equal(cq_mono_net_logits(net), cq_mono_net_logits(plain),
                            sizeof(float) * FRAMES * CQ_MONO_N_OUT);
        assert_memory_equal(cq_mono_net_embeddings(net), cq_mono_net_embeddings(plain),
                            sizeof(float) * FRAMES / 4 * CQ_MONO_EMB);
        cq_mono_net_free(net);
    }
    cq_mono_net_free(plain);
}

/* What happens far away may not change a frame: the context that the stage keeps is enough. */
static void context_is_enough(void **state)
{
    (void)state;
    enum { N = 1200, OFF = 200 };
    struct cq_mono_net *net = load(-1);
    float *mel = calloc(N * COLUMNS, sizeof *mel), *pitch = calloc(N / 2 * CQ_MONO_N_PITCH, sizeof *pitch);
    float whole[2][N], part[N];
    struct input in;
    uint32_t seed = 7;

    make_input(&in);
    for (int i = 0; i < N * COLUMNS; i++)
        mel[i] = -70.0f + 55.0f * uniform(&seed);
    cq_mono_net_run(net, mel, pitch, N, REF_DB, LOW_DB);
    for (int t = 0; t < N; t++)
        whole[0][t] = cq_mono_net_logits(net)[t * CQ_MONO_N_OUT];
    cq_mono_net_party(net, in.voice[0], in.voice[1], whole[1]);
    cq_mono_net_run(net, mel + OFF * COLUMNS, pitch + OFF / 2 * CQ_MONO_N_PITCH, N - 2 * OFF, REF_DB, LOW_DB);
    cq_mono_net_party(net, in.voice[0], in.voice[1], part);
    for (int t = OFF + CQ_MONO_NET_CONTEXT; t < N - OFF - CQ_MONO_NET_CONTEXT; t++) {
        assert_true(fabsf(cq_mono_net_logits(net)[(t - OFF) * CQ_MONO_N_OUT] - whole[0][t]) < 1e-4f);
        assert_true(fabsf(part[t - OFF] - whole[1][t]) < 1e-4f);
    }
    cq_mono_net_free(net);
    free(mel);
    free(pitch);
}

static void refuses_a_path_that_is_not(void **state)
{
    (void)state;
    struct cq_mono_net *net = NULL;
    struct cq_error err = {0};

    assert_int_equal(cq_mono_net_new("any", 99, &err, &net), -EINVAL);
    assert_null(net);
    assert_non_null(strstr(err.what, "99"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_training),
        cmocka_unit_test(paths_are_equal),
        cmocka_unit_test(context_is_enough),
        cmocka_unit_test(refuses_a_path_that_is_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
