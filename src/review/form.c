/* Forms by id and version: from the database, else from the installed files. */
#include "review/review.h"

#include "base/error.h"
#include "base/path.h"
#include "base/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BYTES (1u << 20) /* of a rubric file; the shipped ones have 50 KB */

static int from_database(struct cq_store *store, const char *rubric, const char *version, struct cq_error *err,
                         struct cq_rubric **ret_rubric)
{
    char *json = NULL;
    int r = cq_form_texts_load(store, rubric, version, err, &json);
    if (!r)
        r = cq_rubric_parse(rubric, json, strlen(json), err, ret_rubric);
    free(json);
    return r;
}

static int from_file(const char *rubric, struct cq_error *err, struct cq_rubric **ret_rubric)
{
    char *name = cq_str_format("rubrics/%s.json", rubric), *path = NULL, *text = NULL;
    size_t n = 0;
    int r = name ? cq_path_find_data(name, &path) : -ENOMEM;
    if (!r)
        r = cq_path_read(path, MAX_BYTES, &text, &n);
    if (!r)
        r = cq_rubric_parse(path, text, n, err, ret_rubric);
    free(name);
    free(path);
    free(text);
    return r;
}

int cq_review_form(struct cq_store *store, const char *rubric, const char *version, struct cq_error *err,
                   struct cq_rubric **ret_rubric)
{
    struct cq_rubric *form = NULL;
    char *latest = NULL;
    int r = version ? 0 : cq_form_texts_latest(store, rubric, err, &latest);
    if (r && r != -ENOENT)
        return r;
    const char *wanted = version ? version : latest;
    r = wanted ? from_database(store, rubric, wanted, err, &form) : -ENOENT;
    if (r == -ENOENT)
        r = from_file(rubric, err, &form);
    if (!r && wanted && strcmp(cq_rubric_version(form), wanted)) {
        form = cq_rubric_free(form);
        r = -ENOENT;
    }
    if (r == -ENOENT || r == -EINVAL)
        r = cq_error_set(
            err, -ENOENT, NULL, 0,
            "form %s %s is neither in the database nor installed; publish its file with 'callqa rubric "
            "publish'",
            rubric, wanted ? wanted : "");
    free(latest);
    if (!r)
        *ret_rubric = form;
    return r;
}
