#include "review/assign.h"

#include "base/error.h"
#include "store/audit.h"
#include "store/samples.h"

#include <errno.h>
#include <stdio.h>

int cq_assign_spread(struct cq_store *store, const struct cq_sample_call *calls, size_t n_calls,
                     const char *const *reviewers, size_t n_reviewers, struct cq_error *err, size_t *reviewer)
{
    size_t load[CQ_ASSIGN_MAX_REVIEWERS] = {0};
    if (n_reviewers > CQ_ASSIGN_MAX_REVIEWERS)
        return cq_error_set(err, -EINVAL, NULL, 0, "at most %d reviewers", CQ_ASSIGN_MAX_REVIEWERS);
    for (size_t i = 0; i < n_reviewers; i++) {
        int64_t open = 0;
        int r = cq_samples_open(store, reviewers[i], err, &open);
        if (r)
            return r;
        load[i] = (size_t)open;
    }
    cq_sample_assign(calls, n_calls, reviewers, n_reviewers, load, reviewer);
    return 0;
}

int cq_assign_keep(struct cq_store *store, const struct cq_assign *a, struct cq_error *err, int64_t *ret_id)
{
    char subject[48];
    int64_t id = 0;
    int r = cq_store_begin(store, err);
    if (r)
        return r;
    r = cq_samples_add(store, a->who, a->json, err, &id);
    for (size_t i = 0; !r && i < a->n_calls; i++) {
        size_t k = a->reviewer[i];
        if (a->calls[i].taken)
            r = cq_samples_assign(store, id, a->calls[i].call, k < a->n_reviewers ? a->reviewers[k] : NULL,
                                  a->due_s, err);
    }
    snprintf(subject, sizeof subject, "sample:%lld", (long long)id);
    const struct cq_audit_entry e = {a->who, a->action, subject, NULL, a->json};
    if (!r)
        r = cq_audit_append(store, &e, err);
    if (r) {
        cq_store_rollback(store);
        return r;
    }
    r = cq_store_commit(store, err);
    if (!r)
        *ret_id = id;
    return r;
}
