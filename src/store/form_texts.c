/* The texts of forms, kept as they were: published versions and those that reviews were made with. */
#include "store/reviews.h"

#include "base/error.h"
#include "base/time.h"
#include "store/save.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The only text of q's first row; the caller owns it. -ENOENT: no row. */
static int one_text(struct cq_db_st *q, struct cq_error *err, char **ret)
{
    char *text = NULL;
    int r = cq_db_step(q, err);
    if (r <= 0)
        return r ? r : -ENOENT;
    r = cq_db_get_text(q, 0, &text);
    cq_db_reset(q);
    if (!r)
        *ret = text;
    return r;
}

int cq_form_texts_load(struct cq_store *store, const char *rubric, const char *version, struct cq_error *err,
                       char **ret_json)
{
    struct cq_db_st q = cq_db_st(store, "SELECT t.json FROM form_texts t JOIN forms m ON m.id = t.form_id"
                                        " WHERE m.rubric = ? AND m.version = ?");
    cq_db_text(&q, rubric);
    cq_db_text(&q, version);
    return one_text(&q, err, ret_json);
}

static int insert(struct cq_store *s, const char *rubric, const char *version, const char *json,
                  struct cq_error *err)
{
    int64_t form;
    int r = cq_forms_form(s, rubric, version, err, &form);
    if (r)
        return r;
    struct cq_db_st q = cq_db_st(s, "INSERT INTO form_texts(form_id, json, kept_s) VALUES(?, ?, ?)");
    cq_db_int(&q, form);
    cq_db_text(&q, json);
    cq_db_int(&q, cq_time_now_s());
    return cq_db_run(&q, err);
}

int cq_form_texts_keep(struct cq_store *store, const char *rubric, const char *version, const char *json,
                       struct cq_error *err)
{
    char *kept = NULL;
    int r = cq_db_begin(store, err);
    if (r)
        return r;
    r = cq_form_texts_load(store, rubric, version, err, &kept);
    if (r == -ENOENT)
        r = insert(store, rubric, version, json, err);
    else if (!r && strcmp(kept, json))
        r = cq_error_set(
            err, -EEXIST, NULL, 0,
            "version %s of form %s is in use with another text; give the changed form a new version", version,
            rubric);
    free(kept);
    return cq_db_end(store, r, err);
}

int cq_form_texts_publish(struct cq_store *store, const char *rubric, const char *version, const char *who,
                          struct cq_error *err)
{
    struct cq_db_st is =
        cq_db_st(store, "SELECT t.published_s IS NOT NULL FROM form_texts t JOIN forms m ON m.id = t.form_id"
                        " WHERE m.rubric = ? AND m.version = ?");
    int64_t published;
    cq_db_text(&is, rubric);
    cq_db_text(&is, version);
    int r = cq_db_one_int(&is, err, &published);
    if (r || published)
        return r ? r : -EALREADY;
    struct cq_db_st q =
        cq_db_st(store, "UPDATE form_texts SET published_s = ?, published_by = ? WHERE form_id ="
                        " (SELECT id FROM forms WHERE rubric = ? AND version = ?)");
    cq_db_int(&q, cq_time_now_s());
    cq_db_text(&q, who);
    cq_db_text(&q, rubric);
    cq_db_text(&q, version);
    return cq_db_run(&q, err);
}

int cq_form_texts_latest(struct cq_store *store, const char *rubric, struct cq_error *err, char **ret_version)
{
    struct cq_db_st q = cq_db_st(store, "SELECT m.version FROM form_texts t JOIN forms m ON m.id = t.form_id"
                                        " WHERE m.rubric = ? AND t.published_s IS NOT NULL"
                                        " ORDER BY t.published_s DESC, t.form_id DESC LIMIT 1");
    cq_db_text(&q, rubric);
    return one_text(&q, err, ret_version);
}

int cq_form_settings_load(struct cq_store *store, const char *rubric, const char *version, struct cq_error *err,
                          char **ret_json)
{
    struct cq_db_st q = cq_db_st(store, "SELECT n.json FROM form_settings n JOIN forms m ON m.id = n.form_id"
                                        " WHERE m.rubric = ? AND m.version = ?");
    cq_db_text(&q, rubric);
    cq_db_text(&q, version);
    return one_text(&q, err, ret_json);
}

int cq_form_settings_keep(struct cq_store *store, const char *rubric, const char *version, const char *json,
                          struct cq_error *err)
{
    char *kept = NULL;
    int64_t form;
    int r = cq_db_begin(store, err);
    if (r)
        return r;
    r = cq_form_settings_load(store, rubric, version, err, &kept);
    if (!r && strcmp(kept, json))
        r = cq_error_set(err, -EEXIST, NULL, 0, "version %s of form %s scores under other settings", version,
                         rubric);
    if (r == -ENOENT) {
        r = cq_forms_form(store, rubric, version, err, &form);
        if (!r) {
            struct cq_db_st q =
                cq_db_st(store, "INSERT INTO form_settings(form_id, json, kept_s) VALUES(?, ?, ?)");
            cq_db_int(&q, form);
            cq_db_text(&q, json);
            cq_db_int(&q, cq_time_now_s());
            r = cq_db_run(&q, err);
        }
    }
    free(kept);
    return cq_db_end(store, r, err);
}
