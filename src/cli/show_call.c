#include "cli/show.h"

#include "base/number.h"
#include "base/path.h"
#include "base/time.h"
#include "cli/i18n.h"

#include <math.h>
#include <string.h>

#define NAME_COLUMNS 30
#define VALUE_COLUMNS 22

void cq_show_title(const struct cq_show *s, const char *title)
{
    fprintf(s->out, s->term.colour ? "\n\033[1m%s\033[0m\n" : "\n%s\n", title);
}

/* To the tenth: near enough to find it by ear. */
char *cq_show_time(double seconds, char buf[CQ_SHOW_TIME_MAX])
{
    long tenths = isfinite(seconds) && fabs(seconds) < 1e7 ? lround(fabs(seconds) * 10) : 0;
    const char *sign = seconds < 0 ? "-" : "";
    if (tenths >= 36000)
        snprintf(buf, CQ_SHOW_TIME_MAX, "%s%ld:%02ld:%02ld.%ld", sign, tenths / 36000, tenths / 600 % 60,
                 tenths / 10 % 60, tenths % 10);
    else
        snprintf(buf, CQ_SHOW_TIME_MAX, "%s%ld:%02ld.%ld", sign, tenths / 600, tenths / 10 % 60, tenths % 10);
    return buf;
}

/* "label    text", nothing where there is no text. Control characters of names from outside are taken out. */
void cq_show_field(const struct cq_show *s, const char *label, const char *text)
{
    if (!text || !*text)
        return;
    fputs("  ", s->out);
    cq_term_put(s->out, label, 12, false, s->term.utf8);
    fputs("  ", s->out);
    cq_term_put(s->out, text, cq_term_width(text), false, s->term.utf8);
    fputc('\n', s->out);
}

static void put_recording(const struct cq_show *s)
{
    const struct cq_recording *r = &s->a->recording;
    char length[CQ_TIME_CLOCK_MAX], text[256], hash[17];
    cq_show_field(s, _("recording"), r->path);
    snprintf(text, sizeof text, P_("%s, %s, %d Hz, %d channel", "%s, %s, %d Hz, %d channels", r->channels),
             cq_time_format_clock(r->duration_s, length), r->format, r->sample_rate_hz, r->channels);
    cq_show_field(s, _("sound"), text);
    snprintf(hash, sizeof hash, "%.16s", r->sha256);
    cq_show_field(s, _("content"), hash);
}

/* What named the agent of a one-channel recording: cq_activity.party_rule in plain words. */
static const char *rule_words(const char *rule)
{
    static const char *const words[][2] = {
        {"greets_first", N_("who speaks first, as activity.mono_agent_rule says")},
        {"answers", N_("who answers the first to speak, as activity.mono_agent_rule says")},
        {"inbound", N_("the call came in, and who is called speaks first")},
        {"outbound", N_("the call went out, and who is called speaks first")},
        {"opens", N_("who speaks first; nothing tells whether the call came in")},
        {"introduces", N_("a long introduction after a short hello; nothing tells whether the call went out")},
        {"hold_side", N_("who speaks before and after the hold, or first after the queue")},
        {"talks_more", N_("who talks more")},
        {"one_voice", N_("only one voice was found")},
        {"alternates", N_("turns were given to one and the other alternately")},
        {"guess", N_("nothing to go by")},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(rule, words[i][0]) == 0)
            return _(words[i][1]);
    return rule;
}

static void put_parties(const struct cq_show *s)
{
    char text[256];
    if (!s->a->diarized) {
        const int agent = s->a->recording.channel_of[CQ_AGENT],
                  customer = s->a->recording.channel_of[CQ_CUSTOMER];
        if (agent == 0 && customer == 1)
            snprintf(text, sizeof text, "%s", _("agent on the left channel (0), customer on the right (1)"));
        else if (agent == 1 && customer == 0)
            snprintf(text, sizeof text, "%s", _("agent on the right channel (1), customer on the left (0)"));
        else
            snprintf(text, sizeof text, _("agent on channel %d, customer on channel %d"), agent, customer);
    } else {
        snprintf(text, sizeof text,
                 _("one channel; told apart by their voices, the agent by this: %s (confidence %.0f%%)"),
                 rule_words(s->a->activity.party_rule), s->a->activity.party_confidence * 100);
    }
    cq_show_field(s, _("parties"), text);
}

/*
 * A one-channel recording whose agent is named with less confidence than this is shown with a warning: each
 * party's scores may be the other's. A default, not calibrated: 0.5 is a guess, and the rules never claim more
 * than 0.95.
 */
static const double SURE_OF_PARTIES = 0.9;

static void put_warnings(const struct cq_show *s)
{
    const struct cq_recording *r = &s->a->recording;
    if (s->a->unscorable)
        cq_show_field(s, _("unscorable"), s->a->reason ? _(s->a->reason) : _("no reason given"));
    if (r->truncated)
        cq_show_field(s, _("warning"), _("the file is cut off; what is there was analysed"));
    if (r->health.fake_stereo)
        cq_show_field(s, _("warning"), _("both channels carry the same sound"));
    if (s->a->diarized && s->a->activity.party_confidence < SURE_OF_PARTIES)
        cq_show_field(
            s, _("warning"),
            _("who of the two is the agent is not sure: listen to the beginning before these scores are "
              "used, or choose activity.mono_agent_rule"));
    if (r->health.swapped_suspect)
        cq_show_field(s, _("warning"),
                      _("ringing or hold music lies on the customer's side: the channels may be "
                        "exchanged (--layout)"));
}

void cq_show_head(const struct cq_show *s)
{
    const struct cq_call_info *info = &s->a->info;
    char title[64];
    snprintf(title, sizeof title, _("Call %lld"), (long long)s->call);
    fprintf(s->out, s->term.colour ? "\033[1m%s\033[0m\n" : "%s\n", title);
    put_recording(s);
    cq_show_field(s, _("started"), info->started_at);
    cq_show_field(s, _("agent"), info->agent);
    cq_show_field(s, _("customer"), info->customer);
    cq_show_field(s, _("queue"), info->queue);
    cq_show_field(s, _("department"), info->department);
    cq_show_field(s, _("direction"), info->direction);
    cq_show_field(s, _("external id"), info->external_id);
    put_parties(s);
    cq_show_field(s, _("detector"), s->a->detector);
    put_warnings(s);
}

static void put_value(const struct cq_show *s, const struct cq_value *v, const char *unit)
{
    char number[CQ_NUMBER_MAX], text[CQ_NUMBER_MAX + 16];
    if (v->reason != CQ_HAS_VALUE) {
        snprintf(text, sizeof text, "(%s)", cq_show_reason(v->reason));
    } else {
        cq_number_format(number, v->v, unit[0] ? 2 : 3);
        snprintf(text, sizeof text, "%s%s%s", number, unit[0] ? " " : "", unit);
    }
    cq_term_put(s->out, text, VALUE_COLUMNS, true, s->term.utf8);
}

/* What a measure is stands behind it where the terminal has room, else on the line below. */
static void put_help(const struct cq_show *s, const char *help, size_t used)
{
    size_t room = s->term.width > 0 && (size_t)s->term.width > used + 3 ? (size_t)s->term.width - used - 3 : 0;
    const char *text = _(help);
    size_t width = cq_term_width(text);
    fputs(width <= room ? "   " : "\n      ", s->out);
    fputs(s->term.colour ? "\033[2m" : "", s->out);
    cq_term_put(s->out, text, width, false, s->term.utf8);
    fputs(s->term.colour ? "\033[0m\n" : "\n", s->out);
}

void cq_show_measures(const struct cq_show *s)
{
    const struct cq_metrics *m = &s->a->metrics;
    cq_show_title(s, _("Measures"));
    fputs("  ", s->out);
    cq_term_put(s->out, "", NAME_COLUMNS, false, s->term.utf8);
    cq_term_put(s->out, _("agent"), VALUE_COLUMNS, true, s->term.utf8);
    cq_term_put(s->out, _("customer"), VALUE_COLUMNS, true, s->term.utf8);
    fputc('\n', s->out);
    for (int i = 0; i < CQ_N_PARTY_METRICS; i++) {
        const struct cq_metric_info *info = cq_party_metric_info((enum cq_party_metric)i);
        fputs("  ", s->out);
        cq_term_put(s->out, info->name, NAME_COLUMNS, false, s->term.utf8);
        put_value(s, &m->party[CQ_AGENT][i], info->unit);
        put_value(s, &m->party[CQ_CUSTOMER][i], info->unit);
        put_help(s, info->help, 2 + NAME_COLUMNS + 2 * VALUE_COLUMNS);
    }
    fputs("  ", s->out);
    cq_term_put(s->out, "", NAME_COLUMNS, false, s->term.utf8);
    cq_term_put(s->out, _("call"), VALUE_COLUMNS, true, s->term.utf8);
    fputc('\n', s->out);
    for (int i = 0; i < CQ_N_CALL_METRICS; i++) {
        const struct cq_metric_info *info = cq_call_metric_info((enum cq_call_metric)i);
        fputs("  ", s->out);
        cq_term_put(s->out, info->name, NAME_COLUMNS, false, s->term.utf8);
        put_value(s, &m->call[i], info->unit);
        put_help(s, info->help, 2 + NAME_COLUMNS + VALUE_COLUMNS);
    }
}

static const char *outcome_words(enum cq_outcome outcome)
{
    static const char *const words[] = {N_("took_floor"), N_("failed")};
    (void)words; /* for xgettext */
    return _(cq_outcome_name(outcome));
}

static void put_event(const struct cq_show *s, const struct cq_event *e)
{
    char from[CQ_SHOW_TIME_MAX], to[CQ_SHOW_TIME_MAX];
    fprintf(s->out, "  %10s - %-10s  ", cq_show_time(e->at.start_s, from), cq_show_time(e->at.end_s, to));
    cq_term_put(s->out, e->by == CQ_NOBODY ? "" : _(cq_party_name(e->by)), 10, false, s->term.utf8);
    fprintf(s->out, "%s", cq_show_event(e->type));
    if (cq_outcome_name(e->outcome))
        fprintf(s->out, ", %s", outcome_words(e->outcome));
    if (e->early_cut_in)
        fprintf(s->out, ", %s", _("early_cut_in"));
    if (e->restart)
        fprintf(s->out, ", %s (%.1f s)", _("restart"), e->cost_s);
    if (e->overlap_s > 0)
        fprintf(s->out, ", %.2f s %s", e->overlap_s, _("both speaking"));
    if (e->type == CQ_EVENT_TONE)
        fprintf(s->out, ", %s%s%c", cq_tone_name(e->tone), e->digit ? " " : "", e->digit ? e->digit : ' ');
    if (e->type == CQ_EVENT_LONG_RESPONSE)
        fprintf(s->out, ", %.1f s", e->value);
    if (e->type == CQ_EVENT_RAISED_VOICE)
        fprintf(s->out, ", %+.1f dB", e->value);
    fputc('\n', s->out);
}

void cq_show_events(const struct cq_show *s)
{
    cq_show_title(s, _("Events"));
    for (size_t i = 0; i < s->a->talk.events.n; i++)
        put_event(s, &s->a->talk.events.v[i]);
    if (!s->a->talk.events.n)
        fprintf(s->out, "  %s\n", _("none"));
}
