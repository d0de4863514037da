#include "web/search.h"

#include "base/error.h"
#include "base/number.h"
#include "base/time.h"
#include "query/where.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int read_time(struct cq_web_turn *t, const char *name, bool until, int64_t *ret_s)
{
    const char *text = cq_web_arg(t->req, name);
    if (!text || !*text)
        return 0;
    if (until ? cq_time_parse_until(text, ret_s) : cq_time_parse_iso(text, ret_s))
        return cq_error_set(&t->err, -EINVAL, NULL, 0, "%s: write a date like 2026-11-24 or 2026-11-24T14:30",
                            name);
    return 0;
}

static int read_severity(struct cq_web_turn *t, struct cq_web_search *s)
{
    const char *word = cq_web_arg(t->req, "severity");
    if (!word || !*word)
        return 0;
    for (int i = CQ_SEVERITY_INFO; i <= CQ_SEVERITY_CRITICAL; i++) {
        if (!strcmp(word, cq_severity_name((enum cq_severity)i))) {
            s->sel.min_severity = i;
            return 0;
        }
    }
    return cq_error_set(&t->err, -EINVAL, NULL, 0, "severity is one of info, warning, critical");
}

/* flag=a&flag=b */
static int read_flags(struct cq_web_turn *t, struct cq_web_search *s)
{
    for (size_t i = 0; i < t->req->n_args; i++) {
        const struct cq_web_arg *a = &t->req->args[i];
        if (strcmp(a->name, "flag") != 0 || !*a->value)
            continue;
        if (s->sel.n_flags == CQ_SELECT_MAX_FLAGS)
            return cq_error_set(&t->err, -EINVAL, NULL, 0, "more than %d flags", CQ_SELECT_MAX_FLAGS);
        s->flags[s->sel.n_flags++] = a->value;
    }
    s->sel.flags = s->flags;
    return 0;
}

static int read_columns(struct cq_web_turn *t, struct cq_web_search *s)
{
    const char *at = cq_web_arg(t->req, "columns");
    while (at && *at) {
        char name[CQ_FIELD_NAME_MAX];
        size_t n = strcspn(at, ",");
        if (n >= sizeof name || s->sel.n_columns == CQ_SELECT_MAX_COLUMNS)
            return cq_error_set(&t->err, -EINVAL, NULL, 0, "columns are too many or too long");
        if (n) {
            snprintf(name, sizeof name, "%.*s", (int)n, at);
            int r = cq_where_field(name, &t->err, &s->columns[s->sel.n_columns]);
            if (r)
                return r == -ENOENT ? -EINVAL : r;
            s->sel.n_columns++;
        }
        at += n + (at[n] == ',');
    }
    s->sel.columns = s->columns;
    return 0;
}

/* order=score or order=-score. */
static int read_order(struct cq_web_turn *t, struct cq_web_search *s)
{
    const char *order = cq_web_arg(t->req, "order");
    if (!order || !*order)
        order = "-started_at";
    s->sel.ascending = *order != '-';
    int r = cq_where_field(order + !s->sel.ascending, &t->err, &s->sel.order);
    return r == -ENOENT ? -EINVAL : r;
}

/* after=ID:VALUE as an answer's "next" had it: t for text, n for a number, and nothing for none. */
static int read_after(struct cq_web_turn *t, struct cq_web_search *s)
{
    const char *after = cq_web_arg(t->req, "after");
    if (!after || !*after)
        return 0;
    size_t n = strcspn(after, ":");
    const char *value = after + n;
    if (cq_number_parse_int(after, n, &s->after.id) || *value != ':')
        goto bad;
    value++;
    if (*value == 't')
        s->after.text = value + 1;
    else if (*value == 'n' && cq_number_parse(value + 1, strlen(value + 1), &s->after.number))
        goto bad;
    else if (*value != 'n')
        s->after.is_null = true;
    s->sel.after = &s->after;
    return 0;
bad:
    return cq_error_set(&t->err, -EINVAL, NULL, 0, "after is the \"next\" of an answer before");
}

static int read_where(struct cq_web_turn *t, struct cq_web_search *s)
{
    const char *where = cq_web_arg(t->req, "where");
    if (!where || !*where)
        return 0;
    int r = cq_where_parse(where, &t->err, &s->where);
    s->sel.where = s->where;
    return r == -ENOENT ? -EINVAL : r;
}

/* review=new; assigned=NAME and reviewed_by=NAME: of others only for those who lead them */
static int read_reviews(struct cq_web_turn *t, struct cq_web_search *s)
{
    const char *review = cq_web_arg(t->req, "review"), *assigned = cq_web_arg(t->req, "assigned");
    const char *reviewed = cq_web_arg(t->req, "reviewed_by"), *own = t->session.user.name;
    enum cq_review_status status;
    if (review && *review) {
        if (cq_review_status_from_name(review, &status))
            return cq_error_set(&t->err, -EINVAL, NULL, 0, "review is one of new, mine, done, disputed");
        s->sel.review = (int)status;
    }
    s->sel.assigned = assigned && *assigned ? assigned : NULL;
    s->sel.reviewed = reviewed && *reviewed ? reviewed : NULL;
    if (cq_web_is_lead(t) || ((!s->sel.assigned || !strcmp(s->sel.assigned, own)) &&
                              (!s->sel.reviewed || !strcmp(s->sel.reviewed, own))))
        return 0;
    return cq_error_set(&t->err, -EACCES, NULL, 0, "only a lead sees what others have to review");
}

int cq_web_search_read(struct cq_web_turn *t, struct cq_web_search *s)
{
    const char *agent = cq_web_arg(t->req, "agent"), *queue = cq_web_arg(t->req, "queue");
    *s = (struct cq_web_search){.sel = CQ_SELECT_INIT};
    s->sel.agent = agent && *agent ? agent : NULL;
    s->sel.queue = queue && *queue ? queue : NULL;
    s->sel.viewer = t->session.user.name;
    s->sel.all_assigned = cq_web_is_lead(t);
    int r = read_time(t, "since", false, &s->sel.since_s);
    if (!r)
        r = read_time(t, "until", true, &s->sel.until_s);
    if (!r)
        r = read_severity(t, s);
    if (!r)
        r = read_flags(t, s);
    if (!r)
        r = read_columns(t, s);
    if (!r)
        r = read_order(t, s);
    if (!r)
        r = read_after(t, s);
    if (!r)
        r = read_reviews(t, s);
    if (!r)
        r = read_where(t, s);
    return r;
}

void cq_web_search_done(struct cq_web_search *s)
{
    s->where = cq_cond_free(s->where);
}
