#include "talk/labels_private.h"

#include "base/array.h"
#include "base/error.h"
#include "base/json.h"
#include "base/str.h"
#include "talk/spans.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_EVENTS 20000 /* of one recording; matching takes time with their square */

/* Where an object stands, for error messages: lines of a .jsonl file are documents of their own. */
struct source {
    const char *path;
    int line_before; /* lines of the file before the document */
    struct cq_error *err;
};

static int wrong(const struct source *src, const struct cq_json *v, const char *what)
{
    return cq_error_set(src->err, -EBADMSG, src->path, src->line_before + (v ? v->line : 1), "%s", what);
}

static bool get_number(const struct cq_json *object, const char *key, double *ret_v)
{
    const struct cq_json *v = cq_json_get(object, key);

    if (!v || v->type != CQ_JSON_NUMBER)
        return false;
    *ret_v = v->number;
    return true;
}

static bool get_span(const struct cq_json *object, struct cq_span *ret_span)
{
    return get_number(object, "start", &ret_span->start_s) && get_number(object, "end", &ret_span->end_s) &&
           ret_span->end_s >= ret_span->start_s;
}

/* "agent", "customer", or nobody (null, "none", absent). */
static int get_party(const struct cq_json *v, enum cq_party *ret_party)
{
    if (!v || v->type == CQ_JSON_NULL) {
        *ret_party = CQ_NOBODY;
        return 0;
    }
    if (v->type != CQ_JSON_STRING)
        return -EBADMSG;
    for (enum cq_party p = CQ_AGENT; p <= CQ_NOBODY; p++) {
        if (strcmp(v->string, cq_party_name(p)) == 0) {
            *ret_party = p;
            return 0;
        }
    }
    return -EBADMSG;
}

static int read_segments(const struct source *src, const struct cq_json *list, struct cq_labels *labels)
{
    int rc = 0;

    if (!list || list->type != CQ_JSON_ARRAY)
        return wrong(src, list, "no \"segments\" here; is this the output of callqa analyze --json?");
    for (const struct cq_json *v = list->first; v && !rc; v = v->next) {
        struct cq_span at;
        enum cq_party party;
        if (get_party(cq_json_get(v, "party"), &party) || party == CQ_NOBODY || !get_span(v, &at))
            return wrong(src, v, "a segment needs \"party\" (agent or customer), \"start\" and \"end\"");
        rc = CQ_ARRAY_PUSH(&labels->speech[party], at);
    }
    for (int p = 0; p < CQ_N_PARTIES; p++)
        cq_spans_sort(&labels->speech[p]);
    return rc;
}

/* {"agent": [[start, end], ...], "customer": ...} */
static int read_unsure(const struct source *src, const struct cq_json *object, struct cq_labels *labels)
{
    int rc = 0;

    for (int p = 0; p < CQ_N_PARTIES; p++) {
        const struct cq_json *list = cq_json_get(object, cq_party_name((enum cq_party)p));
        for (const struct cq_json *v = list ? list->first : NULL; v && !rc; v = v->next) {
            struct cq_span at;
            if (v->type != CQ_JSON_ARRAY || v->n != 2 || v->first->type != CQ_JSON_NUMBER ||
                v->first->next->type != CQ_JSON_NUMBER)
                return wrong(src, v, "an unsure span is a pair of numbers");
            at.start_s = v->first->number;
            at.end_s = v->first->next->number;
            rc = CQ_ARRAY_PUSH(&labels->unsure[p], at);
        }
    }
    return rc;
}

static int read_events(const struct source *src, const struct cq_json *list, struct cq_labels *labels)
{
    int rc = 0;

    for (const struct cq_json *v = list->first; v && !rc; v = v->next) {
        const struct cq_json *type = cq_json_get(v, "type");
        struct cq_event event = {0};
        if (!type || type->type != CQ_JSON_STRING || !get_span(v, &event.at) ||
            get_party(cq_json_get(v, "by"), &event.by))
            return wrong(src, v, "an event needs \"type\", \"by\", \"start\" and \"end\"");
        if (labels->events.n >= MAX_EVENTS)
            return wrong(src, v, "more events than a call can have");
        if (cq_event_from_name(type->string, &event.type) == 0)
            rc = CQ_ARRAY_PUSH(&labels->events, event);
    }
    return rc;
}

/* Latency and talk-over as the file has them. False where it has none: then they are derived. */
static bool read_metrics(const struct cq_json *metrics, struct cq_labels *labels)
{
    if (!metrics || metrics->type != CQ_JSON_OBJECT || !cq_json_get(metrics, "talk_over_s"))
        return false;
    if (!get_number(metrics, "talk_over_s", &labels->talk_over_s))
        labels->talk_over_s = 0.0;
    for (int p = 0; p < CQ_N_PARTIES; p++) {
        const struct cq_json *party = cq_json_get(metrics, cq_party_name((enum cq_party)p));
        if (!get_number(party, "response_latency_median_s", &labels->latency_median_s[p]))
            labels->latency_median_s[p] = NAN;
    }
    return true;
}

static int holds_of(const struct cq_events *events, struct cq_spans *holds)
{
    int rc = 0;

    for (size_t i = 0; i < events->n && !rc; i++) {
        if (events->v[i].type == CQ_EVENT_HOLD)
            rc = CQ_ARRAY_PUSH(holds, events->v[i].at);
    }
    return rc;
}

static int read_body(const struct source *src, const struct cq_json *object, struct cq_labels *labels)
{
    const struct cq_json *recording = cq_json_get(object, "recording"), *events = cq_json_get(object, "events");
    const struct cq_json *mono = cq_json_get(object, "mono");
    struct cq_spans holds = {0};
    bool complete;
    int rc = read_segments(src, cq_json_get(object, "segments"), labels);

    if (!rc)
        rc = read_unsure(src, cq_json_get(object, "unsure"), labels);
    if (!rc && events && events->type == CQ_JSON_ARRAY)
        rc = read_events(src, events, labels);
    if (rc)
        return rc;
    labels->mixed = mono && mono->type == CQ_JSON_BOOL && mono->boolean;
    if (!get_number(object, "duration_s", &labels->duration_s) &&
        !get_number(recording, "duration_s", &labels->duration_s)) {
        for (int p = 0; p < CQ_N_PARTIES; p++) {
            const struct cq_spans *s = &labels->speech[p];
            for (size_t i = 0; i < s->n; i++)
                labels->duration_s = fmax(labels->duration_s, s->v[i].end_s);
        }
    }
    complete = read_metrics(cq_json_get(object, "metrics"), labels) && events && events->type == CQ_JSON_ARRAY;
    if (!complete) {
        rc = holds_of(&labels->events, &holds);
        if (!rc)
            rc = cq_labels_derive(labels, &holds);
        free(holds.v);
    }
    return rc;
}

/* Name of the recording: what the object says, else the name of the file. */
static const char *name_in(const struct cq_json *object)
{
    const struct cq_json *file = cq_json_get(object, "file");

    if (!file)
        file = cq_json_get(cq_json_get(object, "recording"), "path");
    return file && file->type == CQ_JSON_STRING ? file->string : NULL;
}

static int read_object(const struct source *src, const struct cq_json *object, struct cq_label_sets *sets)
{
    const char *name = name_in(object);
    struct cq_labels *labels = NULL;
    char *stem = cq_labels_stem(name ? name : src->path);
    int rc = -ENOMEM;

    if (stem)
        labels = cq_labels_add(sets, stem);
    if (labels)
        rc = read_body(src, object, labels);
    free(stem);
    return rc;
}

static int read_document(const struct source *src, const char *text, size_t n, struct cq_label_sets *sets)
{
    struct cq_json_doc *doc = NULL;
    int rc = cq_json_parse(src->path, text, n, src->err, &doc);

    if (rc) {
        if (src->err && rc == -EBADMSG)
            src->err->line += src->line_before;
        return rc;
    }
    rc = read_object(src, cq_json_root(doc), sets);
    cq_json_free(doc);
    return rc;
}

static bool is_blank(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r')
            return false;
    }
    return true;
}

int cq_labels_read_json(const char *path, const char *text, size_t n, struct cq_error *err,
                        struct cq_label_sets *sets)
{
    struct source src = {.path = path, .err = err};
    const char *end = memchr(text, '\n', n);
    const char *second = end ? end + 1 : text + n;
    const size_t before = sets->n;
    int rc = 0;

    /* Objects one a line begin the second line with a brace; an object over many lines begins it otherwise. */
    while (second < text + n && (*second == '\n' || *second == '\r'))
        second++;
    if (second < text + n && *second != '{')
        return read_document(&src, text, n, sets);
    for (size_t at = 0; at < n && !rc; src.line_before++) {
        size_t length;
        end = memchr(text + at, '\n', n - at);
        length = end ? (size_t)(end - text) - at : n - at;
        if (!is_blank(text + at, length))
            rc = read_document(&src, text + at, length, sets);
        at += length + 1;
    }
    if (!rc && sets->n == before)
        rc = cq_error_set(err, -EBADMSG, path, 0, "the file is empty; write it with callqa analyze --json");
    return rc;
}
