#include "audio/faults.h"

#include "base/array.h"

#include <stdlib.h>

int cq_faults_add(struct cq_faults *f, enum cq_fault_kind kind, int channel, double start_s, double end_s)
{
    struct cq_fault fault = {.kind = kind, .channel = (uint8_t)channel, .at = {start_s, end_s}};
    return f->n < CQ_MAX_FAULTS ? CQ_ARRAY_PUSH(f, fault) : 0;
}

static int compare(const void *a, const void *b)
{
    const struct cq_fault *x = a, *y = b;
    if (x->at.start_s != y->at.start_s)
        return x->at.start_s < y->at.start_s ? -1 : 1;
    if (x->channel != y->channel)
        return x->channel < y->channel ? -1 : 1;
    return (int)x->kind - (int)y->kind;
}

void cq_faults_sort(struct cq_faults *f)
{
    if (f->n)
        qsort(f->v, f->n, sizeof *f->v, compare);
}

void cq_faults_done(struct cq_faults *f)
{
    free(f->v);
    *f = (struct cq_faults){0};
}
