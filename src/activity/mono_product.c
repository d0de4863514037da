#include "activity/mono_product.h"

#define LANES CQ_MONO_LANES
#define ROWS CQ_MONO_ROWS

void cq_mono_product_scalar(const float *w, const float *b, int n_in, int n_pad, const float *x, float *y,
                            int relu)
{
    for (int o = 0; o < n_pad; o += LANES) {
        float acc[ROWS][LANES];
        for (int r = 0; r < ROWS; r++)
            for (int j = 0; j < LANES; j++)
                acc[r][j] = b[o + j];
        for (int i = 0; i < n_in; i++) {
            const float *wi = w + i * n_pad + o;
            for (int r = 0; r < ROWS; r++) {
                const float v = x[r * n_in + i];
                for (int j = 0; j < LANES; j++)
                    acc[r][j] += v * wi[j];
            }
        }
        for (int r = 0; r < ROWS; r++)
            for (int j = 0; j < LANES; j++)
                y[r * n_pad + o + j] = relu && acc[r][j] < 0.0f ? 0.0f : acc[r][j];
    }
}
