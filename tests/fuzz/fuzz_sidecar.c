/*
 * Side-cars as CSV and as JSON: anything is read or refused with a line, every value that is handed out is
 * text, and the name of the file decides what it belongs to. A file name through all patterns too.
 */
#include "tests/fuzz/fuzz.h"
#include "watch/name.h"
#include "watch/sidecar.h"

#include <stdlib.h>
#include <string.h>

static int tell(void *user, const char *stem, const struct cq_facts *facts)
{
    struct cq_call_info *info = user;
    if (stem && cq_str_utf8_prefix(stem) != strlen(stem))
        abort();
    for (size_t i = 0; i < facts->n; i++) {
        size_t n = strlen(facts->v[i].value);
        if (n == 0 || n > CQ_SIDECAR_MAX_VALUE + 8 || cq_str_utf8_prefix(facts->v[i].value) != n)
            abort();
    }
    int r = cq_sidecar_apply(facts, info);
    struct cq_record record = {0};
    if (!r)
        r = cq_sidecar_record(facts, info, &record);
    cq_record_done(&record);
    return r;
}

static void parse(const char *name, const char *text, size_t n, const struct cq_zone *zone)
{
    struct cq_call_info info = {0};
    struct cq_str unknown = {0};
    struct cq_error err = {0};
    struct cq_records_map *map = NULL;
    if (cq_records_map_parse("none", NULL, 0, NULL, &map))
        abort();
    const struct cq_sidecar_rules rules = {name, zone, map, &unknown};
    int r = cq_sidecar_parse(&rules, text, n, tell, &info, &err);
    if (r && !err.what[0])
        abort(); /* a refusal that says nothing */
    cq_records_map_free(map);
    cq_call_info_done(&info);
    cq_str_done(&unknown);
}

static void match(const char *text, size_t n, const struct cq_zone *zone)
{
    static const char *const all[] = {"auto"};
    struct cq_names *names = NULL;
    struct cq_name_info info = {0};
    const char *pattern = NULL;
    struct cq_str path = {0};
    if (cq_names_new(all, 1, NULL, &names))
        abort();
    cq_str_add_n(&path, text, n > 300 ? 300 : n);
    if (path.s && !cq_names_match(names, path.s, zone, &pattern, &info)) {
        if (info.call.started_at && strlen(info.call.started_at) > 40)
            abort();
        cq_name_info_done(&info);
    }
    cq_str_done(&path);
    cq_names_free(names);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cq_zone *zone = NULL;
    if (cq_zone_new("+05:30", &zone))
        abort();
    parse("calls.csv", (const char *)data, size, zone);
    parse("a.json", (const char *)data, size, zone);
    match((const char *)data, size, zone);
    cq_zone_free(zone);
    return 0;
}
