/* Sounds of known truth and what is measured on them, for the audio tests. */
#ifndef CQ_TEST_AUDIO_SIGNALS_H
#define CQ_TEST_AUDIO_SIGNALS_H

#include "audio/pcm.h"

#include <stdbool.h>
#include <stdint.h>

#define SIGNAL_S 4.0
#define SIGNAL_FRAMES 32000 /* of it at 8 kHz */

/*
 * A talker that exists at every sampling rate: syllables of harmonics under formants and bursts of sound
 * without pitch, all of it sums of sines below 3.3 kHz, about -20 dBov. Two talkers (0, 1) differ in all of it.
 */
double signal_talker(int talker, double t);

/* White noise in -1..1, the same every time: *state starts at any odd number. */
double signal_noise(uint32_t *state);

/* `n_channels` talkers in a 16-bit WAV file. */
void signal_write_talkers(const char *path, int rate_hz, int n_channels, double seconds);

/* 16-bit interleaved samples as a WAV file. */
void signal_write_wav(const char *path, int rate_hz, int n_channels, const int16_t *x, int64_t n_frames);

/* A folder of the test's own, gone with signal_remove_folder(). */
void signal_make_folder(char *path, size_t size);
void signal_remove_folder(const char *path);

/* Run a shell command in the folder, silently; false where it fails. */
bool signal_run(const char *folder, const char *command);

/* cq_pcm_open with default options that must succeed; channel c of all of it into x[c] (malloc'd). */
void signal_load(const char *path, const struct cq_audio_opts *opts, struct cq_recording *ret_rec,
                 float *ret_x[2], int *ret_channels, int *ret_n);

/* Lag of x against the talker at 8 kHz, in ms, positive where x is late; correlation and level difference
 * there. */
struct match {
    double lag_ms;
    double correlation;
    double level_db;
};
struct match signal_match(const float *x, int n, int talker, double seconds);

/* The same of the part from from_s to to_s alone. */
struct match signal_match_from(const float *x, int n, int talker, double from_s, double to_s);

#endif
