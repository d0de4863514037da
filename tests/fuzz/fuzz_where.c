/*
 * The language of --where, and the SQL it becomes. Any text is parsed or refused with a column; whatever parses
 * must prepare and run on a database of a few calls: with each order, page and option that the first bytes of
 * the text choose. An answer that contradicts itself ends the program: more rows than calls, a count unlike the
 * rows, a call found both by a condition and by its negation, pages that do not go on where the last one ended.
 */
#include "tests/fuzz/fuzz.h"

#include "query/where.h"
#include "random_analysis.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define N_CALLS 12
#define N_IDS (N_CALLS + 1)

static char folder[] = "/tmp/callqa-fuzz-where-XXXXXX";
static struct cq_store *store;

static void remove_database(void)
{
    static const char *const names[] = {"/calls.db", "/calls.db-wal", "/calls.db-shm"};
    char path[128];
    cq_store_close(store);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

/* Once a process: a few calls with every field in use. */
static void make_database(void)
{
    struct cq_error err = {0};
    char path[128];
    if (!mkdtemp(folder))
        abort();
    snprintf(path, sizeof path, "%s/calls.db", folder);
    if (cq_store_open(path, CQ_STORE_WRITE, &err, &store) || cq_store_begin(store, &err))
        abort();
    for (uint64_t i = 0; i < N_CALLS; i++) {
        struct cq_analysis a = {0};
        int64_t call = 0;
        enum cq_saved saved;
        random_analysis(i, &a);
        if (cq_store_save(store, &a, false, &err, &call, &saved) || call >= N_IDS)
            abort();
        cq_analysis_done(&a);
    }
    if (cq_store_commit(store, &err))
        abort();
    atexit(remove_database);
}

static void fail(const char *what, const char *text, const struct cq_error *err)
{
    fprintf(stderr, "%s: %s\n%s\n", what, err->what, text);
    abort();
}

/* What can be asked of a good condition and still be refused: names that no form has, and size. */
static bool may_refuse(int r)
{
    return r == -ENOENT || r == -E2BIG;
}

/* All rows of a query into found[]; how many, or -1 where it was refused. The key of the last one in *ret_key,
 * its text in key_text. */
static int rows(const struct cq_select *sel, const char *text, bool found[N_IDS], struct cq_key *ret_key,
                char key_text[256])
{
    struct cq_cursor *cursor = NULL;
    struct cq_error err = {0};
    struct cq_row row;
    int n = 0, step = 0, r = cq_select_open(store, sel, &err, &cursor);
    if (may_refuse(r) && err.what[0])
        return -1;
    if (r)
        fail("does not open", text, &err);
    memset(found, 0, N_IDS * sizeof *found);
    while ((step = cq_select_next(cursor, &err, &row)) > 0) {
        if (row.id < 1 || row.id >= N_IDS || found[row.id] || row.n_cells != sel->n_columns)
            fail("a row that cannot be", text, &err);
        found[row.id] = true;
        *ret_key = row.key;
        if (row.key.text) {
            snprintf(key_text, 256, "%s", row.key.text);
            ret_key->text = key_text;
        }
        n++;
    }
    if (step < 0)
        fail("does not run", text, &err);
    cq_select_close(cursor);
    return n;
}

/* The same, a few rows at a time by the key of the last one, must find the same. */
static void check_pages(const struct cq_select *sel, const char *text, int n, const bool found[N_IDS])
{
    struct cq_select page = *sel;
    struct cq_key key = {0}, after;
    char key_text[256] = "", after_text[256]; /* what is bound must not change while rows are read */
    bool all[N_IDS] = {false}, part[N_IDS];
    int got, sum = 0;
    page.limit = 5;
    page.offset = 0;
    while ((got = rows(&page, text, part, &key, key_text)) > 0) {
        for (int i = 0; i < N_IDS; i++) {
            if (part[i] && all[i])
                fail("a row on two pages", text, &(struct cq_error){0});
            all[i] |= part[i];
        }
        sum += got;
        after = key;
        if (key.text) {
            memcpy(after_text, key_text, sizeof after_text);
            after.text = after_text;
        }
        page.after = &after;
    }
    if (sum != n || memcmp(all, found, sizeof all))
        fail("pages and the whole differ", text, &(struct cq_error){0});
}

/* No call is found by a condition and by NOT of it. */
static void check_negation(const struct cq_cond *cond, const char *text, const bool found[N_IDS])
{
    struct cq_cond negated = {.type = CQ_COND_NOT, .left = (struct cq_cond *)(uintptr_t)cond};
    struct cq_select sel = CQ_SELECT_INIT;
    struct cq_key key = {0};
    char key_text[256];
    bool other[N_IDS];
    sel.where = &negated;
    if (rows(&sel, text, other, &key, key_text) < 0)
        return;
    for (int i = 0; i < N_IDS; i++) {
        if (other[i] && found[i])
            fail("found by a condition and by its negation", text, &(struct cq_error){0});
    }
}

static void run(const struct cq_cond *cond, const char *text, const uint8_t choice[4])
{
    static const char *const flags[] = {"flag_0", "flag_1", "flag_5"};
    struct cq_select sel = CQ_SELECT_INIT;
    struct cq_field column;
    struct cq_error err = {0};
    struct cq_key key = {0};
    char key_text[256] = "";
    bool plain[N_IDS], found[N_IDS];
    int64_t count = 0;
    size_t n_fields = 0;

    sel.where = cond;
    int n = rows(&sel, text, plain, &key, key_text);
    if (n < 0)
        return;
    if (cq_select_count(store, &sel, INT32_MAX, &err, &count) || count != n)
        fail("the count and the rows differ", text, &err);
    check_negation(cond, text, plain);

    while (cq_field_list(n_fields, NULL, NULL))
        n_fields++;
    if (cq_field_find(cq_field_list(choice[0] % n_fields, NULL, NULL), &sel.order) ||
        cq_field_find(cq_field_list(choice[1] % n_fields, NULL, NULL), &column))
        abort();
    sel.columns = &column;
    sel.n_columns = 1;
    sel.ascending = choice[2] & 1;
    if (choice[2] & 2) {
        sel.flags = flags;
        sel.n_flags = choice[3] % 4;
    }
    if (choice[2] & 4)
        sel.min_severity = choice[3] / 4 % 3;
    if (choice[2] & 8)
        sel.agent = "O'Brien\"; DROP TABLE calls;-- 5";
    if (choice[2] & 16)
        sel.since_s = 1700000000;
    if (choice[2] & 32)
        sel.until_s = 1800000000;
    n = rows(&sel, text, found, &key, key_text);
    for (int i = 0; n >= 0 && i < N_IDS; i++) {
        if (found[i] && !plain[i])
            fail("an option found a call more", text, &err);
    }
    if (n >= 0)
        check_pages(&sel, text, n, found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cq_cond *cond = NULL;
    struct cq_error err = {0};
    uint8_t choice[4] = {0};

    if (!store)
        make_database();
    char *text = malloc(size + 1);
    if (!text)
        abort();
    memcpy(text, data, size);
    text[size] = '\0';
    /* Taken from the text itself, so that the corpus reads as conditions do. */
    for (size_t i = 0; i < size; i++)
        choice[i % sizeof choice] = (uint8_t)(31 * choice[i % sizeof choice] + data[i]);
    int r = cq_where_parse(text, &err, &cond);
    if (r && !err.what[0])
        fail("a refusal that says nothing", text, &err);
    if (!r)
        run(cond, text, choice);
    cq_cond_free(cond);
    free(text);
    return 0;
}
