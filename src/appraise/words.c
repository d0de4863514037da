#include "appraise/words.h"

#include <string.h>

#define CQ_X_PAIR(id, en, zh) {en, zh},
static const char *const words[CQ_N_WORDS][2] = {CQ_APPRAISE_WORDS(CQ_X_PAIR)};
#undef CQ_X_PAIR

const char *cq_appraise_word(const char *lang, enum cq_word word)
{
    return words[word][!strncmp(lang, "zh", 2)];
}
