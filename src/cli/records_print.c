#include "cli/records_print.h"

#include "base/str.h"
#include "cli/i18n.h"
#include "cli/term.h"

#include <errno.h>
#include <stdio.h>

#define LABEL_COLUMNS 44

static const struct {
    const char *name, *label;
} on_time_words[CQ_N_ON_TIME] = {
    [CQ_ON_TIME_ANSWER] = {"answered_in_time", N_("answered within 30 s")},
    [CQ_ON_TIME_URGENT] = {"urgent_in_time", N_("urgent: response within 1 h")},
    [CQ_ON_TIME_ROUTINE] = {"routine_in_time", N_("routine: response within 24 h")},
    [CQ_ON_TIME_SIMPLE] = {"simple_in_time", N_("simple: resolved the same day")},
    [CQ_ON_TIME_COMPLEX] = {"complex_in_time", N_("complex: progress within 48 h")},
};

const char *cq_on_time_name(enum cq_on_time on_time)
{
    return on_time_words[on_time].name;
}

const char *cq_on_time_label(enum cq_on_time on_time)
{
    return on_time_words[on_time].label;
}

static void put_label(const char *label)
{
    printf("  ");
    cq_term_put(stdout, label, LABEL_COLUMNS, false, cq_term_of(stdout).utf8);
}

static void put_rate(const char *label, struct cq_rate rate)
{
    put_label(label);
    if (rate.of)
        printf(_("%6.1f%%  (%lld of %lld)\n"), 100.0 * (double)rate.n / (double)rate.of, (long long)rate.n,
               (long long)rate.of);
    else
        printf("%6s\n", "-");
}

static void put_mean(const char *label, struct cq_mean mean)
{
    put_label(label);
    if (mean.n)
        printf(_("%7.2f  (of %lld)\n"), mean.mean, (long long)mean.n);
    else
        printf("%6s\n", "-");
}

static void put_count(const char *label, int64_t n)
{
    put_label(label);
    printf("%6lld\n", (long long)n);
}

int cq_records_print(const struct cq_records_measures *m)
{
    put_count(_("contacts"), m->contacts);
    put_rate(_("resolved at the first contact"), m->fcr);
    put_count(_("first contacts whose window is not over"), m->pending);
    put_count(_("repeat contacts, charged to the first"), m->repeats);
    put_rate(_("tickets closed as promised"), m->loop);
    for (int i = 0; i < CQ_N_ON_TIME; i++)
        put_rate(_(cq_on_time_label((enum cq_on_time)i)), m->on_time[i]);
    put_mean(_("satisfaction, 1 to 5"), m->csat);
    if (m->promoters.of) {
        put_label(_("net promoters, -100 to 100"));
        printf("%6.1f\n", 100.0 * (double)(m->promoters.n - m->detractors.n) / (double)m->promoters.of);
    }
    put_mean(_("handling time with work after the call, s"), m->handling);
    put_rate(_("handling time within the target"), m->handling_in_target);
    return ferror(stdout) ? -EIO : 0;
}

static void json_rate(struct cq_json_writer *w, const char *key, struct cq_rate rate)
{
    cq_json_key(w, key);
    cq_json_open_object(w);
    cq_json_put_int(w, "n", rate.n);
    cq_json_put_int(w, "of", rate.of);
    cq_json_close_object(w);
}

static void json_mean(struct cq_json_writer *w, const char *key, struct cq_mean mean)
{
    cq_json_key(w, key);
    cq_json_open_object(w);
    cq_json_put_int(w, "n", mean.n);
    cq_json_put_number(w, "mean", mean.mean, 6);
    cq_json_put_number(w, "sd", mean.sd, 6);
    cq_json_close_object(w);
}

void cq_records_put_json(struct cq_json_writer *w, const struct cq_records_measures *m)
{
    cq_json_put_int(w, "contacts", m->contacts);
    json_rate(w, "first_contact_resolution", m->fcr);
    cq_json_put_int(w, "pending", m->pending);
    cq_json_put_int(w, "repeat_contacts", m->repeats);
    json_rate(w, "closed_loop", m->loop);
    for (int i = 0; i < CQ_N_ON_TIME; i++)
        json_rate(w, cq_on_time_name((enum cq_on_time)i), m->on_time[i]);
    json_mean(w, "csat", m->csat);
    json_rate(w, "promoters", m->promoters);
    json_rate(w, "detractors", m->detractors);
    json_mean(w, "handling_s", m->handling);
    json_rate(w, "handling_in_target", m->handling_in_target);
}

int cq_records_print_json(const struct cq_records_measures *m)
{
    struct cq_str out = {0};
    struct cq_json_writer w;
    cq_json_writer_init(&w, &out, 0);
    cq_json_open_object(&w);
    cq_records_put_json(&w, m);
    cq_json_close_object(&w);
    int r = out.failed ? -ENOMEM : 0;
    if (!r)
        puts(out.s);
    cq_str_done(&out);
    return r;
}
