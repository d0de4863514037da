/* replay/device.h - where frames go in real time: PortAudio, or a test's own device. */
#ifndef CQ_REPLAY_DEVICE_H
#define CQ_REPLAY_DEVICE_H

#include "callqa/error.h"
#include "replay/frame.h"

#include <stdbool.h>
#include <stddef.h>

/* Gives exactly n frames, silence where there are none. Called by the device's thread: never blocks, never
 * allocates. */
typedef void (*cq_device_pull)(void *user, struct cq_replay_frame *v, size_t n);

struct cq_device_ops {
    /* Open and start. `name` is a device's number or a part of its name, NULL the default one; *ret_rate_hz is
     * the rate at which frames are pulled. -ENODEV, -ENOENT, -EIO with err. */
    int (*open)(const char *name, cq_device_pull pull, void *user, struct cq_error *err, void **ret_device,
                int *ret_rate_hz);
    bool (*alive)(void *device); /* false: it went away; close it */
    void (*close)(void *device);
};

extern const struct cq_device_ops cq_device_portaudio;

/* Each output device: its number, name, channels; those that cannot play stereo are left out. Negative errno.
 */
int cq_device_list(int (*found)(void *user, int number, const char *name, bool is_default), void *user,
                   struct cq_error *err);

#endif
