/* fuzz.h - what a fuzz target is: one function over bytes, run by libFuzzer (-Dfuzz=true) or by replay.c. */
#ifndef TEST_FUZZ_H
#define TEST_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Must return 0 for any input, leak nothing and touch nothing outside. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
