/*
 * cq-features: the product's own features, or its network's logits, of raw calls, for training. Not installed.
 *
 * cq-features [--model MODEL.bin] OUT.i16 IN.s16...
 *
 * Each IN holds two interleaved channels, int16, 8 kHz. OUT gets rows [frame][channel][number] of all inputs
 * one after the other: 68 features or, with --model, 4 logits. Standard output: one line an input, "IN FRAMES"
 * and what the scan found.
 */
#include "activity/features.h"
#include "activity/network.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 4096

struct job {
    FILE *out;
    struct cq_features *f;
    struct cq_network *net; /* NULL: features are wanted */
};

static int write_logits(void *ctx, const int16_t (*logits)[2][CQ_NET_OUTPUTS], int n_frames)
{
    const struct job *job = ctx;
    return fwrite(logits, sizeof logits[0], (size_t)n_frames, job->out) == (size_t)n_frames ? 0 : -EIO;
}

static int take_rows(void *ctx, const int16_t (*rows)[2][CQ_FEAT_N], int n_frames)
{
    struct job *job = ctx;
    if (job->net)
        return cq_network_push(job->net, rows, n_frames, write_logits, job);
    return fwrite(rows, sizeof rows[0], (size_t)n_frames, job->out) == (size_t)n_frames ? 0 : -EIO;
}

static int pass(struct job *job, FILE *in, int second, long *ret_samples)
{
    static int16_t raw[CHUNK][2];
    static float pcm[2][CHUNK];
    const float *const p[2] = {pcm[0], pcm[1]};
    size_t n;
    int r = 0;
    *ret_samples = 0;
    rewind(in);
    while (!r && (n = fread(raw, sizeof raw[0], CHUNK, in)) > 0) {
        for (size_t i = 0; i < n; i++)
            for (int c = 0; c < 2; c++)
                pcm[c][i] = raw[i][c] * (1.0f / 32768.0f);
        *ret_samples += (long)n;
        r = second ? cq_features_push(job->f, p, (int)n, take_rows, job) : cq_features_scan(job->f, p, (int)n);
    }
    if (!r)
        r = second ? cq_features_finish(job->f, take_rows, job) : cq_features_scan_end(job->f);
    if (!r && second && job->net)
        r = cq_network_finish(job->net, write_logits, job);
    return r;
}

static int one_file(struct job *job, const struct cq_model *model, int cpu, const char *path)
{
    FILE *in = fopen(path, "rb");
    long n = 0;
    int r = in ? cq_features_new(cpu, &job->f) : -errno;
    if (!r && model)
        r = cq_network_new(model, cpu, &job->net);
    if (!r)
        r = pass(job, in, 0, &n);
    if (!r)
        r = pass(job, in, 1, &n);
    if (!r) {
        printf("%s %ld", path, (n + CQ_FEAT_HOP - 1) / CQ_FEAT_HOP);
        for (int c = 0; c < 2; c++) {
            const struct cq_features_scene *s = cq_features_scene_of(job->f, c);
            printf("  leak %.1f at %d ref %.1f floor %.1f coupling %.1f", s->leak ? (double)s->leak_db : 0.0,
                   s->delay, (double)s->ref_db, (double)s->floor_db, (double)s->coupling_db);
        }
        printf("\n");
    }
    job->net = cq_network_free(job->net);
    job->f = cq_features_free(job->f);
    if (in)
        fclose(in);
    return r;
}

int main(int argc, char **argv)
{
    struct cq_error err = {0};
    struct cq_model *model = NULL;
    struct job job = {0};
    const char *cpu = getenv("CALLQA_CPU");
    int r = 0, i = 1;
    if (argc > 2 && strcmp(argv[1], "--model") == 0) {
        r = cq_model_load(argv[2], &err, &model);
        if (r)
            fprintf(stderr, "%s\n", err.what);
        i = 3;
    }
    if (argc < i + 2) {
        fprintf(stderr, "usage: cq-features [--model MODEL.bin] OUT.i16 IN.s16...\n");
        return 2;
    }
    if (!r)
        job.out = fopen(argv[i++], "wb");
    if (!r && !job.out)
        r = -errno;
    for (; i < argc && !r; i++)
        r = one_file(&job, model, cpu ? atoi(cpu) : -1, argv[i]);
    if (job.out && fclose(job.out) && !r)
        r = -errno;
    cq_model_free(model);
    if (r)
        fprintf(stderr, "cq-features: %s\n", strerror(-r));
    return r ? 1 : 0;
}
