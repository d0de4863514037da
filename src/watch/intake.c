#include "watch/intake.h"

#include "audio/extension.h"
#include "base/path.h"
#include "base/str.h"

#include <fnmatch.h>
#include <string.h>

/* Names under which programs write what they rename when it is whole: editors, browsers, rsync, SFTP clients,
 * office programs, network shares. */
static const char *const temporary_ends[] = {
    ".tmp",  ".temp", ".part",       ".partial", ".filepart", ".crdownload", ".swp",  ".swx",
    ".lock", ".lck",  ".inprogress", ".writing", ".copy",     ".download",   ".~tmp", "~"};
static const char *const temporary_starts[] = {".#", "~$", ".~", "#", ".nfs", ".smb", ".fuse_hidden"};

static bool is_temporary(const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < sizeof temporary_ends / sizeof *temporary_ends; i++) {
        size_t k = strlen(temporary_ends[i]);
        if (n >= k && cq_str_ieq(name + n - k, temporary_ends[i]))
            return true;
    }
    for (size_t i = 0; i < sizeof temporary_starts / sizeof *temporary_starts; i++) {
        if (!strncmp(name, temporary_starts[i], strlen(temporary_starts[i])))
            return true;
    }
    /* rsync: .NAME.wav.XXXXXX */
    return name[0] == '.' && n > 8 && name[n - 7] == '.' && strchr(name + 1, '.') != name + n - 7;
}

const char *cq_intake_below(const struct cq_watch_source *src, const char *path)
{
    size_t n = strlen(src->folder);
    return !strncmp(path, src->folder, n) && path[n] == '/' ? path + n + 1 : cq_path_base(path);
}

static bool matches(const struct cq_words *globs, const char *below)
{
    for (size_t i = 0; i < globs->n; i++) {
        const char *text = strchr(globs->v[i], '/') ? below : cq_path_base(below);
        if (fnmatch(globs->v[i], text, 0) == 0)
            return true;
    }
    return false;
}

/* In the folder that finished files are moved to. */
static bool is_finished(const struct cq_watch_source *src, const char *path)
{
    size_t n = strlen(src->done_folder);
    return src->after == CQ_AFTER_MOVE && !strncmp(path, src->done_folder, n) && (path[n] == '/' || !path[n]);
}

bool cq_intake_skips_folder(const struct cq_watch_source *src, const char *path)
{
    return cq_path_base(path)[0] == '.' || is_finished(src, path);
}

static bool in_hidden_folder(const char *below)
{
    return below[0] == '.' || strstr(below, "/.") != NULL;
}

enum cq_intake cq_intake_of(const struct cq_watch_source *src, const char *path, const char **ret_why)
{
    const char *below = cq_intake_below(src, path), *name = cq_path_base(path), *ext = cq_path_ext(path);
    const char *why = NULL;
    enum cq_intake is = CQ_INTAKE_AUDIO;
    if (is_temporary(name)) {
        is = CQ_INTAKE_TEMPORARY;
        why = CQ_REASON("its name is one of files that are still being written; rename it when it is whole");
    } else if (is_finished(src, path)) {
        is = CQ_INTAKE_OUTSIDE;
        why = CQ_REASON("lies in the folder of finished recordings");
    } else if (in_hidden_folder(below)) {
        is = CQ_INTAKE_OUTSIDE;
        why = CQ_REASON("is hidden (a name begins with a dot)");
    } else if (strchr(below, '/') && !src->recursive) {
        is = CQ_INTAKE_OUTSIDE;
        why = CQ_REASON("lies in a folder below the source's, and the source is not recursive");
    } else if (matches(&src->exclude, below)) {
        is = CQ_INTAKE_OUTSIDE;
        why = CQ_REASON("is excluded by the source's \"exclude\"");
    } else if (cq_str_ieq(ext, "json") || cq_str_ieq(ext, "csv")) {
        is = CQ_INTAKE_SIDECAR;
    } else if (src->include.n ? !matches(&src->include, below) : !cq_audio_is_recording_name(path)) {
        is = CQ_INTAKE_OTHER;
        why =
            src->include.n
                ? CQ_REASON("does not match the source's \"include\"")
                : CQ_REASON(
                      "is no recording by its extension; name it in the source's \"include\" to have it read");
    }
    if (ret_why)
        *ret_why = why;
    return is;
}
