#include "cli/review.h"

#include "base/json.h"
#include "base/time.h"
#include "cli/i18n.h"

#include <errno.h>
#include <stdio.h>

#define LABEL_COLUMNS 36
#define NAME_COLUMNS 14
#define DECIMALS 6

static const char *state_word(enum cq_review_state state)
{
    switch (state) {
    case CQ_REVIEW_DRAFT:
        return _("draft");
    case CQ_REVIEW_SUBMITTED:
        return _("submitted");
    case CQ_REVIEW_DISPUTED:
        return _("disputed");
    case CQ_REVIEW_RESOLVED:
        return _("resolved");
    }
    return "";
}

static void put_score(enum cq_mark mark, double score)
{
    if (mark == CQ_MARK_SCORE)
        printf("%5.1f", score);
    else
        printf("%5s", mark == CQ_MARK_NOT_APPLICABLE ? _("n/a") : "-");
}

static void put_note(const char *what, const char *text)
{
    if (text)
        printf("      %s: %s\n", what, text);
}

static void put_item(const struct cq_review_item *item, const struct cq_rubric *rubric, bool utf8)
{
    bool machine = item->machine_score == item->machine_score;
    printf("  ");
    cq_term_put(stdout, rubric ? cq_rubric_label(rubric, item->id, cq_cli_language()) : item->id, LABEL_COLUMNS,
                false, utf8);
    put_score(item->mark, item->score);
    printf("  ");
    if (machine)
        printf(item->machine_state == CQ_ITEM_PROPOSED ? _("%.1f proposed") : _("%.1f measured"),
               item->machine_score);
    else if (item->machine_state == CQ_ITEM_NOT_APPLICABLE && item->mark == CQ_MARK_NONE)
        printf("%s", _("not applicable"));
    if (item->final_mark != CQ_MARK_NONE) {
        printf("  %s", _("final:"));
        put_score(item->final_mark, item->final_score);
    }
    printf("  [%s]\n", item->id);
    put_note(_("remark"), item->remark);
    put_note(_("reason"), item->reason);
    if (item->has_clip) {
        char from[CQ_TIME_CLOCK_MAX], to[CQ_TIME_CLOCK_MAX];
        printf(_("      listen: %s - %s\n"), cq_time_format_clock(item->clip.start_s, from),
               cq_time_format_clock(item->clip.end_s, to));
    }
}

void cq_review_print(const struct cq_review *v, bool hidden, const struct cq_rubric *rubric)
{
    char when[CQ_TIME_ISO_MAX];
    bool utf8 = cq_term_of(stdout).utf8;
    printf(_("Review %lld of call %lld, %s"), (long long)v->id, (long long)v->call, state_word(v->state));
    printf("\n  %s %s%s%s\n", v->rubric, v->version, v->expert ? _(", expert") : "",
           v->blind ? _(", blind") : "");
    printf(_("  reviewer %s, agent %s\n"), v->reviewer ? v->reviewer : "?", v->agent ? v->agent : "?");
    if (hidden) {
        printf("  %s\n", v->state == CQ_REVIEW_DRAFT
                             ? _("a draft: only its reviewer sees its scores")
                             : _("hidden until your own review of this call is submitted"));
        return;
    }
    if (v->submitted_s)
        printf(_("  submitted %s"), cq_time_format_utc(v->submitted_s, when));
    if (v->has_total)
        printf(_(": %.2f, resting on %.0f%% of the form"), v->total, v->coverage * 100);
    if (v->submitted_s)
        printf("%s\n", v->partial ? _("; items are still open") : "");
    if (v->critical)
        printf(_("  ! critical items failed, which caps the total: %s\n"), v->critical);
    put_note(_("remark"), v->remark);
    if (v->dispute)
        printf(_("  disputed by %s: %s\n"), v->disputed_by, v->dispute);
    if (v->resolution)
        printf(_("  resolved by %s: %s\n"), v->resolved_by, v->resolution);
    for (size_t i = 0; i < v->n_items; i++)
        put_item(&v->items[i], rubric, utf8);
}

int cq_review_print_row(void *user, const struct cq_review *v, bool hidden)
{
    char when[CQ_TIME_ISO_MAX];
    bool utf8 = cq_term_of(stdout).utf8;
    (void)user;
    printf("%6lld  %6lld  ", (long long)v->id, (long long)v->call);
    cq_term_put(stdout, v->agent ? v->agent : "", NAME_COLUMNS, false, utf8);
    printf("  ");
    cq_term_put(stdout, v->reviewer ? v->reviewer : "?", NAME_COLUMNS, false, utf8);
    printf("  ");
    cq_term_put(stdout, state_word(v->state), 10, false, utf8);
    if (hidden || !v->has_total)
        printf("      -");
    else
        printf("  %5.2f", v->total);
    printf(" %s %s  %s %s\n", v->critical ? "!" : " ", cq_time_format_utc(v->started_s, when), v->rubric,
           v->version);
    return ferror(stdout) ? -EIO : 0;
}

static void json_mark(struct cq_json_writer *w, const char *key, enum cq_mark mark, double score)
{
    cq_json_key(w, key);
    if (mark == CQ_MARK_SCORE)
        cq_json_number(w, score, DECIMALS);
    else
        cq_json_string(w, mark == CQ_MARK_NONE ? NULL : cq_mark_name(mark));
}

static void json_item(struct cq_json_writer *w, const struct cq_review_item *item)
{
    cq_json_open_object(w);
    cq_json_put_string(w, "id", item->id);
    cq_json_put_string(w, "judged", cq_judged_name(item->judged));
    cq_json_put_string(w, "machine_state", cq_item_state_name(item->machine_state));
    cq_json_put_number(w, "machine_score", item->machine_score, DECIMALS);
    json_mark(w, "score", item->mark, item->score);
    json_mark(w, "final", item->final_mark, item->final_score);
    cq_json_put_string(w, "remark", item->remark);
    cq_json_put_string(w, "reason", item->reason);
    cq_json_key(w, "clip");
    if (item->has_clip) {
        cq_json_open_object(w);
        cq_json_put_number(w, "start", item->clip.start_s, 3);
        cq_json_put_number(w, "end", item->clip.end_s, 3);
        cq_json_close_object(w);
    } else {
        cq_json_null(w);
    }
    cq_json_close_object(w);
}

static void json_head(struct cq_json_writer *w, const struct cq_review *v, bool hidden)
{
    cq_json_put_int(w, "id", v->id);
    cq_json_put_int(w, "call", v->call);
    cq_json_put_string(w, "agent", v->agent);
    cq_json_put_string(w, "rubric", v->rubric);
    cq_json_put_string(w, "version", v->version);
    cq_json_put_string(w, "reviewer", v->reviewer);
    cq_json_put_bool(w, "expert", v->expert);
    cq_json_put_bool(w, "blind", v->blind);
    cq_json_put_string(w, "state", cq_review_state_name(v->state));
    cq_json_put_bool(w, "hidden", hidden);
    cq_json_key(w, "total");
    if (v->has_total)
        cq_json_number(w, v->total, DECIMALS);
    else
        cq_json_null(w);
    cq_json_put_number(w, "coverage", v->coverage, DECIMALS);
    cq_json_put_bool(w, "partial", v->partial);
    cq_json_put_string(w, "critical", v->critical);
    cq_json_put_string(w, "remark", v->remark);
    cq_json_put_string(w, "disputed_by", v->disputed_by);
    cq_json_put_string(w, "dispute", v->dispute);
    cq_json_put_string(w, "resolved_by", v->resolved_by);
    cq_json_put_string(w, "resolution", v->resolution);
}

int cq_review_print_json(const struct cq_review *v, bool hidden)
{
    struct cq_str out = {0};
    struct cq_json_writer w;
    cq_json_writer_init(&w, &out, 0);
    cq_json_open_object(&w);
    json_head(&w, v, hidden);
    cq_json_key(&w, "items");
    cq_json_open_array(&w);
    for (size_t i = 0; i < v->n_items; i++)
        json_item(&w, &v->items[i]);
    cq_json_close_array(&w);
    cq_json_close_object(&w);
    int r = out.failed ? -ENOMEM : 0;
    if (!r)
        puts(out.s);
    cq_str_done(&out);
    return r;
}
