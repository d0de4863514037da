/*
 * make-calls: fill a database with calls of a made-up call centre, to see how callqa behaves with as many as a
 * large one has in years. Who speaks when is drawn at random for each call; talk, measures, scores and flags
 * are then callqa's own, and so is the saving. Prosody is drawn too, since there is no sound.
 *
 *     make-calls [--calls N] [--copies N] [--agents N] [--days N] [--detail N] [--seed N] [--rubric FILE]
 *                DATABASE
 *
 * --detail N keeps segments, turns, transitions and events of every Nth call only (default 1: of all), which
 * makes a million calls quicker to write; measures, scores, flags and evidence are always there. --copies N
 * makes the last part of the time only, 1/N of the calls, and copies its rows to the other parts
 * (copy_calls.c).
 */
#include "copy_calls.h"

#include "base/array.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/number.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "metrics/metrics.h"
#include "rubric/rubric.h"
#include "store/store.h"
#include "talk/talk.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 1000
#define DAY_S 86400
#define MAX_AGENTS 100000
#define PI 3.14159265358979323846

struct options {
    int64_t calls, copies, agents, days, detail, seed; /* calls and days: of the part that is made */
    const char *rubric, *database;
};

static uint64_t next_random(uint64_t *state) /* splitmix64 */
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static double uniform(uint64_t *r, double lo, double hi)
{
    return lo + (hi - lo) * ((double)(next_random(r) >> 11) / 9007199254740992.0);
}

static bool chance(uint64_t *r, double p)
{
    return uniform(r, 0, 1) < p;
}

static double normal(uint64_t *r, double mean, double sd)
{
    double u = uniform(r, 1e-12, 1), v = uniform(r, 0, 1);
    return mean + sd * sqrt(-2 * log(u)) * cos(2 * PI * v);
}

static double exponential(uint64_t *r, double mean)
{
    return -mean * log(uniform(r, 1e-12, 1));
}

/* What an agent is like, always the same for the same number. */
struct agent {
    double cut_in;  /* of a turn */
    double delay_s; /* of an answer */
    double hold;    /* of a turn */
    double silence; /* of a turn */
    double pitch_hz, rate, loud;
};

static struct agent agent_of(int64_t number)
{
    uint64_t state = (uint64_t)number * 7919 + 3, *r = &state;
    struct agent a = {
        .cut_in = exponential(r, 0.05),
        .delay_s = 0.1 + exponential(r, 0.5),
        .hold = exponential(r, 0.02),
        .silence = exponential(r, 0.012),
        .pitch_hz = chance(r, 0.6) ? normal(r, 205, 20) : normal(r, 120, 15),
        .rate = normal(r, 4.6, 0.5),
        .loud = normal(r, -26, 2),
    };
    return a;
}

static int speak(struct cq_activity *act, enum cq_party party, double from, double to)
{
    struct cq_activity_span span = {CQ_SOUND_SPEECH, party, CQ_TONE_NONE, 0, 1, {from, to}};
    return to > from ? cq_activity_add(act, &span) : 0;
}

/* One turn: talkspurts with pauses, the other party's signs of listening in between. */
static int make_turn(struct cq_activity *act, uint64_t *r, enum cq_party party, double from, double to)
{
    int err = 0;
    for (double t = from; !err && t < to;) {
        double end = t + uniform(r, 0.8, 3.2);
        end = end > to - 0.3 ? to : end;
        err = speak(act, party, t, end);
        if (!err && end - from > 2.5 && to - end > 2 && chance(r, 0.12))
            err = speak(act, cq_party_other(party), end - 0.2, end + uniform(r, 0.1, 0.3));
        t = end + uniform(r, 0.22, 0.7);
    }
    return err;
}

static int make_activity(uint64_t *r, const struct agent *a, double length, struct cq_activity *act)
{
    enum cq_party party = CQ_AGENT;
    double t = uniform(r, 0.3, 3), last = length - uniform(r, 0.2, 3);
    int err = 0;
    act->duration_s = length;
    act->answer_s = NAN;
    act->party_confidence = 1;
    for (int p = 0; p < CQ_N_PARTIES; p++)
        act->crosstalk_db[p] = act->leak_delay_ms[p] = NAN;
    while (!err && t < last - 1) {
        double end = t + 0.6 + exponential(r, party == CQ_AGENT ? 6 : 5);
        end = end > last ? last : end;
        err = make_turn(act, r, party, t, end);
        t = end + normal(r, party == CQ_CUSTOMER ? a->delay_s : 0.3, 0.25);
        if (party == CQ_CUSTOMER && chance(r, a->cut_in)) {
            t = end - uniform(r, 1, 2);
        } else if (chance(r, a->silence)) {
            t = end + uniform(r, 5, 22);
        } else if (party == CQ_AGENT && chance(r, a->hold)) {
            struct cq_activity_span hold = {
                CQ_SOUND_HOLD, CQ_NOBODY, CQ_TONE_NONE, 0, 1, {end + 0.5, end + 0.5 + 12 + exponential(r, 40)}};
            hold.at.end_s = hold.at.end_s > last - 2 ? last - 2 : hold.at.end_s;
            if (hold.at.end_s - hold.at.start_s > 10) {
                err = err ? err : cq_activity_add(act, &hold);
                t = hold.at.end_s + 0.4;
            }
        }
        party = cq_party_other(party);
    }
    cq_activity_sort(act);
    return err;
}

static void set(struct cq_metrics *m, enum cq_party p, enum cq_party_metric id, double v)
{
    m->party[p][id] = (struct cq_value){.v = round(v * 1e4) / 1e4};
}

static void draw_prosody(uint64_t *r, const struct agent *a, struct cq_metrics *m)
{
    for (enum cq_party p = CQ_AGENT; p < CQ_N_PARTIES; p++) {
        bool agent = p == CQ_AGENT;
        double rate = normal(r, agent ? a->rate : 4.4, 0.4);
        set(m, p, CQ_PM_SPEECH_RATE, rate * uniform(r, 0.75, 0.9));
        set(m, p, CQ_PM_ARTICULATION_RATE, rate);
        set(m, p, CQ_PM_PITCH_MEDIAN, normal(r, agent ? a->pitch_hz : chance(r, 0.5) ? 200 : 120, 8));
        set(m, p, CQ_PM_PITCH_SD, fabs(normal(r, 2.8, 0.6)));
        set(m, p, CQ_PM_LEVEL_ASL, normal(r, agent ? a->loud : -28, 1.5));
        set(m, p, CQ_PM_LEVEL_SD, fabs(normal(r, 6, 1)));
        set(m, p, CQ_PM_SNR, normal(r, 32, 5));
        set(m, p, CQ_PM_RAISED_VOICE, chance(r, 0.015) ? uniform(r, 2, 12) : 0);
        set(m, p, CQ_PM_LEVEL_TREND, normal(r, 0, 1.2));
        set(m, p, CQ_PM_PITCH_TREND, normal(r, 0, 0.6));
    }
}

/* Working hours, fewer calls at weekends. */
static int64_t draw_start(uint64_t *r, const struct options *o, int64_t begin_s, int64_t i)
{
    int64_t day = i * o->days / o->calls;
    if ((day + 4) % 7 >= 5 && chance(r, 0.6))
        day -= 2;
    double hour = normal(r, chance(r, 0.5) ? 10.5 : 15.5, 1.8);
    return begin_s + (day < 0 ? 0 : day) * DAY_S + (int64_t)(hour * 3600);
}

static int fill_info(uint64_t *r, int64_t agent, int64_t start_s, int64_t i, struct cq_call_info *info)
{
    static const char *const queues[] = {"sales",  "support", "billing",   "complaints",
                                         "orders", "returns", "technical", "vip"};
    char iso[CQ_TIME_ISO_MAX];
    info->agent = cq_str_format("A%03d", (int)agent + 1);
    info->customer = cq_str_format("C%06d", (int)(uniform(r, 0, 1) * uniform(r, 0, 1) * 400000));
    info->queue = cq_str_dup(queues[(agent + (chance(r, 0.2) ? 1 : 0)) % 8]);
    info->department = cq_str_format("team-%02d", (int)(agent / 20) + 1);
    info->direction = cq_str_dup(chance(r, 0.8) ? "inbound" : "outbound");
    info->external_id = cq_str_format("%lld.%d", (long long)start_s, (int)(i % 100000));
    info->started_at = cq_str_dup(cq_time_format_utc(start_s, iso));
    return info->agent && info->customer && info->queue && info->department && info->direction &&
                   info->external_id && info->started_at
               ? 0
               : -ENOMEM;
}

static int fill_recording(uint64_t *r, int64_t agent, int64_t start_s, int64_t i, double length,
                          struct cq_recording *rec)
{
    char iso[CQ_TIME_ISO_MAX];
    uint64_t content[2] = {next_random(r), (uint64_t)i};
    cq_time_format_utc(start_s, iso);
    cq_hash_bytes(content, sizeof content, rec->sha256);
    rec->path = cq_str_format("/var/spool/asterisk/monitor/%.4s/%.2s/%.2s/A%03d-%lld.%d.wav", iso, iso + 5,
                              iso + 8, (int)agent + 1, (long long)start_s, (int)(i % 100000));
    snprintf(rec->format, sizeof rec->format, "wav/ulaw");
    snprintf(rec->decoder, sizeof rec->decoder, "sndfile");
    rec->size_bytes = (int64_t)(length * 16000) + 58;
    rec->sample_rate_hz = 8000;
    rec->channels = 2;
    rec->duration_s = length;
    rec->channel_of[CQ_CUSTOMER] = 1;
    for (int c = 0; c < CQ_MAX_CHANNELS; c++) {
        rec->health.channel[c] = (struct cq_channel_health){.peak_dbov = normal(r, -6, 2),
                                                            .rms_dbov = normal(r, -30, 3),
                                                            .dc = normal(r, 0, 1e-4),
                                                            .noise_dbov = normal(r, -62, 4),
                                                            .hum_db = NAN,
                                                            .bandwidth_hz = normal(r, 3300, 60)};
        rec->health.leak_db[c] = rec->health.leak_delay_ms[c] = NAN;
    }
    return rec->path ? 0 : -ENOMEM;
}

/* Talk, measures and scores as callqa finds them in the activity. */
static int judge(uint64_t *r, const struct agent *a, const struct cq_rubric *rubric, struct cq_analysis *x)
{
    const struct cq_talk_opts opts = CQ_TALK_OPTS_INIT;
    int err = cq_talk_derive(&x->activity, &opts, &x->talk);
    if (err)
        return err;
    cq_metrics_compute(&x->talk, &x->recording, &x->activity, &x->metrics);
    draw_prosody(r, a, &x->metrics);
    err = cq_rubric_score(rubric, &x->metrics, &x->talk, false, &x->scorecard);
    x->program_version = cq_str_dup("0.1.0");
    x->detector = cq_str_dup("make-calls");
    x->config_json = cq_str_dup("{\"made_by\":\"make-calls\"}");
    return err ? err : x->program_version && x->detector && x->config_json ? 0 : -ENOMEM;
}

static int make_call(const struct options *o, const struct cq_rubric *rubric, int64_t begin_s, int64_t i,
                     struct cq_analysis *x)
{
    uint64_t state = (uint64_t)(o->seed * 1000003 + i), *r = &state;
    int64_t number = (int64_t)(uniform(r, 0, 1) * (double)o->agents);
    struct agent a = agent_of(number);
    int64_t start_s = draw_start(r, o, begin_s, i);
    double length = exp(normal(r, log(200), 0.65));
    length = round((length < 20 ? 20 : length > 3600 ? 3600 : length) * 100) / 100;
    *x = (struct cq_analysis){0};
    int err = fill_info(r, number, start_s, i, &x->info);
    if (!err)
        err = fill_recording(r, number, start_s, i, length, &x->recording);
    if (!err)
        err = make_activity(r, &a, length, &x->activity);
    if (!err)
        err = judge(r, &a, rubric, x);
    if (!err && i % o->detail) {
        double duration_s = x->talk.duration_s, answer_s = x->talk.answer_s;
        cq_talk_done(&x->talk);
        x->talk.duration_s = duration_s;
        x->talk.answer_s = answer_s;
    }
    return err;
}

static int read_rubric(const char *path, struct cq_error *err, struct cq_rubric **ret_rubric)
{
    char *text = NULL;
    size_t n = 0;
    int r = cq_path_read(path, 1 << 20, &text, &n);
    if (r)
        return cq_error_set(err, r, path, 0, "%s", cq_error_name(r));
    r = cq_rubric_parse(path, text, n, err, ret_rubric);
    free(text);
    return r;
}

static int fill(const struct options *o, struct cq_store *s, const struct cq_rubric *rubric,
                struct cq_error *err)
{
    int64_t begin_s = (cq_time_now_s() / DAY_S - o->days) * DAY_S, flagged = 0;
    double began = cq_time_monotonic_s(), saving = 0;
    for (int64_t i = 0; i < o->calls; i++) {
        struct cq_analysis x;
        int64_t call;
        enum cq_saved saved;
        int r = i % BATCH == 0 ? cq_store_begin(s, err) : 0;
        if (!r)
            r = make_call(o, rubric, begin_s, i, &x);
        if (r)
            return r;
        double at = cq_time_monotonic_s();
        r = cq_store_save(s, &x, false, err, &call, &saved);
        flagged += x.scorecard.n_flags > 0;
        cq_analysis_done(&x);
        if (!r && ((i + 1) % BATCH == 0 || i + 1 == o->calls))
            r = cq_store_commit(s, err);
        if (r)
            return r;
        saving += cq_time_monotonic_s() - at;
        if ((i + 1) % 20000 == 0 || i + 1 == o->calls)
            fprintf(stderr, "%lld calls, %.1f %% flagged, %.0f calls/s in all, %.0f calls/s saved\n",
                    (long long)i + 1, 100.0 * (double)flagged / (double)(i + 1),
                    (double)(i + 1) / (cq_time_monotonic_s() - began), (double)(i + 1) / saving);
    }
    return 0;
}

static int parse(int argc, char **argv, struct options *o)
{
    const struct {
        const char *name;
        int64_t *v;
        int64_t max;
    } numbers[] = {{"--calls", &o->calls, 100000000},    {"--copies", &o->copies, 1000},
                   {"--agents", &o->agents, MAX_AGENTS}, {"--days", &o->days, 36500},
                   {"--detail", &o->detail, INT64_MAX},  {"--seed", &o->seed, INT32_MAX}};
    for (int i = 1; i < argc; i++) {
        bool known = false;
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
            if (strcmp(argv[i], numbers[k].name))
                continue;
            if (++i == argc || cq_number_parse_int(argv[i], strlen(argv[i]), numbers[k].v) ||
                *numbers[k].v < 1 || *numbers[k].v > numbers[k].max)
                return -EINVAL;
            known = true;
            break;
        }
        if (known)
            continue;
        if (!strcmp(argv[i], "--rubric") && i + 1 < argc)
            o->rubric = argv[++i];
        else if (argv[i][0] == '-' || o->database)
            return -EINVAL;
        else
            o->database = argv[i];
    }
    o->calls /= o->copies;
    o->days /= o->copies;
    return o->database && o->calls && o->days ? 0 : -EINVAL;
}

int main(int argc, char **argv)
{
    struct options o = {.calls = 1000000,
                        .copies = 1,
                        .agents = 500,
                        .days = 730,
                        .detail = 1,
                        .seed = 1,
                        .rubric = CQ_MAKE_CALLS_RUBRIC};
    struct cq_error err = {0};
    struct cq_rubric *rubric = NULL;
    struct cq_store *s = NULL;
    char text[1024];
    if (parse(argc, argv, &o)) {
        fputs("usage: make-calls [--calls N] [--copies N] [--agents N] [--days N] [--detail N] [--seed N] "
              "[--rubric FILE]"
              " DATABASE\n",
              stderr);
        return 2;
    }
    int r = read_rubric(o.rubric, &err, &rubric);
    if (!r)
        r = cq_store_open(o.database, CQ_STORE_WRITE, &err, &s);
    if (!r)
        r = fill(&o, s, rubric, &err);
    if (r)
        fprintf(stderr, "make-calls: %s\n",
                err.what[0] ? cq_error_format(&err, text, sizeof text) : cq_error_name(r));
    cq_store_close(s);
    cq_rubric_free(rubric);
    if (!r && o.copies > 1)
        r = copy_calls(o.database, o.copies, o.days * DAY_S);
    return r ? 1 : 0;
}
