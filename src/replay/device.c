/*
 * PortAudio. Sound libraries talk on standard error when they look for devices, and when one goes away: that
 * would write across a full-screen view, so descriptor 2 points to /dev/null while they are called.
 */
#include "replay/device.h"

#include "base/error.h"
#include "base/number.h"
#include "base/str.h"
#include "base/time.h"
#include "callqa/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <portaudio.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PULL_MAX 1024 /* frames asked for at once; a larger wish is met in parts */
#define LATENCY_S 0.05
#define QUIET_S 2.0 /* a device that has not asked for so long has gone, whatever it says */

struct device {
    PaStream *stream;
    cq_device_pull pull;
    void *user;
    atomic_uint n_calls;
    unsigned seen_calls;
    double seen_s;
    struct cq_replay_frame block[PULL_MAX];
};

static int mute_stderr(void)
{
    int saved = fcntl(2, F_DUPFD_CLOEXEC, 3), null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null >= 0) {
        dup2(null, 2);
        close(null);
    }
    return saved;
}

static void unmute_stderr(int saved)
{
    if (saved >= 0) {
        dup2(saved, 2);
        close(saved);
    }
}

static int start_library(struct cq_error *err)
{
    int saved = mute_stderr();
    PaError code = Pa_Initialize();
    unmute_stderr(saved);
    if (code == paNoError)
        return 0;
    return cq_error_set(err, -ENODEV, NULL, 0, "the sound system cannot be used (%s); --render FILE needs none",
                        Pa_GetErrorText(code));
}

static int callback(const void *in, void *out, unsigned long n, const PaStreamCallbackTimeInfo *time,
                    PaStreamCallbackFlags flags, void *user)
{
    struct device *d = user;
    float *pairs = out;
    (void)in;
    (void)time;
    (void)flags;
    while (n) {
        size_t m = n < PULL_MAX ? n : PULL_MAX;
        d->pull(d->user, d->block, m);
        for (size_t i = 0; i < m; i++) {
            *pairs++ = d->block[i].left;
            *pairs++ = d->block[i].right;
        }
        n -= m;
    }
    atomic_fetch_add_explicit(&d->n_calls, 1, memory_order_relaxed);
    return paContinue;
}

static bool plays_stereo(int i)
{
    const PaDeviceInfo *info = Pa_GetDeviceInfo(i);
    return info && info->maxOutputChannels >= 2;
}

static int find_device(const char *name, struct cq_error *err, int *ret_index)
{
    int64_t number;
    int n = Pa_GetDeviceCount(), found = paNoDevice;
    if (!name) {
        found = Pa_GetDefaultOutputDevice();
        for (int i = 0; found == paNoDevice && i < n; i++)
            found = plays_stereo(i) ? i : found;
        if (found == paNoDevice)
            return cq_error_set(err, -ENODEV, NULL, 0,
                                "there is no loudspeaker here; --render FILE writes what would be heard");
    } else if (!cq_number_parse_int(name, strlen(name), &number)) {
        found = number >= 0 && number < n && plays_stereo((int)number) ? (int)number : paNoDevice;
    } else {
        for (int i = 0; i < n; i++) { /* the whole name before a part of one */
            const char *is = plays_stereo(i) ? Pa_GetDeviceInfo(i)->name : "";
            if (!strcmp(is, name) || (found == paNoDevice && strstr(is, name)))
                found = i;
        }
    }
    if (found == paNoDevice)
        return cq_error_set(err, -ENOENT, NULL, 0, "there is no device \"%s\"; --list-devices shows them",
                            name);
    *ret_index = found;
    return 0;
}

/* The recording's own rate where the device takes it, else its own. */
static int open_stream(struct device *d, int index, struct cq_error *err, int *ret_rate_hz)
{
    const PaDeviceInfo *info = Pa_GetDeviceInfo(index);
    PaStreamParameters out = {.device = index, .channelCount = 2, .sampleFormat = paFloat32};
    double own = info->defaultSampleRate, rate = CQ_ANALYSIS_RATE_HZ;
    out.suggestedLatency =
        info->defaultLowOutputLatency > LATENCY_S ? info->defaultLowOutputLatency : LATENCY_S;
    PaError code =
        Pa_OpenStream(&d->stream, NULL, &out, rate, paFramesPerBufferUnspecified, paDitherOff, callback, d);
    if (code == paInvalidSampleRate && own >= CQ_ANALYSIS_RATE_HZ && own <= 192000) {
        rate = own;
        code =
            Pa_OpenStream(&d->stream, NULL, &out, rate, paFramesPerBufferUnspecified, paDitherOff, callback, d);
    }
    if (code == paNoError) {
        code = Pa_StartStream(d->stream);
        if (code != paNoError)
            Pa_CloseStream(d->stream);
    }
    if (code != paNoError)
        return cq_error_set(err, -EIO, NULL, 0,
                            "the device \"%s\" cannot be opened (%s); try another (--device)", info->name,
                            Pa_GetErrorText(code));
    *ret_rate_hz = (int)rate;
    return 0;
}

static int open_device(const char *name, cq_device_pull pull, void *user, struct cq_error *err,
                       void **ret_device, int *ret_rate_hz)
{
    int index = 0;
    int r = start_library(err);
    if (r)
        return r;
    struct device *d = calloc(1, sizeof *d);
    int saved = mute_stderr();
    if (!d) {
        r = -ENOMEM;
        goto out;
    }
    d->pull = pull;
    d->user = user;
    atomic_init(&d->n_calls, 0);
    d->seen_s = cq_time_monotonic_s();
    r = find_device(name, err, &index);
    if (!r)
        r = open_stream(d, index, err, ret_rate_hz);
    if (!r)
        *ret_device = d;
out:
    if (r) {
        Pa_Terminate();
        free(d);
    }
    unmute_stderr(saved);
    return r;
}

static bool is_alive(void *device)
{
    struct device *d = device;
    unsigned calls = atomic_load_explicit(&d->n_calls, memory_order_relaxed);
    double now_s = cq_time_monotonic_s();
    if (calls != d->seen_calls) {
        d->seen_calls = calls;
        d->seen_s = now_s;
    }
    return Pa_IsStreamActive(d->stream) == 1 && now_s - d->seen_s < QUIET_S;
}

static void close_device(void *device)
{
    struct device *d = device;
    int saved = mute_stderr();
    Pa_AbortStream(d->stream);
    Pa_CloseStream(d->stream);
    Pa_Terminate(); /* a fresh start finds devices that came or went */
    unmute_stderr(saved);
    free(d);
}

const struct cq_device_ops cq_device_portaudio = {open_device, is_alive, close_device};

int cq_device_list(int (*found)(void *user, int number, const char *name, bool is_default), void *user,
                   struct cq_error *err)
{
    int r = start_library(err);
    if (r)
        return r;
    int n = Pa_GetDeviceCount();
    for (int i = 0; !r && i < n; i++) {
        if (plays_stereo(i))
            r = found(user, i, Pa_GetDeviceInfo(i)->name, i == Pa_GetDefaultOutputDevice());
    }
    Pa_Terminate();
    return r;
}
