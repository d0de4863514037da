#include "watch/sidecar_csv.h"

#include "base/error.h"
#include "base/str.h"

#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A terminated copy in UTF-8; NULL with errno EILSEQ or ENOMEM. */
static char *to_utf8(const char *text, size_t n)
{
    char *copy = malloc(n + 1);
    if (!copy)
        return NULL;
    memcpy(copy, text, n);
    copy[n] = '\0';
    if (strlen(copy) == n && cq_str_utf8_prefix(copy) == n)
        return copy;
    iconv_t cd = iconv_open("UTF-8", "GB18030");
    size_t room = n * 4, left = room;
    char *out = malloc(room + 1), *in = copy, *to = out;
    size_t bad = (size_t)-1;
    errno = EILSEQ;
    if (out && cd != (iconv_t)-1)
        bad = iconv(cd, &in, &n, &to, &left);
    if (cd != (iconv_t)-1)
        iconv_close(cd);
    free(copy);
    if (bad == (size_t)-1 || !out || memchr(out, '\0', room - left)) {
        free(out);
        errno = EILSEQ;
        return NULL;
    }
    *to = '\0';
    return out;
}

int cq_sidecar_csv_open(struct cq_sidecar_csv *csv, const char *text, size_t n, const char *name,
                        struct cq_error *err)
{
    static const char separators[] = {',', ';', '\t'};
    *csv = (struct cq_sidecar_csv){.name = name, .separator = ',', .next_line = 1};
    if (n >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
        text += 3;
        n -= 3;
    }
    csv->text = to_utf8(text, n);
    if (!csv->text)
        return errno == ENOMEM
                   ? -ENOMEM
                   : cq_error_set(err, -EBADMSG, name, 0, "is neither UTF-8 nor GB18030; save it as UTF-8");
    csv->at = csv->text;
    size_t most = 0, n_head = strcspn(csv->text, "\r\n");
    for (size_t i = 0; i < sizeof separators; i++) {
        size_t count = 0;
        for (size_t k = 0; k < n_head; k++)
            count += csv->text[k] == separators[i];
        if (count > most) {
            most = count;
            csv->separator = separators[i];
        }
    }
    return 0;
}

/* A quoted field: doubled quotes are one. Moves *at behind the closing one; false where there is none. */
static bool unquote(struct cq_sidecar_csv *csv, char **at)
{
    char *from = *at + 1, *to = *at;
    for (;; from++) {
        if (!*from)
            return false;
        if (*from == '"' && from[1] != '"')
            break;
        if (*from == '"')
            from++;
        csv->next_line += *from == '\n';
        *to++ = *from;
    }
    /* what stands between the quote and the separator is dropped */
    char *end = from + 1;
    while (*end && *end != csv->separator && *end != '\n' && *end != '\r')
        end++;
    *at = end;
    if (to < end)
        memset(to, 0, (size_t)(end - to));
    return true;
}

static int read_row(struct cq_sidecar_csv *csv, struct cq_error *err)
{
    char *at = csv->at;
    csv->n_fields = 0;
    csv->line = csv->next_line;
    for (;;) {
        if (csv->n_fields == CQ_CSV_MAX_FIELDS)
            return cq_error_set(err, -EBADMSG, csv->name, csv->line, "has more than %d columns",
                                CQ_CSV_MAX_FIELDS);
        csv->field[csv->n_fields++] = at;
        if (*at == '"' && !unquote(csv, &at))
            return cq_error_set(err, -EBADMSG, csv->name, csv->line, "a quotation mark is not closed");
        while (*at && *at != csv->separator && *at != '\n' && *at != '\r')
            at++;
        char stop = *at;
        if (stop)
            *at++ = '\0';
        if (stop == csv->separator)
            continue;
        if (stop == '\r' && *at == '\n')
            at++;
        csv->next_line += stop != '\0';
        csv->at = at;
        return 0;
    }
}

int cq_sidecar_csv_next(struct cq_sidecar_csv *csv, struct cq_error *err)
{
    while (*csv->at) {
        int r = read_row(csv, err);
        if (r)
            return r;
        if (csv->n_fields > 1 || *csv->field[0])
            return 1;
    }
    return 0;
}

void cq_sidecar_csv_close(struct cq_sidecar_csv *csv)
{
    free(csv->text);
    csv->text = NULL;
}
