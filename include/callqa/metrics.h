/* callqa/metrics.h - every call measure, in one table that feeds JSON, SQL, queries, rubrics and docs. */
#ifndef CALLQA_METRICS_H
#define CALLQA_METRICS_H

#include "callqa/party.h"

#include <stdbool.h>
#include <stddef.h>

/* Why a measure has no value. The names are stored and shown; keep them stable. */
enum cq_null_reason {
    CQ_HAS_VALUE = 0,
    CQ_NULL_NO_SPEECH,       /* the party does not speak */
    CQ_NULL_TOO_LITTLE,      /* too little material for the measure */
    CQ_NULL_NO_EVENTS,       /* nothing of the kind happened (no responses, no turns) */
    CQ_NULL_MIXED_RECORDING, /* one channel carries both parties */
    CQ_NULL_UNSCORABLE,      /* the recording cannot be judged */
    CQ_NULL_NOT_MEASURED     /* the detector in use does not deliver it */
};

struct cq_value {
    double v;
    enum cq_null_reason reason; /* CQ_HAS_VALUE or why not; v is 0 then */
};

/* X(ID, name, unit, what it is). Order is the order of output; append only. */
#define CQ_CALL_METRICS(X)                                                                                     \
    X(DURATION, "duration_s", "s", "length of the recording")                                                  \
    X(TALK_OVER, "talk_over_s", "s", "time both parties speak at once")                                        \
    X(TALK_OVER_RATIO, "talk_over_ratio", "", "talk_over_s over the time anyone speaks")                       \
    X(MUTUAL_SILENCE, "mutual_silence_s", "s", "time nobody speaks")                                           \
    X(DEAD_AIR, "dead_air_s", "s", "mutual silence of 5 s and more that is not hold")                          \
    X(DEAD_AIR_COUNT, "dead_air_count", "", "number of such silences")                                         \
    X(HOLD, "hold_s", "s", "time the customer is on hold")                                                     \
    X(HOLD_COUNT, "hold_count", "", "number of holds")                                                         \
    X(LONGEST_HOLD, "longest_hold_s", "s", "longest hold")                                                     \
    X(SWITCHES_PER_MIN, "switches_per_min", "1/min", "floor transfers per minute of the call")                 \
    X(FTO_MEDIAN, "fto_median_s", "s", "median floor transfer offset, both directions")                        \
    X(TAIL_SILENCE, "tail_silence_s", "s", "from the last speech to the end of the recording")                 \
    X(HANDLING, "handling_s", "s", "from the answer to the last speech")                                       \
    X(ANSWER, "answer_s", "s", "when the call was answered: the end of the ringback")                          \
    X(LONGEST_DEAD_AIR, "longest_dead_air_s", "s", "longest dead air")

#define CQ_PARTY_METRICS(X)                                                                                    \
    X(SPEECH, "speech_s", "s", "speech of the party")                                                          \
    X(TALK_RATIO, "talk_ratio", "", "share of all speech")                                                     \
    X(TURNS, "turns", "", "number of turns")                                                                   \
    X(LONGEST_TURN, "longest_turn_s", "s", "longest turn")                                                     \
    X(TALK_OVER_BEGUN, "talk_over_s", "s", "talk-over that this party began (spoke second)")                   \
    X(INTERRUPTIONS, "interruptions", "", "times this party cut in, whether it won the floor or not")          \
    X(INTERRUPTIONS_PER_MIN, "interruptions_per_min", "1/min", "per minute of the other party's speech")       \
    X(INTERRUPTION_COST, "interruption_cost_s", "s", "call time spent on restarts after this party's cut-ins") \
    X(EARLY_CUT_INS, "early_cut_ins", "", "interruptions within the first 5 s of the other's turn")            \
    X(RESTARTS, "restarts", "", "interruptions after which the other party had to begin again")                \
    X(BACKCHANNELS, "backchannels", "", "signs of listening")                                                  \
    X(RESPONSES, "responses", "", "responses that the latency statistics rest on")                             \
    X(LATENCY_MEDIAN, "response_latency_median_s", "s", "median response latency")                             \
    X(LATENCY_MEAN, "response_latency_mean_s", "s", "mean response latency")                                   \
    X(LATENCY_P90, "response_latency_p90_s", "s", "90th percentile of the response latency")                   \
    X(LATENCY_MAX, "response_latency_max_s", "s", "longest response latency")                                  \
    X(GREETING_LATENCY, "greeting_latency_s", "s", "from the answer to the party's first speech")              \
    X(SPEECH_RATE, "speech_rate_sps", "1/s", "syllable nuclei per second of speech")                           \
    X(ARTICULATION_RATE, "articulation_rate_sps", "1/s", "syllable nuclei per second in which sound is made")  \
    X(PITCH_MEDIAN, "pitch_median_hz", "Hz", "median pitch")                                                   \
    X(PITCH_SD, "pitch_sd_st", "st", "standard deviation of pitch in semitones")                               \
    X(LEVEL_ASL, "level_asl_dbov", "dBov", "active speech level (P.56)")                                       \
    X(LEVEL_SD, "level_sd_db", "dB", "standard deviation of the level within speech")                          \
    X(SNR, "snr_db", "dB", "active speech level over the noise between speech")                                \
    X(CLIPPING_RATIO, "clipping_ratio", "", "share of the party's samples that are clipped")                   \
    X(CROSSTALK, "crosstalk_db", "dB", "level of this party's voice in the other's channel")                   \
    X(RAISED_VOICE, "raised_voice_s", "s", "time the voice is raised over the party's own median")             \
    X(TALK_OVER_BEGUN_RATIO, "talk_over_ratio", "", "the party's talk_over_s over the time anyone speaks")     \
    X(BACKCHANNELS_PER_MIN, "backchannels_per_min", "1/min", "per minute of the other party's speech")         \
    X(LONG_RESPONSES, "long_responses", "", "responses later than 3 s")                                        \
    X(MONOLOGUES, "monologues", "", "turns of 60 s and more")                                                  \
    X(LEVEL_TREND, "level_trend_db", "dB", "median level in the last third of the call against the first")     \
    X(PITCH_TREND, "pitch_trend_st", "st", "median pitch in the last third of the call against the first")

#define CQ_X_ENUM_CALL(id, name, unit, help) CQ_M_##id,
enum cq_call_metric { CQ_CALL_METRICS(CQ_X_ENUM_CALL) CQ_N_CALL_METRICS };
#undef CQ_X_ENUM_CALL

#define CQ_X_ENUM_PARTY(id, name, unit, help) CQ_PM_##id,
enum cq_party_metric { CQ_PARTY_METRICS(CQ_X_ENUM_PARTY) CQ_N_PARTY_METRICS };
#undef CQ_X_ENUM_PARTY

struct cq_metrics {
    struct cq_value call[CQ_N_CALL_METRICS];
    struct cq_value party[CQ_N_PARTIES][CQ_N_PARTY_METRICS];
    enum cq_party closing_by; /* who spoke last; CQ_NOBODY in a silent call */
};

/* Name, unit and meaning of one measure; `party` tells which of the two tables it stands in. */
struct cq_metric_info {
    const char *name;
    const char *unit;
    const char *help;
};

const struct cq_metric_info *cq_call_metric_info(enum cq_call_metric m);
const struct cq_metric_info *cq_party_metric_info(enum cq_party_metric m);

/*
 * Resolve "duration_s", "agent.interruptions_per_min" or "customer.pitch_median_hz".
 * *ret_party is CQ_NOBODY for a call measure; *ret_index is the enum value. Returns 0 or -ENOENT.
 */
int cq_metric_find(const char *name, enum cq_party *ret_party, int *ret_index);

/* The value that (party, index) of cq_metric_find() names. Never NULL for a pair that it returned. */
const struct cq_value *cq_metric_get(const struct cq_metrics *m, enum cq_party party, int index);

/* Stable word for a reason: "no_speech", "too_little", ...; CQ_HAS_VALUE gives NULL. */
const char *cq_null_reason_name(enum cq_null_reason reason);

#endif
