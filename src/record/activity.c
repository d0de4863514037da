#include "callqa/activity.h"

#include "base/array.h"

#include <stdlib.h>

int cq_activity_add(struct cq_activity *a, const struct cq_activity_span *span)
{
    return CQ_ARRAY_PUSH(a, *span);
}

static int by_start(const void *pa, const void *pb)
{
    const struct cq_activity_span *a = pa, *b = pb;
    if (a->at.start_s != b->at.start_s)
        return a->at.start_s < b->at.start_s ? -1 : 1;
    if (a->party != b->party)
        return a->party < b->party ? -1 : 1;
    return a->sound < b->sound ? -1 : a->sound > b->sound;
}

void cq_activity_sort(struct cq_activity *a)
{
    if (a->n)
        qsort(a->v, a->n, sizeof *a->v, by_start);
}

void cq_activity_done(struct cq_activity *a)
{
    if (!a)
        return;
    free(a->v);
    *a = (struct cq_activity){0};
}

const char *cq_tone_name(enum cq_tone tone)
{
    switch (tone) {
    case CQ_TONE_NONE:
        return "none";
    case CQ_TONE_RINGBACK:
        return "ringback";
    case CQ_TONE_BUSY:
        return "busy";
    case CQ_TONE_DIAL:
        return "dial";
    case CQ_TONE_DTMF:
        return "dtmf";
    case CQ_TONE_BEEP:
        return "beep";
    case CQ_TONE_SIT:
        return "sit";
    case CQ_TONE_FAX:
        return "fax";
    case CQ_TONE_OTHER:
        return "other";
    }
    return "none";
}

const char *cq_sound_name(enum cq_sound sound)
{
    switch (sound) {
    case CQ_SOUND_SPEECH:
        return "speech";
    case CQ_SOUND_MUSIC:
        return "music";
    case CQ_SOUND_TONE:
        return "tone";
    case CQ_SOUND_MACHINE:
        return "machine";
    case CQ_SOUND_DIGITAL_SILENCE:
        return "digital_silence";
    case CQ_SOUND_HOLD:
        return "hold";
    }
    return "speech";
}
