#include "cli/progress.h"

#include "base/time.h"
#include "cli/i18n.h"

#include <string.h>

#define DRAW_EVERY_S 0.1
#define ETA_AFTER_S 1.0 /* earlier guesses jump about */
#define BAR_MAX 30
#define BAR_MIN 8

void cq_progress_init(struct cq_progress *p, FILE *f, size_t n_total, int64_t size_total)
{
    *p = (struct cq_progress){.f = f, .n_total = n_total, .size_total = size_total};
    p->term = cq_term_of(f);
    p->begin_s = cq_time_monotonic_s();
}

static double share_done(const struct cq_progress *p)
{
    double share = p->size_total > 0 ? (double)p->size_done / (double)p->size_total
                   : p->n_total      ? (double)p->n_done / (double)p->n_total
                                     : 1.0;
    return share > 1.0 ? 1.0 : share;
}

static void add_bar(char *buf, size_t size, double share, int columns, bool utf8)
{
    size_t n = 0;
    int full = (int)(share * columns + 0.5);
    for (int i = 0; i < columns; i++)
        n += (size_t)snprintf(buf + n, n < size ? size - n : 0, "%s",
                              i < full ? (utf8 ? "█" : "#") : (utf8 ? "░" : "."));
}

char *cq_progress_line(const struct cq_progress *p, double now_s, char *buf, size_t size)
{
    double elapsed = now_s - p->begin_s, share = share_done(p);
    char text[256], clock[CQ_TIME_CLOCK_MAX] = "-:--", bar[BAR_MAX * 3 + 1] = "", failed[48] = "";
    if (p->n_failed)
        snprintf(failed, sizeof failed, _(", %zu failed"), p->n_failed);
    if (elapsed >= ETA_AFTER_S && share > 0)
        cq_time_format_clock(elapsed * (1 - share) / share, clock);
    double per_s = elapsed > 0 ? 1 / elapsed : 0;
    /* TRANSLATORS: files done/all, failed ones, speed against real time, files a second, time left */
    snprintf(text, sizeof text, _("%zu/%zu files%s  %.0fx real time  %.1f files/s  %s left"), p->n_done,
             p->n_total, failed, p->audio_s * per_s, (double)p->n_done * per_s, clock);
    int room = p->term.width - 4 - (int)cq_term_width(text);
    if (room >= BAR_MIN)
        add_bar(bar, sizeof bar, share, room < BAR_MAX ? room : BAR_MAX, p->term.utf8);
    snprintf(buf, size, "%s%s%.*s", bar, *bar ? "  " : "", (int)cq_term_prefix(text, (size_t)p->term.width - 1),
             text);
    return buf;
}

void cq_progress_draw(struct cq_progress *p)
{
    double now = cq_time_monotonic_s();
    if (!p->term.tty || now - p->last_draw_s < DRAW_EVERY_S)
        return;
    char line[CQ_PROGRESS_MAX];
    /* back to the first column, and erase what a longer line left behind */
    fprintf(p->f, "\r%s\033[K", cq_progress_line(p, now, line, sizeof line));
    fflush(p->f);
    p->last_draw_s = now;
    p->shown = true;
}

void cq_progress_clear(struct cq_progress *p)
{
    if (!p->shown)
        return;
    fputs("\r\033[K", p->f);
    fflush(p->f);
    p->shown = false;
}
