/* base/suggest.h - "did you mean": the known word nearest to one that is not known. */
#ifndef CQ_BASE_SUGGEST_H
#define CQ_BASE_SUGGEST_H

#include <stddef.h>

#define CQ_SUGGEST_MAX 64 /* longer words get no suggestion */

/* The known word nearest to the one in question so far; zero-initialise, then offer every known word. */
struct cq_suggest {
    const char *best; /* borrowed from the caller */
    size_t distance;
};

/*
 * Offer one known word. Kept if it is nearer to `word` than the best so far and near enough to be a slip of the
 * fingers: optimal string alignment distance of at most a third of the longer word's length.
 */
void cq_suggest_offer(struct cq_suggest *s, const char *word, const char *known);

/* Insertions, deletions, substitutions and swaps of neighbours that turn a into b, at most CQ_SUGGEST_MAX. */
size_t cq_suggest_distance(const char *a, const char *b);

#endif
