#include "base/json.h"

#include "base/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void cq_json_writer_init(struct cq_json_writer *w, struct cq_str *out, int indent)
{
    *w = (struct cq_json_writer){.out = out, .indent = indent};
}

static void new_line(struct cq_json_writer *w)
{
    if (!w->indent)
        return;
    cq_str_add_char(w->out, '\n');
    for (int i = 0; i < w->depth * w->indent; i++)
        cq_str_add_char(w->out, ' ');
}

/* Before each value or key: the comma and the line that it needs. */
static void begin(struct cq_json_writer *w)
{
    if (w->after_key) {
        w->after_key = false;
        return;
    }
    if (w->need_comma)
        cq_str_add_char(w->out, ',');
    if (w->depth)
        new_line(w);
}

static void open_with(struct cq_json_writer *w, char c)
{
    begin(w);
    cq_str_add_char(w->out, c);
    w->depth++;
    w->need_comma = false;
}

static void close_with(struct cq_json_writer *w, char c)
{
    w->depth--;
    if (w->need_comma)
        new_line(w);
    cq_str_add_char(w->out, c);
    w->need_comma = true;
}

void cq_json_open_object(struct cq_json_writer *w)
{
    open_with(w, '{');
}

void cq_json_close_object(struct cq_json_writer *w)
{
    close_with(w, '}');
}

void cq_json_open_array(struct cq_json_writer *w)
{
    open_with(w, '[');
}

void cq_json_close_array(struct cq_json_writer *w)
{
    close_with(w, ']');
}

static void write_escape(struct cq_str *out, unsigned char c)
{
    switch (c) {
    case '"':
        cq_str_add(out, "\\\"");
        return;
    case '\\':
        cq_str_add(out, "\\\\");
        return;
    case '\n':
        cq_str_add(out, "\\n");
        return;
    case '\t':
        cq_str_add(out, "\\t");
        return;
    case '\r':
        cq_str_add(out, "\\r");
        return;
    }
    cq_str_printf(out, "\\u%04x", c);
}

static void write_quoted(struct cq_str *out, const char *s)
{
    cq_str_add_char(out, '"');
    while (*s) {
        size_t good = cq_str_utf8_prefix(s);
        for (size_t i = 0; i < good; i++) {
            unsigned char c = (unsigned char)s[i];
            if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f)
                write_escape(out, c);
            else
                cq_str_add_char(out, (char)c);
        }
        s += good;
        if (*s) { /* one malformed byte */
            cq_str_add(out, "\xef\xbf\xbd");
            s++;
        }
    }
    cq_str_add_char(out, '"');
}

void cq_json_key(struct cq_json_writer *w, const char *key)
{
    begin(w);
    write_quoted(w->out, key);
    cq_str_add(w->out, w->indent ? ": " : ":");
    w->after_key = true;
}

void cq_json_string(struct cq_json_writer *w, const char *s)
{
    if (!s) {
        cq_json_null(w);
        return;
    }
    begin(w);
    write_quoted(w->out, s);
    w->need_comma = true;
}

void cq_json_number(struct cq_json_writer *w, double v, int decimals)
{
    if (!isfinite(v)) {
        cq_json_null(w);
        return;
    }
    char buf[CQ_NUMBER_MAX];
    size_t n = cq_number_format(buf, v, decimals);
    begin(w);
    cq_str_add_n(w->out, buf, n);
    w->need_comma = true;
}

void cq_json_int(struct cq_json_writer *w, int64_t v)
{
    begin(w);
    cq_str_printf(w->out, "%lld", (long long)v);
    w->need_comma = true;
}

void cq_json_bool(struct cq_json_writer *w, bool v)
{
    begin(w);
    cq_str_add(w->out, v ? "true" : "false");
    w->need_comma = true;
}

void cq_json_null(struct cq_json_writer *w)
{
    begin(w);
    cq_str_add(w->out, "null");
    w->need_comma = true;
}

void cq_json_put_string(struct cq_json_writer *w, const char *key, const char *s)
{
    cq_json_key(w, key);
    cq_json_string(w, s);
}

void cq_json_put_number(struct cq_json_writer *w, const char *key, double v, int decimals)
{
    cq_json_key(w, key);
    cq_json_number(w, v, decimals);
}

void cq_json_put_int(struct cq_json_writer *w, const char *key, int64_t v)
{
    cq_json_key(w, key);
    cq_json_int(w, v);
}

void cq_json_put_bool(struct cq_json_writer *w, const char *key, bool v)
{
    cq_json_key(w, key);
    cq_json_bool(w, v);
}
