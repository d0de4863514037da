#include "web/recordings.h"

#include "audio/pcm.h"
#include "audio/peaks.h"
#include "audio/samples.h"
#include "base/error.h"
#include "config/config.h"
#include "web/wav.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define N_KEPT 12                      /* decoded recordings */
#define MEMORY_BYTES ((size_t)8 << 20) /* of each; what does not fit is in an unlinked file */
#define BLOCK_FRAMES 4096

struct entry {
    int64_t call;      /* 0: free */
    int agent_channel; /* what the parties were when it was decoded */
    bool loading;
    int n_users;
    uint64_t used; /* when last, by the table's counter */
    struct cq_pcm *pcm;
    pthread_mutex_t reading;
};

struct cq_web_recordings {
    pthread_mutex_t mutex;
    pthread_cond_t loaded;
    uint64_t counter;
    struct entry v[N_KEPT];
};

struct cq_web_recordings *cq_web_recordings_new(void)
{
    struct cq_web_recordings *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    pthread_mutex_init(&r->mutex, NULL);
    pthread_cond_init(&r->loaded, NULL);
    for (int i = 0; i < N_KEPT; i++)
        pthread_mutex_init(&r->v[i].reading, NULL);
    return r;
}

struct cq_web_recordings *cq_web_recordings_free(struct cq_web_recordings *r)
{
    if (!r)
        return NULL;
    for (int i = 0; i < N_KEPT; i++) {
        cq_pcm_free(r->v[i].pcm);
        pthread_mutex_destroy(&r->v[i].reading);
    }
    pthread_cond_destroy(&r->loaded);
    pthread_mutex_destroy(&r->mutex);
    free(r);
    return NULL;
}

/* The parties may have been exchanged since the analysis, whose settings say nothing of that. */
static void set_parties(const struct cq_recording *rec, struct cq_audio_opts *o)
{
    int agent = rec->channel_of[CQ_AGENT], customer = rec->channel_of[CQ_CUSTOMER];
    if (agent == customer)
        return;
    o->layout = CQ_LAYOUT_AUTO;
    o->agent_channel = agent;
    o->customer_channel = customer;
}

/* With the settings of the analysis, so that its times and parties are those of the sound. */
static int decode(const struct cq_analysis *a, struct cq_error *err, struct cq_pcm **ret_pcm)
{
    struct cq_settings s;
    struct cq_recording rec = {0};
    const char *path = a->recording.path;
    if (!path)
        return cq_error_set(err, -ENOENT, NULL, 0, "the database does not know where the recording is");
    cq_settings_init(&s);
    int r = 0;
    if (a->config_json)
        r = cq_config_parse(&s, "settings", a->config_json, strlen(a->config_json), err);
    if (!r) {
        set_parties(&a->recording, &s.config.audio);
        s.config.audio.memory_bytes = MEMORY_BYTES;
        s.config.audio.temp_dir = NULL; /* that of this machine */
        r = cq_pcm_open(path, &s.config.audio, NULL, err, &rec, ret_pcm);
        if (!r)
            cq_recording_done(&rec);
    }
    cq_settings_done(&s);
    if (r && err) /* no path leaves the machine */
        cq_error_set(err, r == -ENOENT || r == -EACCES || r == -EISDIR ? -ENOENT : r, NULL, 0,
                     "the recording of this call cannot be read: %s", cq_error_name(r));
    return r == -EACCES || r == -EISDIR ? -ENOENT : r;
}

static struct entry *find(struct cq_web_recordings *r, int64_t call, int agent_channel)
{
    for (int i = 0; i < N_KEPT; i++) {
        if (r->v[i].call == call && r->v[i].agent_channel == agent_channel)
            return &r->v[i];
    }
    return NULL;
}

/* A free place, or that of the recording which nobody has used for longest; NULL: all are in use. */
static struct entry *make_room(struct cq_web_recordings *r)
{
    struct entry *best = NULL;
    for (int i = 0; i < N_KEPT; i++) {
        struct entry *e = &r->v[i];
        if (e->n_users || e->loading)
            continue;
        if (!best || !e->call || (best->call && e->used < best->used))
            best = e;
    }
    if (best) {
        cq_pcm_free(best->pcm);
        best->pcm = NULL;
        best->call = 0;
    }
    return best;
}

/* The decoded recording, with one user more. */
static int take(struct cq_web_recordings *r, int64_t call, const struct cq_analysis *a, struct cq_error *err,
                struct entry **ret_entry)
{
    int agent_channel = a->recording.channel_of[CQ_AGENT], code = 0;
    struct entry *e;
    pthread_mutex_lock(&r->mutex);
    while ((e = find(r, call, agent_channel)) && e->loading)
        pthread_cond_wait(&r->loaded, &r->mutex);
    if (!e) {
        e = make_room(r);
        if (!e) {
            code = cq_error_set(err, -EBUSY, NULL, 0, "too many recordings are being played; try again");
            goto out;
        }
        e->call = call;
        e->agent_channel = agent_channel;
        e->loading = true;
        pthread_mutex_unlock(&r->mutex);
        struct cq_pcm *pcm = NULL;
        code = decode(a, err, &pcm);
        pthread_mutex_lock(&r->mutex);
        e->loading = false;
        e->pcm = pcm;
        if (code)
            e->call = 0;
        pthread_cond_broadcast(&r->loaded);
    }
    if (!code) {
        e->n_users++;
        e->used = ++r->counter;
        *ret_entry = e;
    }
out:
    pthread_mutex_unlock(&r->mutex);
    return code;
}

static void give_back(struct cq_web_recordings *r, struct entry *e)
{
    pthread_mutex_lock(&r->mutex);
    e->n_users--;
    pthread_mutex_unlock(&r->mutex);
}

/* A recording being sent. */
struct playing {
    struct cq_web_recordings *all;
    struct entry *entry;
    int channels;
    int64_t n_bytes; /* of samples */
    unsigned char head[CQ_WAV_HEAD_BYTES];
    float *plane[CQ_MAX_CHANNELS];
    int16_t *row;         /* of one channel */
    unsigned char *bytes; /* of all, as they are sent */
};

static int read_frames(struct playing *p, int64_t at, int n, int *ret_n)
{
    pthread_mutex_lock(&p->entry->reading);
    int r = cq_pcm_read(p->entry->pcm, at, n, p->plane, ret_n);
    pthread_mutex_unlock(&p->entry->reading);
    return r;
}

static int64_t read_wav(void *user, int64_t at, char *buf, size_t max)
{
    struct playing *p = user;
    if (at < CQ_WAV_HEAD_BYTES) {
        size_t n = CQ_WAV_HEAD_BYTES - (size_t)at < max ? CQ_WAV_HEAD_BYTES - (size_t)at : max;
        memcpy(buf, p->head + at, n);
        return (int64_t)n;
    }
    int64_t from = at - CQ_WAV_HEAD_BYTES;
    int frame = p->channels * 2, skip = (int)(from % frame), got = 0;
    int r = read_frames(p, from / frame, BLOCK_FRAMES, &got);
    if (r)
        return r;
    for (int c = 0; c < p->channels; c++) {
        cq_samples_to_int16(p->plane[c], got, p->row);
        for (int i = 0; i < got; i++)
            cq_wav_put_le(p->bytes + (size_t)(i * frame + c * 2), (uint16_t)p->row[i], 2);
    }
    int64_t n = (int64_t)got * frame - skip;
    if (n <= 0)
        return 0;
    if ((size_t)n > max)
        n = (int64_t)max;
    memcpy(buf, p->bytes + skip, (size_t)n);
    return n;
}

static void free_playing(void *user)
{
    struct playing *p = user;
    if (!p)
        return;
    if (p->entry)
        give_back(p->all, p->entry);
    for (int c = 0; c < CQ_MAX_CHANNELS; c++)
        free(p->plane[c]);
    free(p->row);
    free(p->bytes);
    free(p);
}

static int new_playing(struct cq_web_recordings *r, int64_t call, const struct cq_analysis *a,
                       struct cq_error *err, struct playing **ret_p)
{
    struct playing *p = calloc(1, sizeof *p);
    if (!p)
        return -ENOMEM;
    p->all = r;
    int code = take(r, call, a, err, &p->entry);
    if (!code) {
        p->row = malloc(BLOCK_FRAMES * sizeof *p->row);
        p->bytes = malloc((size_t)BLOCK_FRAMES * 2 * CQ_MAX_CHANNELS);
        for (int c = 0; c < CQ_MAX_CHANNELS; c++)
            p->plane[c] = malloc(BLOCK_FRAMES * sizeof(float));
        code = p->row && p->bytes && p->plane[0] && p->plane[1] ? 0 : -ENOMEM;
    }
    if (code || !p->entry) {
        free_playing(p);
        return code ? code : -EIO;
    }
    p->channels = cq_pcm_channels(p->entry->pcm);
    p->n_bytes = cq_pcm_frames(p->entry->pcm) * p->channels * 2;
    cq_wav_head(p->head, p->channels, p->n_bytes);
    *ret_p = p;
    return 0;
}

int cq_web_recordings_open(struct cq_web_recordings *r, int64_t call, const struct cq_analysis *a,
                           struct cq_error *err, struct cq_web_stream *ret_stream)
{
    struct playing *p;
    int code = new_playing(r, call, a, err, &p);
    if (!code)
        *ret_stream = (struct cq_web_stream){
            .read = read_wav, .free = free_playing, .user = p, .size = p->n_bytes + CQ_WAV_HEAD_BYTES};
    return code;
}

static int measure_peaks(struct playing *p, int64_t n_frames, struct cq_peaks *ret_peaks)
{
    struct cq_peak_meter meter = {0};
    int r = cq_peak_meter_init(&meter, p->channels, n_frames);
    for (int64_t at = 0; !r && at < n_frames;) {
        int got = 0;
        r = read_frames(p, at, BLOCK_FRAMES, &got);
        if (!r && !got)
            r = -EIO;
        if (!r)
            cq_peak_meter_process(&meter, (const float *const *)p->plane, got);
        at += got;
    }
    if (!r)
        *ret_peaks = cq_peak_meter_take(&meter);
    cq_peak_meter_done(&meter);
    return r;
}

int cq_web_recordings_peaks(struct cq_web_recordings *r, int64_t call, const struct cq_analysis *a,
                            struct cq_error *err, struct cq_peaks *ret_peaks)
{
    struct playing *p;
    int code = new_playing(r, call, a, err, &p);
    if (code)
        return code;
    code = measure_peaks(p, cq_pcm_frames(p->entry->pcm), ret_peaks);
    free_playing(p);
    return code;
}

static int read_source(void *user, int64_t at, int n, float *const out[], int *ret_n)
{
    struct playing *p = user;
    pthread_mutex_lock(&p->entry->reading);
    int r = cq_pcm_read(p->entry->pcm, at, n, out, ret_n);
    pthread_mutex_unlock(&p->entry->reading);
    return r;
}

int cq_web_recordings_source(struct cq_web_recordings *r, int64_t call, const struct cq_analysis *a,
                             struct cq_error *err, struct cq_replay_source *ret_source)
{
    struct playing *p;
    int code = new_playing(r, call, a, err, &p);
    if (!code)
        *ret_source = (struct cq_replay_source){.n_channels = p->channels,
                                                .n_samples = cq_pcm_frames(p->entry->pcm),
                                                .read = read_source,
                                                .user = p};
    return code;
}

void cq_web_recordings_source_done(struct cq_replay_source *source)
{
    free_playing(source->user);
    *source = (struct cq_replay_source){0};
}
