#include "base/csv_input.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

static bool is_ascii(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)text[i] >= 0x80)
            return false;
    }
    return true;
}

/* Bytes at the end that may be the beginning of a character in UTF-8: 0 to 3. */
static size_t unfinished_utf8(const char *text, size_t n)
{
    for (size_t back = 1; back <= 3 && back <= n; back++) {
        unsigned char c = (unsigned char)text[n - back];
        if (c < 0x80)
            return 0;
        if (c >= 0xc0) { /* a first byte: is its character longer than what is there? */
            size_t len = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
            return len > back ? back : 0;
        }
    }
    return 0;
}

/* How many bytes are UTF-8; a character that the block's end cuts is not among them. */
static size_t n_utf8(struct cq_csv_input *in)
{
    size_t whole = in->n_raw - (in->ended ? 0 : unfinished_utf8(in->raw, in->n_raw)), at = 0;
    char kept = in->raw[whole];
    in->raw[whole] = '\0';
    for (;;) {
        at += cq_str_utf8_prefix(in->raw + at);
        if (at >= whole || in->raw[at])
            break;
        at++; /* a NUL byte is told of where it is met */
    }
    in->raw[whole] = kept;
    return at < whole ? at : whole;
}

/* What stands before bytes that are no text is handed out; they are told of when they are reached. */
static int from_gb18030(struct cq_csv_input *in)
{
    char *from = in->raw, *to = in->text;
    size_t n_from = in->n_raw, room = sizeof in->text;
    if (!in->iconv) {
        iconv_t cd = iconv_open("UTF-8", "GB18030");
        if (cd == (iconv_t)-1)
            return -EILSEQ;
        in->iconv = cd;
    }
    bool stopped = iconv((iconv_t)in->iconv, &from, &n_from, &to, &room) == (size_t)-1;
    bool bad = stopped && (errno == EILSEQ || (errno == EINVAL && in->ended));
    in->n = (size_t)(to - in->text);
    memmove(in->raw, from, n_from);
    in->n_raw = n_from;
    return bad && in->n == 0 ? -EILSEQ : 0;
}

static int as_utf8(struct cq_csv_input *in, size_t n)
{
    memcpy(in->text, in->raw, n);
    in->n = n;
    in->n_raw -= n;
    memmove(in->raw, in->raw + n, in->n_raw);
    return 0;
}

/* The first bytes beyond ASCII tell which of the two it is; what is ASCII is the same in both. */
static int convert(struct cq_csv_input *in)
{
    if (in->coding == CQ_CSV_GB18030)
        return from_gb18030(in);
    size_t n = n_utf8(in), whole = in->n_raw - (in->ended ? 0 : unfinished_utf8(in->raw, in->n_raw));
    if (n < whole && in->coding == CQ_CSV_PLAIN) {
        in->coding = CQ_CSV_GB18030;
        return from_gb18030(in);
    }
    if (n == 0 && whole)
        return -EILSEQ;
    if (!is_ascii(in->raw, n)) /* else the first such character is cut: the next block tells */
        in->coding = CQ_CSV_UTF8;
    return as_utf8(in, n);
}

static void skip_mark(struct cq_csv_input *in)
{
    if (in->n_raw >= 3 && !memcmp(in->raw, "\xef\xbb\xbf", 3)) {
        in->n_raw -= 3;
        memmove(in->raw, in->raw + 3, in->n_raw);
        in->coding = CQ_CSV_UTF8;
    }
    in->begun = true;
}

int cq_csv_input_fill(struct cq_csv_input *in)
{
    in->at = in->n = 0;
    while (in->n == 0) {
        /* the first block whole, so that the mark and the heading are not cut by a pipe's short reads */
        while (!in->ended && in->n_raw < CQ_CSV_BLOCK) {
            ssize_t n = in->read(in->user, in->raw + in->n_raw, CQ_CSV_BLOCK - in->n_raw);
            if (n < 0)
                return (int)n;
            in->n_raw += (size_t)n;
            in->ended = n == 0;
        }
        if (!in->begun)
            skip_mark(in);
        if (in->n_raw == 0)
            return 0;
        int r = convert(in);
        if (r)
            return r;
    }
    return 1;
}
