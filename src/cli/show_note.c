/*
 * What a scorecard says beside a number, in the reader's language. Notes are stored as the English sentences
 * that rubric/score_item.c makes, so that the JSON, the database and the page have one form; here each is taken
 * apart again, its measures get their units, and what cannot be taken apart is shown as it is.
 */
#include "cli/show.h"

#include "base/number.h"
#include "cli/i18n.h"

#include <stdlib.h>
#include <string.h>

const char *cq_show_reason(enum cq_null_reason reason)
{
    switch (reason) {
    case CQ_HAS_VALUE:
        return "";
    case CQ_NULL_NO_SPEECH:
        return _("does not speak");
    case CQ_NULL_TOO_LITTLE:
        return _("too little material");
    case CQ_NULL_NO_EVENTS:
        return _("none happened");
    case CQ_NULL_MIXED_RECORDING:
        return _("not in a mixed one");
    case CQ_NULL_UNSCORABLE:
        return _("unscorable");
    case CQ_NULL_NOT_MEASURED:
        return _("not measured");
    }
    return "";
}

const char *cq_show_event(enum cq_event_type type)
{
    /* TRANSLATORS: names of events as in the JSON; English keeps them */
    static const char *const words[] = {
        N_("interruption"),
        N_("backchannel"),
        N_("terminal_overlap"),
        N_("simultaneous_start"),
        N_("overlap"),
        N_("dead_air"),
        N_("hold"),
        N_("tone"),
        N_("long_response"),
        N_("monologue"),
        N_("raised_voice"),
        N_("clipping"),
        N_("dropout"),
        N_("music"),
        N_("announcement"),
    };
    (void)words; /* for xgettext */
    return _(cq_event_name(type));
}

static const char *unit_of(const char *measure)
{
    enum cq_party party;
    int index;
    if (!measure || cq_metric_find(measure, &party, &index))
        return "";
    return party == CQ_NOBODY ? cq_call_metric_info((enum cq_call_metric)index)->unit
                              : cq_party_metric_info((enum cq_party_metric)index)->unit;
}

char *cq_show_quantity(const char *measure, double v, char buf[CQ_SHOW_QUANTITY_MAX])
{
    const char *unit = unit_of(measure);
    char number[CQ_NUMBER_MAX];
    cq_number_format(number, v, *unit ? 2 : 3);
    snprintf(buf, CQ_SHOW_QUANTITY_MAX, "%s%s%s", number, *unit ? " " : "", unit);
    return buf;
}

/* A number that is text already. */
static char *quantity_of_text(const char *measure, const char *number, char buf[CQ_SHOW_QUANTITY_MAX])
{
    double v;
    if (!cq_number_parse(number, strlen(number), &v))
        return cq_show_quantity(measure, v, buf);
    snprintf(buf, CQ_SHOW_QUANTITY_MAX, "%s", strcmp(number, "unknown") ? number : _("unknown"));
    return buf;
}

/* Cut *at where `mark` begins: the part before it is returned, *at goes behind it. NULL where it is not there.
 */
static char *part(char **at, const char *mark)
{
    char *end = strstr(*at, mark), *begin = *at;
    if (!end)
        return NULL;
    *end = '\0';
    *at = end + strlen(mark);
    return begin;
}

static bool begins(char **at, const char *head)
{
    size_t n = strlen(head);
    if (strncmp(*at, head, n))
        return false;
    *at += n;
    return true;
}

/* What is at hand for one sentence. Its functions write into a copy of it, and add nothing where it does not
 * fit. */
static bool add_lacks(char *at, struct cq_str *out)
{
    char value[CQ_SHOW_QUANTITY_MAX], least[CQ_SHOW_QUANTITY_MAX];
    char *measure, *is, *needed;
    if (!begins(&at, "too little to judge by: ") || !(measure = part(&at, " is ")) ||
        !(is = part(&at, ", at least ")) || !(needed = part(&at, " is needed")) || *at)
        return false;
    cq_str_printf(out, _("too little to judge by: %s is %s, at least %s is needed"), measure,
                  quantity_of_text(measure, is, value), quantity_of_text(measure, needed, least));
    return true;
}

static bool add_not_measured(char *at, struct cq_str *out)
{
    if (!begins(&at, "not measured: "))
        return false;
    for (int i = CQ_HAS_VALUE + 1; i <= CQ_NULL_NOT_MEASURED; i++) {
        if (strcmp(at, cq_null_reason_name((enum cq_null_reason)i)))
            continue;
        if (i == CQ_NULL_NOT_MEASURED)
            cq_str_add(out, _("not measured"));
        else
            cq_str_printf(out, _("not measured: %s"), cq_show_reason((enum cq_null_reason)i));
        return true;
    }
    return false;
}

static bool add_only(const struct cq_show *s, char *at, struct cq_str *out)
{
    char *applies, *needed;
    size_t n;
    if (!begins(&at, "only ") || !(applies = part(&at, " % of the indicators' weight applies, ")) ||
        !(needed = part(&at, " % is needed (")) || !(n = strlen(at)) || at[n - 1] != ')')
        return false;
    at[n - 1] = '\0';
    cq_str_printf(out, _("only %s %% of the indicators' weight applies, %s %% is needed"), applies, needed);
    cq_str_add(out, " (");
    cq_show_note(s, at, out);
    cq_str_add(out, ")");
    return true;
}

/* "at most 2: TEXT OF THE FORM (MEASURE is VALUE)", and more of them after a semicolon. */
static bool add_caps(const struct cq_show *s, char *at, struct cq_str *out)
{
    struct cq_str all = {0};
    char value[CQ_SHOW_QUANTITY_MAX];
    while (begins(&at, "at most ")) {
        char *most = part(&at, ": "), *text = most ? part(&at, " (") : NULL;
        char *measure = text ? part(&at, " is ") : NULL, *is = measure ? part(&at, ")") : NULL;
        if (!is)
            break;
        const char *told = s->rubric ? cq_rubric_translate(s->rubric, text, cq_cli_language()) : text;
        if (all.n)
            cq_str_add(&all, "; ");
        cq_str_printf(&all, _("at most %s: %s (%s is %s)"), most, told, measure,
                      quantity_of_text(measure, is, value));
        if (!begins(&at, "; "))
            break;
    }
    bool whole = all.n && !*at && !all.failed;
    if (whole)
        cq_str_add(out, all.s);
    cq_str_done(&all);
    return whole;
}

void cq_show_note(const struct cq_show *s, const char *note, struct cq_str *out)
{
    static const char *const sentences[] = {
        N_("one channel carries both parties"), N_("not judged in calls"), N_("needs a transcript"),
        N_("waits for the call's records"),     N_("none applies"),
    };
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
        if (!strcmp(note, sentences[i])) {
            cq_str_add(out, _(note));
            return;
        }
    }
    size_t n = strlen(note) + 1;
    char *copy = malloc(n);
    bool told = false;
    for (int form = 0; copy && form < 4 && !told; form++) {
        memcpy(copy, note, n);
        told = form == 0   ? add_lacks(copy, out)
               : form == 1 ? add_not_measured(copy, out)
               : form == 2 ? add_only(s, copy, out)
                           : add_caps(s, copy, out);
    }
    free(copy);
    if (!told)
        cq_str_add(out, s->rubric ? cq_rubric_translate(s->rubric, note, cq_cli_language()) : note);
}
