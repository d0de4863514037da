/* callqa/json.h - the JSON object of one analysis (docs/measures.md), for programs that embed callqa. */
#ifndef CALLQA_JSON_H
#define CALLQA_JSON_H

#include "callqa/analysis.h"

/* One line of JSON without a final newline, malloc'd; NULL when out of memory. */
char *cq_analysis_to_json(const struct cq_analysis *a);

/* The same talkspurts as NIST RTTM, Audacity labels (tab-separated) and a Praat TextGrid; malloc'd text. `name`
 * is the recording's name in RTTM. */
char *cq_analysis_to_rttm(const struct cq_analysis *a, const char *name);
char *cq_analysis_to_labels(const struct cq_analysis *a);
char *cq_analysis_to_textgrid(const struct cq_analysis *a);

#endif
