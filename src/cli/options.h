/* cli/options.h - one table of options a command: it feeds parsing, --help, the manual and completions. */
#ifndef CQ_CLI_OPTIONS_H
#define CQ_CLI_OPTIONS_H

#include "callqa/error.h"

#include <stdbool.h>
#include <stddef.h>

/* What an option writes into the command's options struct. */
enum cq_opt_type {
    CQ_OPT_FLAG,   /* bool: true */
    CQ_OPT_SET,    /* int: `value` (several options may share one field) */
    CQ_OPT_STRING, /* const char *: the argument, borrowed */
    CQ_OPT_FILE,   /* the same; completed as a file name */
    CQ_OPT_DIR,    /* the same; completed as a folder */
    CQ_OPT_INT,    /* int within min..max */
    CQ_OPT_NUMBER, /* double within min..max */
    CQ_OPT_CHOICE, /* int: index into `choices` */
    CQ_OPT_LIST    /* struct cq_args: may be given again and again */
};

struct cq_opt {
    const char *name; /* long name without the dashes */
    char letter;      /* short name or 0 */
    enum cq_opt_type type;
    size_t offset;              /* of the field in the options struct */
    const char *arg;            /* what stands for the argument in the help: "FILE"; NULL for FLAG and SET */
    const char *help;           /* N_() */
    int value;                  /* CQ_OPT_SET */
    double min, max;            /* CQ_OPT_INT, CQ_OPT_NUMBER; both 0: no limits */
    const char *const *choices; /* CQ_OPT_CHOICE, NULL-terminated */
};

/* A list of borrowed strings: arguments of a command, values of a CQ_OPT_LIST. */
struct cq_args {
    const char **v;
    size_t n;
    size_t cap;
};

/*
 * Parse argv[1..argc): options may stand anywhere before "--", as "--name value", "--name=value", "-x value",
 * "-xvalue" or bundled flags; the rest goes to *ret_args. Fields of `opts` are written as options come, so that
 * the last one wins. *ret_help is set by -h and --help, which end the parsing. Returns 0, -ENOMEM, or -EINVAL
 * with a sentence in `err` (unknown option with the nearest name, missing or bad argument).
 * The lists in `opts` are the caller's, cq_options_done().
 */
int cq_options_parse(const struct cq_opt *options, size_t n_options, int argc, char **argv, void *opts,
                     struct cq_error *err, struct cq_args *ret_args, bool *ret_help);

/* Free the lists that parsing made in `opts`. */
void cq_options_done(const struct cq_opt *options, size_t n_options, void *opts);

void cq_args_done(struct cq_args *args);

/* What every row has; what only some types need follows as designators: {CQ_OPT(...), .min = 1, .max = 9}. */
#define CQ_OPT(long_name, short_name, opt_type, at, arg_name, help_text)                                       \
    .name = (long_name), .letter = (short_name), .type = (opt_type), .offset = (at), .arg = (arg_name),        \
    .help = (help_text)

/* The option that several commands share: the database, a const char * at `at`. */
#define CQ_OPT_DB(at)                                                                                          \
    {                                                                                                          \
        CQ_OPT("db", 'd', CQ_OPT_FILE, at, "FILE",                                                             \
               N_("the database (default: $CALLQA_DB, else callqa.db in this folder)"))                        \
    }

#endif
