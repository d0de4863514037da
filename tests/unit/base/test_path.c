/* Unit tests of src/base: paths and small files. */
#include "base/path.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[64];

static int set_up(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/callqa-path-XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static int clean_up(void **state)
{
    (void)state;
    char cmd[128];
    snprintf(cmd, sizeof cmd, "rm -r '%s'", dir);
    return system(cmd);
}

static char *in_dir(const char *name)
{
    char *p = cq_path_join(dir, name);
    assert_non_null(p);
    return p;
}

static void names_are_taken_apart(void **state)
{
    (void)state;
    assert_string_equal(cq_path_base("/a/b.wav"), "b.wav");
    assert_string_equal(cq_path_base("b.wav"), "b.wav");
    assert_string_equal(cq_path_ext("/a.d/b.tar.GZ"), "GZ");
    assert_string_equal(cq_path_ext("/a.d/b"), "");
    assert_string_equal(cq_path_ext(".hidden"), "");
    char *p = cq_path_join("", "x");
    assert_string_equal(p, "x");
    free(p);
}

static void files_are_written_whole_and_read_within_a_limit(void **state)
{
    (void)state;
    char *p = in_dir("f.txt"), *text = NULL;
    size_t n = 0;
    assert_int_equal(cq_path_write(p, "0123456789", 10), 0);
    assert_int_equal(cq_path_write(p, "abc", 3), 0);
    assert_int_equal(cq_path_read(p, 3, &text, &n), 0);
    assert_string_equal(text, "abc");
    assert_int_equal(n, 3);
    free(text);
    text = NULL;
    assert_int_equal(cq_path_read(p, 2, &text, &n), -EFBIG);
    assert_null(text);
    free(p);
    p = in_dir("missing/f.txt");
    assert_int_equal(cq_path_read(p, 9, &text, &n), -ENOENT);
    assert_int_equal(cq_path_write(p, "x", 1), -ENOENT);
    free(p);
}

struct seen {
    char names[256];
    int stop_after;
};

static int note(void *user, const char *path)
{
    struct seen *s = user;
    strcat(strcat(s->names, cq_path_base(path)), " ");
    return s->stop_after && --s->stop_after == 0 ? 42 : 0;
}

static void walking_is_ordered_and_can_be_ended(void **state)
{
    (void)state;
    char *deep = in_dir("walk/b/c"), *top = in_dir("walk");
    assert_int_equal(cq_path_mkdirs(deep), 0);
    assert_int_equal(cq_path_mkdirs(deep), 0);
    static const char *const files[] = {"walk/z.wav", "walk/a.wav", "walk/b/m.wav", "walk/b/c/n.wav",
                                        "walk/.hidden"};
    for (size_t i = 0; i < 5; i++) {
        char *p = in_dir(files[i]);
        assert_int_equal(cq_path_write(p, "", 0), 0);
        free(p);
    }
    struct seen s = {0};
    assert_int_equal(cq_path_walk(top, true, note, &s), 0);
    assert_string_equal(s.names, "a.wav n.wav m.wav z.wav ");
    s = (struct seen){0};
    assert_int_equal(cq_path_walk(top, false, note, &s), 0);
    assert_string_equal(s.names, "a.wav z.wav ");
    s = (struct seen){.stop_after = 1};
    assert_int_equal(cq_path_walk(top, true, note, &s), 42);
    assert_int_equal(cq_path_walk("/nonexistent", true, note, &s), -ENOENT);
    free(deep);
    free(top);
}

/* Folders lose their links and dots, a file keeps the name it goes by, and need not exist. */
static void paths_are_made_absolute(void **state)
{
    (void)state;
    char *real = in_dir("abs/real"), *link = in_dir("abs/link"), *odd = in_dir("abs/link/../real/./call.wav");
    char *want = in_dir("abs/real/call.wav"), *got = NULL, before[4096];
    assert_int_equal(cq_path_mkdirs(real), 0);
    assert_int_equal(symlink(real, link), 0);
    assert_int_equal(cq_path_absolute(odd, &got), 0);
    assert_string_equal(got, want);
    free(got);
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(link), 0);
    assert_int_equal(cq_path_absolute("call.wav", &got), 0);
    assert_string_equal(got, want);
    free(got);
    assert_int_equal(cq_path_absolute("/call.wav", &got), 0);
    assert_string_equal(got, "/call.wav");
    free(got);
    got = NULL;
    assert_int_equal(cq_path_absolute("no/such/folder/call.wav", &got), -ENOENT);
    assert_null(got);
    assert_int_equal(chdir(before), 0);
    free(real);
    free(link);
    free(odd);
    free(want);
}

static void data_files_are_found_where_told(void **state)
{
    (void)state;
    char *p = in_dir("own.bin"), *found = NULL;
    assert_int_equal(cq_path_write(p, "x", 1), 0);
    setenv("CALLQA_DATADIR", dir, 1);
    assert_int_equal(cq_path_find_data("own.bin", &found), 0);
    assert_string_equal(found, p);
    free(found);
    assert_int_equal(cq_path_find_data("other.bin", &found), -ENOENT);
    assert_int_equal(cq_path_find_data("../own.bin", &found), -EINVAL);
    unsetenv("CALLQA_DATADIR");
    free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_taken_apart),
        cmocka_unit_test(files_are_written_whole_and_read_within_a_limit),
        cmocka_unit_test(walking_is_ordered_and_can_be_ended),
        cmocka_unit_test(paths_are_made_absolute),
        cmocka_unit_test(data_files_are_found_where_told),
    };
    return cmocka_run_group_tests_name("path", tests, set_up, clean_up);
}
