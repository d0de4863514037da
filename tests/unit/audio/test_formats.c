/*
 * One recording in every format. The file is made at test time by sox or ffmpeg from two synthetic talkers, one
 * a channel, and must come back in place to 2 ms, at its level, in the order of its channels and as long as it
 * was. Formats whose encoder is not installed are skipped one by one, and said so; two that Debian's tools
 * cannot write are kept as small files in data/.
 */
#include "cq-config.h"
#include "signals.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MAX_LAG_MS 2.0

struct format {
    const char *file;
    const char *format;  /* cq_recording.format */
    const char *decoder; /* cq_recording.decoder */
    const char *command; /* writes $O from $I; NULL: data/ has it */
    int rate_hz;         /* of the input */
    int channels;
    double min_correlation; /* what the codec leaves of the wave */
    double level_db;        /* tolerance */
    double longer_s;        /* the codec's frames may make it longer or shorter by this */
};

#define SOX "sox $I "
#define FF_HOLE "ffmpeg -hide_banner -loglevel error -y -i in-8000-1.wav "
#define FF "ffmpeg -hide_banner -loglevel error -y -i $I "

static const struct format formats[] = {
    /* WAV and what it may hold */
    {"u8.wav", "wav/pcm_u8", "sndfile", SOX "-e unsigned -b 8 $O", 8000, 2, 0.98, 0.3, 0},
    {"s16.wav", "wav/pcm_s16", "sndfile", SOX "$O", 8000, 2, 0.9999, 0.01, 0},
    {"s24.wav", "wav/pcm_s24", "sndfile", SOX "-b 24 $O", 8000, 2, 0.9999, 0.01, 0},
    {"s32.wav", "wav/pcm_s32", "sndfile", SOX "-b 32 $O", 8000, 2, 0.9999, 0.01, 0},
    {"float.wav", "wav/float", "sndfile", SOX "-e float -b 32 $O", 8000, 2, 0.9999, 0.01, 0},
    {"double.wav", "wav/double", "sndfile", SOX "-e float -b 64 $O", 8000, 2, 0.9999, 0.01, 0},
    {"ulaw.wav", "wav/ulaw", "sndfile", SOX "-e mu-law $O", 8000, 2, 0.999, 0.05, 0},
    {"alaw.wav", "wav/alaw", "sndfile", SOX "-e a-law $O", 8000, 2, 0.999, 0.05, 0},
    {"gsm.wav", "wav/gsm", "sndfile", SOX "-e gsm $O", 8000, 1, 0.85, 1.0, 0.041},
    {"ima.wav", "wav/ima_adpcm", "sndfile", SOX "-e ima-adpcm $O", 8000, 2, 0.95, 0.5, 0.13},
    {"ms.wav", "wav/ms_adpcm", "sndfile", SOX "-e ms-adpcm $O", 8000, 2, 0.97, 0.5, 0.13},
    {"g726-32.wav", "wav/g726", "libav", FF "-c:a g726 -b:a 32k $O", 8000, 1, 0.97, 0.3, 0.01},
    {"g726-16.wav", "wav/g726", "libav", FF "-c:a g726 -b:a 16k $O", 8000, 1, 0.85, 0.6, 0.01},
    {"g722.wav", "wav/g722", "libav", FF "-c:a g722 $O", 16000, 1, 0.99, 0.2, 0.01},
    {"g7231.wav", "wav/g723_1", "libav", FF "-c:a g723_1 -b:a 6300 $O", 8000, 1, 0.75, 1.5, 0.04},
    {"mp2.wav", "wav/mp2", "libav", FF "-c:a mp2 $O", 48000, 2, 0.99, 0.2, 0.03},
    {"mp3.wav", "wav/mp3", "sndfile", FF "-c:a libmp3lame $O", 44100, 2, 0.98, 0.6, 0.03},
    {"rf64.wav", "rf64/pcm_s16", "sndfile", FF "-rf64 always $O", 8000, 2, 0.9999, 0.01, 0},
    /* other containers of PCM and G.711 */
    {"x.w64", "w64/pcm_s16", "sndfile", SOX "$O", 8000, 2, 0.9999, 0.01, 0},
    {"x.aiff", "aiff/pcm_s16", "sndfile", SOX "$O", 8000, 2, 0.9999, 0.01, 0},
    {"ima.aifc", "aiff/ima_adpcm", "sndfile", FF "-c:a adpcm_ima_qt -f aiff $O", 8000, 2, 0.95, 0.5, 0.01},
    {"x.au", "au/ulaw", "sndfile", SOX "-e mu-law $O", 8000, 2, 0.999, 0.05, 0},
    {"x.caf", "caf/pcm_s16", "sndfile", SOX "$O", 8000, 2, 0.9999, 0.01, 0},
    {"x.sph", "sphere/ulaw", "sndfile", SOX "-e mu-law $O", 8000, 2, 0.999, 0.05, 0},
    {"x.voc", "voc/pcm_s16", "sndfile", SOX "$O", 8000, 2, 0.9999, 0.01, 0},
    {"x.flac", "flac/pcm_s16", "sndfile", SOX "$O", 8000, 2, 0.9999, 0.01, 0},
    {"flac.ogg", "ogg/flac", "libav", FF "-c:a flac $O", 8000, 2, 0.9999, 0.01, 0},
    {"pcm.mkv", "matroska/ulaw", "libav", FF "-c:a pcm_mulaw $O", 8000, 2, 0.999, 0.05, 0.01},
    {"alac.m4a", "mp4/alac", "libav", FF "-c:a alac $O", 8000, 2, 0.9999, 0.01, 0},
    /* MP3: with a LAME tag, without any, from other encoders */
    {"8k.mp3", "mp3/mp3", "libav", FF "-c:a libmp3lame -b:a 32k $O", 8000, 2, 0.95, 0.8, 0.15},
    {"16k.mp3", "mp3/mp3", "libav", FF "-c:a libmp3lame -b:a 48k $O", 16000, 2, 0.95, 0.8, 0.08},
    {"44k.mp3", "mp3/mp3", "libav", FF "-c:a libmp3lame -b:a 96k $O", 44100, 2, 0.98, 0.8, 0.03},
    {"no-tag.mp3", "mp3/mp3", "libav", FF "-c:a libmp3lame -b:a 32k -write_xing 0 $O", 8000, 2, 0.95, 0.8,
     0.15},
    {"sox.mp3", "mp3/mp3", "libav", SOX "$O", 8000, 2, 0.95, 0.8, 0.15},
    {"48k.mp2", "mp3/mp2", "libav", FF "-c:a mp2 $O", 48000, 2, 0.98, 0.3, 0.03},
    /* AAC: with the delay told (edit list) and untold */
    {"8k.m4a", "mp4/aac", "libav", FF "-c:a aac -b:a 64k $O", 8000, 2, 0.97, 0.5, 0.13},
    {"44k.m4a", "mp4/aac", "libav", FF "-c:a aac -b:a 96k $O", 44100, 2, 0.97, 0.5, 0.03},
    {"front.m4a", "mp4/aac", "libav", FF "-c:a aac -b:a 64k -movflags +faststart $O", 8000, 2, 0.97, 0.5, 0.13},
    {"parts.mp4", "mp4/aac", "libav", FF "-c:a aac -movflags frag_keyframe+empty_moov $O", 8000, 2, 0.97, 0.5,
     0.13},
    {"x.3gp", "mp4/aac", "libav", FF "-c:a aac $O", 8000, 2, 0.97, 0.5, 0.13},
    {"8k.aac", "aac/aac", "libav", FF "-c:a aac -b:a 64k $O", 8000, 2, 0.97, 0.5, 0.13},
    {"48k.aac", "aac/aac", "libav", FF "-c:a aac -b:a 96k $O", 48000, 2, 0.97, 0.5, 0.03},
    {"aac.mkv", "matroska/aac", "libav", FF "-c:a aac -b:a 64k $O", 8000, 2, 0.97, 0.5, 0.13},
    /* Ogg and WebM */
    {"vorbis.ogg", "ogg/vorbis", "sndfile", FF "-c:a libvorbis -q:a 4 $O", 8000, 2, 0.94, 0.5, 0.01},
    {"opus.ogg", "ogg/opus", "sndfile", FF "-c:a libopus -b:a 48k $O", 8000, 2, 0.97, 0.3, 0.03},
    {"opus48.opus", "ogg/opus", "sndfile", FF "-c:a libopus -b:a 64k $O", 48000, 2, 0.97, 0.3, 0.03},
    {"opus.webm", "matroska/opus", "libav", FF "-c:a libopus -b:a 48k $O", 8000, 2, 0.97, 0.3, 0.03},
    {"vorbis.webm", "matroska/vorbis", "libav", FF "-c:a libvorbis -q:a 4 $O", 8000, 2, 0.94, 0.5, 0.05},
    {"speex.ogg", "ogg/speex", "libav", FF "-c:a libspeex -b:a 18k $O", 8000, 1, 0.75, 1.5, 0.03},
    {"speex16.ogg", "ogg/speex", "libav", FF "-c:a libspeex -b:a 28k $O", 16000, 1, 0.75, 1.5, 0.03},
    /* Windows Media */
    {"v1.wma", "asf/wmav1", "libav", FF "-c:a wmav1 -b:a 48k $O", 16000, 2, 0.97, 0.5, 0.1},
    {"v2.wma", "asf/wmav2", "libav", FF "-c:a wmav2 -b:a 96k $O", 44100, 2, 0.97, 0.5, 0.1},
    {"v2-8k.wma", "asf/wmav2", "libav", FF "-c:a wmav2 -b:a 32k $O", 8000, 2, 0.95, 0.8, 0.1},
    /* telephone codecs */
    {"nb.amr", "amr/amr_nb", "libav", SOX "-C 7 -t amr-nb $O", 8000, 1, 0.75, 1.5, 0.03},
    {"wb.awb", "amr/amr_wb", "libav", NULL, 16000, 1, 0.75, 1.5, 0.03},
    /* headerless, by extension */
    {"x.ulaw", "raw/ulaw", "raw", SOX "-t ul $O", 8000, 1, 0.999, 0.05, 0},
    {"x.ul", "raw/ulaw", "raw", SOX "-t ul $O", 8000, 1, 0.999, 0.05, 0},
    {"x.PCMU", "raw/ulaw", "raw", SOX "-t ul $O", 8000, 1, 0.999, 0.05, 0},
    {"x.alaw", "raw/alaw", "raw", SOX "-t al $O", 8000, 1, 0.999, 0.05, 0},
    {"x.al", "raw/alaw", "raw", SOX "-t al $O", 8000, 1, 0.999, 0.05, 0},
    {"x.sln", "raw/s16le", "raw", SOX "-t s16 $O", 8000, 1, 0.9999, 0.01, 0},
    {"x.sln16", "raw/s16le", "raw", SOX "-t s16 $O", 16000, 1, 0.999, 0.05, 0},
    {"x.sln48", "raw/s16le", "raw", SOX "-t s16 $O", 48000, 1, 0.999, 0.05, 0},
    {"x.raw", "raw/s16le", "raw", SOX "-t s16 $O", 8000, 2, 0.9999, 0.01, 0},
    {"x.gsm", "raw/gsm", "raw", SOX "-t gsm $O", 8000, 1, 0.85, 1.0, 0.03},
    {"x.g722", "raw/g722", "raw", FF "-c:a g722 $O", 16000, 1, 0.99, 0.2, 0.01},
    {"x.vox", "raw/vox", "raw", SOX "-t vox $O", 8000, 1, 0.95, 0.5, 0.01},
    {"x.g729", "raw/g729", "raw", NULL, 8000, 1, 0.7, 1.5, 0.03},
    /* content goes before the name */
    {"wav-named.mp3", "wav/pcm_s16", "sndfile", SOX "-t wav $O", 8000, 2, 0.9999, 0.01, 0},
    {"wav-named.ulaw", "wav/ulaw", "sndfile", SOX "-e mu-law -t wav $O", 8000, 2, 0.999, 0.05, 0},
    {"m4a-named.wav", "mp4/aac", "libav", FF "-c:a aac -b:a 64k -f mp4 $O", 8000, 2, 0.97, 0.5, 0.13},
    {"flac-named-nothing", "flac/pcm_s16", "sndfile", SOX "-t flac $O", 8000, 2, 0.9999, 0.01, 0},
    /* rates */
    {"11k.wav", "wav/pcm_s16", "sndfile", SOX "$O", 11025, 2, 0.999, 0.05, 0},
    {"16k.wav", "wav/pcm_s16", "sndfile", SOX "$O", 16000, 2, 0.999, 0.05, 0},
    {"22k.wav", "wav/pcm_s16", "sndfile", SOX "$O", 22050, 2, 0.999, 0.05, 0},
    {"44k.wav", "wav/pcm_s16", "sndfile", SOX "$O", 44100, 2, 0.999, 0.05, 0},
    {"48k.wav", "wav/pcm_s16", "sndfile", SOX "$O", 48000, 2, 0.999, 0.05, 0},
};

static char folder[256];

static int set_up(void **state)
{
    (void)state;
    static const int rates[] = {8000, 11025, 16000, 22050, 44100, 48000};
    signal_make_folder(folder, sizeof folder);
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        for (int channels = 1; channels <= 2; channels++) {
            char path[512];
            snprintf(path, sizeof path, "%s/in-%d-%d.wav", folder, rates[i], channels);
            signal_write_talkers(path, rates[i], channels, SIGNAL_S);
        }
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    signal_remove_folder(folder);
    return 0;
}

/* The file's path; false where its encoder is missing. */
static bool make(const struct format *f, char *path, size_t size)
{
    if (!f->command) {
        const char *data = getenv("CALLQA_TEST_DATA");
        assert_non_null(data);
        snprintf(path, size, "%s/%s", data, f->file);
        return true;
    }
    char command[512];
    snprintf(path, size, "%s/%s", folder, f->file);
    snprintf(command, sizeof command, "I=in-%d-%d.wav; O='%s'; %s", f->rate_hz, f->channels, f->file,
             f->command);
    return signal_run(folder, command) && access(path, R_OK) == 0;
}

static bool needs_libav(const struct format *f)
{
    return strcmp(f->decoder, "libav") == 0 || strcmp(f->format, "raw/g722") == 0 ||
           strcmp(f->format, "raw/g729") == 0;
}

static void test_format(void **state)
{
    const struct format *f = *state;
    char path[512];
    if (!CQ_HAVE_LIBAV && needs_libav(f)) {
        print_message("%s: skipped, this build is without FFmpeg\n", f->file);
        skip();
    }
    if (!make(f, path, sizeof path)) {
        print_message("%s: skipped, sox or ffmpeg cannot write it here\n", f->file);
        skip();
    }
    struct cq_recording rec = {0};
    float *x[2];
    int channels, n;
    signal_load(path, NULL, &rec, x, &channels, &n);
    assert_string_equal(rec.format, f->format);
    assert_string_equal(rec.decoder, f->decoder);
    assert_int_equal(rec.channels, f->channels);
    assert_int_equal(channels, f->channels);
    assert_false(rec.truncated);
    /* a sample of the file's rate for the rounding */
    if (fabs(rec.duration_s - SIGNAL_S) > f->longer_s + 1.0 / 8000)
        fail_msg("%s: lasts %.4f s instead of %.4f s", f->file, rec.duration_s, SIGNAL_S);
    assert_true(fabs((double)n / CQ_ANALYSIS_RATE_HZ - rec.duration_s) <= 0.001);
    for (int c = 0; c < channels; c++) {
        struct match m = signal_match(x[c], n, c, SIGNAL_S);
        if (fabs(m.lag_ms) > MAX_LAG_MS || m.correlation < f->min_correlation || fabs(m.level_db) > f->level_db)
            fail_msg("%s, channel %d: %+.3f ms late, correlation %.4f, level %+.2f dB", f->file, c, m.lag_ms,
                     m.correlation, m.level_db);
        struct match other = signal_match(x[c], n, 1 - c, SIGNAL_S);
        assert_true(other.correlation < 0.5);
    }
    free(x[0]);
    free(x[1]);
    cq_recording_done(&rec);
}

/* A second that was never received: its packets are missing, the timestamps tell, and silence stands in for it.
 */
static void test_hole(void **state)
{
    (void)state;
    char path[512];
    if (!CQ_HAVE_LIBAV ||
        !signal_run(folder, FF_HOLE "-af \"aselect='not(between(t,1.5,2.4999))'\" -c:a pcm_s16le hole.mkv"))
        skip();
    struct cq_recording rec = {0};
    float *x[2];
    int channels, n;
    snprintf(path, sizeof path, "%s/hole.mkv", folder);
    signal_load(path, NULL, &rec, x, &channels, &n);
    assert_true(fabs(rec.duration_s - SIGNAL_S) < 0.1);
    struct match whole = signal_match(x[0], n, 0, SIGNAL_S);
    struct match after = signal_match_from(x[0], n, 0, 3.0, SIGNAL_S);
    assert_true(fabs(whole.lag_ms) <= MAX_LAG_MS && whole.correlation > 0.7);
    assert_true(fabs(after.lag_ms) <= MAX_LAG_MS && after.correlation > 0.98);
    for (int i = 13000; i < 19000; i++)
        assert_true(x[0][i] == 0.0f);
    free(x[0]);
    free(x[1]);
    cq_recording_done(&rec);
}

/* One a line for tests/cli/formats_test.py: FILE, RATE, CHANNELS, "exact" where no bit is lost, COMMAND; tabs.
 */
static int list_formats(void)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        const struct format *f = &formats[i];
        if (!CQ_HAVE_LIBAV && needs_libav(f))
            continue;
        bool exact = f->min_correlation >= 0.9999 || strcmp(f->format, "wav/pcm_s16") == 0;
        printf("%s\t%d\t%d\t%s\t%s\n", f->file, f->rate_hz, f->channels, exact ? "exact" : "lossy",
               f->command ? f->command : "");
    }
    return 0;
}

int main(int argc, char **argv)
{
    enum { N = sizeof formats / sizeof formats[0] };
    if (argc > 1 && strcmp(argv[1], "--list") == 0)
        return list_formats();
    static struct CMUnitTest tests[N + 1];
    tests[N] = (struct CMUnitTest)cmocka_unit_test(test_hole);
    for (int i = 0; i < N; i++)
        tests[i] =
            (struct CMUnitTest){formats[i].file, test_format, NULL, NULL, (void *)(uintptr_t)&formats[i]};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
