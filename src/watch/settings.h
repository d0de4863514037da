/*
 * watch/settings.h - the sections "watch" and "sources" of a configuration file. docs/watch.md and
 * data/callqa.example.json explain every member; a test holds them against the tables here.
 */
#ifndef CQ_WATCH_SETTINGS_H
#define CQ_WATCH_SETTINGS_H

#include "base/str.h"
#include "callqa/error.h"
#include "config/config.h"
#include "records/import.h"
#include "rubric/rubric.h"
#include "watch/name.h"
#include "watch/zone.h"

#include <stdbool.h>
#include <stddef.h>

#define CQ_WATCH_MAX_SOURCES 64
#define CQ_WATCH_MAX_WORDS 64 /* entries of a list of patterns */

struct cq_words {
    char *v[CQ_WATCH_MAX_WORDS];
    size_t n;
};

enum cq_notify_kind { CQ_NOTIFY_AUTO, CQ_NOTIFY_INOTIFY, CQ_NOTIFY_POLL };

enum cq_watch_hook_when { CQ_HOOK_FLAGGED, CQ_HOOK_ALL };

/* How the service works. Defaults, ranges and sources of the numbers: table in settings_table.c. */
struct cq_watch_opts {
    int workers;              /* 0: one a core */
    double settle_s;          /* a file is whole when it has not changed for this long */
    double truncated_after_s; /* unfinished headers and missing bytes are waited for this long after it last
                                 grew */
    int notify;               /* enum cq_notify_kind */
    double poll_s;            /* a folder that cannot report changes is read this often */
    double rescan_s;          /* and one that can, to be sure, this often */
    double retry_min_s;       /* first pause before a retry; doubled each time */
    double retry_max_s;       /* longest pause */
    int max_crashes;          /* a file that the program did not survive so often is quarantined */
    int oldest_every;         /* every so many calls the oldest is taken instead of the newest; 0 never */
    double stop_s;            /* running calls may finish for this long when the service is stopped */
    char *joined_folder;      /* where joined legs are kept; NULL: beside the database */
    int metrics_port;         /* 0: none */
    char *metrics_file;
    char *hook_command;
    char *hook_url;
    int hook_when; /* enum cq_watch_hook_when */
    double hook_timeout_s;
    int hook_tries;
    bool purge; /* apply the sources' retention by itself, once an hour */
};

enum cq_watch_layout {
    CQ_WATCH_AUTO,
    CQ_WATCH_AGENT_LEFT,
    CQ_WATCH_AGENT_RIGHT,
    CQ_WATCH_MIXED,
    CQ_WATCH_CALLER_LEFT, /* the calling party: the agent in an outbound call, the customer in an inbound one */
    CQ_WATCH_CALLER_RIGHT
};

enum cq_watch_after { CQ_AFTER_LEAVE, CQ_AFTER_MOVE, CQ_AFTER_DELETE };

struct cq_watch_source {
    char *name;
    char *folder; /* absolute */
    bool recursive;
    struct cq_words include; /* globs on the path below the folder; empty: the extensions of recordings */
    struct cq_words exclude;
    int layout; /* enum cq_watch_layout */
    char *time_zone;
    struct cq_words pattern;
    int after;         /* enum cq_watch_after */
    char *done_folder; /* for CQ_AFTER_MOVE; absolute, or below the folder */
    char *rubric;
    char *agent, *queue, *department; /* what names and side-cars do not tell */
    int direction;                    /* 0 unknown, 1.. inbound, outbound, internal */
    char *pair_agent;                 /* end of the stem of the agent's leg ("-out"); NULL: no pairs */
    char *pair_customer;
    double pair_wait_s;
    double keep_audio_days; /* 0: for ever */
    double keep_rows_days;
    bool keep_flagged;

    struct cq_zone *zone; /* made from the above */
    struct cq_names *names;
    struct cq_rubric *form;
};

struct cq_watch_settings {
    struct cq_settings analysis;    /* thresholds of the analysis, from the same file */
    struct cq_records_map *records; /* columns of side-cars, from the section "records" */
    struct cq_watch_opts opts;
    struct cq_watch_source sources[CQ_WATCH_MAX_SOURCES];
    size_t n_sources;
};

/*
 * Read a configuration file whole: analysis, "watch" and "sources"; patterns, zones and rubrics are made ready.
 * Folders need not exist. Errors as cq_config_load(); err has the line. *ret: cq_watch_settings_free().
 */
int cq_watch_settings_load(const char *path, struct cq_error *err, struct cq_watch_settings **ret);
struct cq_watch_settings *cq_watch_settings_free(struct cq_watch_settings *s);

/* The source of that name, or NULL. */
const struct cq_watch_source *cq_watch_find_source(const struct cq_watch_settings *s, const char *name);

/* The source whose folder holds this path, or NULL. */
const struct cq_watch_source *cq_watch_source_of(const struct cq_watch_settings *s, const char *path);

/* Names of the members of "watch" and of a source with their help, for docs and the test of the example. */
bool cq_watch_option(size_t i, bool of_source, const char **ret_name, const char **ret_help);

/* Markdown tables of both, for docs/watch.md. */
char *cq_watch_options_markdown(void);

#endif
