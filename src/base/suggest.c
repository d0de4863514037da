#include "base/suggest.h"

#include <string.h>

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;
    return m < c ? m : c;
}

size_t cq_suggest_distance(const char *a, const char *b)
{
    size_t na = strlen(a), nb = strlen(b);
    if (na >= CQ_SUGGEST_MAX || nb >= CQ_SUGGEST_MAX)
        return CQ_SUGGEST_MAX;

    size_t rows[3][CQ_SUGGEST_MAX];
    size_t *two_up = rows[0], *up = rows[1], *row = rows[2];
    for (size_t j = 0; j <= nb; j++)
        up[j] = j;
    for (size_t i = 1; i <= na; i++) {
        row[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            row[j] = min3(up[j] + 1, row[j - 1] + 1, up[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && two_up[j - 2] + 1 < row[j])
                row[j] = two_up[j - 2] + 1;
        }
        size_t *spare = two_up;
        two_up = up;
        up = row;
        row = spare;
    }
    return up[nb];
}

void cq_suggest_offer(struct cq_suggest *s, const char *word, const char *known)
{
    size_t nw = strlen(word), nk = strlen(known);
    size_t limit = (nw > nk ? nw : nk) / 3;
    size_t d = cq_suggest_distance(word, known);
    if (d <= limit && (!s->best || d < s->distance)) {
        s->best = known;
        s->distance = d;
    }
}
