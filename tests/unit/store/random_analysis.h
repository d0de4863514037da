/* random_analysis.h - whole analyses out of a seed, with every field in use. */
#ifndef CQ_TEST_RANDOM_ANALYSIS_H
#define CQ_TEST_RANDOM_ANALYSIS_H

#include "callqa/analysis.h"

#include <stdint.h>

/* Fill *ret_a (the caller's, cq_analysis_done()). The same seed gives the same analysis; its content hash is
 * made of the seed. Ends the program when out of memory. */
void random_analysis(uint64_t seed, struct cq_analysis *ret_a);

/* A deterministic generator, splitmix64. */
uint64_t random_next(uint64_t *state);
/* 0 .. n - 1 */
unsigned random_below(uint64_t *state, unsigned n);
/* lo .. hi */
double random_real(uint64_t *state, double lo, double hi);

#endif
