#include "cli/rubric_file.h"

#include "base/error.h"
#include "base/path.h"
#include "base/str.h"
#include "cli/i18n.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RUBRIC_MAX_BYTES (4u << 20)

static int find(const char *name, char **ret_path)
{
    if (strchr(name, '/') || cq_str_ieq(cq_path_ext(name), "json")) {
        char *path = cq_str_dup(name);
        if (!path)
            return -ENOMEM;
        *ret_path = path;
        return 0;
    }
    char *file = cq_str_format("rubrics/%s.json", name);
    if (!file)
        return -ENOMEM;
    int err = cq_path_find_data(file, ret_path);
    free(file);
    return err;
}

int cq_cli_load_rubric(const char *name, struct cq_error *err, struct cq_rubric **ret_rubric)
{
    char *path = NULL, *text = NULL;
    size_t n = 0;
    name = name ? name : CQ_RUBRIC_DEFAULT;
    int ret = find(name, &path);
    if (ret == -ENOENT) {
        cq_error_set(err, ret, NULL, 0,
                     _("there is no rubric \"%s\"; give its file, or an id that `callqa rubric list` shows"),
                     name);
        goto out;
    }
    if (!ret)
        ret = cq_path_read(path, RUBRIC_MAX_BYTES, &text, &n);
    if (ret) {
        cq_error_set(err, ret, path, 0, _("the rubric cannot be read: %s"), cq_error_name(ret));
        goto out;
    }
    ret = cq_rubric_parse(path, text, n, err, ret_rubric);
out:
    free(path);
    free(text);
    return ret;
}
