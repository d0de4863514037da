/* cli/inputs.h - the recordings that FILE|DIR... on a command line stand for. */
#ifndef CQ_CLI_INPUTS_H
#define CQ_CLI_INPUTS_H

#include "callqa/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CQ_INPUTS_MAX 10000000 /* more files than this in one run are refused */

struct cq_input {
    char *path;
    int64_t size; /* bytes, 0 where it cannot be told; for the progress bar only */
};

struct cq_inputs {
    struct cq_input *v;
    size_t n;
    size_t cap;
    int64_t total_size;
};

/*
 * Append what `path` stands for: a file (whether it exists or not: reading it will tell), or every recording of
 * a folder in byte order, with `recursive` those of the folders below too. Which files of a folder are
 * recordings is told by their extension. Returns 0 or negative errno with `err` filled: the folder cannot be
 * read, holds no recordings (-ENODATA), -ENOMEM.
 */
int cq_inputs_add(struct cq_inputs *in, const char *path, bool recursive, struct cq_error *err);
void cq_inputs_done(struct cq_inputs *in);

/* Whether a file of this name in a folder is taken for a recording. */
bool cq_inputs_is_recording(const char *path);

#endif
