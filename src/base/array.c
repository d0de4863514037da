#include "base/array.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

int cq_array_reserve(void **v, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap)
        return 0;

    size_t n = *cap ? *cap : 8;
    while (n < need) {
        if (n > SIZE_MAX / 2)
            return -EOVERFLOW;
        n *= 2;
    }
    if (n > SIZE_MAX / size)
        return -EOVERFLOW;
    void *p = realloc(*v, n * size);
    if (!p)
        return -ENOMEM;
    *v = p;
    *cap = n;
    return 0;
}
