#include "web/language.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *english(const char *text)
{
    return text;
}

static int by_own(const void *key, const void *row)
{
    return strcmp(key, ((const struct cq_web_message *)row)->own);
}

static const char *chinese(const char *text)
{
    const struct cq_web_message *m =
        bsearch(text, cq_web_messages, cq_web_n_messages, sizeof *cq_web_messages, by_own);
    return m ? m->chinese : text;
}

const char *(*cq_web_translator(const struct cq_web_request *req))(const char *text)
{
    const char *wish = cq_web_arg(req, "lang");
    if (!wish || !*wish)
        wish = req->accept_language;
    while (wish && *wish) { /* in the order in which browsers write them: by preference */
        wish += strspn(wish, ", ");
        if (!strncasecmp(wish, "zh", 2))
            return chinese;
        if (!strncasecmp(wish, "en", 2))
            return english;
        wish += strcspn(wish, ",");
    }
    return english;
}
