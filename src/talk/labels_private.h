/* talk/labels_private.h - what the readers of labels share. */
#ifndef CQ_TALK_LABELS_PRIVATE_H
#define CQ_TALK_LABELS_PRIVATE_H

#include "talk/labels.h"

/* cq_labels_read() for objects of JSON. */
int cq_labels_read_json(const char *path, const char *text, size_t n, struct cq_error *err,
                        struct cq_label_sets *sets);

/* Talkspurts, events, latencies and talk-over from raw speech in labels->speech and these holds. 0 or -ENOMEM.
 */
int cq_labels_derive(struct cq_labels *labels, const struct cq_spans *holds);

/* Append an empty set of this name (copied). NULL when out of memory. */
struct cq_labels *cq_labels_add(struct cq_label_sets *sets, const char *name);

/* Give back the sets from the n-th on: what a failed read has added. */
void cq_labels_truncate(struct cq_label_sets *sets, size_t n);

#endif
