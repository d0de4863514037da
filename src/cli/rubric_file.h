/* cli/rubric_file.h - find and load the rubric that --rubric names. */
#ifndef CQ_CLI_RUBRIC_FILE_H
#define CQ_CLI_RUBRIC_FILE_H

#include "callqa/error.h"
#include "rubric/rubric.h"

#define CQ_RUBRIC_DEFAULT "skills-form"

/*
 * Load a rubric by the path of its file (a name with '/' or ending in ".json") or by its id among the installed
 * ones; NULL loads the default. Returns 0 or negative errno with `err` filled: -ENOENT (err lists what there
 * is), -EBADMSG, -EFBIG. *ret_rubric is the caller's, cq_rubric_free().
 */
int cq_cli_load_rubric(const char *name, struct cq_error *err, struct cq_rubric **ret_rubric);

#endif
