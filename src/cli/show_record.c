/* The contact behind a call, for `callqa show`. */
#include "base/number.h"
#include "cli/i18n.h"
#include "cli/show.h"
#include "store/records.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

/* Labels of 12 columns at most; what the call's head says already has none. */
static const char *const labels[CQ_N_RECORD_FIELDS] = {
    [CQ_RECORD_MATTER] = N_("matter"),         [CQ_RECORD_REASON] = N_("reason"),
    [CQ_RECORD_TICKET] = N_("ticket"),         [CQ_RECORD_ORDER] = N_("order"),
    [CQ_RECORD_PRIORITY] = N_("priority"),     [CQ_RECORD_RESPONDED] = N_("responded"),
    [CQ_RECORD_PROGRESSED] = N_("progress"),   [CQ_RECORD_PROMISED] = N_("promised by"),
    [CQ_RECORD_RESOLVED] = N_("resolved"),     [CQ_RECORD_WAIT] = N_("waited"),
    [CQ_RECORD_AFTER_CALL] = N_("work after"), [CQ_RECORD_CSAT] = N_("rating"),
    [CQ_RECORD_NPS] = N_("recommends"),        [CQ_RECORD_PROMISE] = N_("promise"),
    [CQ_RECORD_RESOLUTION] = N_("resolution"),
};

static const char *text_of(enum cq_record_field field, const struct cq_record_value *v, char *buf, size_t size)
{
    char number[CQ_NUMBER_MAX];
    time_t t = (time_t)v->number;
    struct tm tm;
    switch (cq_record_info(field)->type) {
    case CQ_RECORD_IS_TEXT:
        return v->text;
    case CQ_RECORD_IS_TIME:
        return localtime_r(&t, &tm) && strftime(buf, size, "%Y-%m-%d %H:%M", &tm) ? buf : "";
    case CQ_RECORD_IS_PRIORITY:
        return _(cq_priority_name((enum cq_priority)v->number));
    case CQ_RECORD_IS_NUMBER:
        cq_number_format(number, v->number, 2);
        snprintf(buf, size,
                 field == CQ_RECORD_CSAT  ? _("%s of 5")
                 : field == CQ_RECORD_NPS ? _("%s of 10")
                                          : "%s s",
                 number);
        return buf;
    }
    return "";
}

int cq_show_record(const struct cq_show *s, struct cq_store *store, struct cq_error *err)
{
    struct cq_record record = {0};
    char *source = NULL, buf[64];
    int r = cq_records_of_call(store, s->call, err, &record, &source);
    if (r)
        return r == -ENOENT ? 0 : r;
    cq_show_title(s, _("Record"));
    cq_show_field(s, _("known as"), record.v[CQ_RECORD_EXTERNAL_ID].text);
    for (int i = 0; i < CQ_N_RECORD_FIELDS; i++) {
        if (labels[i] && record.v[i].has)
            cq_show_field(s, _(labels[i]), text_of((enum cq_record_field)i, &record.v[i], buf, sizeof buf));
    }
    cq_show_field(s, _("told by"), source);
    cq_record_done(&record);
    free(source);
    return 0;
}
