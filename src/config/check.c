#include "base/error.h"
#include "config/config.h"

#include <errno.h>
#include <string.h>

/* The double of that name in c. */
static double number(const struct cq_config *c, const struct cq_option *o)
{
    double v;
    memcpy(&v, (const char *)c + o->offset, sizeof v);
    return v;
}

/* Where the later of two options was set by hand; the defaults fit each other. */
static const struct cq_config_origin *place(const struct cq_settings *s, const struct cq_option *a,
                                            const struct cq_option *b)
{
    const struct cq_config_origin *oa = &s->origin[a - cq_config_option(0)];
    const struct cq_config_origin *ob = &s->origin[b - cq_config_option(0)];
    return ob->file && (!oa->file || ob->line > oa->line) ? ob : oa;
}

struct order {
    const char *low;
    const char *high;
    bool strict;
    const char *why;
};

static const struct order orders[] = {
    {"prosody.pitch_floor_hz", "prosody.pitch_ceiling_hz", true, "no pitch lies between them"},
    {"talk.min_pause_s", "talk.utterance_pause_s", false, "an utterance is made of talkspurts"},
    {"talk.min_talkspurt_s", "talk.backchannel_max_s", false, "no backchannel would be left"},
    {"talk.utterance_pause_s", "talk.dead_air_s", true, "dead air inside an utterance makes no sense"},
    {"talk.long_response_s", "talk.dead_air_s", false, "longer gaps are dead air, no responses"},
};

static int check_order(const struct cq_settings *s, const struct order *order, struct cq_error *err)
{
    const struct cq_option *low = cq_config_find(order->low), *high = cq_config_find(order->high);
    double a = number(&s->config, low), b = number(&s->config, high);
    if (order->strict ? a < b : a <= b)
        return 0;
    const struct cq_config_origin *at = place(s, low, high);
    struct cq_str va = {0}, vb = {0};
    cq_config_add_value(&va, &s->config, low);
    cq_config_add_value(&vb, &s->config, high);
    cq_error_set(err, -EINVAL, at->file, at->line, "%s (%s) must %s %s (%s): %s", low->name, va.s ? va.s : "",
                 order->strict ? "be less than" : "not exceed", high->name, vb.s ? vb.s : "", order->why);
    cq_str_done(&va);
    cq_str_done(&vb);
    return -EINVAL;
}

int cq_config_check(const struct cq_settings *s, struct cq_error *err)
{
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        int r = check_order(s, &orders[i], err);
        if (r)
            return r;
    }

    const struct cq_audio_opts *a = &s->config.audio;
    bool none = a->agent_channel < 0 && a->customer_channel < 0;
    bool both = a->agent_channel >= 0 && a->customer_channel >= 0 && a->agent_channel != a->customer_channel;
    if (none || both)
        return 0;
    const struct cq_config_origin *at =
        place(s, cq_config_find("audio.agent_channel"), cq_config_find("audio.customer_channel"));
    return cq_error_set(err, -EINVAL, at->file, at->line,
                        "audio.agent_channel (%d) and audio.customer_channel (%d) must be two different "
                        "channels, or -1 both",
                        a->agent_channel, a->customer_channel);
}
