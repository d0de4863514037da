/* watch/settings_table.h - private: the members of "watch" and of a source, one row each. */
#ifndef CQ_WATCH_SETTINGS_TABLE_H
#define CQ_WATCH_SETTINGS_TABLE_H

#include "watch/settings.h"

enum cq_member_type {
    CQ_MEMBER_NUMBER, /* double */
    CQ_MEMBER_INT,
    CQ_MEMBER_BOOL,
    CQ_MEMBER_TEXT, /* char *, NULL unset */
    CQ_MEMBER_WORD, /* int: index into words */
    CQ_MEMBER_WORDS /* struct cq_words; one text is a list of one */
};

struct cq_member {
    const char *name; /* "pair.agent": an object with a member */
    enum cq_member_type type;
    size_t offset;
    double min, max, initial;
    const char *unit;
    const char *const *words;
    const char *help;
};

extern const struct cq_member cq_watch_members[], cq_source_members[];
extern const size_t cq_n_watch_members, cq_n_source_members;

#endif
