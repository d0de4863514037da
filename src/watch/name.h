/* watch/name.h - what a recording's name and folder say of the call: PCRE2 patterns with named groups. */
#ifndef CQ_WATCH_NAME_H
#define CQ_WATCH_NAME_H

#include "callqa/analysis.h"
#include "callqa/error.h"
#include "watch/zone.h"

#include <stdbool.h>

/* What the groups of a pattern may be called, and what they mean: docs/watch.md. */
struct cq_name_info {
    struct cq_call_info call;
    int64_t started_s; /* of call.started_at; 0 where there is none */
    bool agent_left;   /* the telephone system puts the customer on the right */
};

void cq_name_info_done(struct cq_name_info *info);

struct cq_names; /* a list of compiled patterns */

#define CQ_NAMES_MAX 32

/*
 * Compile patterns: names of ready-made ones ("freepbx"), "auto" for all of those, or regular expressions of
 * one's own. -EINVAL with err filled: no such name, a mistake in an expression, a group of an unknown name.
 */
int cq_names_new(const char *const *texts, size_t n, struct cq_error *err, struct cq_names **ret_names);
struct cq_names *cq_names_free(struct cq_names *names);

/*
 * Match `path` (below the source's folder, without extension). The first pattern that fits is the answer;
 * -ENOENT where none does, -ENOMEM. Times without an offset of their own are taken in `zone`.
 * *ret_pattern is the pattern's name ("own" for an expression); *ret_info is the caller's.
 */
int cq_names_match(const struct cq_names *names, const char *path, const struct cq_zone *zone,
                   const char **ret_pattern, struct cq_name_info *ret_info);

/* The ready-made patterns; false past the last. */
bool cq_names_known(size_t i, const char **ret_name, const char **ret_regex);

#endif
