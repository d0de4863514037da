#include "base/number.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * printf and strtod follow the thread's locale. A program may have set one with a decimal comma, so the point
 * is put in and taken out here instead of switching locales for each number.
 */
static char decimal_point(void)
{
    const struct lconv *lc = localeconv();
    return lc && lc->decimal_point && lc->decimal_point[0] ? lc->decimal_point[0] : '.';
}

size_t cq_number_format(char *buf, double v, int decimals)
{
    int n = snprintf(buf, CQ_NUMBER_MAX, "%.*f", decimals, v);
    if (n < 0)
        n = 0;
    size_t len = (size_t)n < CQ_NUMBER_MAX ? (size_t)n : CQ_NUMBER_MAX - 1;
    char *point = memchr(buf, decimal_point(), len);
    if (point) {
        *point = '.';
        while (buf[len - 1] == '0')
            len--;
        if (buf[len - 1] == '.')
            len--;
        buf[len] = '\0';
    }
    if (!strcmp(buf, "-0")) {
        strcpy(buf, "0");
        len = 1;
    }
    return len;
}

int cq_number_parse(const char *text, size_t n, double *ret_v)
{
    char tmp[128];
    if (n == 0 || n >= sizeof tmp)
        return -EINVAL;
    memcpy(tmp, text, n); /* text need not be terminated */
    tmp[n] = '\0';
    if (strspn(tmp, "+-.0123456789eE") < n)
        return -EINVAL;
    char *point = strchr(tmp, '.');
    if (point)
        *point = decimal_point();
    char *end;
    double v = strtod(tmp, &end);
    if (*end || end == tmp || !isfinite(v))
        return -EINVAL;
    *ret_v = v;
    return 0;
}

int cq_number_parse_int(const char *text, size_t n, int64_t *ret_v)
{
    char tmp[32];
    if (n == 0 || n >= sizeof tmp)
        return -EINVAL;
    memcpy(tmp, text, n);
    tmp[n] = '\0';
    if (strspn(tmp, "+-0123456789") < n)
        return -EINVAL;
    char *end;
    errno = 0;
    long long v = strtoll(tmp, &end, 10);
    if (*end || end == tmp)
        return -EINVAL;
    if (errno == ERANGE)
        return -ERANGE;
    *ret_v = v;
    return 0;
}
