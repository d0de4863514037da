#include "audio/layout.h"

#include "base/error.h"

#include <errno.h>

int cq_layout_plan(const struct cq_audio_opts *opts, int n_channels, const char *path, struct cq_error *err,
                   struct cq_channel_plan *ret_plan)
{
    if (n_channels > opts->max_channels)
        return cq_error_set(err, -ENOTSUP, path, 0,
                            "has %d channels, more than the %d allowed; export the two of the call, or raise "
                            "audio.max_channels",
                            n_channels, opts->max_channels);

    struct cq_channel_plan plan = {.n_file = n_channels, .n_out = 1, .n_health = 1};
    if (n_channels > 1) {
        plan.n_health = 2;
        plan.health_channel[1] = 1;
    }
    if (n_channels == 1 || opts->layout == CQ_LAYOUT_MIXED) {
        plan.mix = n_channels > 1;
        *ret_plan = plan;
        return 0;
    }

    bool right = opts->layout == CQ_LAYOUT_AGENT_RIGHT;
    int agent = opts->agent_channel, customer = opts->customer_channel;
    if (agent < 0 && customer < 0) {
        agent = right ? 1 : 0;
        customer = right ? 0 : 1;
    } else if (agent < 0) {
        agent = customer == 0 ? 1 : 0;
    } else if (customer < 0) {
        customer = agent == 0 ? 1 : 0;
    }
    if (agent >= n_channels || customer >= n_channels)
        return cq_error_set(
            err, -EINVAL, path, 0,
            "has channels 0 to %d, but audio.agent_channel and audio.customer_channel ask for %d and "
            "%d; correct them",
            n_channels - 1, agent, customer);
    if (agent == customer)
        return cq_error_set(
            err, -EINVAL, path, 0,
            "audio.agent_channel and audio.customer_channel are both %d; give each party its own, or "
            "set audio.layout to mixed",
            agent);

    plan.n_out = 2;
    plan.party_channel[CQ_AGENT] = agent;
    plan.party_channel[CQ_CUSTOMER] = customer;
    plan.health_channel[0] = agent < customer ? agent : customer;
    plan.health_channel[1] = agent < customer ? customer : agent;
    *ret_plan = plan;
    return 0;
}
