#include "audio/extension.h"

#include "base/path.h"
#include "base/str.h"

#include <stddef.h>

/* Containers, then headerless telephone formats. Contents decide what they are; this list only keeps side-cars,
 * spreadsheets and databases out when a whole folder is given. */
static const char *const extensions[] = {
    "wav",  "wave",  "bwf",  "rf64", "w64",  "aif", "aiff", "aifc", "au",   "snd",  "sph", "nist",
    "flac", "ogg",   "oga",  "opus", "spx",  "mp3", "mp2",  "m4a",  "m4b",  "mp4",  "aac", "3gp",
    "amr",  "awb",   "wma",  "asf",  "webm", "mka", "mkv",  "caf",  "voc",  "ulaw", "ul",  "pcmu",
    "mu",   "mulaw", "alaw", "al",   "pcma", "sln", "gsm",  "g722", "g729", "raw",
};

bool cq_audio_is_recording_name(const char *path)
{
    const char *ext = cq_path_ext(path);
    for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++) {
        if (cq_str_ieq(ext, extensions[i]))
            return true;
    }
    return false;
}
