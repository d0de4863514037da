/* callqa/analysis.h - one recording's whole result: what is printed as JSON and kept in the store. */
#ifndef CALLQA_ANALYSIS_H
#define CALLQA_ANALYSIS_H

#include "callqa/activity.h"
#include "callqa/metrics.h"
#include "callqa/peaks.h"
#include "callqa/recording.h"
#include "callqa/scorecard.h"
#include "callqa/talk.h"

#include <stdbool.h>

#define CQ_JSON_SCHEMA 1

/* What is known of the call from outside its sound: options, folder, file name, side-car. NULL = unknown. */
struct cq_call_info {
    char *agent;    /* agent id */
    char *customer; /* customer id or number */
    char *queue;
    char *department;
    char *direction;   /* "inbound", "outbound", "internal" */
    char *external_id; /* the PBX's call id */
    char *started_at;  /* ISO 8601 with offset */
};

struct cq_analysis {
    struct cq_recording recording;
    struct cq_call_info info;
    bool diarized;
    bool unscorable;
    char *reason; /* unscorable: plain words, one line; else NULL */
    struct cq_activity activity;
    struct cq_talk talk;
    struct cq_metrics metrics;
    struct cq_scorecard scorecard;
    char *program_version;
    char *detector;
    char *config_json;     /* every threshold in force, one JSON object */
    struct cq_peaks peaks; /* no part of the JSON */
};

void cq_call_info_done(struct cq_call_info *info);
void cq_analysis_done(struct cq_analysis *a);

/*
 * Agent and customer change places in everything that was found: talk, events, measures, channels, peaks. The
 * scorecard is emptied, because what was scored was the other person; score it anew. Times stay. Holds stay as
 * well, though a hold in silence is told by the agent's channel: what that was, only the sound can tell. 0, or
 * -ENOMEM with nothing changed.
 */
int cq_analysis_swap_parties(struct cq_analysis *a);

#endif
