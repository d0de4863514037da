/* Forms by id and version: from the database, else from the installed files. */
#include "review/review.h"

#include "base/error.h"
#include "base/path.h"
#include "base/str.h"
#include "rubric/edit.h"
#include "store/audit.h"

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

int cq_review_form_keep(struct cq_store *store, const struct cq_rubric *rubric, struct cq_error *err)
{
    struct cq_str text = {0};
    cq_rubric_write(rubric, NULL, NULL, &text);
    int r = text.failed
                ? -ENOMEM
                : cq_form_texts_keep(store, cq_rubric_id(rubric), cq_rubric_version(rubric), text.s, err);
    cq_str_done(&text);
    return r;
}

int cq_review_form_same(struct cq_store *store, const struct cq_rubric *rubric, struct cq_error *err)
{
    const char *id = cq_rubric_id(rubric), *version = cq_rubric_version(rubric);
    struct cq_str text = {0};
    char *kept = NULL;
    int r = cq_form_texts_load(store, id, version, err, &kept);
    if (r)
        return r == -ENOENT ? 0 : r;
    cq_rubric_write(rubric, NULL, NULL, &text);
    r = text.failed ? -ENOMEM : 0;
    if (!r && strcmp(kept, text.s))
        r = cq_error_set(
            err, -EEXIST, NULL, 0,
            "version %s of form %s is in use with another text; give the changed form a new version", version,
            id);
    cq_str_done(&text);
    free(kept);
    return r;
}

int cq_review_form_publish(struct cq_store *store, const struct cq_rubric *rubric, const char *who,
                           struct cq_error *err)
{
    const char *id = cq_rubric_id(rubric), *version = cq_rubric_version(rubric);
    char *subject = cq_str_format("form:%s/%s", id, version), *latest = NULL, *before = NULL;
    char *after = cq_str_format("{\"version\":\"%s\"}", version); /* its characters are checked: no quotes */
    struct cq_audit_entry e = {who, "form.publish", subject, NULL, after};
    int r = subject && after ? cq_store_begin(store, err) : -ENOMEM;
    if (r)
        goto out;
    r = cq_form_texts_latest(store, id, err, &latest);
    if (!r)
        e.before = before = cq_str_format("{\"version\":\"%s\"}", latest);
    if (!r || r == -ENOENT)
        r = cq_review_form_keep(store, rubric, err);
    if (!r)
        r = cq_form_texts_publish(store, id, version, who, err);
    if (r == -EALREADY)
        cq_error_set(err, r, NULL, 0, "form %s %s is published already; a change needs a new version", id,
                     version);
    if (!r)
        r = cq_audit_append(store, &e, err);
    if (r)
        cq_store_rollback(store);
    else
        r = cq_store_commit(store, err);
out:
    free(subject);
    free(before);
    free(after);
    free(latest);
    return r;
}
