#define PCRE2_CODE_UNIT_WIDTH 8
#include "watch/name.h"

#include "base/error.h"
#include "base/number.h"
#include "base/str.h"
#include "base/suggest.h"
#include "base/time.h"

#include <ctype.h>
#include <errno.h>
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MATCH_LIMIT 200000 /* steps of the matcher; a name of 255 bytes needs some hundreds */
#define MAX_VALUE 256
#define MAX_EXTENSION_DIGITS 6 /* longer numbers are of the public network */

static const char *const groups[] = {"agent",  "customer", "queue",    "department", "direction",     "date",
                                     "time",   "year",     "month",    "day",        "hour",          "minute",
                                     "second", "epoch",    "utc",      "uniqueid",   "callid",        "from",
                                     "to",     "inbound",  "outbound", "internal",   "customer_right"};

struct cq_names {
    struct {
        const char *name;
        pcre2_code *code;
    } v[CQ_NAMES_MAX];
    size_t n;
    pcre2_match_context *context;
};

void cq_name_info_done(struct cq_name_info *info)
{
    if (info)
        cq_call_info_done(&info->call);
}

struct cq_names *cq_names_free(struct cq_names *names)
{
    if (!names)
        return NULL;
    for (size_t i = 0; i < names->n; i++)
        pcre2_code_free(names->v[i].code);
    pcre2_match_context_free(names->context);
    free(names);
    return NULL;
}

/* Groups that mean nothing are most likely misspelt. */
static int check_groups(const pcre2_code *code, struct cq_error *err)
{
    uint32_t n = 0, size = 0;
    PCRE2_SPTR table = NULL;
    pcre2_pattern_info(code, PCRE2_INFO_NAMECOUNT, &n);
    pcre2_pattern_info(code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    pcre2_pattern_info(code, PCRE2_INFO_NAMETABLE, &table);
    for (uint32_t i = 0; i < n; i++) {
        const char *name = (const char *)table + (size_t)i * size + 2;
        struct cq_suggest near = {0};
        bool fits = false;
        for (size_t k = 0; k < sizeof groups / sizeof *groups; k++) {
            cq_suggest_offer(&near, name, groups[k]);
            fits = fits || !strcmp(groups[k], name);
        }
        if (!fits && near.best)
            return cq_error_set(err, -EINVAL, NULL, 0, "no group is called \"%.32s\"; did you mean \"%s\"?",
                                name, near.best);
        if (!fits)
            return cq_error_set(err, -EINVAL, NULL, 0,
                                "no group is called \"%.32s\"; docs/watch.md lists those there are", name);
    }
    return 0;
}

static int add(struct cq_names *names, const char *name, const char *regex, struct cq_error *err)
{
    int code = 0;
    size_t at = 0;
    if (names->n == CQ_NAMES_MAX)
        return cq_error_set(err, -EINVAL, NULL, 0, "more than %d patterns", CQ_NAMES_MAX);
    pcre2_code *c = pcre2_compile((PCRE2_SPTR)regex, PCRE2_ZERO_TERMINATED, PCRE2_DUPNAMES, &code, &at, NULL);
    if (!c) {
        unsigned char text[128] = "";
        pcre2_get_error_message(code, text, sizeof text);
        return cq_error_set(err, -EINVAL, NULL, 0, "the pattern is wrong at its character %zu: %s", at + 1,
                            text);
    }
    int r = check_groups(c, err);
    if (r) {
        pcre2_code_free(c);
        return r;
    }
    names->v[names->n].name = name;
    names->v[names->n++].code = c;
    return 0;
}

static bool is_word(const char *text)
{
    return text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_")] == '\0';
}

static int add_text(struct cq_names *names, const char *text, struct cq_error *err)
{
    const char *name, *regex;
    struct cq_suggest near = {0};
    bool all = !strcmp(text, "auto");
    int r = 0, n = 0;
    for (size_t i = 0; !r && cq_names_known(i, &name, &regex); i++) {
        cq_suggest_offer(&near, text, name);
        if (all || !strcmp(name, text)) {
            r = add(names, name, regex, err);
            n++;
        }
    }
    if (r || n)
        return r;
    if (is_word(text))
        return cq_error_set(err, -EINVAL, NULL, 0, "there is no pattern \"%.32s\"; did you mean \"%s\"?", text,
                            near.best ? near.best : "auto");
    return add(names, "own", text, err);
}

int cq_names_new(const char *const *texts, size_t n, struct cq_error *err, struct cq_names **ret_names)
{
    struct cq_names *names = calloc(1, sizeof *names);
    if (!names)
        return -ENOMEM;
    int r = 0;
    names->context = pcre2_match_context_create(NULL);
    if (!names->context)
        r = -ENOMEM;
    else
        pcre2_set_match_limit(names->context, MATCH_LIMIT);
    for (size_t i = 0; !r && i < n; i++)
        r = add_text(names, texts[i], err);
    if (r) {
        cq_names_free(names);
        return r;
    }
    *ret_names = names;
    return 0;
}

/* One match, and its groups by name. */
struct match {
    pcre2_match_data *data;
};

/* The group's text, false where it took no part. Of groups of one name the one that did. */
static bool get(const struct match *m, const char *name, char buf[MAX_VALUE])
{
    PCRE2_SIZE n = MAX_VALUE;
    buf[0] = '\0';
    if (pcre2_substring_copy_byname(m->data, (PCRE2_SPTR)name, (PCRE2_UCHAR *)buf, &n) || !buf[0]) {
        buf[0] = '\0';
        return false;
    }
    buf[cq_str_utf8_prefix(buf)] = '\0';
    return buf[0] != '\0';
}

static bool has(const struct match *m, const char *name)
{
    char buf[MAX_VALUE];
    return get(m, name, buf);
}

static const char *direction_of(const struct match *m)
{
    static const struct {
        const char *word, *means;
    } words[] = {{"in", "inbound"},   {"inbound", "inbound"},   {"incoming", "inbound"},
                 {"out", "outbound"}, {"outbound", "outbound"}, {"outgoing", "outbound"},
                 {"int", "internal"}, {"internal", "internal"}};
    static const char *const marks[] = {"inbound", "outbound", "internal"};
    char buf[MAX_VALUE];
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (has(m, marks[i]))
            return marks[i];
    }
    if (!get(m, "direction", buf))
        return NULL;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (cq_str_ieq(buf, words[i].word))
            return words[i].means;
    }
    return NULL;
}

static bool is_extension(const char *number)
{
    size_t n = strlen(number);
    return n && n <= MAX_EXTENSION_DIGITS && strspn(number, "0123456789") == n;
}

/* Who called whom, as agent and customer. */
static int set_parties(const struct match *m, struct cq_call_info *call, const char *direction)
{
    char from[MAX_VALUE], to[MAX_VALUE], buf[MAX_VALUE];
    bool has_from = get(m, "from", from), has_to = get(m, "to", to);
    bool both = has_from && has_to;
    int r = 0;
    if (both && !direction)
        direction = is_extension(from) == is_extension(to) ? (is_extension(from) ? "internal" : NULL)
                    : is_extension(from)                   ? "outbound"
                                                           : "inbound";
    if (both && direction) {
        bool inbound = !strcmp(direction, "inbound");
        r = cq_str_set(&call->agent, inbound ? to : from);
        if (!r)
            r = cq_str_set(&call->customer, inbound ? from : to);
    }
    if (!r && get(m, "agent", buf))
        r = cq_str_set(&call->agent, buf);
    if (!r && get(m, "customer", buf))
        r = cq_str_set(&call->customer, buf);
    if (!r && direction)
        r = cq_str_set(&call->direction, direction);
    return r;
}

/* Digits of a text in their order: "2022-03-20" and "20220320" are the same. */
static int digits_of(const char *text, char *buf, size_t size)
{
    size_t n = 0;
    for (; *text; text++) {
        if (!strncmp(text, "%3A", 3)) {
            text += 2;
            continue;
        }
        if (isdigit((unsigned char)*text) && n + 1 < size)
            buf[n++] = *text;
    }
    buf[n] = '\0';
    return (int)n;
}

static int month_of(const char *text)
{
    static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    int64_t v = 0;
    if (!cq_number_parse_int(text, strlen(text), &v))
        return (int)v;
    if (strlen(text) < 3)
        return 0;
    for (int i = 0; i < 12; i++) {
        char m[4] = {months[3 * i], months[3 * i + 1], months[3 * i + 2], '\0'};
        char t[4] = {text[0], text[1], text[2], '\0'};
        if (cq_str_ieq(m, t))
            return i + 1;
    }
    return 0;
}

static int number_of(const struct match *m, const char *group)
{
    char buf[MAX_VALUE];
    int64_t v = 0;
    return get(m, group, buf) && !cq_number_parse_int(buf, strlen(buf), &v) && v < 10000 ? (int)v : 0;
}

/* Number of the n digits at the text, of which there are at least so many. */
static int digits_value(const char *text, int n)
{
    int v = 0;
    for (int i = 0; i < n; i++)
        v = v * 10 + (text[i] - '0');
    return v;
}

/* The date as "YYYY-MM-DD", with the time "YYYY-MM-DDTHH:MM:SS"; false where there is no date. */
static bool civil_text(const struct match *m, char *buf, size_t size, bool *ret_has_time)
{
    char text[MAX_VALUE], d[16] = "", t[16] = "";
    int year = 0, month = 0, day = 0, clock[3] = {0};
    bool timed = false;
    if (get(m, "date", text) && digits_of(text, d, sizeof d) >= 8) {
        year = digits_value(d, 4);
        month = digits_value(d + 4, 2);
        day = digits_value(d + 6, 2);
    } else if (get(m, "month", text)) {
        month = month_of(text);
        year = number_of(m, "year");
        day = number_of(m, "day");
    } else {
        return false;
    }
    if (get(m, "time", text) && digits_of(text, t, sizeof t) >= 4) {
        timed = true;
        clock[0] = digits_value(t, 2);
        clock[1] = digits_value(t + 2, 2);
        clock[2] = digits_value(t + 4, (int)strnlen(t + 4, 2));
    } else if (has(m, "hour")) {
        timed = true;
        clock[0] = number_of(m, "hour");
        clock[1] = number_of(m, "minute");
        clock[2] = number_of(m, "second");
    }
    if (timed)
        snprintf(buf, size, "%04d-%02d-%02dT%02d:%02d:%02d", year, month, day, clock[0], clock[1], clock[2]);
    else
        snprintf(buf, size, "%04d-%02d-%02d", year, month, day);
    *ret_has_time = timed;
    return true;
}

static void add_offset(char *buf, size_t size, int offset_s)
{
    size_t n = strlen(buf);
    int minutes = abs(offset_s) / 60;
    snprintf(buf + n, size - n, "%c%02d:%02d", offset_s < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

/* A moment as civil time with its offset. */
static void format_moment(int64_t utc_s, int offset_s, char *buf, size_t size)
{
    char iso[CQ_TIME_ISO_MAX];
    cq_time_format_utc(utc_s + offset_s, iso);
    snprintf(buf, size, "%.19s", iso);
    add_offset(buf, size, offset_s);
}

/*
 * The moment the call began. An epoch is exact, and beside a civil time it gives the offset of the telephone
 * system's clock; without one the civil time is taken in the source's zone.
 */
static int set_start(const struct match *m, const struct cq_zone *zone, struct cq_name_info *info)
{
    char civil[64], epoch[MAX_VALUE], utc_text[80];
    bool timed = false;
    int64_t epoch_s = 0, as_utc = 0;
    bool has_civil = civil_text(m, civil, sizeof civil, &timed);
    bool has_epoch = get(m, "epoch", epoch) && !cq_number_parse_int(epoch, strlen(epoch), &epoch_s);
    if (has_civil) {
        snprintf(utc_text, sizeof utc_text, "%s%s", civil, timed ? "Z" : "T00:00:00Z");
        if (cq_time_parse_iso(utc_text, &as_utc))
            has_civil = false; /* the 31st of February */
    }
    if (!has_civil && !has_epoch)
        return 0;
    if (has_epoch) {
        /* quarters of an hour are what offsets are made of; the two stamps are taken seconds apart */
        int64_t apart_s = as_utc - epoch_s, quarters = (apart_s + (apart_s < 0 ? -450 : 450)) / 900;
        bool offset_told =
            has_civil && timed && llabs(quarters) <= 14 * 4 && llabs(apart_s - quarters * 900) < 300;
        info->started_s = epoch_s;
        format_moment(epoch_s, offset_told ? (int)quarters * 900 : cq_zone_offset_s(zone, epoch_s), civil,
                      sizeof civil);
    } else if (timed) {
        info->started_s = has(m, "utc") ? as_utc : cq_zone_to_utc(zone, as_utc);
        format_moment(info->started_s, (int)(as_utc - info->started_s), civil, sizeof civil);
    } else {
        info->started_s = cq_zone_to_utc(zone, as_utc); /* the day is all that is known, and all that is kept */
    }
    return cq_str_set(&info->call.started_at, civil);
}

static int take(const struct match *m, const struct cq_zone *zone, struct cq_name_info *info)
{
    char buf[MAX_VALUE];
    struct cq_call_info *call = &info->call;
    int r = set_parties(m, call, direction_of(m));
    if (!r && get(m, "queue", buf))
        r = cq_str_set(&call->queue, buf);
    if (!r && get(m, "department", buf))
        r = cq_str_set(&call->department, buf);
    if (!r && (get(m, "callid", buf) || get(m, "uniqueid", buf)))
        r = cq_str_set(&call->external_id, buf);
    info->agent_left = has(m, "customer_right");
    return r ? r : set_start(m, zone, info);
}

int cq_names_match(const struct cq_names *names, const char *path, const struct cq_zone *zone,
                   const char **ret_pattern, struct cq_name_info *ret_info)
{
    for (size_t i = 0; i < names->n; i++) {
        struct match m = {pcre2_match_data_create_from_pattern(names->v[i].code, NULL)};
        struct cq_name_info info = {0};
        if (!m.data)
            return -ENOMEM;
        int found = pcre2_match(names->v[i].code, (PCRE2_SPTR)path, strlen(path), 0, 0, m.data, names->context);
        int r = found > 0 ? take(&m, zone, &info) : -ENOENT;
        pcre2_match_data_free(m.data);
        if (r == -ENOENT)
            continue;
        if (r) {
            cq_name_info_done(&info);
            return r;
        }
        *ret_pattern = names->v[i].name;
        *ret_info = info;
        return 0;
    }
    return -ENOENT;
}
