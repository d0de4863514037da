/* Model files: read or refused, also where the checksum is right; one that was read can be run. */
#include "activity/network.h"
#include "base/hash.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static int ignore(void *ctx, const int16_t (*logits)[2][CQ_NET_OUTPUTS], int n_frames)
{
    (void)ctx;
    (void)logits;
    (void)n_frames;
    return 0;
}

static void run(const void *bytes, size_t n)
{
    static int16_t rows[40][2][CQ_FEAT_N]; /* the largest features: sums must stay inside int32 */
    struct cq_error err = {0};
    struct cq_model *m = NULL;
    struct cq_network *net = NULL;
    if (cq_model_parse(bytes, n, &err, &m))
        return;
    for (int i = 0; i < 40 * 2 * CQ_FEAT_N; i++)
        rows[i / (2 * CQ_FEAT_N)][i / CQ_FEAT_N % 2][i % CQ_FEAT_N] = i % 3 ? CQ_FEAT_LIMIT : -CQ_FEAT_LIMIT;
    if (cq_network_new(m, 0, &net) == 0) {
        cq_network_push(net, (const int16_t(*)[2][CQ_FEAT_N])rows, 40, ignore, NULL);
        cq_network_finish(net, ignore, NULL);
    }
    cq_network_free(net);
    cq_model_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char hex[CQ_HASH_HEX];
    char *with = malloc(size + CQ_HASH_HEX);
    run(data, size);
    if (!with)
        return 0;
    memcpy(with, data, size);
    cq_hash_bytes(data, size, hex);
    memcpy(with + size, hex, CQ_HASH_HEX - 1);
    run(with, size + CQ_HASH_HEX - 1);
    free(with);
    return 0;
}
