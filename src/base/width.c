#include "base/width.h"

#include <stdint.h>
#include <string.h>

struct range {
    uint32_t first, last;
};

/* East Asian wide and full-width blocks (Unicode Standard Annex 11), joined where nothing else lies between. */
static const struct range wide[] = {
    {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},   {0x4e00, 0x9fff},
    {0xa000, 0xa4cf},   {0xa960, 0xa97f},   {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},
    {0xff00, 0xff60},   {0xffe0, 0xffe6},   {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff},
    {0x20000, 0x2fffd}, {0x30000, 0x3fffd},
};

/* Combining marks, joiners and direction marks that take no column. */
static const struct range zero[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x0610, 0x061a}, {0x064b, 0x065f},
    {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200f}, {0x202a, 0x202e}, {0x2060, 0x2064},
    {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff},
};

static bool in_ranges(const struct range *r, size_t n, uint32_t c)
{
    for (size_t i = 0; i < n; i++) {
        if (c >= r[i].first && c <= r[i].last)
            return true;
    }
    return false;
}

/* One character: its bytes (at least 1) and its columns. */
static size_t next_char(const char *text, size_t *ret_columns)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : s[0] >= 0xc2 ? 2 : 1;
    uint32_t c = n == 1 ? s[0] : s[0] & (0x7fu >> n);
    *ret_columns = 1;
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 1;
        c = c << 6 | (s[i] & 0x3fu);
    }
    if (in_ranges(wide, sizeof wide / sizeof *wide, c))
        *ret_columns = 2;
    else if (in_ranges(zero, sizeof zero / sizeof *zero, c))
        *ret_columns = 0;
    return n;
}

size_t cq_width_of(const char *text)
{
    size_t sum = 0, w;
    while (*text) {
        text += next_char(text, &w);
        sum += w;
    }
    return sum;
}

size_t cq_width_prefix(const char *text, size_t columns)
{
    size_t n = 0, sum = 0, w;
    while (text[n]) {
        size_t bytes = next_char(text + n, &w);
        if (sum + w > columns)
            break;
        sum += w;
        n += bytes;
    }
    return n;
}

void cq_width_put(FILE *f, const char *text, size_t columns, bool right, bool utf8)
{
    size_t width = cq_width_of(text), n = strlen(text), shown = width;
    const char *tail = "";
    if (width > columns) {
        tail = utf8 ? "…" : "~";
        n = cq_width_prefix(text, columns ? columns - 1 : 0);
        shown = 0;
        for (size_t i = 0, w; i < n; shown += w)
            i += next_char(text + i, &w);
        shown += columns ? 1 : 0;
    }
    int fill = shown < columns ? (int)(columns - shown) : 0;
    if (right)
        fprintf(f, "%*s", fill, "");
    for (size_t i = 0; i < n; i++)
        fputc((unsigned char)text[i] < 0x20 || text[i] == 0x7f ? '?' : text[i], f);
    if (columns)
        fputs(tail, f);
    if (!right)
        fprintf(f, "%*s", fill, "");
}
