/* store/save.h - private: the aggregates of one analysis, each saved and loaded by its own file. */
#ifndef CQ_STORE_SAVE_H
#define CQ_STORE_SAVE_H

#include "store/db.h"

/* calls.c: the call itself, its paths */
int cq_calls_insert(struct cq_store *s, const struct cq_analysis *a, const unsigned char hash[32],
                    struct cq_error *err, int64_t *ret_call);
int cq_calls_update(struct cq_store *s, int64_t call, const struct cq_analysis *a, struct cq_error *err);
int cq_calls_add_path(struct cq_store *s, int64_t call, const char *path, bool analysed, struct cq_error *err);
int cq_calls_load(struct cq_store *s, int64_t call, struct cq_error *err, struct cq_analysis *a);
int cq_calls_find(struct cq_store *s, const unsigned char hash[32], int64_t *ret_call);

/* recording.c: container, health, faults; the stamp of the analysis */
int cq_recording_save(struct cq_store *s, int64_t call, const struct cq_recording *rec, struct cq_error *err);
int cq_recording_load(struct cq_store *s, int64_t call, struct cq_error *err, struct cq_recording *rec);
int cq_stamp_save(struct cq_store *s, int64_t call, const struct cq_analysis *a, struct cq_error *err,
                  int64_t *ret_analysis);
int cq_stamp_load(struct cq_store *s, int64_t call, struct cq_error *err, struct cq_analysis *a);

/* talk.c: segments, turns, transitions, events, spans */
int cq_talk_save(struct cq_store *s, int64_t call, const struct cq_talk *talk, struct cq_error *err);
int cq_talk_load(struct cq_store *s, int64_t call, struct cq_error *err, struct cq_talk *talk);

/* measures.c */
int cq_measures_save(struct cq_store *s, int64_t call, const struct cq_metrics *m, struct cq_error *err);
int cq_measures_load(struct cq_store *s, int64_t call, struct cq_error *err, struct cq_metrics *m);

/* flagged.c: once the call's flags and measures stand, and its current scorecard */
int cq_flagged_save(struct cq_store *s, int64_t call, struct cq_error *err);

/* scorecard_save.c, scorecard_load.c. A scorecard replaces the one that the call has for the same rubric and
 * version and becomes the call's current one, or stands beside it. */
int cq_scorecard_save(struct cq_store *s, int64_t call, int64_t analysis, const struct cq_scorecard *card,
                      bool current, struct cq_error *err);
int cq_scorecard_load(struct cq_store *s, int64_t scorecard, struct cq_error *err, struct cq_scorecard *card);

/* forms.c: the rubric's side of a scorecard, one row for all the calls that it scores */
int cq_forms_form(struct cq_store *s, const char *rubric, const char *version, struct cq_error *err,
                  int64_t *ret_id);
int cq_forms_item(struct cq_store *s, int64_t form, const struct cq_item_score *item, struct cq_error *err,
                  int64_t *ret_id);
int cq_forms_section(struct cq_store *s, int64_t form, const struct cq_section_score *section,
                     struct cq_error *err, int64_t *ret_id);
int cq_forms_indicator(struct cq_store *s, int64_t form, const struct cq_indicator_score *ind,
                       struct cq_error *err, int64_t *ret_id);

#endif
