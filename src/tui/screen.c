/*
 * ncurses gives the terminal back on a normal end and in a Ctrl-Z. What else may end the program:
 *
 * - SIGINT, SIGTERM, SIGHUP are blocked and waited for by the caller's thread (cli/signals.c), which ends the
 *   view in order.
 * - SIGSEGV and its kin, SIGQUIT and SIGABRT come to a handler that writes the terminal's "leave" sequences and
 *   its old settings with calls that are allowed in a handler, and then dies of the signal as it would have.
 *
 * The handler needs what it writes in a place that it finds: the one mutable state of this folder, written
 * before the handler is set and read by nobody else. There is one terminal.
 *
 * Sound libraries write to standard error, also from their own threads, when a device stumbles: descriptor 2
 * points to /dev/null while the view is up.
 */
#include "tui/screen.h"

#include "base/error.h"
#include "base/str.h"
#include "base/width.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define ESC_DELAY_MS 25 /* long enough for an arrow key over ssh, short enough not to be felt */
#define LINE_MAX_BYTES 2048

static struct {
    struct termios modes;
    char leave[256];
    size_t n;
    bool set;
} rescue;

static const int deadly[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT};

void cq_screen_rescue(void)
{
    if (rescue.set) {
        ssize_t n = write(STDOUT_FILENO, rescue.leave, rescue.n);
        (void)n;
        tcsetattr(STDIN_FILENO, TCSANOW, &rescue.modes);
    }
}

static void on_deadly(int sig)
{
    cq_screen_rescue();
    signal(sig, SIG_DFL);
    raise(sig);
}

static void add_leave(const char *capability)
{
    const char *text = tigetstr(capability);
    if (!text || text == (char *)-1)
        return;
    size_t n = strlen(text);
    if (rescue.n + n < sizeof rescue.leave) {
        memcpy(rescue.leave + rescue.n, text, n);
        rescue.n += n;
    }
}

static void prepare_rescue(const struct termios *modes)
{
    struct sigaction act = {.sa_handler = on_deadly, .sa_flags = (int)SA_RESETHAND};
    rescue.modes = *modes;
    rescue.n = 0;
    add_leave("sgr0");  /* plain characters */
    add_leave("rmkx");  /* arrow keys as before */
    add_leave("cnorm"); /* cursor visible */
    add_leave("rmcup"); /* the other screen */
    rescue.set = true;
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++)
        sigaction(deadly[i], &act, NULL);
}

static void end_rescue(void)
{
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++)
        signal(deadly[i], SIG_DFL);
    rescue.set = false;
}

static int hide_stderr(void)
{
    int null, saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (saved < 0 || !isatty(STDERR_FILENO) || (null = open("/dev/null", O_WRONLY | O_CLOEXEC)) < 0)
        return saved;
    dup2(null, STDERR_FILENO);
    close(null);
    return saved;
}

static void start_colours(struct cq_screen *s)
{
    const char *no_colour = getenv("NO_COLOR");
    s->colour = has_colors() && !(no_colour && *no_colour) && start_color() == OK;
    if (!s->colour)
        return;
    use_default_colors();
    init_pair(CQ_INK_AGENT, COLOR_CYAN, -1);
    init_pair(CQ_INK_CUSTOMER, COLOR_YELLOW, -1);
    init_pair(CQ_INK_ALARM, COLOR_RED, -1);
    init_pair(CQ_INK_WARNING, COLOR_YELLOW, -1);
    init_pair(CQ_INK_FAINT, COLORS > 8 ? 8 : COLOR_WHITE, -1);
    init_pair(CQ_INK_GOOD, COLOR_GREEN, -1);
}

int cq_screen_init(struct cq_screen *s, struct cq_error *err)
{
    struct termios modes;
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &modes))
        return cq_error_set(err, -ENOTTY, NULL, 0, "this needs a terminal; --render FILE works without one");
    *s = (struct cq_screen){.saved_stderr = -1};
    const char *term = getenv("TERM");
    SCREEN *screen = term && *term ? newterm(NULL, stdout, stdin) : NULL;
    if (!screen)
        return cq_error_set(err, -ENOTSUP, NULL, 0,
                            "the terminal \"%s\" is not known here; try TERM=xterm-256color", term ? term : "");
    prepare_rescue(&modes);
    s->saved_stderr = hide_stderr();
    s->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    cbreak();
    noecho();
    nonl();
    curs_set(0);
    keypad(stdscr, TRUE);
    set_escdelay(ESC_DELAY_MS);
    start_colours(s);
    getmaxyx(stdscr, s->rows, s->columns);
    return 0;
}

void cq_screen_done(struct cq_screen *s)
{
    endwin();
    end_rescue();
    if (s->saved_stderr >= 0) {
        dup2(s->saved_stderr, STDERR_FILENO);
        close(s->saved_stderr);
        s->saved_stderr = -1;
    }
}

bool cq_screen_fits(struct cq_screen *s)
{
    getmaxyx(stdscr, s->rows, s->columns);
    return s->rows >= CQ_SCREEN_MIN_ROWS && s->columns >= CQ_SCREEN_MIN_COLUMNS;
}

static chtype attributes(const struct cq_screen *s, enum cq_ink ink)
{
    switch (ink) {
    case CQ_INK_PLAIN:
        return A_NORMAL;
    case CQ_INK_BOLD:
        return A_BOLD;
    case CQ_INK_REVERSE:
        return A_REVERSE;
    case CQ_INK_ALARM:
        return s->colour ? COLOR_PAIR(CQ_INK_ALARM) | A_BOLD : A_BOLD;
    case CQ_INK_FAINT:
        return s->colour ? COLOR_PAIR(CQ_INK_FAINT) : A_DIM;
    case CQ_INK_AGENT:
    case CQ_INK_CUSTOMER:
    case CQ_INK_WARNING:
    case CQ_INK_GOOD:
        return s->colour ? COLOR_PAIR(ink) : A_NORMAL;
    }
    return A_NORMAL;
}

void cq_screen_put(const struct cq_screen *s, int row, int column, int columns, enum cq_ink ink,
                   const char *text)
{
    char line[LINE_MAX_BYTES];
    if (row < 0 || row >= s->rows || column < 0 || column >= s->columns || columns <= 0)
        return;
    columns = columns < s->columns - column ? columns : s->columns - column;
    size_t room = (size_t)columns, n = cq_width_prefix(text, room);
    bool cut = text[n] != '\0';
    if (cut)
        n = cq_width_prefix(text, room - 1);
    n = n < sizeof line - 16 ? n : sizeof line - 16;
    for (size_t i = 0; i < n; i++)
        line[i] = (unsigned char)text[i] < 0x20 || text[i] == 0x7f ? '?' : text[i];
    line[n] = '\0';
    if (cut)
        memcpy(line + n, s->utf8 ? "…" : "~", s->utf8 ? 4 : 2);
    size_t used = cq_width_of(line);
    chtype a = attributes(s, ink);
    attron(a);
    mvaddstr(row, column, line);
    for (; used < room; used++)
        addch(' ');
    attroff(a);
}

void cq_screen_printf(const struct cq_screen *s, int row, int column, int columns, enum cq_ink ink,
                      const char *fmt, ...)
{
    char line[LINE_MAX_BYTES];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    line[cq_str_utf8_prefix(line)] = '\0';
    cq_screen_put(s, row, column, columns, ink, line);
}
