/*
 * What one long recording costs, stage by stage, on one core, beside two things to compare with in the same
 * run: sox decoding the same file, and the WebRTC detector over the same samples. Usage: bench FILE [RUNS].
 * Prints medians.
 */
#include "audio/pcm.h"
#include "base/time.h"
#include "callqa/analysis.h"
#include "pipeline/pipeline.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_RUNS 25
#define VAD_FRAME 80 /* 10 ms */

#ifdef HAVE_WEBRTC_VAD
/* The library exports these without a header. */
struct webrtc_vad;
struct webrtc_vad *WebRtcVad_Create(void);
int WebRtcVad_Init(struct webrtc_vad *vad);
int WebRtcVad_set_mode(struct webrtc_vad *vad, int mode);
int WebRtcVad_Process(struct webrtc_vad *vad, int rate_hz, const int16_t *audio, size_t n);
void WebRtcVad_Free(struct webrtc_vad *vad);

/* Seconds for both channels of one block-wise read; the reading itself is not counted. */
static double time_webrtc(struct cq_pcm *pcm)
{
    int channels = cq_pcm_channels(pcm);
    float left[VAD_FRAME], right[VAD_FRAME];
    float *const out[CQ_MAX_CHANNELS] = {left, right};
    int64_t n_frames = cq_pcm_frames(pcm);
    int16_t *audio = malloc((size_t)n_frames * (size_t)channels * sizeof *audio);
    if (!audio)
        return 0;
    for (int64_t at = 0; at + VAD_FRAME <= n_frames; at += VAD_FRAME) {
        int n = 0;
        if (cq_pcm_read(pcm, at, VAD_FRAME, out, &n) || n < VAD_FRAME)
            break;
        for (int c = 0; c < channels; c++) {
            for (int i = 0; i < VAD_FRAME; i++)
                audio[c * n_frames + at + i] = (int16_t)(out[c][i] * 32767.0f);
        }
    }
    double begun = cq_time_monotonic_s();
    int active = 0;
    for (int c = 0; c < channels; c++) {
        struct webrtc_vad *vad = WebRtcVad_Create();
        WebRtcVad_Init(vad);
        WebRtcVad_set_mode(vad, 2);
        for (int64_t at = 0; at + VAD_FRAME <= n_frames; at += VAD_FRAME)
            active += WebRtcVad_Process(vad, CQ_ANALYSIS_RATE_HZ, audio + c * n_frames + at, VAD_FRAME);
        WebRtcVad_Free(vad);
    }
    double took = cq_time_monotonic_s() - begun;
    if (active < 0) /* an error of the detector; also keeps its work from being optimised away */
        took = 0;
    free(audio);
    return took;
}
#endif

/* Seconds of processor time that a child needs to decode the file to raw samples; 0 where sox is not there. */
static double time_sox(const char *path)
{
    struct rusage before, after;
    getrusage(RUSAGE_CHILDREN, &before);
    pid_t pid = fork();
    if (pid == 0) {
        execlp("sox", "sox", path, "-t", "raw", "-e", "signed", "-b", "16", "/dev/null", (char *)NULL);
        _exit(127);
    }
    int status = 1;
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
        return 0;
    getrusage(RUSAGE_CHILDREN, &after);
    return (double)(after.ru_utime.tv_sec - before.ru_utime.tv_sec) +
           (double)(after.ru_utime.tv_usec - before.ru_utime.tv_usec) * 1e-6 +
           (double)(after.ru_stime.tv_sec - before.ru_stime.tv_sec) +
           (double)(after.ru_stime.tv_usec - before.ru_stime.tv_usec) * 1e-6;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double *v, int n)
{
    qsort(v, (size_t)n, sizeof *v, by_size);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static void row(const char *name, double *v, int n, double audio_s)
{
    double m = median(v, n);
    if (m > 0)
        printf("  %-28s %9.4f s  %10.0f x real time\n", name, m, audio_s / m);
    else
        printf("  %-28s not measured\n", name);
}

int main(int argc, char **argv)
{
    enum { HASH, DECODE, ACTIVITY, TALK, PROSODY, SCORE, TOTAL, SOX, WEBRTC, N_ROWS };
    static const char *const names[N_ROWS] = {
        "hash",  "decode + health", "activity (detector)", "talk + measures",     "prosody",
        "score", "WHOLE",           "sox, decoding only",  "WebRTC detector only"};
    static double t[N_ROWS][MAX_RUNS];
    int runs = argc > 2 ? atoi(argv[2]) : 5;
    if (argc < 2 || runs < 1 || runs > MAX_RUNS) {
        fprintf(stderr, "usage: bench FILE [RUNS up to %d]\n", MAX_RUNS);
        return 2;
    }

    struct cq_config config = CQ_CONFIG_INIT;
    struct cq_rubric *rubric = NULL;
    struct cq_error err = {0};
    double audio_s = 0;
    if (cq_pipeline_load_rubric("skills-form", &err, &rubric)) {
        fprintf(stderr, "bench: %s\n", err.what);
        return 1;
    }
    char detector[64] = "";
    for (int i = 0; i < runs; i++) {
        struct cq_timing tm;
        struct cq_analysis a;
        if (cq_pipeline_analyze(argv[1], &config, rubric, NULL, NULL, &err, &tm, &a)) {
            fprintf(stderr, "bench: %s: %s\n", argv[1], err.what);
            return 1;
        }
        audio_s = a.recording.duration_s;
        snprintf(detector, sizeof detector, "%s", a.detector);
        cq_analysis_done(&a);
        t[HASH][i] = tm.hash_s;
        t[DECODE][i] = tm.decode_s;
        t[ACTIVITY][i] = tm.activity_s;
        t[TALK][i] = tm.talk_s;
        t[PROSODY][i] = tm.prosody_s;
        t[SCORE][i] = tm.score_s;
        t[TOTAL][i] = tm.total_s;
        t[SOX][i] = time_sox(argv[1]);
    }
    struct rusage self;
    getrusage(RUSAGE_SELF, &self);
    long peak_kb = self.ru_maxrss; /* before the comparison below takes memory of its own */
#ifdef HAVE_WEBRTC_VAD
    struct cq_recording rec = {0};
    struct cq_pcm *pcm = NULL;
    if (!cq_pcm_open(argv[1], &config.audio, NULL, &err, &rec, &pcm)) {
        for (int i = 0; i < runs; i++)
            t[WEBRTC][i] = time_webrtc(pcm);
    }
    cq_pcm_free(pcm);
    cq_recording_done(&rec);
#endif
    printf("%s: %.0f s of audio, median of %d runs, detector %s\n", argv[1], audio_s, runs, detector);
    for (int i = 0; i < N_ROWS; i++)
        row(names[i], t[i], runs, audio_s);
    printf("  peak memory %.1f MB\n", (double)peak_kb / 1024);
    cq_rubric_free(rubric);
    return 0;
}
