/* callqa user: who may open the review page. */
#include "base/error.h"
#include "base/log.h"
#include "base/secret.h"
#include "cli/command.h"
#include "cli/find_calls.h"
#include "cli/i18n.h"
#include "cli/term.h"
#include "cli/user.h"
#include "store/audit.h"
#include "store/users.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

struct user_opts {
    const char *db;
    int role; /* -1: not given */
    const char *title;
    const char *agent;
    const char *as;
};

static const char *const roles[] = {"admin", "lead", "reviewer", "trainer", "agent", NULL};

#define AT(field) offsetof(struct user_opts, field)

static const struct cq_opt options[] = {
    CQ_OPT_DB(AT(db)),
    CQ_OPT_AS(AT(as)),
    {CQ_OPT("role", 'r', CQ_OPT_CHOICE, AT(role), "ROLE",
            N_("admin, lead, reviewer, trainer or agent (default: reviewer)")),
     .choices = roles},
    {CQ_OPT("title", 't', CQ_OPT_STRING, AT(title), "TEXT", N_("the person's name as it is shown"))},
    {CQ_OPT("agent", 'a', CQ_OPT_STRING, AT(agent), "ID", N_("role agent: whose calls are this person's"))},
};

static const struct user_opts defaults = {.role = -1};

static int bad_usage(const char *what)
{
    cq_log(CQ_LOG_ERROR, _("%s (see: callqa %s --help)"), what, "user");
    return CQ_EXIT_USAGE;
}

/* One line of standard input without its end; false at its end or where it is too long. */
static bool read_line(char *buf, size_t size)
{
    if (!fgets(buf, (int)size, stdin))
        return false;
    size_t n = strcspn(buf, "\r\n");
    if (!buf[n] && !feof(stdin))
        return false;
    buf[n] = '\0';
    return true;
}

/* From a person, twice and unseen; from a pipe, one line. */
static bool ask_password(char *buf, size_t size)
{
    char again[CQ_SECRET_MAX_PASSWORD + 2];
    struct termios before, quiet;
    bool tty = tcgetattr(STDIN_FILENO, &before) == 0, ok;
    if (tty) {
        quiet = before;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        fprintf(stderr, "%s", _("Password: "));
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    ok = read_line(buf, size);
    if (tty) {
        fprintf(stderr, "\n%s", _("Once more: "));
        bool same = ok && read_line(again, sizeof again) && strcmp(buf, again) == 0;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputc('\n', stderr);
        cq_secret_wipe(again, sizeof again);
        if (ok && !same) {
            cq_log(CQ_LOG_ERROR, "%s", _("the two passwords differ"));
            return false;
        }
    }
    if (!ok || strlen(buf) < CQ_SECRET_MIN_PASSWORD) {
        cq_log(CQ_LOG_ERROR, _("a password has %d to %d bytes"), CQ_SECRET_MIN_PASSWORD,
               CQ_SECRET_MAX_PASSWORD);
        return false;
    }
    return true;
}

/* Ask for a password and hash it. Returns 0 or an exit code. */
static int ask_hash(char ret_hash[CQ_SECRET_HASH_MAX])
{
    char password[CQ_SECRET_MAX_PASSWORD + 2];
    int status = ask_password(password, sizeof password) ? CQ_EXIT_OK : CQ_EXIT_SOME;
    if (!status && (cq_secret_init() || cq_secret_hash(password, ret_hash))) {
        cq_log(CQ_LOG_ERROR, "%s", _("out of memory"));
        status = CQ_EXIT_SETUP;
    }
    cq_secret_wipe(password, sizeof password);
    return status;
}

/*
 * End the transaction of a change: with its entry in the audit where r is 0, else without either. `after` is
 * JSON or NULL. Returns r, or what went wrong at the end.
 */
static int keep(const struct user_opts *o, struct cq_store *s, int r, const char *action, int64_t id,
                const char *after, struct cq_error *err)
{
    char user[CQ_USER_MAX], subject[40];
    const char *who = cq_cli_user(o->as, user);
    snprintf(subject, sizeof subject, "user:%lld", (long long)id);
    const struct cq_audit_entry e = {
        .who = *who ? who : "unknown", .action = action, .subject = subject, .after = after};
    if (!r)
        r = cq_audit_append(s, &e, err);
    if (!r)
        return cq_store_commit(s, err);
    cq_store_rollback(s);
    return r;
}

static int add(const struct user_opts *o, struct cq_store *s, const char *name, struct cq_error *err)
{
    char hash[CQ_SECRET_HASH_MAX];
    struct cq_user u = {.role = o->role < 0 ? CQ_ROLE_REVIEWER : (enum cq_role)o->role};
    int64_t id = 0;
    if (!cq_user_name_ok(name))
        return bad_usage(_("a user's name has 1 to 64 characters, none of them a control character"));
    if (!cq_users_find(s, name, err, &u, NULL)) {
        cq_log(CQ_LOG_ERROR, _("there is a user \"%s\" already"), name);
        return CQ_EXIT_SOME;
    }
    snprintf(u.name, sizeof u.name, "%s", name);
    snprintf(u.title, sizeof u.title, "%s", o->title ? o->title : "");
    snprintf(u.agent, sizeof u.agent, "%s", o->agent ? o->agent : "");
    int status = ask_hash(hash);
    if (status)
        return status;
    char after[64];
    snprintf(after, sizeof after, "{\"role\": \"%s\"}", cq_role_name(u.role));
    int r = cq_store_begin(s, err);
    if (!r) {
        r = cq_users_add(s, &u, hash, err, &id);
        r = keep(o, s, r, "user.add", id, after, err);
    }
    cq_secret_wipe(hash, sizeof hash);
    if (r)
        return cq_cli_tell(err, r, CQ_EXIT_DATABASE);
    printf(_("%s may log in now (%s)\n"), name, cq_role_name(u.role));
    return CQ_EXIT_OK;
}

static int print_user(void *user, const struct cq_user *u)
{
    const struct cq_term *term = user;
    cq_term_put(stdout, u->name, 24, false, term->utf8);
    printf("  %-9s  ", cq_role_name(u->role));
    cq_term_put(stdout, u->title, 24, false, term->utf8);
    printf("  %s%s%s\n", u->agent, *u->agent && u->disabled ? " " : "", u->disabled ? _("disabled") : "");
    return 0;
}

/* Inside a transaction, which it ends. */
static int apply(const struct user_opts *o, struct cq_store *s, const char *what, const struct cq_user *u,
                 const char *hash, struct cq_error *err)
{
    char after[64];
    bool disable = !strcmp(what, "disable");
    int r;
    if (!strcmp(what, "passwd"))
        return keep(o, s, cq_users_set_hash(s, u->id, hash, err), "user.password", u->id, NULL, err);
    if (!strcmp(what, "role")) {
        snprintf(after, sizeof after, "{\"role\": \"%s\"}", cq_role_name((enum cq_role)o->role));
        r = cq_users_set_role(s, u->id, (enum cq_role)o->role, err);
    } else {
        snprintf(after, sizeof after, "{\"disabled\": %s}", disable ? "true" : "false");
        r = cq_users_set_disabled(s, u->id, disable, err);
    }
    return keep(o, s, r, "user.change", u->id, after, err);
}

static int change(const struct user_opts *o, struct cq_store *s, const char *what, const char *name,
                  struct cq_error *err)
{
    char hash[CQ_SECRET_HASH_MAX];
    struct cq_user u;
    int status = CQ_EXIT_OK;
    int r = cq_users_find(s, name, err, &u, NULL);
    if (r == -ENOENT) {
        cq_log(CQ_LOG_ERROR, _("there is no user \"%s\"; `callqa user list` shows them"), name);
        return CQ_EXIT_SOME;
    }
    bool password = !strcmp(what, "passwd");
    if (!r && password)
        status = ask_hash(hash); /* before the transaction: others may write while somebody types */
    if (!r && !status)
        r = cq_store_begin(s, err);
    if (!r && !status)
        r = apply(o, s, what, &u, hash, err);
    if (password)
        cq_secret_wipe(hash, sizeof hash);
    if (r)
        return cq_cli_tell(err, r, CQ_EXIT_DATABASE);
    if (!status)
        printf(_("%s is changed; open sessions of this user have ended\n"), name);
    return status;
}

static const char *const words[] = {"add", "list", "passwd", "disable", "enable", "role", NULL};

static int run(const void *opts, const struct cq_args *args)
{
    const struct user_opts *o = opts;
    const char *what = args->v[0];
    struct cq_error err = {0};
    struct cq_store *s = NULL;
    struct cq_term term = cq_term_of(stdout);
    bool list = !strcmp(what, "list");
    int status = CQ_EXIT_OK, known = 0;
    for (size_t i = 0; words[i]; i++)
        known += !strcmp(what, words[i]);
    if (!known)
        return bad_usage(_("write add, list, passwd, disable, enable or role"));
    if (args->n != (list ? 1u : 2u))
        return bad_usage(list ? _("there are too many arguments") : _("name one user"));
    if (!strcmp(what, "role") && o->role < 0)
        return bad_usage(_("say which role with --role"));
    int r = cq_store_open(cq_cli_db_path(o->db), list ? CQ_STORE_READ : CQ_STORE_WRITE, &err, &s);
    if (!r && list)
        r = cq_users_each(s, print_user, &term, &err);
    else if (!r)
        status = !strcmp(what, "add") ? add(o, s, args->v[1], &err) : change(o, s, what, args->v[1], &err);
    cq_store_close(s);
    return r ? cq_cli_tell(&err, r, CQ_EXIT_DATABASE) : status;
}

extern const struct cq_command cq_command_user;
const struct cq_command cq_command_user = {
    .name = "user",
    .synopsis = "add NAME | list | passwd NAME | disable NAME | enable NAME | role NAME",
    .summary = N_("add and change the users of the review page"),
    .details =
        N_("add and passwd ask for the password twice, or read one line from a pipe. An admin manages users, a "
           "lead sees everybody's reviews, a reviewer scores calls, a trainer collects examples, an agent sees "
           "the reviews of their own calls. A change ends the user's open sessions."),
    .examples = "  callqa user add chen --role admin --title 陈静\n"
                "  callqa user passwd chen\n"
                "  callqa user disable li.wei",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .words = words,
    .defaults = &defaults,
    .opts_size = sizeof(struct user_opts),
    .min_args = 1,
    .max_args = 2,
    .run = run,
};
