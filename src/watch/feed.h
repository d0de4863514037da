/* watch/feed.h - private: the folders of the sources, noticed and read bit by bit. */
#ifndef CQ_WATCH_FEED_H
#define CQ_WATCH_FEED_H

#include "watch/private.h"

/* One feed a source of the settings in force; those of the settings before are closed. */
int cq_feeds_open(struct cq_watch *w, struct cq_error *err);
void cq_feeds_close(struct cq_watch *w);

/* What was told since, and a bounded piece of each scan that is under way. *ret_more: there is more to read. */
int cq_feeds_step(struct cq_watch *w, bool *ret_more, struct cq_error *err);

/* Every folder has been read once since the start or the last change of settings. */
bool cq_feeds_first_done(const struct cq_watch *w);

/* When the next scan is due, on the monotonic clock. */
double cq_feeds_next_s(const struct cq_watch *w);

#endif
