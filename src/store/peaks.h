/* store/peaks.h - the shapes of recordings (callqa/peaks.h), so that opening a call decodes nothing. */
#ifndef CQ_STORE_PEAKS_H
#define CQ_STORE_PEAKS_H

#include "store/store.h"

/* -ENOENT where there are none (yet). *ret_peaks: cq_peaks_done(). */
int cq_peaks_load(struct cq_store *s, int64_t call, struct cq_error *err, struct cq_peaks *ret_peaks);
int cq_peaks_save(struct cq_store *s, int64_t call, const struct cq_peaks *p, struct cq_error *err);

#endif
