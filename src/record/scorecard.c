#include "callqa/scorecard.h"

const char *cq_judged_name(enum cq_judged judged)
{
    switch (judged) {
    case CQ_JUDGED_AUTO:
        return "auto";
    case CQ_JUDGED_ASSIST:
        return "assist";
    case CQ_JUDGED_HUMAN:
        return "human";
    case CQ_JUDGED_RECORD:
        return "record";
    case CQ_JUDGED_SCRIPT:
        return "script";
    }
    return "human";
}

const char *cq_item_state_name(enum cq_item_state state)
{
    switch (state) {
    case CQ_ITEM_SCORED:
        return "scored";
    case CQ_ITEM_PROPOSED:
        return "proposed";
    case CQ_ITEM_OPEN:
        return "open";
    case CQ_ITEM_NOT_APPLICABLE:
        return "not_applicable";
    }
    return "open";
}

const char *cq_severity_name(enum cq_severity severity)
{
    switch (severity) {
    case CQ_SEVERITY_INFO:
        return "info";
    case CQ_SEVERITY_WARNING:
        return "warning";
    case CQ_SEVERITY_CRITICAL:
        return "critical";
    }
    return "info";
}
