#include "cli/term.h"

#include "base/number.h"
#include "base/width.h"

#include <langinfo.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_DEFAULT 80
#define WIDTH_MIN 40
#define WIDTH_MAX 400

struct cq_term cq_term_of(FILE *f)
{
    struct cq_term t = {.width = WIDTH_DEFAULT};
    t.tty = isatty(fileno(f)) == 1;
    const char *term = getenv("TERM"), *no_colour = getenv("NO_COLOR");
    t.colour = t.tty && !(no_colour && *no_colour) && !(term && strcmp(term, "dumb") == 0);
    t.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;

    struct winsize ws;
    if (t.tty && ioctl(fileno(f), TIOCGWINSZ, &ws) == 0 && ws.ws_col > 0)
        t.width = ws.ws_col;
    const char *columns = getenv("COLUMNS");
    int64_t n;
    if (columns && cq_number_parse_int(columns, strlen(columns), &n) == 0 && n > 0 && n <= WIDTH_MAX)
        t.width = (int)n;
    t.width = t.width < WIDTH_MIN ? WIDTH_MIN : t.width > WIDTH_MAX ? WIDTH_MAX : t.width;
    return t;
}

size_t cq_term_width(const char *text)
{
    return cq_width_of(text);
}

size_t cq_term_prefix(const char *text, size_t columns)
{
    return cq_width_prefix(text, columns);
}

void cq_term_put(FILE *f, const char *text, size_t columns, bool right, bool utf8)
{
    cq_width_put(f, text, columns, right, utf8);
}

const char *cq_cli_db_path(const char *option)
{
    const char *env = getenv("CALLQA_DB");
    return option ? option : env && *env ? env : "callqa.db";
}
