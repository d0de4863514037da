/* config/config.h - names, types, ranges and sources of every option; configuration files; what is in force. */
#ifndef CQ_CONFIG_CONFIG_H
#define CQ_CONFIG_CONFIG_H

#include "base/json.h"
#include "base/str.h"
#include "callqa/error.h"
#include "callqa/options.h"

#include <stdbool.h>
#include <stddef.h>

enum cq_option_type {
    CQ_OPTION_DOUBLE,
    CQ_OPTION_INT,
    CQ_OPTION_SIZE, /* size_t, written as a whole number */
    CQ_OPTION_BOOL,
    CQ_OPTION_STRING, /* const char *, NULL is unset */
    CQ_OPTION_ENUM,   /* one of `words`, kept as its index */
};

/* One row of the option table: one member of struct cq_config. */
struct cq_option {
    const char *name; /* "talk.dead_air_s": section, dot, member */
    enum cq_option_type type;
    size_t offset; /* of the member in struct cq_config */
    double min;    /* numbers: smallest and largest allowed, inclusive */
    double max;
    const char *const
        *words;         /* enum: its words; string: the only allowed ones, or NULL for any; ends in NULL */
    const char *unit;   /* "s", "Hz", ""; */
    const char *help;   /* one sentence, no final stop */
    const char *source; /* where the default comes from: standard, paper, or callqa's own choice */
};

#define CQ_CONFIG_MAX_OPTIONS 96
#define CQ_CONFIG_MAX_TEXT 4096 /* longest string value in bytes */

/* The table, in the order of printing: sections stand together. i < cq_config_n_options(). */
size_t cq_config_n_options(void);
const struct cq_option *cq_config_option(size_t i);

/* The option of that name, or NULL. */
const struct cq_option *cq_config_find(const char *name);

/* True where `name` is the option's own name or that of its section. */
bool cq_config_is_named(const struct cq_option *o, const char *name);

/* Where a value comes from. */
struct cq_config_origin {
    char *file; /* owned; "--set" and the like for the command line; NULL is the built-in default */
    int line;   /* 0 where there is none */
};

/* A configuration being put together. Read `config`; change it only through the functions below. */
struct cq_settings {
    struct cq_config config;
    char *text[CQ_CONFIG_MAX_OPTIONS]; /* strings that config points to, by row of the table; owned */
    struct cq_config_origin origin[CQ_CONFIG_MAX_OPTIONS];
};

/* Built-in defaults: CQ_CONFIG_INIT. */
void cq_settings_init(struct cq_settings *s);
void cq_settings_done(struct cq_settings *s);

/*
 * Set one option from text, as written after --set NAME=VALUE. `origin` names the place in later messages
 * ("--set"). -EINVAL with err filled: unknown name (with the nearest known one), wrong type, out of range.
 * -ENOMEM. Nothing changes on failure. An empty text unsets a string.
 */
int cq_config_set(struct cq_settings *s, const char *name, const char *text, const char *origin,
                  struct cq_error *err);

/* The same for "NAME=VALUE" in one text. */
int cq_config_set_pair(struct cq_settings *s, const char *pair, const char *origin, struct cq_error *err);

/*
 * Take over the options of a JSON text: {"talk": {"dead_air_s": 4}, ...}; comments are allowed; null unsets a
 * string. Sections that belong to other parts of the program (cq_config_is_reserved()) are skipped. -EBADMSG
 * with FILE:LINE for anything unknown, of the wrong type or out of range; options before that line have been
 * taken over then. `name` stands in errors as the file.
 */
int cq_config_parse(struct cq_settings *s, const char *name, const char *text, size_t n, struct cq_error *err);

/* Read the file and do the same. Negative errno with err filled also where it can't be read. */
int cq_config_load(struct cq_settings *s, const char *path, struct cq_error *err);

/* True for a top-level key that another part of the program reads from the same file ("watch", ...). */
bool cq_config_is_reserved(const char *section);

/*
 * Check what no single option can tell (pitch floor below ceiling ...); call it when everything is set.
 * -EINVAL with the place of the option that was set by hand.
 */
int cq_config_check(const struct cq_settings *s, struct cq_error *err);

/* The value as text ("0.5", "agent-left", "true"); "" for an unset string. Appends to out. */
void cq_config_add_value(struct cq_str *out, const struct cq_config *c, const struct cq_option *o);

/* The range or the words allowed, for help and messages ("0.05 to 2 s", "auto, agent-left, ..."). */
void cq_config_add_range(struct cq_str *out, const struct cq_option *o);

/* "number", "whole number", "yes/no", "text", "word". */
const char *cq_option_type_name(enum cq_option_type type);

/* One JSON object with every option in force, nested by section; what cq_config_parse() reads. */
void cq_config_write_json(struct cq_json_writer *w, const struct cq_config *c);

/* The same as a malloc'd text on one line: the stamp of an analysis. NULL when out of memory. */
char *cq_config_to_json(const struct cq_config *c);

/*
 * A table for people: name, value, unit, and where the value comes from; changed ones are marked with '*'.
 * malloc'd, NULL when out of memory.
 */
char *cq_config_to_text(const struct cq_settings *s);

/* The table of docs/config.md: name, type, range, default, unit, help, source, as Markdown. malloc'd. */
char *cq_config_to_markdown(void);

#endif
