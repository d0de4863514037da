/*
 * review/sample.h - which calls to review. Pure: the same calls, options and seed give the same sample,
 * whatever their order, so that a draw can be repeated and defended.
 *
 * Each call gets a number in (0, 1) from the seed and its own id; the smallest -log(u) / weight are taken
 * (Efraimidis & Spirakis 2006): without weights a simple random sample, with them one in which risky calls come
 * more often.
 */
#ifndef CQ_REVIEW_SAMPLE_H
#define CQ_REVIEW_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cq_sample_method {
    CQ_SAMPLE_RANDOM,
    CQ_SAMPLE_FLAGGED, /* only calls with a flag */
    CQ_SAMPLE_RISK     /* all calls, weighted by their gravest flag */
};

/* Weights of calls without a flag, and by severity; callqa default: each step twice the one before. */
#define CQ_SAMPLE_WEIGHTS                                                                                      \
    {                                                                                                          \
        1, 2, 4, 8                                                                                             \
    }

struct cq_sample_call {
    int64_t call;
    const char *agent; /* NULL: unknown; borrowed */
    int severity;      /* -1: no flag */
    bool drawn;        /* in an earlier draw: not again, but it counts towards its agent's quota */
    bool taken;        /* out */
    double key;        /* out */
};

struct cq_sample_opts {
    enum cq_sample_method method;
    uint64_t seed;
    size_t count;     /* at most so many in all; 0: no limit */
    size_t per_agent; /* at most so many of one agent; 0: no limit */
};

/* Mark what is taken, of calls that were not drawn before, and order the calls by their draw. Returns how many
 * are taken. */
size_t cq_sample_draw(const struct cq_sample_opts *opts, struct cq_sample_call *v, size_t n);

/*
 * Give each taken call to the reviewer with the least work (`load`, counted up), never to the agent of the call
 * themselves. reviewer[i] gets the index for v[i], or n_reviewers where nobody may.
 */
void cq_sample_assign(const struct cq_sample_call *v, size_t n, const char *const *reviewers,
                      size_t n_reviewers, size_t *load, size_t *reviewer);

#endif
