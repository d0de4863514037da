#include "talk/labels.h"

#include "base/array.h"
#include "base/error.h"
#include "base/number.h"
#include "base/path.h"
#include "base/str.h"
#include "callqa/options.h"
#include "talk/labels_private.h"
#include "talk/spans.h"
#include "talk/talk.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void cq_labels_done(struct cq_labels *labels)
{
    if (!labels)
        return;
    free(labels->name);
    for (int p = 0; p < CQ_N_PARTIES; p++) {
        free(labels->speech[p].v);
        free(labels->unsure[p].v);
    }
    free(labels->events.v);
    *labels = (struct cq_labels){0};
}

void cq_label_sets_done(struct cq_label_sets *sets)
{
    if (!sets)
        return;
    cq_labels_truncate(sets, 0);
    free(sets->v);
    *sets = (struct cq_label_sets){0};
}

void cq_labels_truncate(struct cq_label_sets *sets, size_t n)
{
    while (sets->n > n)
        cq_labels_done(&sets->v[--sets->n]);
}

struct cq_labels *cq_labels_add(struct cq_label_sets *sets, const char *name)
{
    struct cq_labels labels = {.name = cq_str_dup(name), .latency_median_s = {NAN, NAN}};

    if (!labels.name)
        return NULL;
    if (CQ_ARRAY_PUSH(sets, labels)) {
        free(labels.name);
        return NULL;
    }
    return &sets->v[sets->n - 1];
}

/* Words that end a name of a file of labels or of sound. */
static const char *const EXTENSIONS[] = {"json", "jsonl", "rttm", "txt",  "labels", "truth", "wav",
                                         "flac", "mp3",   "ogg",  "opus", "gsm",    "ulaw",  "alaw",
                                         "m4a",  "aac",   "amr",  "sln",  "au",     "raw"};

static bool is_extension(const char *ext)
{
    for (size_t i = 0; i < sizeof EXTENSIONS / sizeof *EXTENSIONS; i++) {
        if (cq_str_ieq(ext, EXTENSIONS[i]))
            return true;
    }
    return false;
}

char *cq_labels_stem(const char *path)
{
    char *stem = cq_str_dup(cq_path_base(path));

    while (stem && is_extension(cq_path_ext(stem)))
        *strrchr(stem, '.') = '\0';
    return stem;
}

static int compare_numbers(const void *pa, const void *pb)
{
    const double *a = pa, *b = pb;

    return *a < *b ? -1 : *a > *b;
}

/* Median of a party's response latencies, as docs/measures.md defines them; NAN where there are none. */
static int latency_median(const struct cq_talk *talk, enum cq_party party, double *ret_median_s)
{
    double *v = malloc((talk->transitions.n ? talk->transitions.n : 1) * sizeof *v);
    size_t n = 0;

    if (!v)
        return -ENOMEM;
    for (size_t i = 0; i < talk->transitions.n; i++) {
        const struct cq_transition *t = &talk->transitions.v[i];
        if (t->to == party && !t->with_hold)
            v[n++] = fmax(0.0, t->fto_s);
    }
    if (n)
        qsort(v, n, sizeof *v, compare_numbers);
    *ret_median_s = n == 0 ? NAN : n % 2 ? v[n / 2] : 0.5 * (v[n / 2 - 1] + v[n / 2]);
    free(v);
    return 0;
}

static int add_spans(struct cq_activity *a, enum cq_sound sound, enum cq_party party,
                     const struct cq_spans *spans)
{
    int rc = 0;

    for (size_t i = 0; i < spans->n && !rc; i++) {
        const struct cq_activity_span span = {.sound = sound, .party = party, .at = spans->v[i]};
        rc = cq_activity_add(a, &span);
    }
    return rc;
}

int cq_labels_derive(struct cq_labels *labels, const struct cq_spans *holds)
{
    const struct cq_talk_opts opts = CQ_TALK_OPTS_INIT;
    struct cq_activity activity = {.duration_s = labels->duration_s, .answer_s = NAN, .party_confidence = 1.0};
    struct cq_talk talk = {0};
    int rc = add_spans(&activity, CQ_SOUND_HOLD, CQ_NOBODY, holds);

    for (int p = 0; p < CQ_N_PARTIES && !rc; p++)
        rc = add_spans(&activity, CQ_SOUND_SPEECH, (enum cq_party)p, &labels->speech[p]);
    cq_activity_sort(&activity);
    if (!rc)
        rc = cq_talk_derive(&activity, &opts, &talk);
    for (int p = 0; p < CQ_N_PARTIES && !rc; p++) {
        labels->speech[p].n = 0;
        rc = latency_median(&talk, (enum cq_party)p, &labels->latency_median_s[p]);
    }
    for (size_t i = 0; i < talk.segments.n && !rc; i++)
        rc = CQ_ARRAY_PUSH(&labels->speech[talk.segments.v[i].party], talk.segments.v[i].at);
    if (!rc) {
        labels->talk_over_s = cq_spans_total(&talk.talk_over);
        free(labels->events.v);
        labels->events = talk.events;
        talk.events = (struct cq_events){0};
    }
    cq_talk_done(&talk);
    cq_activity_done(&activity);
    return rc;
}

/* One recording while its lines are being read: raw speech, by speakers in the order in which they come. */
struct draft {
    char *name;
    char *speaker[CQ_N_PARTIES]; /* "agent" and "customer" have fixed places */
    bool named;                  /* they are called so */
    struct cq_spans speech[CQ_N_PARTIES];
    struct cq_spans holds;
    double end_s;
};

struct drafts {
    struct draft *v;
    size_t n;
    size_t cap;
    size_t n_spans;
};

static void drafts_done(struct drafts *d)
{
    for (size_t i = 0; i < d->n; i++) {
        free(d->v[i].name);
        for (int p = 0; p < CQ_N_PARTIES; p++) {
            free(d->v[i].speaker[p]);
            free(d->v[i].speech[p].v);
        }
        free(d->v[i].holds.v);
    }
    free(d->v);
}

/* The draft of a recording; NULL when out of memory. Names come in runs: the last one is looked at first. */
static struct draft *draft_of(struct drafts *d, const char *name)
{
    struct draft new_one = {0};

    for (size_t i = d->n; i-- > 0;) {
        if (strcmp(d->v[i].name, name) == 0)
            return &d->v[i];
    }
    new_one.name = cq_str_dup(name);
    if (!new_one.name || CQ_ARRAY_PUSH(d, new_one)) {
        free(new_one.name);
        return NULL;
    }
    return &d->v[d->n - 1];
}

/* Place of a speaker: 0, 1, -E2BIG for a third, -EBADMSG for a mixture of party names and others, -ENOMEM. */
static int place_of(struct draft *d, const char *speaker)
{
    const bool party = cq_str_ieq(speaker, "agent") || cq_str_ieq(speaker, "customer");
    const int fixed = cq_str_ieq(speaker, "customer");

    if ((d->speaker[0] || d->speaker[1]) && d->named != party)
        return -EBADMSG;
    d->named = party;
    for (int p = 0; p < CQ_N_PARTIES; p++) {
        if (party && p != fixed)
            continue;
        if (!d->speaker[p]) {
            d->speaker[p] = cq_str_dup(speaker);
            return d->speaker[p] ? p : -ENOMEM;
        }
        if (party || strcmp(d->speaker[p], speaker) == 0)
            return p;
    }
    return -E2BIG;
}

static int bad_line(struct cq_error *err, const char *path, int line, const char *what)
{
    return cq_error_set(err, -EBADMSG, path, line, "%s", what);
}

static int draft_add(struct drafts *drafts, struct draft *d, const char *speaker, struct cq_span at,
                     const char *path, int line, struct cq_error *err)
{
    int place;

    if (!(at.start_s >= 0.0) || !(at.end_s >= at.start_s))
        return bad_line(err, path, line, "a label must end after its start, and start at 0 or later");
    if (++drafts->n_spans > CQ_LABELS_MAX_SPANS)
        return cq_error_set(err, -EFBIG, path, line, "more than %d labels in one file; split it",
                            CQ_LABELS_MAX_SPANS);
    d->end_s = fmax(d->end_s, at.end_s);
    if (cq_str_ieq(speaker, "hold"))
        return CQ_ARRAY_PUSH(&d->holds, at);
    place = place_of(d, speaker);
    if (place == -E2BIG)
        return bad_line(err, path, line, "a third speaker; a call has two: \"agent\" and \"customer\"");
    if (place == -EBADMSG)
        return bad_line(
            err, path, line,
            "\"agent\" and \"customer\" cannot stand beside other names of speakers in one recording");
    return place < 0 ? place : CQ_ARRAY_PUSH(&d->speech[place], at);
}

#define MAX_FIELDS 10

/* Cut a line into words, in place; with tabs_only, at tabs. Returns their number, at most MAX_FIELDS. */
static size_t split(char *line, bool tabs_only, char *fields[MAX_FIELDS])
{
    const char *blanks = tabs_only ? "\t" : " \t";
    size_t n = 0;

    while (n < MAX_FIELDS) {
        line += tabs_only ? 0 : strspn(line, blanks);
        if (!*line)
            break;
        fields[n++] = line;
        line += strcspn(line, blanks);
        if (!*line)
            break;
        *line++ = '\0';
    }
    return n;
}

static bool number(const char *text, double *ret_v)
{
    return cq_number_parse(text, strlen(text), ret_v) == 0;
}

/* SPEAKER file channel start length <NA> <NA> name <NA> <NA> */
static int rttm_line(struct drafts *drafts, char *line, const char *path, int n_line, struct cq_error *err)
{
    char *f[MAX_FIELDS];
    const size_t n = split(line, false, f);
    struct cq_span at;
    struct draft *d;
    double length;
    char *stem;

    if (n == 0 || f[0][0] == ';' || strcmp(f[0], "SPEAKER") != 0)
        return 0;
    if (n < 8 || !number(f[3], &at.start_s) || !number(f[4], &length))
        return bad_line(err, path, n_line,
                        "not an RTTM line: SPEAKER FILE CHANNEL START LENGTH <NA> <NA> NAME");
    at.end_s = at.start_s + length;
    stem = cq_labels_stem(f[1]);
    d = stem ? draft_of(drafts, stem) : NULL;
    free(stem);
    return d ? draft_add(drafts, d, f[7], at, path, n_line, err) : -ENOMEM;
}

/* start TAB end TAB text; the extension line of Audacity's spectral labels begins with a backslash. */
static int label_line(struct drafts *drafts, struct draft *d, char *line, const char *path, int n_line,
                      struct cq_error *err)
{
    char *f[MAX_FIELDS], *words[MAX_FIELDS];
    struct cq_span at;
    size_t n;

    if (line[0] == '\\' || line[0] == '#' || line[strspn(line, " \t")] == '\0')
        return 0;
    n = split(line, true, f);
    if (n < 2 || !number(f[0], &at.start_s) || !number(f[1], &at.end_s))
        return bad_line(err, path, n_line, "not an Audacity label: START, END and a name, with tabs between");
    if (n < 3 || split(f[2], false, words) == 0)
        return bad_line(err, path, n_line,
                        "the label has no name; call it \"agent\", \"customer\" or \"hold\"");
    return draft_add(drafts, d, words[0], at, path, n_line, err);
}

static int finish(struct drafts *drafts, struct cq_label_sets *sets)
{
    int rc = 0;

    for (size_t i = 0; i < drafts->n && !rc; i++) {
        struct draft *d = &drafts->v[i];
        struct cq_labels *labels = cq_labels_add(sets, d->name);
        if (!labels)
            return -ENOMEM;
        labels->duration_s = d->end_s;
        labels->mixed = !d->named && (d->speaker[0] || d->speaker[1]);
        for (int p = 0; p < CQ_N_PARTIES; p++) {
            labels->speech[p] = d->speech[p];
            d->speech[p] = (struct cq_spans){0};
            cq_spans_sort(&labels->speech[p]);
        }
        cq_spans_sort(&d->holds);
        rc = cq_labels_derive(labels, &d->holds);
    }
    return rc;
}

static int read_lines(const char *path, const char *text, size_t n, bool rttm, struct cq_error *err,
                      struct cq_label_sets *sets)
{
    struct drafts drafts = {0};
    struct draft *only = NULL;
    char *line = malloc(n + 1), *stem = cq_labels_stem(path);
    int rc = line && stem ? 0 : -ENOMEM, n_line = 0;

    if (!rc && !rttm && !(only = draft_of(&drafts, stem)))
        rc = -ENOMEM;
    for (size_t at = 0; at < n && !rc;) {
        const char *end = memchr(text + at, '\n', n - at);
        size_t length = end ? (size_t)(end - text) - at : n - at;
        memcpy(line, text + at, length);
        at += length + 1;
        if (length && line[length - 1] == '\r')
            length--;
        line[length] = '\0';
        n_line++;
        rc = rttm ? rttm_line(&drafts, line, path, n_line, err)
                  : label_line(&drafts, only, line, path, n_line, err);
    }
    if (!rc)
        rc = finish(&drafts, sets);
    drafts_done(&drafts);
    free(line);
    free(stem);
    return rc;
}

int cq_labels_read(const char *path, const char *text, size_t n, struct cq_error *err,
                   struct cq_label_sets *sets)
{
    const char *ext = cq_path_ext(path);
    const size_t before = sets->n;
    int rc;

    if (n > CQ_LABELS_MAX_BYTES)
        return cq_error_set(err, -EFBIG, path, 0, "larger than %u MB; split it", CQ_LABELS_MAX_BYTES >> 20);
    if (cq_str_ieq(ext, "json") || cq_str_ieq(ext, "jsonl"))
        rc = cq_labels_read_json(path, text, n, err, sets);
    else
        rc = read_lines(path, text, n, cq_str_ieq(ext, "rttm"), err, sets);
    if (rc)
        cq_labels_truncate(sets, before);
    return rc;
}
