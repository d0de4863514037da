/* watch/zone.h - civil times of a named time zone to UTC, without touching the process's own zone. */
#ifndef CQ_WATCH_ZONE_H
#define CQ_WATCH_ZONE_H

#include <stdint.h>

struct cq_zone;

/*
 * "Asia/Shanghai" from the system's zone files (RFC 8536), "UTC", or a fixed "+08:00". NULL or "" is this
 * machine's own zone (/etc/localtime). -ENOENT no such zone, -EBADMSG damaged file, -EINVAL, -ENOMEM.
 */
int cq_zone_new(const char *name, struct cq_zone **ret_zone);
struct cq_zone *cq_zone_free(struct cq_zone *zone);

/*
 * Seconds since 1970 UTC of a civil time given as if it were UTC. A time that comes twice (clocks set back)
 * is taken as the first, one that does not exist (set forward) as if they had not been set.
 */
int64_t cq_zone_to_utc(const struct cq_zone *zone, int64_t civil_s);

/* Offset from UTC in seconds at a moment. */
int cq_zone_offset_s(const struct cq_zone *zone, int64_t utc_s);

#endif
