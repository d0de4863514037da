/* activity/mono.h - a mixed recording: who of the two parties speaks when, in one channel. */
#ifndef CQ_ACTIVITY_MONO_H
#define CQ_ACTIVITY_MONO_H

#include "callqa/activity.h"
#include "callqa/error.h"

/*
 * A stage over 8 kHz audio of one channel. The whole recording is fed twice, in blocks of any size: scan()
 * gathers embeddings of speech, the first process() groups them into two voices, and process() asks the
 * network, which is told both voices, which of them is heard in every 10 ms. Memory does not grow with the
 * recording but for the spans found. The same samples give the same result whatever the blocks.
 */
struct cq_mono;

#define CQ_MONO_NAME "mono-1" /* network and version, recorded with the analysis */

/* model_path NULL = the installed "mono-1.bin"; cpu as in activity/simd.h. -EINVAL, -ENOTSUP for cpu, -ENOENT /
 * -EBADMSG for the model (err told), -ENOMEM. */
int cq_mono_new(const char *model_path, int cpu, struct cq_error *err, struct cq_mono **ret_m);
struct cq_mono *cq_mono_free(struct cq_mono *m); /* accepts NULL */

int cq_mono_scan(struct cq_mono *m, const float *pcm, int n);    /* 0, or -EINVAL after process() */
int cq_mono_process(struct cq_mono *m, const float *pcm, int n); /* 0 or -ENOMEM */

/*
 * The result: speech spans of both parties, and music and tones as CQ_SOUND_MUSIC of CQ_NOBODY (which tones
 * they are is for activity/tones.h), are appended to *a and sorted; a->diarized is set and the parties are
 * named by cq_mono_agent_name(). A call with one voice leaves one party silent. 0, -ENOMEM, or -EINVAL for the
 * rule.
 */
int cq_mono_flush(struct cq_mono *m, const char *agent_rule, struct cq_activity *a);

/* Voices found: 0, 1 or 2; after the first process(). And the cosine between the two. */
int cq_mono_n_voices(const struct cq_mono *m);
double cq_mono_likeness(const struct cq_mono *m);
double cq_mono_duration_s(const struct cq_mono *m); /* of what process() was given */

#endif
