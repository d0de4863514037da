#include "cli/analyze.h"

#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "callqa/json.h"
#include "cli/i18n.h"
#include "cli/term.h"

#include <errno.h>
#include <stdlib.h>

#define CALL_COLUMNS 7
#define LENGTH_COLUMNS 9
#define SCORE_COLUMNS 7
#define NAME_COLUMNS_MIN 24

/* A call without an analysis of its own in this run is shown with dashes. */
struct line {
    int64_t call;
    const char *name;
    double duration_s; /* < 0: not known here */
    const struct cq_scorecard *card;
    const char *remark;
};

static size_t name_columns(const struct cq_term *t)
{
    size_t half = (size_t)t->width / 3;
    return half > NAME_COLUMNS_MIN ? half : NAME_COLUMNS_MIN;
}

static void put_header(struct cq_analyze *z, const struct cq_term *t)
{
    if (z->header_printed)
        return;
    z->header_printed = true;
    if (z->store)
        cq_term_put(z->out, _("CALL"), CALL_COLUMNS, true, t->utf8);
    cq_term_put(z->out, _("LENGTH"), LENGTH_COLUMNS, true, t->utf8);
    cq_term_put(z->out, _("SCORE"), SCORE_COLUMNS, true, t->utf8);
    fputs("  ", z->out);
    cq_term_put(z->out, _("RECORDING"), name_columns(t), false, t->utf8);
    fprintf(z->out, "  %s\n", _("FLAGS"));
}

/* Cut to the terminal's line; whole where it goes to a file. */
static void put_remark(struct cq_analyze *z, const struct cq_term *t, const char *remark)
{
    size_t used = (z->store ? CALL_COLUMNS : 0) + LENGTH_COLUMNS + SCORE_COLUMNS + 2 + name_columns(t) + 2;
    size_t width = cq_term_width(remark), room = (size_t)t->width > used ? (size_t)t->width - used : 0;
    if (width && room) {
        fputs("  ", z->out);
        cq_term_put(z->out, remark, t->tty && width > room ? room : width, false, t->utf8);
    }
    fputc('\n', z->out);
}

static void put_line(struct cq_analyze *z, const struct line *l)
{
    struct cq_term t = cq_term_of(z->out);
    char number[32] = "-", length[CQ_TIME_CLOCK_MAX] = "-", score[32] = "-";
    if (z->quiet)
        return;
    cq_progress_clear(&z->progress);
    put_header(z, &t);
    if (l->call)
        snprintf(number, sizeof number, "%lld", (long long)l->call);
    if (l->duration_s >= 0)
        cq_time_format_clock(l->duration_s, length);
    if (l->card && l->card->has_total)
        snprintf(score, sizeof score, "%.1f", l->card->total);
    if (z->store)
        cq_term_put(z->out, number, CALL_COLUMNS, true, t.utf8);
    cq_term_put(z->out, length, LENGTH_COLUMNS, true, t.utf8);
    cq_term_put(z->out, score, SCORE_COLUMNS, true, t.utf8);
    fputs("  ", z->out);
    cq_term_put(z->out, l->name, name_columns(&t), false, t.utf8);
    put_remark(z, &t, l->remark);
    fflush(z->out);
}

/* The flags of a call by their labels, worst first as the scorecard has them. */
static char *flag_labels(const struct cq_analyze *z, const struct cq_analysis *a)
{
    struct cq_str s = {0};
    cq_str_add(&s, "");
    if (a->unscorable)
        cq_str_printf(&s, _("cannot be scored: %s"), a->reason ? a->reason : "");
    for (size_t i = 0; i < a->scorecard.n_flags; i++) {
        const struct cq_flag *f = &a->scorecard.flags[i];
        cq_str_printf(&s, "%s%s%s", s.n ? ", " : "", f->severity == CQ_SEVERITY_CRITICAL ? "! " : "",
                      cq_rubric_label(z->rubric, f->id, cq_cli_language()));
    }
    return cq_str_take(&s);
}

static int print_text(struct cq_analyze *z, const struct cq_analysis *a, int64_t call)
{
    char *remark = flag_labels(z, a);
    if (!remark)
        return -ENOMEM;
    put_line(z, &(struct line){.call = call,
                               .name = cq_path_base(a->recording.path),
                               .duration_s = a->recording.duration_s,
                               .card = &a->scorecard,
                               .remark = remark});
    free(remark);
    return 0;
}

int cq_analyze_print(struct cq_analyze *z, const struct cq_analysis *a, int64_t call)
{
    char *text = NULL;
    switch (z->format) {
    case CQ_ANALYZE_TEXT:
        return print_text(z, a, call);
    case CQ_ANALYZE_JSON:
        text = cq_analysis_to_json(a);
        break;
    case CQ_ANALYZE_RTTM:
        text = cq_analysis_to_rttm(a, cq_path_base(a->recording.path));
        break;
    case CQ_ANALYZE_LABELS:
        text = cq_analysis_to_labels(a);
        break;
    case CQ_ANALYZE_TEXTGRID:
        text = cq_analysis_to_textgrid(a);
        break;
    }
    if (!text)
        return -ENOMEM;
    cq_progress_clear(&z->progress);
    fputs(text, z->out);
    if (z->format == CQ_ANALYZE_JSON)
        fputc('\n', z->out);
    fflush(z->out);
    free(text);
    return 0;
}

void cq_analyze_print_known(struct cq_analyze *z, const char *path, int64_t call)
{
    put_line(z, &(struct line){.call = call,
                               .name = cq_path_base(path),
                               .duration_s = -1,
                               .remark = _("already stored; --force analyses it again")});
}

void cq_analyze_print_summary(struct cq_analyze *z)
{
    struct cq_term t = cq_term_of(z->out);
    if (z->quiet || !t.tty || z->format != CQ_ANALYZE_TEXT || !z->store)
        return;
    double took_s = cq_time_monotonic_s() - z->progress.begin_s;
    size_t n = z->n_new + z->n_replaced;
    fputc('\n', z->out);
    fprintf(z->out, P_("%zu call stored in %s", "%zu calls stored in %s", n), n, z->db_path);
    if (z->n_known)
        fprintf(z->out, P_(", %zu was there already", ", %zu were there already", z->n_known), z->n_known);
    if (z->n_failed)
        fprintf(z->out, P_(", %zu file failed", ", %zu files failed", z->n_failed), z->n_failed);
    if (n && took_s > 0)
        fprintf(z->out, _(" (%.1f s, %.0fx real time)"), took_s, z->progress.audio_s / took_s);
    fputc('\n', z->out);
    const char *flag = z->db_option ? " --db " : "", *db = z->db_option ? z->db_option : "";
    if (z->last_call)
        fprintf(z->out, _("Look at it with:  callqa show %lld%s%s   callqa list%s%s\n"),
                (long long)z->last_call, flag, db, flag, db);
}
