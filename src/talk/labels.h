/* talk/labels.h - who spoke when, as others write it down: RTTM, Audacity labels, callqa's own JSON. */
#ifndef CQ_TALK_LABELS_H
#define CQ_TALK_LABELS_H

#include "callqa/error.h"
#include "callqa/party.h"
#include "callqa/talk.h"

#include <stdbool.h>
#include <stddef.h>

/* The labels of one recording. Zero-initialised is empty; cq_labels_done(). */
struct cq_labels {
    char *name;                            /* of the recording, without folder and extensions */
    double duration_s;                     /* where nothing tells it: the end of the last label */
    bool mixed;                            /* which speaker is which party is not known: compared by best fit */
    struct cq_spans speech[CQ_N_PARTIES];  /* talkspurts, sorted */
    struct cq_spans unsure[CQ_N_PARTIES];  /* faint sound beside speech that counts neither way (JSON only) */
    struct cq_events events;               /* by start */
    double latency_median_s[CQ_N_PARTIES]; /* NAN where the party has no response */
    double talk_over_s;
};

/* Labels of several recordings. */
struct cq_label_sets {
    struct cq_labels *v;
    size_t n;
    size_t cap;
};

#define CQ_LABELS_MAX_BYTES (64u << 20) /* of one file */
#define CQ_LABELS_MAX_SPANS 1000000     /* of one file */

/*
 * Read text[0..n) as the extension of `path` says and append what it holds to *sets:
 *
 * .json, .jsonl   objects of `callqa analyze --json`, one a line or a single one over many lines; or a truth
 * file with the same "segments", "events", "metrics" and beside them "file", "duration_s", "unsure", "mono"
 * .rttm           NIST RTTM; "SPEAKER" lines count, of as many recordings as it names
 * .txt and others Audacity labels: start, end, text by tabs
 *
 * Speakers are called "agent" and "customer" in any case, or otherwise at will: then the first to speak and the
 * second are taken as parties that are not known (mixed). Of Audacity labels the first word counts ("agent
 * hello"), and "hold" marks where the customer waits. Without events in the file they are derived from the
 * speech by the rules of docs/measures.md.
 *
 * Errors, with file and line: -EBADMSG (what is wrong), -EFBIG, -ENOMEM. *sets is left as it was then.
 */
int cq_labels_read(const char *path, const char *text, size_t n, struct cq_error *err,
                   struct cq_label_sets *sets);

/* Base name up to the first dot that begins an extension: "a/call-1.truth.json" gives "call-1". Malloc'd. */
char *cq_labels_stem(const char *path);

void cq_labels_done(struct cq_labels *labels);
void cq_label_sets_done(struct cq_label_sets *sets);

#endif
