#include "base/path.h"
#include "config/config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* docs/config.md between its two marks is the table that the program itself would write. */
static void test_config_md_is_the_option_table(void **state)
{
    (void)state;
    char *doc = NULL;
    assert_int_equal(cq_path_read(CQ_DOCS "/config.md", 1u << 20, &doc, NULL), 0);
    const char *begin = strstr(doc, "<!-- options -->\n"), *end = strstr(doc, "<!-- /options -->");
    assert_non_null(begin);
    assert_non_null(end);
    begin += strlen("<!-- options -->\n");

    char *want = cq_config_to_markdown();
    assert_non_null(want);
    size_t n = (size_t)(end - begin);
    if (strlen(want) != n || memcmp(want, begin, n)) {
        printf("docs/config.md differs; between the marks it must read:\n%s", want);
        fail();
    }
    free(want);
    free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_config_md_is_the_option_table)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
