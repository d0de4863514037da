/*
 * Reads mono 16-bit PCM (little endian, 8 kHz) from standard input and prints the pitch of that voice value by
 * value: "time hertz" a line, in seconds, 0 Hz where none was found. Arguments: START END of each talkspurt in
 * seconds. Talkspurts are taken in pieces of ten seconds with the quiet after them, as the product does.
 */
#include "base/number.h"
#include "callqa/recording.h"
#include "metrics/pitch.h"
#include "metrics/prosody.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SAMPLES (8000 * 600)
#define PIECE_FRAMES 1024
#define TAIL_FRAMES 25
#define MAX_VALUES (PIECE_FRAMES / CQ_PITCH_STEP_FRAMES)

static float samples[MAX_SAMPLES];

static int read_pcm(void)
{
    unsigned char b[2];
    int n = 0;
    for (; n < MAX_SAMPLES && fread(b, 1, 2, stdin) == 2; n++) {
        int v = b[0] | b[1] << 8;
        samples[n] = (float)(v >= 32768 ? v - 65536 : v) / 32768;
    }
    return n;
}

static int frame_at(const char *text, int n_frames)
{
    double t_s = 0;
    if (cq_number_parse(text, strlen(text), &t_s) || !(t_s >= 0))
        return 0;
    return (int)fmin(lround(t_s * 100), n_frames);
}

/* Frames start..end of speech, with the tail up to frame `until`. */
static void print_piece(struct cq_pitch *pitch, int start, int end, int until, float *loudest)
{
    static float x[CQ_PITCH_MAX_SAMPLES];
    float hz[MAX_VALUES], mean = 0;
    const int n = (until - start) * CQ_FRAME_SAMPLES, n_values = (end - start) / CQ_PITCH_STEP_FRAMES;

    for (int i = 0; i < n; i++)
        mean += samples[start * CQ_FRAME_SAMPLES + i] / (float)n;
    for (int i = 0; i < n; i++)
        x[i] = samples[start * CQ_FRAME_SAMPLES + i] - mean;
    cq_pitch_track(pitch, x, n, n_values, loudest, hz);
    for (int k = 0; k < n_values; k++)
        printf("%.3f %.2f\n", (start + CQ_PITCH_STEP_FRAMES * (k + 0.5)) / 100, (double)hz[k]);
}

int main(int argc, char **argv)
{
    const struct cq_prosody_opts opts = CQ_PROSODY_OPTS_INIT;
    struct cq_pitch *pitch = NULL;
    float loudest = 0;
    const int n_frames = read_pcm() / CQ_FRAME_SAMPLES;

    if (cq_pitch_new(opts.pitch_floor_hz, opts.pitch_ceiling_hz, &pitch))
        return 1;
    for (int i = 1; i + 1 < argc; i += 2) {
        const int end = frame_at(argv[i + 1], n_frames);
        int until = end + TAIL_FRAMES < n_frames ? end + TAIL_FRAMES : n_frames;
        if (i + 3 < argc && frame_at(argv[i + 2], n_frames) < until)
            until = frame_at(argv[i + 2], n_frames);
        for (int start = frame_at(argv[i], n_frames); start < end; start += PIECE_FRAMES) {
            const bool last = end - start <= PIECE_FRAMES;
            print_piece(pitch, start, last ? end : start + PIECE_FRAMES, last ? until : start + PIECE_FRAMES,
                        &loudest);
        }
    }
    cq_pitch_free(pitch);
    return 0;
}
