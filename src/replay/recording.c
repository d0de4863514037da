#include "replay/recording.h"

#include "audio/pcm.h"
#include "base/error.h"
#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct cq_replay_recording {
    struct cq_pcm *pcm;
};

/* The settings that lead to the same channels again. */
static struct cq_audio_opts layout_of(const struct cq_recording *rec)
{
    struct cq_audio_opts o = CQ_AUDIO_OPTS_INIT;
    int agent = rec->channel_of[CQ_AGENT], customer = rec->channel_of[CQ_CUSTOMER];
    if (agent == customer) {
        o.layout = CQ_LAYOUT_MIXED;
    } else if (rec->channels > 2) {
        o.agent_channel = agent;
        o.customer_channel = customer;
    } else {
        o.layout = agent < customer ? CQ_LAYOUT_AGENT_LEFT : CQ_LAYOUT_AGENT_RIGHT;
    }
    o.max_channels = rec->channels > o.max_channels ? rec->channels : o.max_channels;
    if (rec->duration_s + 1 > o.max_duration_s)
        o.max_duration_s = rec->duration_s + 1;
    /* headerless ones: the analysis wrote down what it took them for, "raw/ulaw" */
    if (!strncmp(rec->format, "raw/", 4)) {
        o.raw_format = rec->format + 4;
        o.raw_rate_hz = rec->sample_rate_hz;
        o.raw_channels = rec->channels;
    }
    return o;
}

static int check_content(const struct cq_recording *rec, const char *path, bool told, struct cq_error *err)
{
    char hash[CQ_HASH_HEX];
    int r = cq_hash_file(path, hash);
    bool gone = r == -ENOENT || r == -ENOTDIR;
    if (gone && told)
        return cq_error_set(err, -ENOENT, path, 0, "there is no such file");
    if (gone)
        return cq_error_set(err, -ENOENT, path, 0,
                            "the recording is no longer there; say where it is with --recording FILE");
    if (r)
        return cq_error_set(err, r, path, 0, "cannot be read (%s)", strerror(-r));
    bool same = !rec->sha256[0] || !strcmp(hash, rec->sha256);
    if (!same && told)
        return cq_error_set(err, -EINVAL, path, 0,
                            "is another recording than the call's (its content differs)");
    if (!same)
        return cq_error_set(err, -EINVAL, path, 0,
                            "has changed since it was analysed; name the right one with --recording FILE, or "
                            "analyse it again");
    return 0;
}

static int read_pcm(void *user, int64_t at, int n, float *const out[], int *ret_n)
{
    return cq_pcm_read(user, at, n, out, ret_n);
}

int cq_replay_recording_open(const struct cq_analysis *a, const char *path, struct cq_error *err,
                             struct cq_replay_recording **ret_r)
{
    struct cq_audio_opts opts = layout_of(&a->recording);
    struct cq_recording read = {0};
    const char *from = path ? path : a->recording.path;
    if (!from)
        return cq_error_set(err, -ENOENT, NULL, 0,
                            "where this call's recording lies is not known; say it with --recording FILE");
    int r = check_content(&a->recording, from, path != NULL, err);
    if (r)
        return r;
    struct cq_replay_recording *rec = calloc(1, sizeof *rec);
    if (!rec)
        return -ENOMEM;
    r = cq_pcm_open(from, &opts, NULL, err, &read, &rec->pcm);
    cq_recording_done(&read);
    if (r) {
        free(rec);
        return r;
    }
    *ret_r = rec;
    return 0;
}

struct cq_replay_recording *cq_replay_recording_free(struct cq_replay_recording *r)
{
    if (r) {
        cq_pcm_free(r->pcm);
        free(r);
    }
    return NULL;
}

struct cq_replay_source cq_replay_recording_source(struct cq_replay_recording *r)
{
    return (struct cq_replay_source){
        .n_channels = cq_pcm_channels(r->pcm),
        .n_samples = cq_pcm_frames(r->pcm),
        .read = read_pcm,
        .user = r->pcm,
    };
}
