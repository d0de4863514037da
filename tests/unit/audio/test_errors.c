/* What cannot be analysed is refused in one line that says what to do; what can is not. */
#include "signals.h"

#include "audio/layout.h"
#include "audio/sniff.h"

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

static char folder[256];

static int set_up(void **state)
{
    (void)state;
    signal_make_folder(folder, sizeof folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    signal_remove_folder(folder);
    return 0;
}

static const char *in_folder(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_bytes(const char *name, const void *bytes, size_t n)
{
    FILE *f = fopen(in_folder(name), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    fclose(f);
}

/* Opening must fail with this code and these words, and leave everything else untouched. */
static void refused(const char *name, const struct cq_audio_opts *opts, int code, const char *words)
{
    struct cq_audio_opts defaults = CQ_AUDIO_OPTS_INIT;
    struct cq_error err = {0};
    struct cq_recording rec = {.channels = 77};
    struct cq_pcm *pcm = NULL;
    int got = cq_pcm_open(in_folder(name), opts ? opts : &defaults, NULL, &err, &rec, &pcm);
    if (got != code || !strstr(err.what, words))
        fail_msg("%s: %d \"%s\"", name, got, err.what);
    assert_null(strchr(err.what, '\n'));
    assert_string_equal(err.file, in_folder(name));
    assert_null(pcm);
    assert_int_equal(rec.channels, 77);
}

static struct cq_pcm *opened(const char *name, const struct cq_audio_opts *opts, struct cq_recording *ret_rec)
{
    struct cq_error err = {0};
    struct cq_pcm *pcm = NULL;
    if (cq_pcm_open(in_folder(name), opts, NULL, &err, ret_rec, &pcm))
        fail_msg("%s: %s", name, err.what);
    return pcm;
}

static void test_no_recording(void **state)
{
    (void)state;
    unsigned char junk[5000];
    uint32_t seed = 5;
    for (size_t i = 0; i < sizeof junk; i++)
        junk[i] = (unsigned char)(127.0 * signal_noise(&seed) + 128.0);
    write_bytes("empty.wav", "", 0);
    write_bytes("text.wav", "Dear customer, your call was not recorded.\n", 43);
    write_bytes("junk.mp3", junk, sizeof junk);
    write_bytes("junk.bin", junk, sizeof junk);
    write_bytes("list.m3u", "#EXTM3U\n/etc/passwd\n", 20);
    write_bytes("head.wav",
                "RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data\0\0\0\0", 44);
    write_bytes("stub.flac", "fLaC\0\0\0\x22", 8);
    write_bytes("stub.m4a",
                "\0\0\0\x18"
                "ftypM4A \0\0\0\0M4A mp42",
                24);
    assert_int_equal(mkdir(in_folder("dir.wav"), 0700), 0);
    assert_int_equal(mkfifo(in_folder("pipe.wav"), 0600), 0);

    refused("missing.wav", NULL, -ENOENT, "cannot open");
    refused("empty.wav", NULL, -ENODATA, "empty");
    refused("text.wav", NULL, -EBADMSG, "audio.raw_format");
    refused("junk.mp3", NULL, -EBADMSG, "MP3");
    refused("junk.bin", NULL, -EBADMSG, "audio.raw_format");
    refused("list.m3u", NULL, -EBADMSG, "not a recording");
    refused("head.wav", NULL, -ENODATA, "no audio");
    refused("stub.flac", NULL, -EBADMSG, "FLAC");
    refused("stub.m4a", NULL, -EBADMSG, "MP4");
    refused("dir.wav", NULL, -EISDIR, "folder");
    refused("pipe.wav", NULL, -ENOTSUP, "regular file");
}

static void test_limits(void **state)
{
    (void)state;
    struct cq_audio_opts opts = CQ_AUDIO_OPTS_INIT;
    int16_t x[12 * 400] = {0};
    for (int i = 0; i < 12 * 400; i++)
        x[i] = (int16_t)(i % 100 * 50);
    signal_write_wav(in_folder("12.wav"), 8000, 12, x, 400);
    refused("12.wav", NULL, -ENOTSUP, "12 channels");
    opts.max_channels = 12;
    struct cq_recording rec = {0};
    struct cq_pcm *pcm = opened("12.wav", &opts, &rec);
    assert_int_equal(cq_pcm_channels(pcm), 2);
    cq_pcm_free(pcm);
    cq_recording_done(&rec);

    signal_write_talkers(in_folder("long.wav"), 8000, 1, 3.0);
    opts.max_duration_s = 2.0;
    refused("long.wav", &opts, -EFBIG, "0:03");
    /* where the header does not know the length, decoding finds out */
    opts.raw_format = "s16le";
    signal_write_talkers(in_folder("long.bin"), 8000, 1, 3.0);
    opts.max_duration_s = 3.0;
    pcm = opened("long.wav", &opts, &rec);
    cq_pcm_free(pcm);
    cq_recording_done(&rec);

    opts = (struct cq_audio_opts)CQ_AUDIO_OPTS_INIT;
    opts.memory_bytes = 0;
    opts.temp_dir = in_folder("no-such-folder");
    char dir[512];
    snprintf(dir, sizeof dir, "%s", opts.temp_dir);
    opts.temp_dir = dir;
    struct cq_error err = {0};
    struct cq_pcm *none = NULL;
    assert_int_equal(cq_pcm_open(in_folder("long.wav"), &opts, NULL, &err, &rec, &none), -EIO);
    assert_non_null(strstr(err.what, "temporary file"));
    assert_null(none);
}

static void test_stop(void **state)
{
    (void)state;
    struct cq_audio_opts opts = CQ_AUDIO_OPTS_INIT;
    struct cq_error err = {0};
    struct cq_recording rec = {0};
    struct cq_pcm *pcm = NULL;
    atomic_bool stop = true;
    signal_write_talkers(in_folder("stop.wav"), 8000, 1, 1.0);
    assert_int_equal(cq_pcm_open(in_folder("stop.wav"), &opts, &stop, &err, &rec, &pcm), -ECANCELED);
    assert_null(pcm);
}

static void test_raw_options(void **state)
{
    (void)state;
    struct cq_audio_opts opts = CQ_AUDIO_OPTS_INIT;
    int16_t x[16000];
    for (int i = 0; i < 16000; i++)
        x[i] = (int16_t)lrint(32767.0 * signal_talker(i % 2, i / 2 / 16000.0));
    write_bytes("call.dat", x, sizeof x);
    refused("call.dat", NULL, -EBADMSG, "audio.raw_format");
    opts.raw_format = "s16le";
    opts.raw_rate_hz = 16000;
    opts.raw_channels = 2;
    struct cq_recording rec = {0};
    struct cq_pcm *pcm = opened("call.dat", &opts, &rec);
    assert_string_equal(rec.format, "raw/s16le");
    assert_string_equal(rec.decoder, "raw");
    assert_int_equal(rec.sample_rate_hz, 16000);
    assert_int_equal(rec.channels, 2);
    assert_true(fabs(rec.duration_s - 0.5) < 1e-9);
    assert_false(rec.truncated);
    assert_int_equal(cq_pcm_frames(pcm), 4000);
    cq_pcm_free(pcm);
    cq_recording_done(&rec);

    /* half a frame at the end */
    write_bytes("half.dat", x, sizeof x - 3);
    pcm = opened("half.dat", &opts, &rec);
    assert_true(rec.truncated);
    cq_pcm_free(pcm);
    cq_recording_done(&rec);

    opts.raw_format = "adpcm";
    refused("call.dat", &opts, -EINVAL, "\"adpcm\" is unknown");
    opts.raw_format = "s16le";
    opts.raw_channels = 9;
    refused("call.dat", &opts, -EINVAL, "raw_channels");
}

/* Three talkers' levels tell the channels of a file of four apart. */
static void test_layouts(void **state)
{
    (void)state;
    static int16_t x[4 * 8000];
    for (int i = 0; i < 8000; i++) {
        for (int c = 0; c < 4; c++)
            x[4 * i + c] = (int16_t)lrint(1000.0 * (c + 1) * sin(0.3 * i));
    }
    signal_write_wav(in_folder("four.wav"), 8000, 4, x, 8000);
    static const struct {
        enum cq_layout layout;
        int agent, customer;
        int code;
        int want[2]; /* level / 1000 of the agent's and the customer's channel; 0, 0: mixed */
    } cases[] = {
        {CQ_LAYOUT_AUTO, -1, -1, 0, {1, 2}},     {CQ_LAYOUT_AGENT_RIGHT, -1, -1, 0, {2, 1}},
        {CQ_LAYOUT_AUTO, 3, 1, 0, {4, 2}},       {CQ_LAYOUT_AGENT_LEFT, 0, 2, 0, {1, 3}},
        {CQ_LAYOUT_AUTO, -1, 0, 0, {2, 1}},      {CQ_LAYOUT_AUTO, 2, -1, 0, {3, 1}},
        {CQ_LAYOUT_MIXED, -1, -1, 0, {0, 0}},    {CQ_LAYOUT_AUTO, 4, 0, -EINVAL, {0, 0}},
        {CQ_LAYOUT_AUTO, 2, 2, -EINVAL, {0, 0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cq_audio_opts opts = CQ_AUDIO_OPTS_INIT;
        opts.layout = cases[i].layout;
        opts.agent_channel = cases[i].agent;
        opts.customer_channel = cases[i].customer;
        if (cases[i].code) {
            refused("four.wav", &opts, cases[i].code, "channel");
            continue;
        }
        struct cq_recording rec = {0};
        struct cq_pcm *pcm = opened("four.wav", &opts, &rec);
        float a[8000], b[8000], *out[2] = {a, b};
        int n = 0;
        assert_int_equal(cq_pcm_read(pcm, 0, 8000, out, &n), 0);
        assert_int_equal(n, 8000);
        bool mixed = cases[i].want[0] == 0;
        assert_int_equal(cq_pcm_channels(pcm), mixed ? 1 : 2);
        double want0 = mixed ? 2500.0 : 1000.0 * cases[i].want[0];
        for (int k = 0; k < n; k++) {
            assert_true(fabs(a[k] * 32768.0 - want0 * sin(0.3 * k)) < 1.5);
            assert_true(mixed || fabs(b[k] * 32768.0 - 1000.0 * cases[i].want[1] * sin(0.3 * k)) < 1.5);
        }
        if (!mixed) {
            assert_int_equal(rec.channel_of[CQ_AGENT], cases[i].want[0] - 1);
            assert_int_equal(rec.channel_of[CQ_CUSTOMER], cases[i].want[1] - 1);
        } else {
            assert_int_equal(rec.channel_of[CQ_AGENT], rec.channel_of[CQ_CUSTOMER]);
        }
        cq_pcm_free(pcm);
        cq_recording_done(&rec);
    }
}

/* Silence, mu-law's and any other, must not pass for a compressed stream. */
static void test_sniff(void **state)
{
    (void)state;
    unsigned char p[CQ_SNIFF_MPEG_BYTES];
    for (int v = 0; v < 256; v++) {
        memset(p, v, sizeof p);
        assert_int_equal(cq_sniff_container(p, sizeof p), CQ_CONTAINER_UNKNOWN);
    }
    uint32_t seed = 1;
    for (int round = 0; round < 200; round++) {
        for (size_t i = 0; i < sizeof p; i++)
            p[i] = (unsigned char)(int)(128.0 + 127.0 * signal_noise(&seed));
        p[0] = 0xff; /* a sync word at the start, by chance */
        p[1] = (unsigned char)(0xe0 | p[1]);
        assert_int_equal(cq_sniff_container(p, sizeof p), CQ_CONTAINER_UNKNOWN);
    }
    for (size_t n = 0; n < 32; n++)
        cq_sniff_container((const unsigned char *)"RIFF\0\0\0\0WAVEfmt ", n < 16 ? n : 16);
    assert_int_equal(cq_sniff_container((const unsigned char *)"RIFF\0\0\0\0WAVE", 12), CQ_CONTAINER_WAV);
    assert_int_equal(cq_sniff_container((const unsigned char *)"RIFF\0\0\0\0WAV", 11), CQ_CONTAINER_UNKNOWN);
    assert_int_equal(cq_sniff_container((const unsigned char *)"RIFF\0\0\0\0AVI ", 12), CQ_CONTAINER_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_recording), cmocka_unit_test(test_limits),  cmocka_unit_test(test_stop),
        cmocka_unit_test(test_raw_options),  cmocka_unit_test(test_layouts), cmocka_unit_test(test_sniff),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
