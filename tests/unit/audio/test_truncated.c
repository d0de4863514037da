/*
 * Recordings that break off: one of each container, cut at 60 % of its bytes, is read up to there and marked;
 * what is there lies where it was. And headers that were never finished: sizes of nothing, of everything, of
 * too much.
 */
#include "cq-config.h"
#include "signals.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define KEEP 0.6

struct cut {
    const char *file;
    const char *command;
    double least_s; /* of SIGNAL_S that must be left at 60 % of the bytes */
    bool needs_libav;
};

#define SOX "sox $I "
#define FF "ffmpeg -hide_banner -loglevel error -y -i $I "

static const struct cut cuts[] = {
    {"x.wav", SOX "$O", 2.3, false},
    {"ulaw.wav", SOX "-e mu-law $O", 2.3, false},
    {"gsm.wav", SOX "-c 1 -e gsm $O", 2.2, false},
    {"ima.wav", SOX "-e ima-adpcm $O", 2.2, false},
    {"g722.wav", FF "-ac 1 -ar 16000 -c:a g722 $O", 2.2, true},
    {"rf64.wav", FF "-rf64 always $O", 2.3, false},
    {"x.w64", SOX "$O", 2.3, false},
    {"x.aiff", SOX "$O", 2.3, false},
    {"x.au", SOX "$O", 2.3, false},
    {"x.caf", SOX "$O", 2.3, true}, /* libsndfile takes it whole only */
    {"x.sph", SOX "$O", 2.2, false},
    {"x.flac", SOX "$O", 1.8, false},
    {"vorbis.ogg", FF "-c:a libvorbis $O", 1.0, false},
    {"opus.ogg", FF "-c:a libopus -page_duration 200000 $O", 1.5, false},
    {"x.mp3", FF "-c:a libmp3lame -b:a 32k $O", 1.8, true},
    {"no-tag.mp3", FF "-c:a libmp3lame -b:a 32k -write_xing 0 $O", 1.8, true},
    {"x.aac", FF "-c:a aac -b:a 64k $O", 1.8, true},
    {"front.m4a", FF "-c:a aac -b:a 64k -movflags +faststart $O", 1.8, true},
    {"opus.webm", FF "-c:a libopus -b:a 48k $O", 1.8, true},
    {"v2.wma", FF "-c:a wmav2 -b:a 48k $O", 1.5, true},
    {"x.amr", "sox $I -c 1 -t amr-nb $O", 2.2, true},
};

static char folder[256];

static int set_up(void **state)
{
    (void)state;
    char path[512];
    signal_make_folder(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/in.wav", folder);
    signal_write_talkers(path, 8000, 2, SIGNAL_S);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    signal_remove_folder(folder);
    return 0;
}

static void check_part(const char *path, double least_s, bool truncated)
{
    struct cq_recording rec = {0};
    float *x[2];
    int channels, n;
    signal_load(path, NULL, &rec, x, &channels, &n);
    if (rec.truncated != truncated)
        fail_msg("%s: truncated is %d", path, rec.truncated);
    if (rec.duration_s < least_s || rec.duration_s > SIGNAL_S * (truncated ? 0.9 : 1.04))
        fail_msg("%s: %.3f s are left", path, rec.duration_s);
    /* what is left lies where it was (mono: the talkers are mixed, either is found) */
    struct match m = signal_match(x[0], n, 0, rec.duration_s < SIGNAL_S ? rec.duration_s : SIGNAL_S);
    if (fabs(m.lag_ms) > 2.0)
        fail_msg("%s: %.2f ms late", path, m.lag_ms);
    free(x[0]);
    free(x[1]);
    cq_recording_done(&rec);
}

static void test_cut(void **state)
{
    const struct cut *cut = *state;
    char command[512], path[512];
    snprintf(command, sizeof command, "I=in.wav; O=%s; %s", cut->file, cut->command);
    if (!CQ_HAVE_LIBAV && cut->needs_libav)
        skip();
    if (!signal_run(folder, command)) {
        print_message("%s: skipped, sox or ffmpeg cannot write it here\n", cut->file);
        skip();
    }
    snprintf(path, sizeof path, "%s/%s", folder, cut->file);
    check_part(path, SIGNAL_S * 0.94, false); /* whole: not marked */
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(truncate(path, (off_t)((double)st.st_size * KEEP)), 0);
    check_part(path, cut->least_s, true);
}

/* bytes[0..n) at `at` of a copy of in.wav, which is then read whole and must be marked */
static void patch_header(const char *name, long at, const void *bytes, size_t n)
{
    char path[512], command[512];
    snprintf(command, sizeof command, "cp in.wav %s", name);
    assert_true(signal_run(folder, command));
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "r+b");
    assert_non_null(f);
    assert_int_equal(fseek(f, at, SEEK_SET), 0);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    fclose(f);

    struct cq_recording rec = {0};
    float *x[2];
    int channels, got;
    signal_load(path, NULL, &rec, x, &channels, &got);
    assert_true(rec.truncated);
    assert_int_equal(channels, 2);
    assert_true(fabs(rec.duration_s - SIGNAL_S) < 0.001);
    free(x[0]);
    free(x[1]);
    cq_recording_done(&rec);
}

static void test_unfinished_headers(void **state)
{
    (void)state;
    /* the RIFF size is at 4, the data size at 40 */
    patch_header("zero.wav", 40, "\0\0\0\0", 4);
    patch_header("minus.wav", 40, "\xff\xff\xff\xff", 4);
    patch_header("more.wav", 40, "\x00\x00\x00\x10", 4);
    patch_header("sox-pipe.wav", 40, "\x00\xf0\xff\x7f", 4);
}

/* MP4 keeps its index at the end: without it nothing can be read, and the message says so. */
static void test_mp4_without_index(void **state)
{
    (void)state;
    char path[512];
    if (!CQ_HAVE_LIBAV || !signal_run(folder, "ffmpeg -loglevel error -y -i in.wav -c:a aac back.m4a"))
        skip();
    snprintf(path, sizeof path, "%s/back.m4a", folder);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(truncate(path, (off_t)((double)st.st_size * KEEP)), 0);
    struct cq_audio_opts opts = CQ_AUDIO_OPTS_INIT;
    struct cq_error err = {0};
    struct cq_recording rec = {0};
    struct cq_pcm *pcm = NULL;
    assert_int_equal(cq_pcm_open(path, &opts, NULL, &err, &rec, &pcm), -EBADMSG);
    assert_non_null(strstr(err.what, "index"));
    assert_null(pcm);
}

int main(void)
{
    enum { N = sizeof cuts / sizeof cuts[0] };
    static struct CMUnitTest tests[N + 2] = {
        cmocka_unit_test(test_unfinished_headers),
        cmocka_unit_test(test_mp4_without_index),
    };
    for (int i = 0; i < N; i++)
        tests[i + 2] = (struct CMUnitTest){cuts[i].file, test_cut, NULL, NULL, (void *)(uintptr_t)&cuts[i]};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
