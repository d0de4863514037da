/* watch/sidecar_member.h - private: members of side-cars, whatever they are written in. */
#ifndef CQ_WATCH_SIDECAR_MEMBER_H
#define CQ_WATCH_SIDECAR_MEMBER_H

#include "watch/sidecar.h"

/* A name as the schema has it, or the record's field that it means. */
struct cq_sidecar_member {
    const char *name; /* NULL: nothing that is known */
    int record;       /* enum cq_record_field; -1: of the call */
};

struct cq_sidecar_member cq_sidecar_member_of(const struct cq_sidecar_rules *rules, const char *name);
void cq_sidecar_note_unknown(const struct cq_sidecar_rules *rules, const char *name);

/* One member into the facts, checked. Empty values say nothing. */
int cq_sidecar_take(const struct cq_sidecar_rules *rules, struct cq_facts *facts,
                    struct cq_sidecar_member member, const char *text, int line, struct cq_error *err);

/* A recording's name without folder and extension, from what a person or a telephone system writes. */
char *cq_sidecar_stem_of(const char *file);

#endif
