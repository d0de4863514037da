#include "callqa/metrics.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define X_INFO(id, name, unit, help) {name, unit, help},
static const struct cq_metric_info call_info[] = {CQ_CALL_METRICS(X_INFO)};
static const struct cq_metric_info party_info[] = {CQ_PARTY_METRICS(X_INFO)};
#undef X_INFO
static_assert(sizeof call_info / sizeof *call_info == CQ_N_CALL_METRICS, "one row a call measure");
static_assert(sizeof party_info / sizeof *party_info == CQ_N_PARTY_METRICS, "one row a party measure");

const struct cq_metric_info *cq_call_metric_info(enum cq_call_metric m)
{
    return &call_info[m];
}

const struct cq_metric_info *cq_party_metric_info(enum cq_party_metric m)
{
    return &party_info[m];
}

static int find_in(const struct cq_metric_info *info, int n, const char *name)
{
    for (int i = 0; i < n; i++) {
        if (!strcmp(info[i].name, name))
            return i;
    }
    return -1;
}

int cq_metric_find(const char *name, enum cq_party *ret_party, int *ret_index)
{
    enum cq_party party = CQ_NOBODY;
    if (!strncmp(name, "agent.", 6)) {
        party = CQ_AGENT;
        name += 6;
    } else if (!strncmp(name, "customer.", 9)) {
        party = CQ_CUSTOMER;
        name += 9;
    }
    int i = party == CQ_NOBODY ? find_in(call_info, CQ_N_CALL_METRICS, name)
                               : find_in(party_info, CQ_N_PARTY_METRICS, name);
    if (i < 0)
        return -ENOENT;
    *ret_party = party;
    *ret_index = i;
    return 0;
}

const struct cq_value *cq_metric_get(const struct cq_metrics *m, enum cq_party party, int index)
{
    return party == CQ_NOBODY ? &m->call[index] : &m->party[party][index];
}

const char *cq_null_reason_name(enum cq_null_reason reason)
{
    switch (reason) {
    case CQ_HAS_VALUE:
        return NULL;
    case CQ_NULL_NO_SPEECH:
        return "no_speech";
    case CQ_NULL_TOO_LITTLE:
        return "too_little_material";
    case CQ_NULL_NO_EVENTS:
        return "nothing_of_the_kind";
    case CQ_NULL_MIXED_RECORDING:
        return "mixed_recording";
    case CQ_NULL_UNSCORABLE:
        return "unscorable";
    case CQ_NULL_NOT_MEASURED:
        return "not_measured";
    }
    return NULL;
}
