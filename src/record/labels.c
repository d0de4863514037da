#include "callqa/json.h"

#include "base/number.h"
#include "base/str.h"

#include <math.h>

#define TIME_DECIMALS 3

static void add_time(struct cq_str *out, double s)
{
    char buf[CQ_NUMBER_MAX];
    cq_number_format(buf, s, TIME_DECIMALS);
    cq_str_add(out, buf);
}

/* NIST RTTM: a name is one word, so that blanks and control characters become '_'. */
static void add_word(struct cq_str *out, const char *name)
{
    for (; *name; name++)
        cq_str_add_char(out, (unsigned char)*name <= ' ' || *name == 0x7f ? '_' : *name);
}

char *cq_analysis_to_rttm(const struct cq_analysis *a, const char *name)
{
    struct cq_str out = {0};
    for (size_t i = 0; i < a->talk.segments.n; i++) {
        const struct cq_segment *s = &a->talk.segments.v[i];
        cq_str_add(&out, "SPEAKER ");
        add_word(&out, name);
        cq_str_add(&out, " 1 ");
        add_time(&out, s->at.start_s);
        cq_str_add_char(&out, ' ');
        add_time(&out, s->at.end_s - s->at.start_s);
        cq_str_printf(&out, " <NA> <NA> %s <NA> <NA>\n", cq_party_name(s->party));
    }
    return cq_str_take(&out);
}

char *cq_analysis_to_labels(const struct cq_analysis *a)
{
    struct cq_str out = {0};
    for (size_t i = 0; i < a->talk.segments.n; i++) {
        const struct cq_segment *s = &a->talk.segments.v[i];
        add_time(&out, s->at.start_s);
        cq_str_add_char(&out, '\t');
        add_time(&out, s->at.end_s);
        cq_str_printf(&out, "\t%s\n", cq_party_name(s->party));
    }
    return cq_str_take(&out);
}

static void add_interval(struct cq_str *out, size_t *n, double start_s, double end_s, const char *text)
{
    cq_str_printf(out, "        intervals [%zu]:\n            xmin = ", ++*n);
    add_time(out, start_s);
    cq_str_add(out, "\n            xmax = ");
    add_time(out, end_s);
    cq_str_printf(out, "\n            text = \"%s\"\n", text);
}

/* A TextGrid tier must tile the whole recording: what lies between talkspurts becomes empty intervals. */
static void add_tier(struct cq_str *out, const struct cq_analysis *a, enum cq_party party, double end_s)
{
    struct cq_str body = {0};
    size_t n = 0;
    double at_s = 0;
    for (size_t i = 0; i < a->talk.segments.n; i++) {
        const struct cq_segment *s = &a->talk.segments.v[i];
        if (s->party != party)
            continue;
        if (s->at.start_s > at_s)
            add_interval(&body, &n, at_s, s->at.start_s, "");
        add_interval(&body, &n, fmax(at_s, s->at.start_s), s->at.end_s, "speech");
        at_s = s->at.end_s;
    }
    if (at_s < end_s || n == 0)
        add_interval(&body, &n, at_s, end_s, "");

    cq_str_printf(out,
                  "    item [%d]:\n        class = \"IntervalTier\"\n        name = \"%s\"\n        xmin = 0\n"
                  "        xmax = ",
                  (int)party + 1, cq_party_name(party));
    add_time(out, end_s);
    cq_str_printf(out, "\n        intervals: size = %zu\n", n);
    if (body.failed)
        out->failed = true;
    else if (body.s)
        cq_str_add(out, body.s);
    cq_str_done(&body);
}

char *cq_analysis_to_textgrid(const struct cq_analysis *a)
{
    struct cq_str out = {0};
    double end_s = a->talk.duration_s;
    for (size_t i = 0; i < a->talk.segments.n; i++)
        end_s = fmax(end_s, a->talk.segments.v[i].at.end_s);
    cq_str_add(&out, "File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\nxmin = 0\nxmax = ");
    add_time(&out, end_s);
    cq_str_add(&out, "\ntiers? <exists>\nsize = 2\nitem []:\n");
    add_tier(&out, a, CQ_AGENT, end_s);
    add_tier(&out, a, CQ_CUSTOMER, end_s);
    return cq_str_take(&out);
}
