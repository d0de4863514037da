#include "talk/talk.h"

#include "talk/steps.h"

#include <stdlib.h>

static void work_done(struct cq_talk_work *w)
{
    for (int p = 0; p < CQ_N_PARTIES; p++) {
        free(w->spurts[p].v);
        free(w->backchannels[p].v);
    }
    free(w->utterances.v);
    free(w->holds.v);
    free(w->hold_end_s);
}

int cq_talk_derive(const struct cq_activity *activity, const struct cq_talk_opts *opts,
                   struct cq_talk *ret_talk)
{
    struct cq_talk_work w = {.opts = opts};
    struct cq_talk talk = {.duration_s = activity->duration_s, .answer_s = activity->answer_s};
    int err;

    *ret_talk = (struct cq_talk){0};
    if ((err = cq_talk_find_spurts(&w, activity)) || (err = cq_talk_find_backchannels(&w)) ||
        (err = cq_talk_find_utterances(&w)))
        goto out;
    if ((err = cq_talk_put_segments(&w, &talk)) || (err = cq_talk_put_floor(&w, &talk)) ||
        (err = cq_talk_put_silences(&w, &talk)) || (err = cq_talk_put_turn_events(&w, &talk)) ||
        (err = cq_talk_put_sounds(activity, &talk)))
        goto out;
    cq_talk_sort_events(&talk);
    *ret_talk = talk;
    talk = (struct cq_talk){0};

out:
    cq_talk_done(&talk);
    work_done(&w);
    return err;
}
