/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/source.h: lines, search directories, limits, references.
 */
#include "test_symbols_support.h"

#include "symbols/source.h"

static char *in_scratch(const char *name)
{
    return xasprintf("%s/%s", scratch, name);
}

static struct source_file *load(struct source_cache *c, const char *path)
{
    struct source_file *s = NULL;
    struct error *e = source_load(c, path, &s);
    if (e)
        fail_msg("%s", e->message);
    return s;
}

static void test_lines(void **state)
{
    (void)state;
    struct source_cache *c = source_cache_create();
    write_file("a.c", "one\n\nthree \033[31m\nlast");
    BASE_FREE char *path = in_scratch("a.c");
    struct source_file *s = load(c, path);
    size_t n;
    assert_string_equal(source_path(s), path);
    assert_int_equal(source_line_count(s), 4);
    assert_memory_equal(source_line(s, 1, &n), "one", 3);
    assert_int_equal(n, 3);
    assert_non_null(source_line(s, 2, &n));
    assert_int_equal(n, 0);
    assert_non_null(source_line(s, 3, &n));
    assert_int_equal(n, 11);
    assert_memory_equal(source_line(s, 4, &n), "last", 4);
    assert_null(source_line(s, 0, &n));
    assert_null(source_line(s, 5, &n));
    assert_true(source_mtime(s) > 1000000000);

    /* Read once: the text stays what it was, and outlives the cache. */
    write_file("a.c", "changed\n");
    struct source_file *again = load(c, path);
    assert_ptr_equal(again, s);
    source_unref(again);
    source_cache_free(c);
    assert_int_equal(source_line_count(s), 4);
    source_unref(s);
    source_unref(NULL);
    source_cache_free(NULL);
}

static void test_empty(void **state)
{
    (void)state;
    struct source_cache *c = source_cache_create();
    write_file("empty.c", "");
    BASE_FREE char *path = in_scratch("empty.c");
    struct source_file *s = load(c, path);
    size_t n;
    assert_int_equal(source_line_count(s), 0);
    assert_null(source_line(s, 1, &n));
    source_unref(s);
    source_cache_free(c);
}

static void test_directories(void **state)
{
    (void)state;
    struct source_cache *c = source_cache_create();
    free(run("mkdir -p moved/deep && echo nested > moved/deep/x.c && echo flat > moved/y.c"));
    BASE_FREE char *moved = in_scratch("moved");
    source_cache_add_directory(c, "/no/such/directory");
    source_cache_add_directory(c, moved);
    static const char *const asked[][2] = {{"/build/somewhere/deep/x.c", "moved/deep/x.c"},
                                           {"deep/x.c", "moved/deep/x.c"},
                                           {"/y.c", "moved/y.c"}};
    for (size_t i = 0; i < ARRAY_LENGTH(asked); i++) {
        struct source_file *s = load(c, asked[i][0]);
        BASE_FREE char *expected = in_scratch(asked[i][1]);
        assert_string_equal(source_path(s), expected);
        source_unref(s);
    }
    source_cache_free(c);
}

/* gdb's `set substitute-path`: whole components, the first rule that fits. */
static void test_substitutes(void **state)
{
    (void)state;
    struct source_cache *c = source_cache_create();
    free(run("mkdir -p tree/kernel && echo fork > tree/kernel/fork.c && echo other > tree/other.c"));
    BASE_FREE char *tree = in_scratch("tree");
    BASE_FREE char *fork = in_scratch("tree/kernel/fork.c"), *other = in_scratch("tree/other.c");
    struct source_file *s = NULL;
    source_cache_substitute(c, "/build/linux", tree);
    static const char *const found[] = {"/build/linux/kernel/fork.c", "/build/linux//kernel/fork.c",
                                        "/build/linux/debian/build/amd64/../../../kernel/fork.c"};
    for (size_t i = 0; i < ARRAY_LENGTH(found); i++) {
        s = load(c, found[i]);
        assert_string_equal(source_path(s), fork);
        source_unref(s);
    }
    s = NULL;
    struct error *e = source_load(c, "/build/linux-6.1/kernel/fork.c", &s);
    assert_true(error_is(e, ERR_NO_SOURCE));
    assert_null(strstr(e->message, tree));
    error_free(e);
    e = source_load(c, "/build/linux/nothing.c", &s);
    assert_true(error_is(e, ERR_NO_SOURCE));
    assert_non_null(strstr(e->message, "tree/nothing.c (No such file"));
    assert_non_null(strstr(e->message, "/build/linux/nothing.c (No such file"));
    assert_non_null(strstr(e->hint, "substitute-path"));
    error_free(e);
    /* The rule is replaced, listed, and removed. */
    const char *to;
    source_cache_substitute(c, "/build/linux", "/elsewhere");
    assert_string_equal(source_cache_rule(c, 0, &to), "/build/linux");
    assert_string_equal(to, "/elsewhere");
    assert_null(source_cache_rule(c, 1, &to));
    e = source_load(c, found[0], &s);
    assert_true(error_is(e, ERR_NO_SOURCE));
    error_free(e);
    source_cache_substitute(c, "/build/linux", NULL);
    assert_null(source_cache_rule(c, 0, &to));
    /* A relative prefix, as packages are built, by its trailing components. */
    source_cache_add_directory(c, tree);
    source_cache_add_directory(c, tree);
    assert_null(source_cache_directory(c, 1));
    s = load(c, "./debian/build/build_amd64/../../../kernel/fork.c");
    assert_string_equal(source_path(s), fork);
    assert_true(source_first_asked(s));
    assert_false(source_first_asked(s));
    source_unref(s);
    s = load(c, "../../other.c");
    assert_string_equal(source_path(s), other);
    source_unref(s);
    source_cache_reset(c);
    assert_null(source_cache_directory(c, 0));
    e = source_load(c, "../../other.c", &s);
    assert_true(error_is(e, ERR_NO_SOURCE));
    error_free(e);
    source_cache_free(c);
}

static void test_refused(void **state)
{
    (void)state;
    struct source_cache *c = source_cache_create();
    struct source_file *s = NULL;
    free(run("truncate -s 16777217 huge.c && mkfifo pipe.c && mkdir d.c"));
    source_cache_add_directory(c, scratch);
    static const char *const paths[][2] = {{"/gone/nothing.c", "/gone/nothing.c (No such file"},
                                           {"huge.c", "larger than 16 MiB"},
                                           {"pipe.c", "not a regular file"},
                                           {"d.c", "not a regular file"},
                                           {"", "No such file"}};
    for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
        struct error *e = source_load(c, paths[i][0], &s);
        assert_true(error_is(e, ERR_NO_SOURCE));
        if (!strstr(e->message, paths[i][1]))
            fail_msg("\"%s\" does not say \"%s\"", e->message, paths[i][1]);
        assert_true(i != 0 || strstr(e->message, scratch));
        assert_null(s);
        error_free(e);
    }
    source_cache_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),       cmocka_unit_test(test_empty),
        cmocka_unit_test(test_directories), cmocka_unit_test(test_substitutes),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
