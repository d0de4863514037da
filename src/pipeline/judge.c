#include "pipeline/judge.h"

#include "base/str.h"

#include <errno.h>

static double speech_s(const struct cq_talk *talk)
{
    double sum = 0;
    for (size_t i = 0; i < talk->segments.n; i++)
        sum += talk->segments.v[i].at.end_s - talk->segments.v[i].at.start_s;
    return sum;
}

static char *silent_channel(const struct cq_recording *rec)
{
    const struct cq_channel_health *ch = rec->health.channel;
    if (ch[0].silent && ch[1].silent)
        return cq_str_dup("both channels are silent: nothing was recorded; check the recorder");
    int silent = ch[0].silent ? 0 : 1;
    enum cq_party party = cq_recording_health_index(rec, CQ_AGENT) == silent ? CQ_AGENT : CQ_CUSTOMER;
    return cq_str_format(
        "channel %d (%s) is silent: only one side of the call was recorded; check the recorder",
        rec->channel_of[party], cq_party_name(party));
}

int cq_judge(const struct cq_judge_opts *opts, const struct cq_recording *rec, const struct cq_talk *talk,
             int n_channels, char **ret_reason)
{
    const struct cq_health *h = &rec->health;
    double s = speech_s(talk);
    char *reason = NULL;

    if (n_channels == 1 && h->channel[0].silent)
        reason = cq_str_dup("the recording is silent: nothing was recorded; check the recorder");
    else if (n_channels == 2 && (h->channel[0].silent || h->channel[1].silent))
        reason = silent_channel(rec);
    else if (n_channels == 2 && (h->fake_stereo || h->identical_ratio >= opts->identical_ratio))
        reason =
            cq_str_dup("both channels carry the same sound, so the parties can't be told apart by channel; "
                       "record them on separate channels, or analyse again with --layout mixed");
    else if (s <= 0)
        reason = cq_str_dup("no speech was found: noise, tones or music only");
    else if (s < opts->min_speech_s)
        reason = cq_str_format("only %.1f s of speech; at least %.1f s are needed for a score", s,
                               opts->min_speech_s);
    else {
        *ret_reason = NULL;
        return 0;
    }
    if (!reason)
        return -ENOMEM;
    *ret_reason = reason;
    return 0;
}

void cq_judge_withhold(struct cq_metrics *m)
{
    for (int i = 0; i < CQ_N_CALL_METRICS; i++) {
        if (i != CQ_M_DURATION)
            m->call[i] = (struct cq_value){.reason = CQ_NULL_UNSCORABLE};
    }
    for (enum cq_party p = CQ_AGENT; p < CQ_N_PARTIES; p++) {
        for (int i = 0; i < CQ_N_PARTY_METRICS; i++) {
            if (i != CQ_PM_SPEECH && i != CQ_PM_CLIPPING_RATIO)
                m->party[p][i] = (struct cq_value){.reason = CQ_NULL_UNSCORABLE};
        }
    }
}
