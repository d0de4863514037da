/* web/assets.h - private: the files of the page, built into the program. */
#ifndef CQ_WEB_ASSETS_H
#define CQ_WEB_ASSETS_H

#include "web/request.h"

struct cq_web_asset {
    const char *name; /* "app.js" */
    const char *type;
    const char *etag; /* of its content, quoted */
    const unsigned char *bytes;
    size_t n;
};

/* Made by tools/embed-assets; ends with a NULL name. */
extern const struct cq_web_asset cq_web_assets[];

/* One of them, or NULL. */
const struct cq_web_asset *cq_web_asset_find(const char *name);

/* Answer "/assets/NAME", or any other path with the page, which finds its way by the path itself. `nonce` lets
 * the page's own scripts make style sheets. */
void cq_web_asset(const struct cq_web_request *req, struct cq_web_response *res, const char *nonce);

#endif
