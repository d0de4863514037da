/* web/language.h - private: in which language a request is answered. */
#ifndef CQ_WEB_LANGUAGE_H
#define CQ_WEB_LANGUAGE_H

#include "web/request.h"

/* Made by tools/embed-messages from po/zh_CN.po; in the order of strcmp(). */
struct cq_web_message {
    const char *own;
    const char *chinese;
};
extern const struct cq_web_message cq_web_messages[];
extern const size_t cq_web_n_messages;

/*
 * For cq_error_translate_with(): Simplified Chinese where the request asks for it by lang= in the query or by
 * Accept-Language (the first of its languages that is known), else English as it is written.
 */
const char *(*cq_web_translator(const struct cq_web_request *req))(const char *text);

#endif
