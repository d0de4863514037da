#include "cli/inputs.h"

#include "audio/extension.h"
#include "base/array.h"
#include "base/error.h"
#include "base/path.h"
#include "base/str.h"
#include "cli/i18n.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool cq_inputs_is_recording(const char *path)
{
    return cq_audio_is_recording_name(path);
}

static int add_file(void *user, const char *path)
{
    struct cq_inputs *in = user;
    struct stat st;
    if (in->n >= CQ_INPUTS_MAX)
        return -EFBIG;
    struct cq_input one = {.path = cq_str_dup(path), .size = stat(path, &st) == 0 ? (int64_t)st.st_size : 0};
    if (!one.path)
        return -ENOMEM;
    int err = CQ_ARRAY_PUSH(in, one);
    if (err)
        free(one.path);
    else
        in->total_size += one.size;
    return err;
}

static int add_recording(void *user, const char *path)
{
    return cq_inputs_is_recording(path) ? add_file(user, path) : 0;
}

int cq_inputs_add(struct cq_inputs *in, const char *path, bool recursive, struct cq_error *err)
{
    size_t before = in->n;
    bool dir = cq_path_is_dir(path);
    int ret = dir ? cq_path_walk(path, recursive, add_recording, in) : add_file(in, path);
    if (ret == -EFBIG)
        return cq_error_set(err, ret, path, 0, _("more than %d files; analyse it folder by folder"),
                            CQ_INPUTS_MAX);
    if (ret)
        return cq_error_set(err, ret, path, 0, _("the folder cannot be read: %s"), cq_error_name(ret));
    if (dir && in->n == before)
        return cq_error_set(err, -ENODATA, path, 0,
                            recursive
                                ? _("no recordings in this folder or below it; give other folders or files")
                                : _("no recordings in this folder; --recursive looks below it too"));
    return 0;
}

void cq_inputs_done(struct cq_inputs *in)
{
    if (!in)
        return;
    for (size_t i = 0; i < in->n; i++)
        free(in->v[i].path);
    free(in->v);
    *in = (struct cq_inputs){0};
}
