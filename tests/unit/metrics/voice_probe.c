/*
 * Reads mono 16-bit PCM (little endian, 8 kHz) from standard input and prints how that voice comes out, as one
 * JSON object: the test-side end of the comparisons with other programs. Arguments: START END of each
 * talkspurt; none = all of it.
 */
#include "base/array.h"
#include "base/json.h"
#include "base/number.h"
#include "metrics/prosody.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SAMPLES (8000 * 3600)

struct samples {
    float *v;
    size_t n, cap;
};

static int read_pcm(struct samples *x)
{
    unsigned char b[2];
    while (x->n < MAX_SAMPLES && fread(b, 1, 2, stdin) == 2) {
        int v = b[0] | b[1] << 8;
        float sample = (float)(v >= 32768 ? v - 65536 : v) / 32768;
        int err = CQ_ARRAY_PUSH(x, sample);
        if (err)
            return err;
    }
    return 0;
}

static int add_talkspurt(struct cq_talk *talk, const char *start, const char *end)
{
    struct cq_segment s = {.party = CQ_AGENT};
    if (cq_number_parse(start, strlen(start), &s.at.start_s) || cq_number_parse(end, strlen(end), &s.at.end_s))
        return -EINVAL;
    return CQ_ARRAY_PUSH(&talk->segments, s);
}

static int print(const struct cq_talk *talk, const struct cq_metrics *m)
{
    struct cq_str out = {0};
    struct cq_json_writer w;
    cq_json_writer_init(&w, &out, 0);
    cq_json_open_object(&w);
    for (int i = 0; i < CQ_N_PARTY_METRICS; i++) {
        struct cq_value v = m->party[CQ_AGENT][i];
        if (v.reason == CQ_HAS_VALUE)
            cq_json_put_number(&w, cq_party_metric_info((enum cq_party_metric)i)->name, v.v, 4);
    }
    cq_json_key(&w, "events");
    cq_json_open_array(&w);
    for (size_t i = 0; i < talk->events.n; i++) {
        cq_json_open_object(&w);
        cq_json_put_string(&w, "type", cq_event_name(talk->events.v[i].type));
        cq_json_put_number(&w, "start", talk->events.v[i].at.start_s, 3);
        cq_json_put_number(&w, "end", talk->events.v[i].at.end_s, 3);
        cq_json_put_number(&w, "value", talk->events.v[i].value, 3);
        cq_json_close_object(&w);
    }
    cq_json_close_array(&w);
    cq_json_close_object(&w);
    int err = out.failed ? -ENOMEM : puts(out.s) < 0 ? -EIO : 0;
    cq_str_done(&out);
    return err;
}

int main(int argc, char **argv)
{
    struct cq_prosody_opts opts = CQ_PROSODY_OPTS_INIT;
    struct samples x = {0};
    struct cq_talk talk = {.answer_s = NAN};
    struct cq_metrics metrics = {.closing_by = CQ_AGENT};
    struct cq_prosody *prosody = NULL;
    float *silence = NULL;
    int err = 0;

    opts.min_speech_s = 1;
    opts.min_voiced_s = 0.5;
    for (int i = 0; i < CQ_N_PARTY_METRICS; i++)
        metrics.party[CQ_AGENT][i].reason = CQ_NULL_NOT_MEASURED;
    if ((err = read_pcm(&x)))
        goto out;
    talk.duration_s = (double)x.n / 8000;
    for (int i = 1; i + 1 < argc && !err; i += 2)
        err = add_talkspurt(&talk, argv[i], argv[i + 1]);
    if (!err && argc == 1) {
        struct cq_segment all = {CQ_AGENT, {0, talk.duration_s}};
        err = CQ_ARRAY_PUSH(&talk.segments, all);
    }
    if (err || (err = cq_prosody_new(&opts, 2, &talk, &prosody)))
        goto out;
    silence = calloc(x.n + 1, sizeof *silence);
    if (!silence) {
        err = -ENOMEM;
        goto out;
    }
    const float *const pcm[] = {x.v, silence};
    if (!(err = cq_prosody_process(prosody, pcm, (int)x.n)) &&
        !(err = cq_prosody_flush(prosody, &talk, &metrics)))
        err = print(&talk, &metrics);

out:
    if (err)
        fprintf(stderr, "voice_probe: error %d\n", err);
    cq_prosody_free(prosody);
    cq_talk_done(&talk);
    free(silence);
    free(x.v);
    return err ? 1 : 0;
}
