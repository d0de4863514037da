/* callqa/options.h - every threshold and setting of an analysis, one struct a stage. config/ gives them names.
 */
#ifndef CALLQA_OPTIONS_H
#define CALLQA_OPTIONS_H

#include <stddef.h>

/* Which file channel carries which party. */
enum cq_layout {
    CQ_LAYOUT_AUTO, /* two channels: agent 0, customer 1; one channel: mixed */
    CQ_LAYOUT_AGENT_LEFT,
    CQ_LAYOUT_AGENT_RIGHT,
    CQ_LAYOUT_MIXED /* the mean of all channels is taken as one mixed recording */
};

struct cq_audio_opts {
    double max_duration_s; /* longer recordings are refused with -EFBIG; default 6 h */
    int max_channels;      /* more are refused; default 8 */
    enum cq_layout layout;
    int agent_channel; /* with more than two channels: file channels of the parties; -1 = first two */
    int customer_channel;
    const char
        *raw_format; /* headerless input: "ulaw", "alaw", "s16le", "gsm", "g722", "g729"; NULL = by extension */
    int raw_rate_hz; /* of headerless PCM; default 8000 */
    int raw_channels;     /* of headerless PCM; 0 = by extension (1, or 2 for .raw) */
    size_t memory_bytes;  /* decoded audio beyond this goes to an unlinked temporary file; default 16 MB */
    const char *temp_dir; /* NULL = $TMPDIR or /var/tmp */
    double silence_dbov;  /* a channel whose loudest 10 ms frame lies below is silent; default -60 */
};

#define CQ_AUDIO_OPTS_INIT                                                                                     \
    {                                                                                                          \
        .max_duration_s = 6 * 3600.0, .max_channels = 8, .layout = CQ_LAYOUT_AUTO, .agent_channel = -1,        \
        .customer_channel = -1, .raw_rate_hz = 8000, .memory_bytes = 16u << 20, .silence_dbov = -60.0          \
    }

struct cq_activity_opts {
    const char *detector;   /* "neural" (default) or "energy" */
    const char *model_path; /* NULL = the installed model */
    int cpu;                /* SIMD path: -1 = best of this machine, 0 = scalar (tests compare them) */
    double hold_min_s;      /* hold is at least this long; default 10 */
    const char
        *mono_agent_rule; /* mixed recordings: what names the agent, activity/mono_agent.h; default "auto" */
};

#define CQ_ACTIVITY_OPTS_INIT                                                                                  \
    {                                                                                                          \
        .detector = "neural", .cpu = -1, .hold_min_s = 10.0, .mono_agent_rule = "auto"                         \
    }

/* How a party speaks: metrics/prosody.h. */
struct cq_prosody_opts {
    double min_voiced_s;     /* pitch needs this much voiced speech; default 3 */
    double min_speech_s;     /* rates and levels need this much speech; default 5 */
    double pitch_floor_hz;   /* default 60 */
    double pitch_ceiling_hz; /* default 500 */
    double raised_min_s;     /* raised_voice: at least this long; default 2 */
    double raised_db;        /* and this far above the own median level; default 8 */
    double raised_st;        /* and this far above the own median pitch; default 2 */
};

#define CQ_PROSODY_OPTS_INIT                                                                                   \
    {                                                                                                          \
        .min_voiced_s = 3.0, .min_speech_s = 5.0, .pitch_floor_hz = 60.0, .pitch_ceiling_hz = 500.0,           \
        .raised_min_s = 2.0, .raised_db = 8.0, .raised_st = 2.0                                                \
    }

/* Thresholds of the talk layer; seconds throughout. Sources: docs/measures.md. */
struct cq_talk_opts {
    double min_pause_s;         /* silence that ends a talkspurt */
    double min_talkspurt_s;     /* shorter speech is dropped */
    double utterance_pause_s;   /* silence that ends an utterance */
    double backchannel_max_s;   /* longest backchannel */
    double backchannel_alone_s; /* own silence around a backchannel */
    double backchannel_near_s;  /* the other party talks this close before and after */
    double simultaneous_s;      /* onsets this close are a simultaneous start */
    double terminal_s;          /* overlap at the end of the holder's talk that is normal turn-taking */
    double interruption_min_s;  /* shorter overlapping talk is no interruption */
    double early_cut_in_s;      /* an interruption this early in the other's turn */
    double restart_s;           /* the interrupted party begins again within this */
    double dead_air_s;          /* mutual silence from here on is dead air */
    double talk_over_min_s;     /* shorter overlap does not count as talk-over */
    double long_response_s;     /* event long_response */
    double monologue_s;         /* event monologue */
};

#define CQ_TALK_OPTS_INIT                                                                                      \
    {                                                                                                          \
        .min_pause_s = 0.20, .min_talkspurt_s = 0.05, .utterance_pause_s = 0.50, .backchannel_max_s = 1.0,     \
        .backchannel_alone_s = 1.0, .backchannel_near_s = 1.0, .simultaneous_s = 0.20, .terminal_s = 0.50,     \
        .interruption_min_s = 1.0, .early_cut_in_s = 5.0, .restart_s = 5.0, .dead_air_s = 5.0,                 \
        .talk_over_min_s = 0.05, .long_response_s = 3.0, .monologue_s = 60.0                                   \
    }

/* When a recording can't be judged: pipeline/judge.h. */
struct cq_judge_opts {
    double min_speech_s;    /* less speech of both parties together is unscorable; default 5 */
    double identical_ratio; /* channels that agree in this share of the frames are one and the same; default
                               0.95 */
};

#define CQ_JUDGE_OPTS_INIT                                                                                     \
    {                                                                                                          \
        .min_speech_s = 5.0, .identical_ratio = 0.95                                                           \
    }

/* All of them: what `callqa config` prints and every analysis records. */
struct cq_config {
    struct cq_audio_opts audio;
    struct cq_activity_opts activity;
    struct cq_talk_opts talk;
    struct cq_prosody_opts prosody;
    struct cq_judge_opts judge;
};

#define CQ_CONFIG_INIT                                                                                         \
    {                                                                                                          \
        .audio = CQ_AUDIO_OPTS_INIT, .activity = CQ_ACTIVITY_OPTS_INIT, .talk = CQ_TALK_OPTS_INIT,             \
        .prosody = CQ_PROSODY_OPTS_INIT, .judge = CQ_JUDGE_OPTS_INIT                                           \
    }

#endif
