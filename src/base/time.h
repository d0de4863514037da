/* base/time.h - clocks and ISO 8601. */
#ifndef CQ_BASE_TIME_H
#define CQ_BASE_TIME_H

#include <stdint.h>

/* Seconds of a clock that never jumps; only differences mean anything. */
double cq_time_monotonic_s(void);

/* Seconds since 1970-01-01 UTC. */
int64_t cq_time_now_s(void);

/* "2026-11-24T14:02:03Z" into buf[CQ_TIME_ISO_MAX]; returns buf. */
#define CQ_TIME_ISO_MAX 32
char *cq_time_format_utc(int64_t unix_s, char *buf);

/*
 * Parse "YYYY-MM-DD", "YYYY-MM-DDTHH:MM[:SS[.fff]]" (or a space for T) with optional "Z" or "+HH:MM"; without a
 * zone the time is taken as local. *ret_s gets seconds since 1970 UTC. -EINVAL where it is no such date.
 */
int cq_time_parse_iso(const char *text, int64_t *ret_s);

/* The same with `local_day_end`: a bare date means the end of that day (its last second). */
int cq_time_parse_until(const char *text, int64_t *ret_s);

/* "1:02:03" or "2:03" (minutes and seconds) into buf[CQ_TIME_CLOCK_MAX]; returns buf. */
#define CQ_TIME_CLOCK_MAX 32
char *cq_time_format_clock(double seconds, char *buf);

#endif
