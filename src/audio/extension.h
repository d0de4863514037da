/* audio/extension.h - which files of a folder are taken for recordings. */
#ifndef CQ_AUDIO_EXTENSION_H
#define CQ_AUDIO_EXTENSION_H

#include <stdbool.h>

/* By extension alone; what a file is in truth is told when it is read. */
bool cq_audio_is_recording_name(const char *path);

#endif
