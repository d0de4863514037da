/* callqa/error.h - how a parse or input error is told: one line, where, what, what to do. */
#ifndef CALLQA_ERROR_H
#define CALLQA_ERROR_H

#define CQ_ERROR_FILE_MAX 256
#define CQ_ERROR_WHAT_MAX 512

/*
 * Filled by functions that return a negative errno and take a `struct cq_error *` (which may be NULL).
 * `file` may be empty, `line` is 0 where no line is known. `what` is one line without a final newline and
 * says what to do next. Untouched on success.
 */
struct cq_error {
    char file[CQ_ERROR_FILE_MAX];
    int line;
    char what[CQ_ERROR_WHAT_MAX];
};

#endif
