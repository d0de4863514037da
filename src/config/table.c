#include "config/config.h"

#include <assert.h>
#include <string.h>

/*
 * The one table of options. A row's type is taken from the member it names, so that the two cannot differ;
 * defaults stand in CQ_CONFIG_INIT alone.
 */
#define ROW(section, member, lo, hi, unit, help, source)                                                       \
    {                                                                                                          \
#section "." #member, TYPE(section.member), offsetof(struct cq_config, section.member), lo, hi, NULL,  \
            unit, help, source                                                                                 \
    }
#define WORDS(section, member, words, help, source)                                                            \
    {                                                                                                          \
#section "." #member, TYPE(section.member), offsetof(struct cq_config, section.member), 0, 0, words,   \
            "", help, source                                                                                   \
    }
/* clang-format off */
#define TYPE(member)                                                                                           \
    _Generic(((struct cq_config *)0)->member,                                                                  \
        double: CQ_OPTION_DOUBLE,                                                                              \
        int: CQ_OPTION_INT,                                                                                    \
        size_t: CQ_OPTION_SIZE,                                                                                \
        bool: CQ_OPTION_BOOL,                                                                                  \
        const char *: CQ_OPTION_STRING,                                                                        \
        enum cq_layout: CQ_OPTION_ENUM)
/* clang-format on */

#define OWN "callqa default"
#define MEASURES "docs/measures.md"
#define MB (1024.0 * 1024.0)

static const char *const layout_words[] = {"auto", "agent-left", "agent-right", "mixed", NULL};
static_assert(CQ_LAYOUT_AUTO == 0 && CQ_LAYOUT_AGENT_LEFT == 1 && CQ_LAYOUT_AGENT_RIGHT == 2 &&
                  CQ_LAYOUT_MIXED == 3,
              "one word a layout, in the order of the enum");
static_assert(sizeof(enum cq_layout) == sizeof(int), "enum options are kept as int");

static const char *const raw_words[] = {"ulaw", "alaw", "s16le", "gsm", "g722", "g729", NULL};
static const char *const detector_words[] = {"neural", "energy", NULL};
static const char *const mono_agent_words[] = {"auto",      "greets_first", "answers",
                                               "hold_side", "talks_more",   NULL};

static const struct cq_option table[] = {
    ROW(audio, max_duration_s, 1, 24 * 3600.0, "s", "Longer recordings are refused", OWN ": a working shift"),
    ROW(audio, max_channels, 1, 64, "", "Recordings with more channels are refused", OWN),
    WORDS(audio, layout, layout_words, "Which channel carries the agent",
          OWN ": agent left, as most recorders"),
    ROW(audio, agent_channel, -1, 63, "",
        "With more than two channels: the agent's, counted from 0; -1 takes the first two", OWN),
    ROW(audio, customer_channel, -1, 63, "",
        "With more than two channels: the customer's, counted from 0; -1 takes the first two", OWN),
    WORDS(audio, raw_format, raw_words, "Coding of headerless files; unset goes by the extension", OWN),
    ROW(audio, raw_rate_hz, 1000, 192000, "Hz", "Sample rate of headerless PCM", "ITU-T G.711: 8000 Hz"),
    ROW(audio, raw_channels, 0, 64, "", "Channels of headerless PCM; 0 goes by the extension", OWN),
    ROW(audio, memory_bytes, MB, 4096.0 * MB, "bytes",
        "Decoded audio beyond this goes to an unlinked temporary file", OWN),
    ROW(audio, temp_dir, 0, 0, "", "Folder for that file; unset is $TMPDIR or /var/tmp", OWN),
    ROW(audio, silence_dbov, -96, -20, "dBov", "A channel whose loudest 10 ms stay below is called silent",
        OWN ": under any G.711 line noise"),

    WORDS(activity, detector, detector_words, "Speech detector", OWN),
    ROW(activity, model_path, 0, 0, "", "File with the detector's weights; unset is the installed one", OWN),
    ROW(activity, cpu, -1, 8, "", "Processor path of the detector: -1 the best of this machine, 0 plain C",
        OWN),
    ROW(activity, hold_min_s, 1, 120, "s", "Shorter waiting is no hold", MEASURES ": hold"),
    WORDS(activity, mono_agent_rule, mono_agent_words,
          "What names the agent in a mixed recording; auto weighs all", OWN),

    ROW(talk, min_pause_s, 0.01, 2, "s", "Silence that ends a talkspurt",
        "inter-pausal units at 0.2 s: Heldner & Edlund 2010"),
    ROW(talk, min_talkspurt_s, 0, 1, "s", "Shorter speech is dropped", MEASURES ": talkspurt"),
    ROW(talk, utterance_pause_s, 0.05, 5, "s", "Silence that ends an utterance",
        MEASURES ": utterance; pauses inside a turn are mostly shorter (Heldner & Edlund 2010)"),
    ROW(talk, backchannel_max_s, 0, 5, "s", "Longest backchannel", MEASURES ": backchannel"),
    ROW(talk, backchannel_alone_s, 0, 10, "s", "Own silence before and after a backchannel",
        MEASURES ": backchannel"),
    ROW(talk, backchannel_near_s, 0, 10, "s", "The other party talks this close before and after a backchannel",
        MEASURES ": backchannel"),
    ROW(talk, simultaneous_s, 0, 2, "s", "Onsets this close together are a simultaneous start",
        "under the 0.2 s that a reaction to speech takes (Fry 1975; Heldner & Edlund 2010)"),
    ROW(talk, terminal_s, 0, 5, "s", "Overlap at the end of the holder's talk that is normal turn-taking",
        MEASURES ": terminal_overlap"),
    ROW(talk, interruption_min_s, 0.05, 10, "s", "Shorter overlapping talk is no interruption",
        MEASURES ": interruption"),
    ROW(talk, early_cut_in_s, 0, 60, "s", "An interruption this early in the other's turn is an early cut-in",
        MEASURES ": early_cut_in"),
    ROW(talk, restart_s, 0, 60, "s", "An interrupted party that begins again within this restarts",
        MEASURES ": restart"),
    ROW(talk, dead_air_s, 0.5, 120, "s", "Mutual silence from here on is dead air", MEASURES ": dead air"),
    ROW(talk, talk_over_min_s, 0, 5, "s", "Shorter overlap does not count as talk-over",
        MEASURES ": talk-over"),
    ROW(talk, long_response_s, 0.1, 60, "s", "A response this late is listed as long_response",
        MEASURES ": long_response"),
    ROW(talk, monologue_s, 1, 3600, "s", "A turn this long is listed as monologue", MEASURES ": monologue"),

    ROW(prosody, min_voiced_s, 0.1, 600, "s", "Pitch needs this much voiced speech", OWN),
    ROW(prosody, min_speech_s, 0.1, 600, "s", "Speech rates and levels need this much speech", OWN),
    ROW(prosody, pitch_floor_hz, 40, 400, "Hz", "Lowest pitch looked for", "Boersma 1993: low male voices"),
    ROW(prosody, pitch_ceiling_hz, 100, 600, "Hz", "Highest pitch looked for", "Boersma 1993: high voices"),
    ROW(prosody, raised_min_s, 0.1, 60, "s", "A raised voice lasts at least this long",
        MEASURES ": raised_voice"),
    ROW(prosody, raised_db, 0, 40, "dB", "A raised voice is this far above the speaker's own median level",
        MEASURES ": raised_voice"),
    ROW(prosody, raised_st, 0, 24, "st", "A raised voice is this far above the speaker's own median pitch",
        MEASURES ": raised_voice"),

    ROW(judge, min_speech_s, 0, 600, "s", "With less speech of both parties together a call is unscorable",
        MEASURES ": unscorable"),
    ROW(judge, identical_ratio, 0.5, 1, "", "Channels that agree in this share of frames are the same", OWN),
};

static_assert(sizeof table / sizeof *table <= CQ_CONFIG_MAX_OPTIONS, "struct cq_settings has a place a row");

/*
 * Top-level keys of the same file that other parts of the program read: what to watch, the web server, the
 * database, imported records, reviews, the player, forms.
 */
static const char *const reserved[] = {"watch",   "sources", "web",    "store",
                                       "records", "reviews", "replay", "rubric"};

size_t cq_config_n_options(void)
{
    return sizeof table / sizeof *table;
}

const struct cq_option *cq_config_option(size_t i)
{
    return &table[i];
}

const struct cq_option *cq_config_find(const char *name)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (!strcmp(table[i].name, name))
            return &table[i];
    }
    return NULL;
}

bool cq_config_is_named(const struct cq_option *o, const char *name)
{
    size_t n = strlen(name);
    return !strcmp(o->name, name) || (n == strcspn(o->name, ".") && !strncmp(o->name, name, n));
}

bool cq_config_is_reserved(const char *section)
{
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++) {
        if (!strcmp(reserved[i], section))
            return true;
    }
    return false;
}

const char *cq_option_type_name(enum cq_option_type type)
{
    switch (type) {
    case CQ_OPTION_DOUBLE:
        return "number";
    case CQ_OPTION_INT:
    case CQ_OPTION_SIZE:
        return "whole number";
    case CQ_OPTION_BOOL:
        return "true/false";
    case CQ_OPTION_STRING:
        return "text";
    case CQ_OPTION_ENUM:
        return "word";
    }
    return "?";
}
