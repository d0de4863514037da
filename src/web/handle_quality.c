/* How the reviewing goes: who has how much to do, and whether machine and reviewers score alike. */
#include "web/app.h"

#include "base/error.h"
#include "base/time.h"
#include "review/agree.h"
#include "review/review.h"
#include "rubric/model.h"
#include "store/workload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DAY_S 86400
#define DEFAULT_DAYS 30
#define MAX_FORM 200 /* bytes of "id/version" */

static int put_person(void *user, const struct cq_workload *p)
{
    struct cq_json_writer *w = user;
    cq_json_open_object(w);
    cq_json_put_string(w, "name", p->name);
    cq_json_put_string(w, "title", p->title);
    cq_json_put_int(w, "open", p->open);
    cq_json_put_int(w, "overdue", p->overdue);
    cq_json_put_int(w, "drafts", p->drafts);
    cq_json_put_int(w, "submitted", p->submitted);
    cq_json_put_int(w, "disputed", p->disputed);
    cq_json_close_object(w);
    return 0;
}

/* since, until: days in which reviews were submitted */
int cq_web_get_workload(struct cq_web_turn *t)
{
    int64_t now_s = cq_time_now_s(), until = now_s / DAY_S, since;
    char day[CQ_WEB_DAY_MAX];
    int r = cq_web_arg_day(t, "until", &until);
    since = until - DEFAULT_DAYS + 1;
    if (!r)
        r = cq_web_arg_day(t, "since", &since);
    if (r)
        return r;
    cq_web_json(t);
    cq_json_open_object(&t->json);
    cq_json_put_string(&t->json, "since", cq_web_day(since, day));
    cq_json_put_string(&t->json, "until", cq_web_day(until, day));
    cq_json_key(&t->json, "reviewers");
    cq_json_open_array(&t->json);
    r = cq_workload_each(t->db, since * DAY_S, (until + 1) * DAY_S, now_s, put_person, &t->json, &t->err);
    cq_json_close_array(&t->json);
    cq_json_close_object(&t->json);
    return r;
}

/* The forms that there are reviews by, and the one that is meant. */
struct forms {
    struct cq_json_writer *w;
    const char *asked; /* "id/version"; NULL: the first */
    char rubric[MAX_FORM], version[MAX_FORM];
    bool found;
};

static int put_form(void *user, const char *rubric, const char *version, int64_t reviews)
{
    struct forms *f = user;
    char *name = cq_str_format("%s/%s", rubric, version);
    if (!name)
        return -ENOMEM;
    if (!f->found && (!f->asked || !strcmp(f->asked, name)) && strlen(name) < MAX_FORM) {
        strcpy(f->rubric, rubric);
        strcpy(f->version, version);
        f->found = true;
    }
    cq_json_open_object(f->w);
    cq_json_put_string(f->w, "form", name);
    cq_json_put_int(f->w, "reviews", reviews);
    cq_json_close_object(f->w);
    free(name);
    return 0;
}

struct items {
    struct cq_json_writer *w;
    const struct cq_rubric *rubric; /* NULL: ids stand for labels */
};

static void put_agreement(struct cq_json_writer *w, const char *key, const struct cq_agreement *g)
{
    cq_json_key(w, key);
    cq_json_open_object(w);
    cq_json_put_int(w, "n", (int64_t)g->n);
    cq_json_put_number(w, "coefficient", g->kappa, 4);
    cq_json_put_number(w, "low", g->low, 4);
    cq_json_put_number(w, "high", g->high, 4);
    cq_json_put_number(w, "exact", g->exact, 4);
    cq_json_put_number(w, "within_one", g->within_one, 4);
    cq_json_put_number(w, "bias", g->bias, 4);
    cq_json_close_object(w);
}

static void put_label(struct cq_json_writer *w, const struct cq_rubric *rubric, const char *item)
{
    for (size_t i = 0; rubric && item && i < rubric->n_items; i++) {
        const struct cq_rubric_item *one = &rubric->items[i];
        if (strcmp(one->id, item) != 0 || !one->label)
            continue;
        cq_json_key(w, "label");
        cq_json_open_object(w);
        for (const struct cq_json *text = one->label->first; text; text = text->next) {
            if (text->type == CQ_JSON_STRING)
                cq_json_put_string(w, text->key, text->string);
        }
        cq_json_close_object(w);
        return;
    }
}

static int put_item(void *user, const struct cq_agree_row *row)
{
    const struct items *k = user;
    cq_json_open_object(k->w);
    cq_json_put_string(k->w, "item", row->item); /* null: all of them */
    put_label(k->w, k->rubric, row->item);
    put_agreement(k->w, "machine", &row->machine);
    put_agreement(k->w, "reviewers", &row->reviewers);
    cq_json_close_object(k->w);
    return 0;
}

static int measure(struct cq_web_turn *t, const char *asked, struct cq_str *out)
{
    struct cq_json_writer w;
    struct forms f = {.w = &w, .asked = asked && *asked ? asked : NULL};
    struct cq_rubric *rubric = NULL;
    cq_json_writer_init(&w, out, 0);
    cq_json_open_object(&w);
    cq_json_key(&w, "forms");
    cq_json_open_array(&w);
    int r = cq_workload_forms(t->db, put_form, &f, &t->err);
    cq_json_close_array(&w);
    if (!r && f.asked && !f.found)
        r = cq_error_set(&t->err, -ENOENT, NULL, 0, "no review was submitted by the form %s", asked);
    cq_json_key(&w, "form");
    if (f.found) {
        char *name = cq_str_format("%s/%s", f.rubric, f.version);
        cq_json_string(&w, name);
        free(name);
        (void)cq_review_form(t->db, f.rubric, f.version, NULL, &rubric);
    } else {
        cq_json_null(&w);
    }
    cq_json_key(&w, "items");
    cq_json_open_array(&w);
    if (!r && f.found)
        r = cq_agree_each(t->db, f.rubric, f.version, put_item, &(struct items){&w, rubric}, &t->err);
    cq_json_close_array(&w);
    cq_json_close_object(&w);
    cq_rubric_free(rubric);
    return r ? r : out->failed ? -ENOMEM : 0;
}

/* form=ID/VERSION. Measured anew only when a review was submitted since. */
int cq_web_get_agreement(struct cq_web_turn *t)
{
    struct cq_web_app *app = t->app;
    const char *asked = cq_web_arg(t->req, "form");
    struct cq_str body = {0};
    int64_t stamp = 0;
    int r = cq_workload_stamp(t->db, &t->err, &stamp);
    if (r)
        return r;
    char *key = cq_str_format("%lld %s", (long long)stamp, asked ? asked : "");
    if (!key)
        return -ENOMEM;
    pthread_mutex_lock(&app->agreeing);
    if (!app->agreement_key || strcmp(app->agreement_key, key) != 0) {
        r = measure(t, asked, &body);
        char *text = r ? NULL : cq_str_take(&body);
        if (!r && !text)
            r = -ENOMEM;
        if (!r) {
            free(app->agreement);
            free(app->agreement_key);
            app->agreement = text;
            app->agreement_key = key;
            key = NULL;
        }
    }
    if (!r) {
        cq_web_json(t);
        cq_str_add(&t->res->body, app->agreement);
    }
    pthread_mutex_unlock(&app->agreeing);
    cq_str_done(&body);
    free(key);
    return r;
}
