/* base/number.h - numbers as text, the same in every locale. */
#ifndef CQ_BASE_NUMBER_H
#define CQ_BASE_NUMBER_H

#include <stddef.h>
#include <stdint.h>

/*
 * Write v with at most `decimals` (0..9) digits after the point, trailing zeros cut ("1.23", "4", "-0.5"; never
 * "-0"). v must be finite. buf needs CQ_NUMBER_MAX bytes. Returns the length.
 */
#define CQ_NUMBER_MAX 340
size_t cq_number_format(char *buf, double v, int decimals);

/* Parse the whole of text[0..n) as a decimal number with '.'; -EINVAL where it is not one or not finite. */
int cq_number_parse(const char *text, size_t n, double *ret_v);

/* The same for a decimal integer, with an optional sign; -ERANGE where it does not fit. */
int cq_number_parse_int(const char *text, size_t n, int64_t *ret_v);

#endif
