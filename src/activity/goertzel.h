/* activity/goertzel.h - power of a signal at chosen frequencies. */
#ifndef CQ_ACTIVITY_GOERTZEL_H
#define CQ_ACTIVITY_GOERTZEL_H

#define CQ_GOERTZEL_BLOCK 160 /* samples: 20 ms at 8 kHz */
#define CQ_GOERTZEL_STEP_HZ 50
#define CQ_GOERTZEL_FIRST 5 /* the first bin lies at 250 Hz */
#define CQ_GOERTZEL_BINS 64 /* and the last at 3400 Hz */
#define CQ_GOERTZEL_TILE 16

/*
 * The inner sums of one tile: ret_re[f] = sum of even[n] * cosine[16 n + f], ret_im[f] = sum of odd[n] *
 * sine[16 n + f] over n < 80. Sums run in the same order on every path, so that all give the same bits.
 */
typedef void cq_goertzel_tile_fn(const float *cosine, const float *sine, const float *even, const float *odd,
                                 float *ret_re, float *ret_im);

cq_goertzel_tile_fn cq_goertzel_tile_scalar;
cq_goertzel_tile_fn cq_goertzel_tile_simd; /* of every x86-64 (SSE2) and ARM64 (NEON) machine */
cq_goertzel_tile_fn cq_goertzel_tile_avx2; /* where the build has AVX2, see simd.h */

/*
 * A bank of correlators over one 20 ms block, every 50 Hz from 250 to 3400 Hz: what as many Goertzel recursions
 * give, but folded around the middle of the block (half the work) and without their chain of dependent
 * operations, so that vector instructions take sixteen of them side by side.
 */
struct cq_goertzel {
    cq_goertzel_tile_fn *tile;
    float cosine[CQ_GOERTZEL_BINS / CQ_GOERTZEL_TILE][CQ_GOERTZEL_BLOCK / 2][CQ_GOERTZEL_TILE];
    float sine[CQ_GOERTZEL_BINS / CQ_GOERTZEL_TILE][CQ_GOERTZEL_BLOCK / 2][CQ_GOERTZEL_TILE];
};

/* cpu as in simd.h; -EINVAL, -ENOTSUP where this machine lacks the path. */
int cq_goertzel_init(int cpu, struct cq_goertzel *g);

/*
 * Hann-weighted power of x[0..160) in each bin, scaled so that a sinusoid of amplitude a in the middle of a bin
 * gives a * a / 2 there (and a quarter of it in each neighbour: 1.5 times its power in all three). The first
 * and the last bin have one neighbour and are only good for sums.
 */
void cq_goertzel_block(const struct cq_goertzel *g, const float *x, float ret_power[CQ_GOERTZEL_BINS]);

#define CQ_GOERTZEL_FINE_FIRST_HZ 300
#define CQ_GOERTZEL_FINE_STEP_HZ 10
#define CQ_GOERTZEL_FINE_BINS 44 /* to 730 Hz; a multiple of a vector */
#define CQ_GOERTZEL_FINE_SAMPLES 200
#define CQ_GOERTZEL_FINE_RATE_HZ 2000

/*
 * Where the tones of call progress are, ten times finer: recursions of Goertzel (1958) side by side over 100 ms
 * at 2 kHz, Hann-weighted. Scaled as above: a sinusoid on a bin gives its power there and a quarter in each
 * neighbour.
 */
struct cq_goertzel_fine {
    float window[CQ_GOERTZEL_FINE_SAMPLES];
    float coefficient[CQ_GOERTZEL_FINE_BINS];
};

void cq_goertzel_fine_init(struct cq_goertzel_fine *g);
void cq_goertzel_fine(const struct cq_goertzel_fine *g, const float x[CQ_GOERTZEL_FINE_SAMPLES],
                      float ret_power[CQ_GOERTZEL_FINE_BINS]);

#endif
