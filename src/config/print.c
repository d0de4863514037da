#include "base/number.h"
#include "config/config.h"

#include <stdlib.h>
#include <string.h>

#define DECIMALS 6

static double number_of(const struct cq_config *c, const struct cq_option *o)
{
    const char *member = (const char *)c + o->offset;
    double d = 0;
    int i = 0;
    size_t z = 0;
    bool b = false;
    switch (o->type) {
    case CQ_OPTION_DOUBLE:
        memcpy(&d, member, sizeof d);
        return d;
    case CQ_OPTION_INT:
    case CQ_OPTION_ENUM:
        memcpy(&i, member, sizeof i);
        return i;
    case CQ_OPTION_SIZE:
        memcpy(&z, member, sizeof z);
        return (double)z;
    case CQ_OPTION_BOOL:
        memcpy(&b, member, sizeof b);
        return b;
    case CQ_OPTION_STRING:
        break;
    }
    return 0;
}

static const char *text_of(const struct cq_config *c, const struct cq_option *o)
{
    const char *text;
    memcpy(&text, (const char *)c + o->offset, sizeof text);
    return text;
}

/* Word of an enum option; the number itself can't come from outside the list. */
static const char *word_of(const struct cq_config *c, const struct cq_option *o)
{
    return o->words[(int)number_of(c, o)];
}

static void add_number(struct cq_str *out, double v)
{
    char buf[CQ_NUMBER_MAX];
    cq_number_format(buf, v, DECIMALS);
    cq_str_add(out, buf);
}

void cq_config_add_value(struct cq_str *out, const struct cq_config *c, const struct cq_option *o)
{
    switch (o->type) {
    case CQ_OPTION_DOUBLE:
    case CQ_OPTION_INT:
    case CQ_OPTION_SIZE:
        add_number(out, number_of(c, o));
        return;
    case CQ_OPTION_BOOL:
        cq_str_add(out, number_of(c, o) != 0 ? "true" : "false");
        return;
    case CQ_OPTION_STRING:
        cq_str_add(out, text_of(c, o) ? text_of(c, o) : "");
        return;
    case CQ_OPTION_ENUM:
        cq_str_add(out, word_of(c, o));
        return;
    }
}

void cq_config_add_range(struct cq_str *out, const struct cq_option *o)
{
    if (o->words) {
        for (size_t i = 0; o->words[i]; i++)
            cq_str_printf(out, "%s%s", i ? ", " : "", o->words[i]);
        return;
    }
    switch (o->type) {
    case CQ_OPTION_DOUBLE:
    case CQ_OPTION_INT:
    case CQ_OPTION_SIZE:
        add_number(out, o->min);
        cq_str_add(out, " to ");
        add_number(out, o->max);
        if (*o->unit)
            cq_str_printf(out, " %s", o->unit);
        return;
    case CQ_OPTION_BOOL:
        cq_str_add(out, "true or false");
        return;
    case CQ_OPTION_STRING:
    case CQ_OPTION_ENUM:
        cq_str_printf(out, "text of at most %d bytes", CQ_CONFIG_MAX_TEXT);
        return;
    }
}

static void write_member(struct cq_json_writer *w, const struct cq_config *c, const struct cq_option *o)
{
    const char *key = strchr(o->name, '.') + 1;
    switch (o->type) {
    case CQ_OPTION_DOUBLE:
    case CQ_OPTION_INT:
    case CQ_OPTION_SIZE:
        cq_json_put_number(w, key, number_of(c, o), DECIMALS);
        return;
    case CQ_OPTION_BOOL:
        cq_json_put_bool(w, key, number_of(c, o) != 0);
        return;
    case CQ_OPTION_STRING:
        cq_json_put_string(w, key, text_of(c, o));
        return;
    case CQ_OPTION_ENUM:
        cq_json_put_string(w, key, word_of(c, o));
        return;
    }
}

static bool same_section(const char *a, const char *b)
{
    size_t n = strcspn(a, ".");
    return !strncmp(a, b, n + 1);
}

void cq_config_write_json(struct cq_json_writer *w, const struct cq_config *c)
{
    const char *open = NULL;
    cq_json_open_object(w);
    for (size_t i = 0; i < cq_config_n_options(); i++) {
        const struct cq_option *o = cq_config_option(i);
        if (!open || !same_section(open, o->name)) {
            char section[32];
            size_t n = strcspn(o->name, ".");
            memcpy(section, o->name, n);
            section[n] = '\0';
            if (open)
                cq_json_close_object(w);
            cq_json_key(w, section);
            cq_json_open_object(w);
        }
        open = o->name;
        write_member(w, c, o);
    }
    cq_json_close_object(w);
    cq_json_close_object(w);
}

char *cq_config_to_json(const struct cq_config *c)
{
    struct cq_str out = {0};
    struct cq_json_writer w;
    cq_json_writer_init(&w, &out, 0);
    cq_config_write_json(&w, c);
    return cq_str_take(&out);
}

char *cq_config_to_text(const struct cq_settings *s)
{
    struct cq_str out = {0}, value = {0};
    cq_str_printf(&out, "  %-26s %-14s %-6s %s\n", "OPTION", "VALUE", "UNIT", "FROM");
    for (size_t i = 0; i < cq_config_n_options(); i++) {
        const struct cq_option *o = cq_config_option(i);
        const struct cq_config_origin *at = &s->origin[i];
        cq_str_clear(&value);
        cq_config_add_value(&value, &s->config, o);
        cq_str_printf(&out, "%c %-26s %-14s %-6s %s", at->file ? '*' : ' ', o->name, value.n ? value.s : "-",
                      o->unit, at->file ? at->file : "default");
        if (at->line)
            cq_str_printf(&out, ":%d", at->line);
        cq_str_add_char(&out, '\n');
    }
    if (value.failed)
        out.failed = true;
    cq_str_done(&value);
    return cq_str_take(&out);
}

char *cq_config_to_markdown(void)
{
    struct cq_settings defaults;
    cq_settings_init(&defaults);
    struct cq_str out = {0};
    cq_str_add(&out, "| option | type | allowed | default | what it does | source of the default |\n"
                     "|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < cq_config_n_options(); i++) {
        const struct cq_option *o = cq_config_option(i);
        cq_str_printf(&out, "| `%s` | %s | ", o->name, cq_option_type_name(o->type));
        cq_config_add_range(&out, o);
        cq_str_add(&out, " | ");
        size_t before = out.n;
        cq_config_add_value(&out, &defaults.config, o);
        if (out.n == before)
            cq_str_add(&out, "unset");
        cq_str_printf(&out, "%s%s | %s | %s |\n", *o->unit ? " " : "", o->unit, o->help, o->source);
    }
    cq_settings_done(&defaults);
    return cq_str_take(&out);
}
