/*
 * Runs a fuzz target over files and folders of its corpus, so that what fuzzing once found stays found in
 * normal test runs. Each file is given whole and cut off at evenly spaced places.
 */
#include "base/path.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BYTES (1u << 22)
#define CUTS 48

/* A copy of exactly that size, so that a sanitizer sees the first byte read behind it. */
static int run_prefix(const char *text, size_t n)
{
    uint8_t *copy = malloc(n ? n : 1);
    if (!copy)
        return -1;
    memcpy(copy, text, n);
    LLVMFuzzerTestOneInput(copy, n);
    free(copy);
    return 0;
}

static int replay(void *user, const char *path)
{
    size_t *count = user;
    char *text = NULL;
    size_t n = 0;
    int r = cq_path_read(path, MAX_BYTES, &text, &n);
    for (size_t i = 0; i <= CUTS && !r; i++)
        r = run_prefix(text, n * i / CUTS);
    if (r)
        fprintf(stderr, "%s: cannot be replayed\n", path);
    free(text);
    (*count)++;
    return r;
}

int main(int argc, char **argv)
{
    size_t count = 0;
    for (int i = 1; i < argc; i++) {
        int r = cq_path_is_dir(argv[i]) ? cq_path_walk(argv[i], true, replay, &count) : replay(&count, argv[i]);
        if (r)
            return 1;
    }
    printf("%zu inputs\n", count);
    return count ? 0 : 1;
}
