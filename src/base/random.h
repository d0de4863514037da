/* base/random.h - numbers that look random and are the same everywhere: splitmix64 (Steele, Lea & Flood 2014).
 */
#ifndef CQ_BASE_RANDOM_H
#define CQ_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Its mixing alone: one number from another. */
static inline uint64_t cq_random_mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* The next number; any seed is a good one. */
static inline uint64_t cq_random_next(uint64_t *state)
{
    return cq_random_mix(*state += 0x9e3779b97f4a7c15u);
}

/* One of 0..n-1; n >= 1. Its bias is below n / 2^64. */
static inline size_t cq_random_below(uint64_t *state, size_t n)
{
    return (size_t)(cq_random_next(state) % n);
}

#endif
