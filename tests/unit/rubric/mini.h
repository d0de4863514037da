/* A small valid form for tests, mini.json beside this file: one matter a line, so that errors have a line to
 * name. */
#ifndef TEST_RUBRIC_MINI_H
#define TEST_RUBRIC_MINI_H

#include "base/path.h"

#include <stdlib.h>

/* Its text, malloc'd; NULL where it can't be read. */
static inline char *mini_text(void)
{
    char *text = NULL;
    return cq_path_read(CQ_TEST_MINI, 1u << 16, &text, NULL) ? NULL : text;
}

#endif
