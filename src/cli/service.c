#include "cli/service.h"

#include "base/str.h"
#include "cq-config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if CQ_HAVE_SYSTEMD
#define SD_JOURNAL_SUPPRESS_LOCATION 1
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
#endif

void cq_service_notify(const char *state)
{
#if CQ_HAVE_SYSTEMD
    (void)sd_notify(0, state);
#else
    (void)state;
#endif
}

void cq_service_watchdog(void)
{
    if (getenv("WATCHDOG_USEC")) /* rounds come at least each second; the unit asks for a sign each minute */
        cq_service_notify("WATCHDOG=1");
}

void cq_journal_init(struct cq_journal *j)
{
    j->on = false;
#if CQ_HAVE_SYSTEMD
    /* JOURNAL_STREAM names the device and inode of standard error where that is the journal */
    const char *stream = getenv("JOURNAL_STREAM");
    char own[48]; /* two 64-bit numbers and a colon */
    struct stat st;
    if (!stream || fstat(2, &st))
        return;
    snprintf(own, sizeof own, "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
    j->on = !strcmp(stream, own);
#endif
}

#if CQ_HAVE_SYSTEMD
static void send_fields(enum cq_log_level level, const char *text, const char *path, const char *source,
                        const char *state, int64_t call)
{
    static const int priorities[] = {3, 4, 6, 7}; /* of syslog */
    (void)sd_journal_send("MESSAGE=%s%s%s", path ? path : "", path ? ": " : "", text, "PRIORITY=%d",
                          priorities[level], "CALLQA_PATH=%s", path ? path : "", "CALLQA_SOURCE=%s",
                          source ? source : "", "CALLQA_STATE=%s", state ? state : "", "CALLQA_CALL=%lld",
                          (long long)call, NULL);
}
#endif

/* Control characters of file names and foreign texts must not end the line. */
static void add_plain(struct cq_str *s, const char *text)
{
    for (; *text; text++)
        cq_str_add_char(s, (unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text);
}

void cq_journal_say(const struct cq_journal *j, enum cq_log_level level, const char *text, const char *path,
                    const char *source, const char *state, int64_t call)
{
    struct cq_str s = {0};
#if CQ_HAVE_SYSTEMD
    if (j->on) {
        send_fields(level, text, path, source, state, call);
        return;
    }
#else
    (void)j;
#endif
    if (path) {
        add_plain(&s, path);
        cq_str_add(&s, ": ");
    }
    add_plain(&s, text);
    if (source)
        cq_str_printf(&s, " source=%s", source);
    if (state)
        cq_str_printf(&s, " state=%s", state);
    if (call)
        cq_str_printf(&s, " call=%lld", (long long)call);
    /* a service tells what it does without being asked to */
    fprintf(stderr, "callqa: %s%s\n", level == CQ_LOG_WARNING ? "warning: " : "", s.failed ? text : s.s);
    cq_str_done(&s);
}
