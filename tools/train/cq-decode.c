/*
 * cq-decode: the product's own decoding of stored logits, to choose its parameters on validation calls. Not
 * installed.
 *
 * cq-decode LOGITS.i16 FRAMES... [-- NAME=VALUE...]
 *
 * LOGITS as cq-features --model writes them, FRAMES of each call in it. Standard output: "CALL CHANNEL s|m
 * START END" a line.
 */
#include "activity/decode.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    size_t at;
} SETTINGS[] = {
#define SETTING(m)                                                                                             \
    {                                                                                                          \
#m, offsetof(struct cq_decode_opts, m)                                                                 \
    }
    SETTING(spurt_weight),   SETTING(fine_weight),   SETTING(other_weight), SETTING(bias),
    SETTING(begin_cost),     SETTING(end_cost),      SETTING(both_cost),    SETTING(music_bias),
    SETTING(music_cost),     SETTING(onset_shift_s), SETTING(min_spurt_s),  SETTING(min_music_s),
    SETTING(offset_shift_s), SETTING(min_pause_s),   SETTING(join_music_s),
};

static int set(struct cq_decode_opts *o, const char *text)
{
    for (size_t i = 0; i < sizeof SETTINGS / sizeof SETTINGS[0]; i++) {
        const size_t n = strlen(SETTINGS[i].name);
        if (strncmp(text, SETTINGS[i].name, n) == 0 && text[n] == '=') {
            const float v = strtof(text + n + 1, NULL);
            memcpy((char *)o + SETTINGS[i].at, &v, sizeof v);
            return 0;
        }
    }
    return -EINVAL;
}

static int one_call(FILE *in, long frames, const struct cq_decode_opts *opts, int call)
{
    static int16_t logits[512][2][CQ_NET_OUTPUTS];
    struct cq_activity a = {0};
    struct cq_decoder *d = NULL;
    int r = cq_decoder_new(opts, &a, &d);
    while (!r && frames > 0) {
        const size_t n = fread(logits, sizeof logits[0], frames < 512 ? (size_t)frames : 512, in);
        if (!n)
            r = -EIO;
        else
            r = cq_decoder_push(d, (const int16_t(*)[2][CQ_NET_OUTPUTS])logits, (int)n);
        frames -= (long)n;
    }
    if (!r)
        r = cq_decoder_finish(d);
    for (size_t i = 0; i < a.n && !r; i++)
        printf("%d %d %c %.4f %.4f\n", call, (int)a.v[i].party, a.v[i].sound == CQ_SOUND_SPEECH ? 's' : 'm',
               a.v[i].at.start_s, a.v[i].at.end_s);
    cq_decoder_free(d);
    cq_activity_done(&a);
    return r;
}

int main(int argc, char **argv)
{
    struct cq_decode_opts opts = CQ_DECODE_OPTS_INIT;
    int last = 2, r = 0;
    while (last < argc && strcmp(argv[last], "--") != 0)
        last++;
    for (int i = last + 1; i < argc && !r; i++)
        r = set(&opts, argv[i]);
    FILE *in = argc > 2 ? fopen(argv[1], "rb") : NULL;
    if (!in || r) {
        fprintf(stderr, "usage: cq-decode LOGITS.i16 FRAMES... [-- NAME=VALUE...]\n");
        if (in)
            fclose(in);
        return 2;
    }
    for (int i = 2; i < last && !r; i++)
        r = one_call(in, strtol(argv[i], NULL, 10), &opts, i - 2);
    fclose(in);
    if (r)
        fprintf(stderr, "cq-decode: %s\n", strerror(-r));
    return r ? 1 : 0;
}
