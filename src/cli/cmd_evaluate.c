/* callqa evaluate: how far analyses lie from the truth. */
#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "base/path.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/i18n.h"
#include "talk/evaluate.h"
#include "talk/labels.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct evaluate_opts {
    bool json;
    bool per_file;
};

#define AT(field) offsetof(struct evaluate_opts, field)

static const struct cq_opt options[] = {
    {CQ_OPT("json", 0, CQ_OPT_FLAG, AT(json), NULL, N_("print one JSON object"))},
    {CQ_OPT("per-file", 0, CQ_OPT_FLAG, AT(per_file), NULL,
            N_("tell the same of every recording before the sums"))},
};

static int tell(const struct cq_error *err, int code, int status)
{
    char text[sizeof err->file + sizeof err->what + 32];

    cq_log(CQ_LOG_ERROR, "%s", err->what[0] ? cq_error_format(err, text, sizeof text) : cq_error_name(code));
    return status;
}

static int read_file(const char *path, struct cq_label_sets *sets)
{
    struct cq_error err = {0};
    char *text = NULL;
    size_t n = 0;
    int rc = cq_path_read(path, CQ_LABELS_MAX_BYTES, &text, &n);

    if (rc)
        cq_error_set(&err, rc, path, 0, "%s", cq_error_name(rc));
    else
        rc = cq_labels_read(path, text, n, &err, sets);
    free(text);
    return rc ? tell(&err, rc, rc) : 0;
}

static int found_file(void *user, const char *path)
{
    static const char *const TYPES[] = {"json", "jsonl", "rttm", "txt", "labels"};

    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++) {
        if (cq_str_ieq(cq_path_ext(path), TYPES[i]))
            return read_file(path, user);
    }
    return 0;
}

/* A file, or every file of labels in a folder. */
static int read_side(const char *path, struct cq_label_sets *sets)
{
    int rc;

    if (!cq_path_is_dir(path))
        return read_file(path, sets);
    rc = cq_path_walk(path, false, found_file, sets);
    if (!rc && sets->n == 0) {
        cq_log(CQ_LOG_ERROR, _("%s: no labels here (.json, .jsonl, .rttm, .txt)"), path);
        rc = -ENOENT;
    }
    return rc;
}

/* The analysis of a recording: by name; where both sides hold one recording only, that one. The last one wins.
 */
static const struct cq_labels *partner(const struct cq_label_sets *truth, size_t i,
                                       const struct cq_label_sets *found)
{
    for (size_t k = found->n; k-- > 0;) {
        if (strcmp(found->v[k].name, truth->v[i].name) == 0)
            return &found->v[k];
    }
    return truth->n == 1 && found->n == 1 ? &found->v[0] : NULL;
}

static const char *kind_name(int kind)
{
    return cq_event_name(cq_evaluated_type((enum cq_evaluated)kind));
}

static void put_json(struct cq_json_writer *w, const char *key, const struct cq_evaluation *e)
{
    struct cq_evaluation_report r;

    cq_evaluate_report(e, &r);
    cq_json_key(w, key);
    cq_json_open_object(w);
    cq_json_put_int(w, "files", (int64_t)e->n_files);
    cq_json_put_number(w, "der0", r.der0, 6);
    cq_json_put_number(w, "miss0", r.miss0, 6);
    cq_json_put_number(w, "false0", r.false0, 6);
    cq_json_put_number(w, "der50", r.der50, 6);
    cq_json_put_number(w, "onset_median_s", r.onset_median_s, 6);
    cq_json_put_number(w, "offset_median_s", r.offset_median_s, 6);
    for (int kind = 0; kind < CQ_N_EVALUATED; kind++) {
        const struct cq_evaluated_event *ev = &e->event[kind];
        if (ev->n_true + ev->n_found == 0)
            continue;
        cq_json_key(w, kind_name(kind));
        cq_json_open_object(w);
        cq_json_put_int(w, "true", (int64_t)ev->n_true);
        cq_json_put_int(w, "found", (int64_t)ev->n_found);
        cq_json_put_int(w, "hits", (int64_t)ev->n_hits);
        cq_json_put_number(w, "precision", cq_evaluated_precision(ev), 6);
        cq_json_put_number(w, "recall", cq_evaluated_recall(ev), 6);
        cq_json_put_number(w, "f1", cq_evaluated_f1(ev), 6);
        cq_json_close_object(w);
    }
    cq_json_key(w, "talk_over");
    cq_json_open_object(w);
    cq_json_put_number(w, "true_s", e->talk_over_true_s, 6);
    cq_json_put_number(w, "found_s", e->talk_over_found_s, 6);
    cq_json_put_number(w, "error", r.talk_over_error, 6);
    cq_json_close_object(w);
    cq_json_put_number(w, "latency_median_error_s", r.latency_median_s, 6);
    cq_json_close_object(w);
}

/* A number, or a dash where there is none. */
static const char *show(char buf[16], double v, double scale, int decimals)
{
    if (isnan(v))
        return "-";
    snprintf(buf, 16, "%.*f", decimals, v * scale);
    return buf;
}

static void print_events(const struct cq_evaluation *e)
{
    bool head = false;

    for (int kind = 0; kind < CQ_N_EVALUATED; kind++) {
        const struct cq_evaluated_event *ev = &e->event[kind];
        char p[16], r[16], f[16];
        if (ev->n_true + ev->n_found == 0)
            continue;
        if (!head)
            printf("  %-18s %6s %6s %6s %10s %7s %6s\n", _("event"), _("true"), _("found"), _("hits"),
                   _("precision"), _("recall"), _("F1"));
        head = true;
        printf("  %-18s %6zu %6zu %6zu %10s %7s %6s\n", kind_name(kind), ev->n_true, ev->n_found, ev->n_hits,
               show(p, cq_evaluated_precision(ev), 1, 2), show(r, cq_evaluated_recall(ev), 1, 2),
               show(f, cq_evaluated_f1(ev), 1, 2));
    }
}

static void print_text(const char *title, const struct cq_evaluation *e)
{
    struct cq_evaluation_report r;
    char a[16], b[16];

    cq_evaluate_report(e, &r);
    printf("%s\n", title);
    printf(_("  speech: %.1f %% in error (%.1f %% without collar: %.1f %% missed, %.1f %% false)\n"),
           100 * r.der50, 100 * r.der0, 100 * r.miss0, 100 * r.false0);
    printf(_("  edges of talkspurts off by %s ms at the onset, %s ms at the end (median)\n"),
           show(a, r.onset_median_s, 1000, 0), show(b, r.offset_median_s, 1000, 0));
    printf(_("  response latency off by %s ms (median); talk-over off by %s %% of %.1f s\n"),
           show(a, r.latency_median_s, 1000, 0), show(b, r.talk_over_error, 100, 0), e->talk_over_true_s);
    print_events(e);
}

/* Sums: [0] two channels, [1] mixed recordings. */
struct totals {
    struct cq_evaluation sum[2];
    struct cq_str missing; /* names, comma-separated */
    size_t n_missing;
};

static int one_file(const struct evaluate_opts *o, const struct cq_labels *truth, const struct cq_labels *found,
                    struct cq_json_writer *w)
{
    struct cq_evaluation e = {0};
    int rc = cq_evaluate_add(&e, truth, found);

    if (!rc && o->json)
        put_json(w, truth->name, &e);
    else if (!rc)
        print_text(truth->name, &e);
    cq_evaluation_done(&e);
    return rc;
}

static int compare(const struct evaluate_opts *o, const struct cq_label_sets *truth,
                   const struct cq_label_sets *found, struct totals *t, struct cq_json_writer *w)
{
    int rc = 0;

    if (o->json && o->per_file) {
        cq_json_key(w, "recordings");
        cq_json_open_object(w);
    }
    for (size_t i = 0; i < truth->n && !rc; i++) {
        const struct cq_labels *f = partner(truth, i, found);
        if (!f) {
            cq_str_printf(&t->missing, "%s%s", t->n_missing ? ", " : "", truth->v[i].name);
            t->n_missing++;
            continue;
        }
        rc = cq_evaluate_add(&t->sum[truth->v[i].mixed], &truth->v[i], f);
        if (!rc && o->per_file)
            rc = one_file(o, &truth->v[i], f, w);
    }
    if (o->json && o->per_file)
        cq_json_close_object(w);
    return rc;
}

static void print_sums(const struct totals *t)
{
    for (int mixed = 0; mixed < 2; mixed++) {
        const struct cq_evaluation *e = &t->sum[mixed];
        char title[128];
        if (!e->n_files)
            continue;
        snprintf(title, sizeof title, mixed ? _("%zu mixed recordings") : _("%zu recordings of two channels"),
                 e->n_files);
        print_text(title, e);
    }
    if (t->n_missing)
        cq_log(CQ_LOG_WARNING, _("not analysed: %s"), t->missing.s ? t->missing.s : "");
}

/* Compare what was read and print it. Returns an exit code. */
static int report(const struct evaluate_opts *o, const struct cq_label_sets *truth,
                  const struct cq_label_sets *found)
{
    struct totals t = {0};
    struct cq_str out = {0};
    struct cq_json_writer w;
    int status = CQ_EXIT_SETUP;

    cq_json_writer_init(&w, &out, 0);
    cq_json_open_object(&w);
    if (compare(o, truth, found, &t, &w)) {
        tell(&(struct cq_error){0}, -ENOMEM, 0);
        goto out;
    }
    if (t.sum[0].n_files + t.sum[1].n_files == 0) {
        cq_log(CQ_LOG_ERROR, _("no analysis matches a recording of the truth by name"));
        status = CQ_EXIT_SOME;
        goto out;
    }
    cq_json_put_int(&w, "missing", (int64_t)t.n_missing);
    for (int mixed = 0; mixed < 2; mixed++) {
        if (t.sum[mixed].n_files)
            put_json(&w, mixed ? "mixed" : "two_channels", &t.sum[mixed]);
    }
    cq_json_close_object(&w);
    if (!o->json)
        print_sums(&t);
    else if (!out.failed)
        printf("%s\n", out.s);
    status = out.failed ? CQ_EXIT_SETUP : t.n_missing ? CQ_EXIT_SOME : CQ_EXIT_OK;
out:
    cq_str_done(&out);
    cq_str_done(&t.missing);
    cq_evaluation_done(&t.sum[0]);
    cq_evaluation_done(&t.sum[1]);
    return status;
}

static int run(const void *opts, const struct cq_args *args)
{
    struct cq_label_sets truth = {0}, found = {0};
    int status = CQ_EXIT_SOME;

    if (!read_side(args->v[0], &truth) && !read_side(args->v[1], &found))
        status = report(opts, &truth, &found);
    cq_label_sets_done(&truth);
    cq_label_sets_done(&found);
    return status;
}

extern const struct cq_command cq_command_evaluate;
const struct cq_command cq_command_evaluate = {
    .name = "evaluate",
    .synopsis = "[OPTION]... TRUTH ANALYSIS",
    .summary = N_("measure analyses against calls that people have labelled"),
    .details = N_(
        "TRUTH and ANALYSIS are each a file or a folder of files: JSON of callqa analyze --json, NIST RTTM, or "
        "labels of Audacity (start, end and name with tabs between). Speakers are called agent and customer; "
        "under "
        "other names the parties are compared the way that fits better. In Audacity a label \"hold\" marks "
        "where "
        "the customer waits. Recordings are matched by file name. Speech is compared every 10 ms and counted "
        "without the 50 ms around a true edge; events match where kind and party are equal and they overlap or "
        "begin within 0.3 s."),
    .examples = "callqa analyze --json calls/*.wav > found.jsonl\n"
                "callqa evaluate labels/ found.jsonl\n"
                "callqa evaluate --json call-17.rttm call-17.json",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .opts_size = sizeof(struct evaluate_opts),
    .min_args = 2,
    .max_args = 2,
    .run = run,
};
