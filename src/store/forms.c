/*
 * What a rubric says of its items (section, weight, how judged) is the same for every call that it scores, so
 * it is kept once and scorecards point to it. A rubric that was edited without a new version gets new rows
 * beside the old ones: what was stored stays true.
 */
#include "store/save.h"

#include <errno.h>

/* The id that `find` selects, or that of the row which `add` inserts. */
static int find_or_add(struct cq_store *s, struct cq_db_st *find, struct cq_db_st *add, struct cq_error *err,
                       int64_t *ret_id)
{
    int r = cq_db_one_int(find, err, ret_id);
    if (r != -ENOENT)
        return r;
    r = cq_db_run(add, err);
    if (!r)
        *ret_id = sqlite3_last_insert_rowid(s->db);
    return r;
}

static const char *text(const char *v)
{
    return v ? v : "";
}

int cq_forms_form(struct cq_store *s, const char *rubric, const char *version, struct cq_error *err,
                  int64_t *ret_id)
{
    struct cq_db_st q[2] = {
        cq_db_st(s, "SELECT id FROM forms WHERE rubric = ? AND version = ?"),
        cq_db_st(s, "INSERT INTO forms(rubric, version) VALUES(?, ?)"),
    };
    for (int i = 0; i < 2; i++) {
        cq_db_text(&q[i], text(rubric));
        cq_db_text(&q[i], text(version));
    }
    return find_or_add(s, &q[0], &q[1], err, ret_id);
}

int cq_forms_item(struct cq_store *s, int64_t form, const struct cq_item_score *item, struct cq_error *err,
                  int64_t *ret_id)
{
    struct cq_db_st q[2] = {
        cq_db_st(s, "SELECT id FROM form_items WHERE form_id = ? AND item = ? AND section = ? AND judged = ?"
                    " AND weight = ?"),
        cq_db_st(s, "INSERT INTO form_items(form_id, item, section, judged, weight) VALUES(?, ?, ?, ?, ?)"),
    };
    for (int i = 0; i < 2; i++) {
        cq_db_int(&q[i], form);
        cq_db_text(&q[i], text(item->id));
        cq_db_text(&q[i], text(item->section));
        cq_db_int(&q[i], item->judged);
        cq_db_real(&q[i], item->weight);
    }
    return find_or_add(s, &q[0], &q[1], err, ret_id);
}

int cq_forms_section(struct cq_store *s, int64_t form, const struct cq_section_score *section,
                     struct cq_error *err, int64_t *ret_id)
{
    struct cq_db_st q[2] = {
        cq_db_st(s, "SELECT id FROM form_sections WHERE form_id = ? AND section = ? AND weight = ?"),
        cq_db_st(s, "INSERT INTO form_sections(form_id, section, weight) VALUES(?, ?, ?)"),
    };
    for (int i = 0; i < 2; i++) {
        cq_db_int(&q[i], form);
        cq_db_text(&q[i], text(section->id));
        cq_db_real(&q[i], section->weight);
    }
    return find_or_add(s, &q[0], &q[1], err, ret_id);
}

int cq_forms_indicator(struct cq_store *s, int64_t form, const struct cq_indicator_score *ind,
                       struct cq_error *err, int64_t *ret_id)
{
    struct cq_db_st q[2] = {
        cq_db_st(s, "SELECT id FROM form_indicators WHERE form_id = ? AND indicator = ? AND measure = ?"
                    " AND weight = ?"),
        cq_db_st(s, "INSERT INTO form_indicators(form_id, indicator, measure, weight) VALUES(?, ?, ?, ?)"),
    };
    for (int i = 0; i < 2; i++) {
        cq_db_int(&q[i], form);
        cq_db_text(&q[i], text(ind->id));
        cq_db_text(&q[i], text(ind->measure));
        cq_db_real(&q[i], ind->weight);
    }
    return find_or_add(s, &q[0], &q[1], err, ret_id);
}
