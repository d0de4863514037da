/* cli/pick.h - which stored calls a command works on: the same options everywhere. */
#ifndef CQ_CLI_PICK_H
#define CQ_CLI_PICK_H

#include "callqa/error.h"
#include "cli/options.h"
#include "rubric/rubric.h"
#include "store/store.h"

#include <stdint.h>

struct cq_pick {
    const char *agent;
    const char *queue;
    const char *since;
    const char *until;
    const char *where;
};

struct cq_call_ids {
    int64_t *v;
    size_t n;
    size_t cap;
};

/* The rows of an options table for the members of a struct cq_pick at `at`. */
#define CQ_OPT_PICK(at)                                                                                        \
    {CQ_OPT("agent", 'a', CQ_OPT_STRING, (at) + offsetof(struct cq_pick, agent), "ID",                         \
            N_("calls of this agent"))},                                                                       \
        {CQ_OPT("queue", 'q', CQ_OPT_STRING, (at) + offsetof(struct cq_pick, queue), "NAME",                   \
                N_("calls of this queue"))},                                                                   \
        {CQ_OPT("since", 0, CQ_OPT_STRING, (at) + offsetof(struct cq_pick, since), "DATE",                     \
                N_("calls that started at or after this moment"))},                                            \
        {CQ_OPT("until", 0, CQ_OPT_STRING, (at) + offsetof(struct cq_pick, until), "DATE",                     \
                N_("calls that started up to this moment; a day counts whole"))},                              \
    {                                                                                                          \
        CQ_OPT("where", 'w', CQ_OPT_STRING, (at) + offsetof(struct cq_pick, where), "CONDITION",               \
               N_("calls that fit a condition, as in callqa query"))                                           \
    }

/* The calls, the oldest first. -EINVAL and -ENOENT: the options are wrong. *ret_ids: free(ret_ids->v). */
int cq_pick_calls(struct cq_store *store, const struct cq_pick *pick, struct cq_error *err,
                  struct cq_call_ids *ret_ids);

/* A form by its file, by id (the version published last, else the installed one), or by ID@VERSION. */
int cq_cli_form(struct cq_store *store, const char *name, struct cq_error *err, struct cq_rubric **ret_rubric);

#endif
