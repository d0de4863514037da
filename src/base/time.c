#include "base/time.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

double cq_time_monotonic_s(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

int64_t cq_time_now_s(void)
{
    return (int64_t)time(NULL);
}

char *cq_time_format_utc(int64_t unix_s, char *buf)
{
    time_t t = (time_t)unix_s;
    struct tm tm;
    if (!gmtime_r(&t, &tm) || !strftime(buf, CQ_TIME_ISO_MAX, "%Y-%m-%dT%H:%M:%SZ", &tm))
        snprintf(buf, CQ_TIME_ISO_MAX, "1970-01-01T00:00:00Z");
    return buf;
}

/* Days since 1970-01-01 of a proleptic Gregorian date (H. Hinnant, "chrono-compatible low-level date
 * algorithms"). */
static int64_t days_from_civil(int64_t y, int m, int d)
{
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

/* Exactly n decimal digits at *s, which moves on; -1 where they are not there. */
static int digits(const char **s, int n)
{
    int v = 0;
    for (int i = 0; i < n; i++) {
        char c = (*s)[i];
        if (c < '0' || c > '9')
            return -1;
        v = v * 10 + (c - '0');
    }
    *s += n;
    return v;
}

static bool valid_date(int y, int m, int d)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (y < 1970 || y > 9999 || m < 1 || m > 12 || d < 1)
        return false;
    bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    return d <= days[m - 1] + (m == 2 && leap);
}

/* "", "Z" or "+HH[:]MM" at s. Returns 0 with *ret_offset_s, 1 where there is no zone, -EINVAL. */
static int parse_zone(const char *s, int *ret_offset_s)
{
    if (!*s)
        return 1;
    if (!strcmp(s, "Z") || !strcmp(s, "z")) {
        *ret_offset_s = 0;
        return 0;
    }
    if (*s != '+' && *s != '-')
        return -EINVAL;
    int sign = *s == '-' ? -1 : 1;
    s++;
    int h = digits(&s, 2);
    if (*s == ':')
        s++;
    int m = *s ? digits(&s, 2) : 0;
    if (h < 0 || h > 14 || m < 0 || m > 59 || *s)
        return -EINVAL;
    *ret_offset_s = sign * (h * 3600 + m * 60);
    return 0;
}

static int parse_iso(const char *s, bool day_end, int64_t *ret_s)
{
    int y = digits(&s, 4);
    if (y < 0 || *s++ != '-')
        return -EINVAL;
    int mo = digits(&s, 2);
    if (mo < 0 || *s++ != '-')
        return -EINVAL;
    int d = digits(&s, 2);
    if (d < 0 || !valid_date(y, mo, d))
        return -EINVAL;

    int h = day_end ? 23 : 0, mi = day_end ? 59 : 0, sec = day_end ? 59 : 0;
    if (*s == 'T' || *s == ' ') {
        s++;
        h = digits(&s, 2);
        if (h < 0 || h > 23 || *s++ != ':')
            return -EINVAL;
        mi = digits(&s, 2);
        sec = 0;
        if (*s == ':') {
            s++;
            sec = digits(&s, 2);
            if (sec >= 0 && *s == '.')
                s += 1 + strspn(s + 1, "0123456789");
        }
        if (mi < 0 || mi > 59 || sec < 0 || sec > 60)
            return -EINVAL;
    }
    int offset_s = 0;
    int zone = parse_zone(s, &offset_s);
    if (zone < 0)
        return zone;
    if (zone == 0) {
        *ret_s = days_from_civil(y, mo, d) * 86400 + h * 3600 + mi * 60 + sec - offset_s;
        return 0;
    }
    struct tm tm = {
        .tm_year = y - 1900, .tm_mon = mo - 1, .tm_mday = d, .tm_hour = h, .tm_min = mi, .tm_sec = sec};
    tm.tm_isdst = -1;
    *ret_s = (int64_t)mktime(&tm);
    return 0;
}

int cq_time_parse_iso(const char *text, int64_t *ret_s)
{
    return parse_iso(text, false, ret_s);
}

int cq_time_parse_until(const char *text, int64_t *ret_s)
{
    return parse_iso(text, true, ret_s);
}

char *cq_time_format_clock(double seconds, char *buf)
{
    long s = isfinite(seconds) && seconds > 0 && seconds < 1e7 ? lround(seconds) : 0;
    if (s >= 3600)
        snprintf(buf, CQ_TIME_CLOCK_MAX, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
    else
        snprintf(buf, CQ_TIME_CLOCK_MAX, "%ld:%02ld", s / 60, s % 60);
    return buf;
}
