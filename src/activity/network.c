#include "activity/network_private.h"

#include "activity/simd.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 128 /* frames that go through the graph at once: 1.28 s */
#define LOOK_ROWS                                                                                              \
    1024 /* rows of 10 ms that may wait at one place; the graph needs 34 deep rows * 8 + CHUNK + some */

/* Rows of one width that wait for their layer, oldest first. */
struct queue {
    int16_t *v;
    int width;
    int first;
    int n;
    int cap;
};

/* The graph with one channel as "own". */
struct pass {
    struct queue skip0, skip1, skip2; /* wait for the way up */
    struct queue in[NET_LAYERS];      /* input of each layer but NET_IN */
    struct queue out;                 /* logits, padded */
};

struct cq_network {
    const struct cq_model *model;
    cq_layer_fn *run;
    int16_t rows[CHUNK][2][CQ_FEAT_N]; /* centred */
    int n_rows;
    int64_t n_frames; /* pushed */
    int64_t n_emitted;
    struct pass pass[2];
    int16_t logits[LOOK_ROWS][2][CQ_NET_OUTPUTS];
};

static int queue_init(struct queue *q, int width, int cap)
{
    q->v = calloc((size_t)width * (size_t)cap, sizeof *q->v);
    q->width = width;
    q->cap = cap;
    return q->v ? 0 : -ENOMEM;
}

static int16_t *row(const struct queue *q, int i)
{
    return q->v + (size_t)(q->first + i) * (size_t)q->width;
}

/* Room for n more rows behind those there; they count at once. */
static int16_t *append(struct queue *q, int n)
{
    if (q->first + q->n + n > q->cap) {
        memmove(q->v, row(q, 0), (size_t)q->n * (size_t)q->width * sizeof *q->v);
        q->first = 0;
    }
    assert(q->n + n <= q->cap); /* the graph's own delays bound every queue */
    int16_t *at = row(q, q->n);
    q->n += n;
    return at;
}

static void append_zeros(struct queue *q, int n)
{
    int16_t *at = append(q, n);
    memset(at, 0, (size_t)n * (size_t)q->width * sizeof *at);
}

static void drop(struct queue *q, int n)
{
    q->first += n;
    q->n -= n;
}

static int pass_init(struct pass *p)
{
    int r = queue_init(&p->skip0, NET_W0, LOOK_ROWS);
    if (!r)
        r = queue_init(&p->skip1, NET_W1, LOOK_ROWS / 2);
    if (!r)
        r = queue_init(&p->skip2, NET_W2, LOOK_ROWS / 4);
    for (int i = NET_DOWN1; i < NET_LAYERS && !r; i++) {
        const struct net_shape *s = &cq_net_shapes[i];
        r = queue_init(&p->in[i],
                       i == NET_DOWN1   ? NET_W0
                       : i == NET_DOWN2 ? NET_W1
                       : i == NET_DOWN3 ? NET_W2
                                        : s->n_in,
                       LOOK_ROWS);
        if (!r && s->dilation) /* what torch pads with */
            append_zeros(&p->in[i], s->dilation);
    }
    if (!r)
        r = queue_init(&p->out, NET_HEAD_PADDED, LOOK_ROWS);
    return r;
}

static void pass_done(struct pass *p)
{
    free(p->skip0.v);
    free(p->skip1.v);
    free(p->skip2.v);
    for (int i = 0; i < NET_LAYERS; i++)
        free(p->in[i].v);
    free(p->out.v);
}

int cq_network_new(const struct cq_model *model, int cpu, struct cq_network **ret_net)
{
    struct cq_network *net = calloc(1, sizeof *net);
    if (!net)
        return -ENOMEM;
    int r = cq_simd_layer(cpu, &net->run);
    for (int c = 0; c < 2 && !r; c++)
        r = pass_init(&net->pass[c]);
    if (r) {
        cq_network_free(net);
        return r;
    }
    net->model = model;
    *ret_net = net;
    return 0;
}

struct cq_network *cq_network_free(struct cq_network *net)
{
    if (!net)
        return NULL;
    pass_done(&net->pass[0]);
    pass_done(&net->pass[1]);
    free(net);
    return NULL;
}

/* x + relu(conv(x)) over what has both neighbours; results go to `to` (and to `also`, if not NULL). */
static void run_block(struct cq_network *net, struct pass *p, enum net_layer i, struct queue *to,
                      struct queue *also)
{
    struct queue *q = &p->in[i];
    const int d = cq_net_shapes[i].dilation, n = q->n - 2 * d;
    if (n <= 0)
        return;
    int16_t *y = append(to, n);
    const struct cq_layer_io io = {.x = row(q, d),
                                   .x_step = q->width,
                                   .tap = {-d * q->width, 0, d * q->width},
                                   .add = row(q, d),
                                   .add_step = q->width,
                                   .relu = true,
                                   .y = y,
                                   .y_step = q->width,
                                   .n_rows = n};
    net->run(&net->model->layer[i], &io);
    if (also)
        memcpy(append(also, n), y, (size_t)n * (size_t)q->width * sizeof *y);
    drop(q, n);
}

/* Two rows become one at half the rate. */
static void run_down(struct cq_network *net, struct pass *p, enum net_layer i, struct queue *to)
{
    struct queue *q = &p->in[i];
    const int n = q->n / 2;
    if (!n)
        return;
    const struct cq_layer_io io = {.x = row(q, 0),
                                   .x_step = 2 * q->width,
                                   .relu = true,
                                   .y = append(to, n),
                                   .y_step = to->width,
                                   .n_rows = n};
    net->run(&net->model->layer[i], &io);
    drop(q, 2 * n);
}

/* One row becomes two at twice the rate, on top of what was kept from the way down. */
static void run_up(struct cq_network *net, struct pass *p, enum net_layer i, struct queue *skip,
                   struct queue *to)
{
    struct queue *q = &p->in[i];
    const int n = q->n < skip->n / 2 ? q->n : skip->n / 2;
    if (!n)
        return;
    const struct cq_layer_io io = {.x = row(q, 0),
                                   .x_step = q->width,
                                   .add = row(skip, 0),
                                   .add_step = 2 * skip->width,
                                   .add_before = true,
                                   .relu = true,
                                   .y = append(to, 2 * n),
                                   .y_step = 2 * to->width,
                                   .n_rows = n};
    net->run(&net->model->layer[i], &io);
    drop(q, n);
    drop(skip, 2 * n);
}

/* A residual layer gets its last neighbours when the recording ends. */
static void pad_end(struct pass *p, enum net_layer i, bool end)
{
    if (end)
        append_zeros(&p->in[i], cq_net_shapes[i].dilation);
}

static void run_graph(struct cq_network *net, struct pass *p, bool end)
{
    run_down(net, p, NET_DOWN1, &p->in[NET_MID1]);
    pad_end(p, NET_MID1, end);
    run_block(net, p, NET_MID1, &p->in[NET_DOWN2], &p->skip1);
    run_down(net, p, NET_DOWN2, &p->in[NET_MID2A]);
    pad_end(p, NET_MID2A, end);
    run_block(net, p, NET_MID2A, &p->in[NET_MID2B], NULL);
    pad_end(p, NET_MID2B, end);
    run_block(net, p, NET_MID2B, &p->in[NET_DOWN3], &p->skip2);
    run_down(net, p, NET_DOWN3, &p->in[NET_DEEP]);
    for (enum net_layer i = NET_DEEP; i <= NET_DEEP_LAST; i++) {
        pad_end(p, i, end);
        run_block(net, p, i, &p->in[i + 1], NULL);
    }
    run_up(net, p, NET_UP2, &p->skip2, &p->in[NET_POST2]);
    pad_end(p, NET_POST2, end);
    run_block(net, p, NET_POST2, &p->in[NET_UP1], NULL);
    run_up(net, p, NET_UP1, &p->skip1, &p->in[NET_POST1]);
    pad_end(p, NET_POST1, end);
    run_block(net, p, NET_POST1, &p->in[NET_UP0], NULL);
    run_up(net, p, NET_UP0, &p->skip0, &p->in[NET_POST0]);
    pad_end(p, NET_POST0, end);
    run_block(net, p, NET_POST0, &p->in[NET_HEAD], NULL);
    struct queue *q = &p->in[NET_HEAD];
    if (q->n) {
        const struct cq_layer_io io = {.x = row(q, 0),
                                       .x_step = q->width,
                                       .y = append(&p->out, q->n),
                                       .y_step = p->out.width,
                                       .n_rows = q->n};
        net->run(&net->model->layer[NET_HEAD], &io);
        drop(q, q->n);
    }
}

static void run_input(struct cq_network *net, int own)
{
    struct pass *p = &net->pass[own];
    int16_t *y = append(&p->skip0, net->n_rows);
    const struct cq_layer_io io = {.x = net->rows[0][0],
                                   .x_step = 2 * CQ_FEAT_N,
                                   .tap = {own * CQ_FEAT_N, (1 - own) * CQ_FEAT_N},
                                   .relu = true,
                                   .y = y,
                                   .y_step = NET_W0,
                                   .n_rows = net->n_rows};
    net->run(&net->model->layer[NET_IN], &io);
    memcpy(append(&p->in[NET_DOWN1], net->n_rows), y, (size_t)net->n_rows * NET_W0 * sizeof *y);
}

static int run_chunk(struct cq_network *net, bool end, cq_network_sink *sink, void *ctx)
{
    for (int c = 0; c < 2; c++) {
        if (net->n_rows)
            run_input(net, c);
        run_graph(net, &net->pass[c], end);
    }
    net->n_rows = 0;
    struct queue *a = &net->pass[0].out, *b = &net->pass[1].out;
    int n = a->n;
    for (int i = 0; i < n; i++) {
        memcpy(net->logits[i][0], row(a, i), sizeof net->logits[i][0]);
        memcpy(net->logits[i][1], row(b, i), sizeof net->logits[i][1]);
    }
    drop(a, n);
    drop(b, n);
    if (n > net->n_frames - net->n_emitted)
        n = (int)(net->n_frames - net->n_emitted);
    if (!n)
        return 0;
    net->n_emitted += n;
    return sink(ctx, (const int16_t(*)[2][CQ_NET_OUTPUTS])net->logits, n);
}

int cq_network_push(struct cq_network *net, const int16_t (*rows)[2][CQ_FEAT_N], int n_frames,
                    cq_network_sink *sink, void *ctx)
{
    for (int done = 0; done < n_frames;) {
        const int m = n_frames - done < CHUNK - net->n_rows ? n_frames - done : CHUNK - net->n_rows;
        for (int i = 0; i < m; i++)
            for (int c = 0; c < 2; c++)
                cq_network_centre(&net->model->inputs, rows[done + i][c], net->rows[net->n_rows + i][c]);
        net->n_rows += m;
        net->n_frames += m;
        done += m;
        if (net->n_rows == CHUNK) {
            const int r = run_chunk(net, false, sink, ctx);
            if (r)
                return r;
        }
    }
    return 0;
}

int cq_network_finish(struct cq_network *net, cq_network_sink *sink, void *ctx)
{
    const int deep = 8; /* frames of one row at the lowest rate: the last one is filled up */
    while (net->n_rows % deep) {
        memcpy(net->rows[net->n_rows], net->rows[net->n_rows - 1], sizeof net->rows[0]);
        net->n_rows++;
    }
    return run_chunk(net, true, sink, ctx);
}
