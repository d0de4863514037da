#include "store/save.h"

#include "base/hash.h"
#include "base/time.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int save_channel(struct cq_store *s, int64_t call, int channel, const struct cq_channel_health *h,
                        struct cq_error *err)
{
    struct cq_db_st q =
        cq_db_st(s, "INSERT INTO channel_health(call_id, channel, peak_dbov, rms_dbov, dc, clipping_ratio,"
                    " digital_zero_ratio, noise_dbov, hum_db, bandwidth_hz, dropouts, silent)"
                    " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    cq_db_int(&q, call);
    cq_db_int(&q, channel);
    cq_db_real(&q, h->peak_dbov);
    cq_db_real(&q, h->rms_dbov);
    cq_db_real(&q, h->dc);
    cq_db_real(&q, h->clipping_ratio);
    cq_db_real(&q, h->digital_zero_ratio);
    cq_db_real(&q, h->noise_dbov);
    cq_db_real(&q, h->hum_db);
    cq_db_real(&q, h->bandwidth_hz);
    cq_db_int(&q, h->dropouts);
    cq_db_int(&q, h->silent);
    return cq_db_run(&q, err);
}

static int save_faults(struct cq_store *s, int64_t call, const struct cq_health *h, struct cq_error *err)
{
    int r = 0;
    for (size_t i = 0; !r && i < h->n_faults; i++) {
        struct cq_db_st q = cq_db_st(
            s, "INSERT INTO faults(call_id, seq, kind, channel, start_ms, end_ms) VALUES(?, ?, ?, ?, ?, ?)");
        cq_db_int(&q, call);
        cq_db_int(&q, (int64_t)i);
        cq_db_int(&q, h->faults[i].kind);
        cq_db_int(&q, h->faults[i].channel);
        cq_db_ms(&q, h->faults[i].at.start_s);
        cq_db_ms(&q, h->faults[i].at.end_s);
        r = cq_db_run(&q, err);
    }
    return r;
}

int cq_recording_save(struct cq_store *s, int64_t call, const struct cq_recording *rec, struct cq_error *err)
{
    const struct cq_health *h = &rec->health;
    struct cq_db_st q = cq_db_st(
        s, "INSERT INTO recordings(call_id, format, decoder, size_bytes, sample_rate_hz, channels, truncated,"
           " agent_channel, customer_channel, identical_ratio, identical_gain_db, leak0_db, leak1_db,"
           " leak0_delay_ms, leak1_delay_ms, fake_stereo, swapped_suspect)"
           " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    cq_db_int(&q, call);
    cq_db_text(&q, rec->format);
    cq_db_text(&q, rec->decoder);
    cq_db_int(&q, rec->size_bytes);
    cq_db_int(&q, rec->sample_rate_hz);
    cq_db_int(&q, rec->channels);
    cq_db_int(&q, rec->truncated);
    cq_db_int(&q, rec->channel_of[CQ_AGENT]);
    cq_db_int(&q, rec->channel_of[CQ_CUSTOMER]);
    cq_db_real(&q, h->identical_ratio);
    cq_db_real(&q, h->identical_gain_db);
    cq_db_real(&q, h->leak_db[0]);
    cq_db_real(&q, h->leak_db[1]);
    cq_db_real(&q, h->leak_delay_ms[0]);
    cq_db_real(&q, h->leak_delay_ms[1]);
    cq_db_int(&q, h->fake_stereo);
    cq_db_int(&q, h->swapped_suspect);
    int r = cq_db_run(&q, err);
    for (int c = 0; !r && c < CQ_MAX_CHANNELS; c++)
        r = save_channel(s, call, c, &h->channel[c], err);
    return r ? r : save_faults(s, call, h, err);
}

static int load_channels(struct cq_store *s, int64_t call, struct cq_error *err, struct cq_health *h)
{
    struct cq_db_st q = cq_db_st(
        s, "SELECT channel, peak_dbov, rms_dbov, dc, clipping_ratio, digital_zero_ratio, noise_dbov, hum_db,"
           " bandwidth_hz, dropouts, silent FROM channel_health WHERE call_id = ?");
    cq_db_int(&q, call);
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        int64_t c = cq_db_get_int(&q, 0);
        if (c < 0 || c >= CQ_MAX_CHANNELS)
            continue;
        h->channel[c] = (struct cq_channel_health){
            .peak_dbov = cq_db_get_real(&q, 1),
            .rms_dbov = cq_db_get_real(&q, 2),
            .dc = cq_db_get_real(&q, 3),
            .clipping_ratio = cq_db_get_real(&q, 4),
            .digital_zero_ratio = cq_db_get_real(&q, 5),
            .noise_dbov = cq_db_get_real(&q, 6),
            .hum_db = cq_db_get_real(&q, 7),
            .bandwidth_hz = cq_db_get_real(&q, 8),
            .dropouts = (uint32_t)cq_db_get_int(&q, 9),
            .silent = cq_db_get_int(&q, 10),
        };
    }
    return r;
}

static int load_faults(struct cq_store *s, int64_t call, struct cq_error *err, struct cq_health *h)
{
    struct cq_fault *faults = calloc(CQ_MAX_FAULTS, sizeof *faults);
    if (!faults)
        return -ENOMEM;
    struct cq_db_st q = cq_db_st(
        s, "SELECT kind, channel, start_ms, end_ms FROM faults WHERE call_id = ? ORDER BY seq LIMIT ?");
    cq_db_int(&q, call);
    cq_db_int(&q, CQ_MAX_FAULTS);
    size_t n = 0;
    int r;
    while ((r = cq_db_step(&q, err)) > 0 && n < CQ_MAX_FAULTS) {
        faults[n++] = (struct cq_fault){
            .kind = (enum cq_fault_kind)cq_db_get_int(&q, 0),
            .channel = (uint8_t)cq_db_get_int(&q, 1),
            .at = {cq_db_get_ms(&q, 2), cq_db_get_ms(&q, 3)},
        };
    }
    cq_db_reset(&q);
    if (r < 0 || n == 0) {
        free(faults);
        return r < 0 ? r : 0;
    }
    h->faults = faults;
    h->n_faults = n;
    return 0;
}

int cq_recording_load(struct cq_store *s, int64_t call, struct cq_error *err, struct cq_recording *rec)
{
    struct cq_health *h = &rec->health;
    struct cq_db_st q =
        cq_db_st(s, "SELECT format, decoder, size_bytes, sample_rate_hz, channels, truncated, agent_channel,"
                    " customer_channel, identical_ratio, identical_gain_db, leak0_db, leak1_db, leak0_delay_ms,"
                    " leak1_delay_ms, fake_stereo, swapped_suspect FROM recordings WHERE call_id = ?");
    cq_db_int(&q, call);
    int r = cq_db_step(&q, err);
    if (r <= 0)
        return r ? r : -ENOENT;
    cq_db_get_chars(&q, 0, rec->format, sizeof rec->format);
    cq_db_get_chars(&q, 1, rec->decoder, sizeof rec->decoder);
    rec->size_bytes = cq_db_get_int(&q, 2);
    rec->sample_rate_hz = (int)cq_db_get_int(&q, 3);
    rec->channels = (int)cq_db_get_int(&q, 4);
    rec->truncated = cq_db_get_int(&q, 5);
    rec->channel_of[CQ_AGENT] = (uint8_t)cq_db_get_int(&q, 6);
    rec->channel_of[CQ_CUSTOMER] = (uint8_t)cq_db_get_int(&q, 7);
    h->identical_ratio = cq_db_get_real(&q, 8);
    h->identical_gain_db = cq_db_get_real(&q, 9);
    h->leak_db[0] = cq_db_get_real(&q, 10);
    h->leak_db[1] = cq_db_get_real(&q, 11);
    h->leak_delay_ms[0] = cq_db_get_real(&q, 12);
    h->leak_delay_ms[1] = cq_db_get_real(&q, 13);
    h->fake_stereo = cq_db_get_int(&q, 14);
    h->swapped_suspect = cq_db_get_int(&q, 15);
    cq_db_reset(&q);
    r = load_channels(s, call, err, h);
    return r ? r : load_faults(s, call, err, h);
}

/* Thousands of calls are analysed with the same settings: they are kept once. 0 for none. */
static int config_id(struct cq_store *s, const char *json, struct cq_error *err, int64_t *ret_id)
{
    char hex[CQ_HASH_HEX];
    unsigned char hash[32];
    if (!json) {
        *ret_id = 0;
        return 0;
    }
    cq_hash_bytes(json, strlen(json), hex);
    (void)cq_db_hash_bytes(hex, hash);
    struct cq_db_st q = cq_db_st(s, "SELECT id FROM configs WHERE sha256 = ?");
    cq_db_blob(&q, hash, sizeof hash);
    int r = cq_db_one_int(&q, err, ret_id);
    if (r != -ENOENT)
        return r;
    struct cq_db_st add = cq_db_st(s, "INSERT INTO configs(sha256, json) VALUES(?, ?)");
    cq_db_blob(&add, hash, sizeof hash);
    cq_db_text(&add, json);
    r = cq_db_run(&add, err);
    if (!r)
        *ret_id = sqlite3_last_insert_rowid(s->db);
    return r;
}

int cq_stamp_save(struct cq_store *s, int64_t call, const struct cq_analysis *a, struct cq_error *err,
                  int64_t *ret_analysis)
{
    const struct cq_activity *act = &a->activity;
    int64_t config = 0;
    int r = config_id(s, a->config_json, err, &config);
    if (r)
        return r;
    struct cq_db_st q = cq_db_st(
        s, "INSERT INTO analyses(call_id, analysed_s, program_version, detector, config_id, activity_detector,"
           " party_rule, party_confidence, talk_ms, activity_ms, talk_answer_ms, activity_answer_ms,"
           " agent_crosstalk_db, customer_crosstalk_db, agent_leak_ms, customer_leak_ms)"
           " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    cq_db_int(&q, call);
    cq_db_int(&q, cq_time_now_s());
    cq_db_text(&q, a->program_version);
    cq_db_text(&q, a->detector);
    if (config)
        cq_db_int(&q, config);
    else
        cq_db_null(&q);
    cq_db_text(&q, act->detector);
    cq_db_text(&q, act->party_rule);
    cq_db_real(&q, act->party_confidence);
    cq_db_ms(&q, a->talk.duration_s);
    cq_db_ms(&q, act->duration_s);
    cq_db_ms(&q, a->talk.answer_s);
    cq_db_ms(&q, act->answer_s);
    cq_db_real(&q, act->crosstalk_db[CQ_AGENT]);
    cq_db_real(&q, act->crosstalk_db[CQ_CUSTOMER]);
    cq_db_real(&q, act->leak_delay_ms[CQ_AGENT]);
    cq_db_real(&q, act->leak_delay_ms[CQ_CUSTOMER]);
    r = cq_db_run(&q, err);
    if (!r)
        *ret_analysis = sqlite3_last_insert_rowid(s->db);
    return r;
}

int cq_stamp_load(struct cq_store *s, int64_t call, struct cq_error *err, struct cq_analysis *a)
{
    struct cq_activity *act = &a->activity;
    struct cq_db_st q = cq_db_st(
        s,
        "SELECT a.program_version, a.detector, g.json, a.activity_detector, a.party_rule, a.party_confidence,"
        " a.talk_ms, a.activity_ms, a.talk_answer_ms, a.activity_answer_ms, a.agent_crosstalk_db,"
        " a.customer_crosstalk_db, a.agent_leak_ms, a.customer_leak_ms"
        " FROM calls c JOIN analyses a ON a.id = c.analysis_id LEFT JOIN configs g ON g.id = a.config_id"
        " WHERE c.id = ?");
    cq_db_int(&q, call);
    int r = cq_db_step(&q, err);
    if (r <= 0)
        return r ? r : -ENOENT;
    cq_db_get_chars(&q, 3, act->detector, sizeof act->detector);
    cq_db_get_chars(&q, 4, act->party_rule, sizeof act->party_rule);
    act->diarized = a->diarized;
    act->party_confidence = cq_db_get_real(&q, 5);
    a->talk.duration_s = cq_db_get_ms(&q, 6);
    act->duration_s = cq_db_get_ms(&q, 7);
    a->talk.answer_s = cq_db_get_ms(&q, 8);
    act->answer_s = cq_db_get_ms(&q, 9);
    act->crosstalk_db[CQ_AGENT] = cq_db_get_real(&q, 10);
    act->crosstalk_db[CQ_CUSTOMER] = cq_db_get_real(&q, 11);
    act->leak_delay_ms[CQ_AGENT] = cq_db_get_real(&q, 12);
    act->leak_delay_ms[CQ_CUSTOMER] = cq_db_get_real(&q, 13);
    r = cq_db_get_text(&q, 0, &a->program_version);
    if (!r)
        r = cq_db_get_text(&q, 1, &a->detector);
    if (!r)
        r = cq_db_get_text(&q, 2, &a->config_json);
    cq_db_reset(&q);
    return r;
}
