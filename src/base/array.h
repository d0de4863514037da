/* base/array.h - growable arrays over plain {v, n, cap} structs. */
#ifndef CQ_BASE_ARRAY_H
#define CQ_BASE_ARRAY_H

#include <errno.h>
#include <stddef.h>

/*
 * Make room for `need` elements of `size` bytes behind *v (may be NULL), doubling. *v and *cap change together
 * or not at all. Returns 0, -ENOMEM, or -EOVERFLOW when need * size does not fit.
 */
int cq_array_reserve(void **v, size_t *cap, size_t need, size_t size);

/*
 * Append by value to a struct with members v, n, cap: `err = CQ_ARRAY_PUSH(&list, item)`. Gives 0 or -ENOMEM.
 * Arguments are evaluated more than once.
 */
#define CQ_ARRAY_PUSH(a, item)                                                                                 \
    (cq_array_reserve((void **)(void *)&(a)->v, &(a)->cap, (a)->n + 1, sizeof *(a)->v)                         \
         ? -ENOMEM                                                                                             \
         : ((a)->v[(a)->n++] = (item), 0))

#endif
