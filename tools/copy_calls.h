/* copy_calls.h - multiply the calls of a database, part of make-calls. */
#ifndef CQ_TOOLS_COPY_CALLS_H
#define CQ_TOOLS_COPY_CALLS_H

#include <stdint.h>

/*
 * Copy every call copies - 1 times, each time `shift_s` seconds earlier, with contents, paths and ids of its
 * own. The database must hold nothing but calls with the numbers 1..n, analysed and scored once each. Says what
 * fails on standard error. Returns 0 or -EIO.
 */
int copy_calls(const char *path, int64_t copies, int64_t shift_s);

#endif
