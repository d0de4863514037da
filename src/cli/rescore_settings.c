#include "cli/rescore_settings.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/log.h"
#include "cli/i18n.h"
#include "pipeline/rederive.h"
#include "rubric/edit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HASH_DIGITS 8 /* of a set of thresholds: enough to tell a few hundred apart */

static bool is_asked(const struct cq_rescore_settings *s, size_t i)
{
    return s->asked.origin[i].file && cq_rederive_can(cq_config_option(i));
}

/* A --set is meant for this run alone, so one that can't be followed is an error. */
static int check_sets(const struct cq_args *set, struct cq_error *err)
{
    for (size_t i = 0; i < set->n; i++) {
        for (size_t k = 0; k < cq_config_n_options(); k++) {
            const struct cq_option *o = cq_config_option(k);
            size_t n = strlen(o->name);
            if (!strncmp(set->v[i], o->name, n) && set->v[i][n] == '=' && !cq_rederive_can(o))
                return cq_error_set(err, -EINVAL, NULL, 0,
                                    "%s needs the audio: 'callqa analyze --force --set %s' analyses again; "
                                    "without it only talk and judge can change",
                                    o->name, set->v[i]);
        }
    }
    return 0;
}

/* A file is that of an installation, with settings of every kind. */
static void tell_ignored(const struct cq_rescore_settings *s)
{
    const struct cq_config init = CQ_CONFIG_INIT;
    struct cq_str names = {0}, now = {0}, was = {0};
    for (size_t i = 0; i < cq_config_n_options(); i++) {
        const struct cq_option *o = cq_config_option(i);
        if (!s->asked.origin[i].file || cq_rederive_can(o))
            continue;
        cq_str_clear(&now);
        cq_str_clear(&was);
        cq_config_add_value(&now, &s->asked.config, o);
        cq_config_add_value(&was, &init, o);
        if (now.n != was.n || (now.n && strcmp(now.s, was.s)))
            cq_str_printf(&names, "%s%s", names.n ? ", " : "", o->name);
    }
    if (names.n && !names.failed)
        cq_log(CQ_LOG_WARNING, _("these need the audio and stay as the calls were analysed: %s"), names.s);
    cq_str_done(&names);
    cq_str_done(&now);
    cq_str_done(&was);
}

static char *describe(const struct cq_rescore_settings *s)
{
    struct cq_str out = {0};
    struct cq_json_writer w;
    cq_json_writer_init(&w, &out, 0);
    cq_json_open_object(&w);
    for (size_t i = 0; i < cq_config_n_options(); i++) {
        const struct cq_option *o = cq_config_option(i);
        double v;
        if (!is_asked(s, i))
            continue;
        memcpy(&v, (const char *)&s->asked.config + o->offset,
               sizeof v); /* all of talk and judge are numbers */
        cq_json_put_number(&w, o->name, v, 6);
    }
    cq_json_close_object(&w);
    return cq_str_take(&out);
}

static int make_form(struct cq_rescore_settings *s, const struct cq_rubric *rubric, struct cq_error *err)
{
    char hex[CQ_HASH_HEX];
    struct cq_str text = {0};
    const char *of = cq_rubric_version(rubric);
    cq_hash_bytes(s->json, strlen(s->json), hex);
    char *version = cq_str_format("%s%st%.*s", of, strchr(of, '+') ? "." : "+", HASH_DIGITS, hex);
    if (version)
        cq_rubric_write(rubric, NULL, version, &text);
    int r = !version || text.failed ? -ENOMEM : 0;
    if (!r)
        r = cq_rubric_parse(cq_rubric_id(rubric), text.s, text.n, err, &s->form);
    free(version);
    cq_str_done(&text);
    return r;
}

int cq_rescore_settings_load(const char *config, const struct cq_args *set, const struct cq_rubric *rubric,
                             struct cq_error *err, struct cq_rescore_settings *ret)
{
    struct cq_rescore_settings s = {0};
    bool any = false;
    cq_settings_init(&s.asked);
    int r = check_sets(set, err);
    if (!r && config)
        r = cq_config_load(&s.asked, config, err);
    for (size_t i = 0; !r && i < set->n; i++)
        r = cq_config_set_pair(&s.asked, set->v[i], "--set", err);
    if (!r)
        r = cq_config_check(&s.asked, err);
    for (size_t i = 0; i < cq_config_n_options(); i++)
        any = any || is_asked(&s, i);
    if (!r && config && !any)
        r = cq_error_set(
            err, -EINVAL, config, 0,
            "sets nothing that can change without the audio; that is what stands under talk and judge");
    if (!r && any) {
        tell_ignored(&s);
        s.json = describe(&s);
        r = s.json ? make_form(&s, rubric, err) : -ENOMEM;
    }
    if (r) {
        cq_rescore_settings_done(&s);
        return r;
    }
    *ret = s;
    return 0;
}

void cq_rescore_settings_done(struct cq_rescore_settings *s)
{
    cq_settings_done(&s->asked);
    free(s->json);
    s->json = NULL;
    s->form = cq_rubric_free(s->form);
}

int cq_rescore_settings_apply(const struct cq_rescore_settings *s, const struct cq_analysis *a,
                              struct cq_error *err, struct cq_analysis *ret)
{
    struct cq_config config;
    int r = cq_rederive_config(a, &config);
    if (r)
        return cq_error_set(err, r, NULL, 0, "the settings of its analysis cannot be read; analyse it again");
    for (size_t i = 0; i < cq_config_n_options(); i++) {
        size_t at = cq_config_option(i)->offset;
        if (is_asked(s, i))
            memcpy((char *)&config + at, (const char *)&s->asked.config + at, sizeof(double));
    }
    return cq_rederive(a, &config, err, ret);
}
