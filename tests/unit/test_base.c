/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/: what is too small for a file of tests of its own. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/json.h"
#include "base/text.h"

static void test_json_text(void **state)
{
    (void)state;
    cJSON *o = cJSON_Parse("{\"a\": \"text\", \"b\": 1, \"empty\": \"\"}");
    assert_string_equal(json_text(o, "a"), "text");
    assert_string_equal(json_text_or_null(o, "a"), "text");
    assert_string_equal(json_text_or_null(o, "empty"), "");
    static const char *const none[] = {"b", "c", "A"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        assert_string_equal(json_text(o, none[i]), "");
        assert_null(json_text_or_null(o, none[i]));
    }
    assert_null(json_text_or_null(NULL, "a"));
    assert_string_equal(json_text(NULL, "a"), "");
    cJSON_Delete(o);
}

static void test_json_address(void **state)
{
    (void)state;
    cJSON *o = cJSON_CreateObject();
    json_add_address(o, "least", 0);
    json_add_address(o, "most", UINT64_MAX);
    assert_string_equal(json_text(o, "least"), "0x0");
    assert_string_equal(json_text(o, "most"), "0xffffffffffffffff");
    cJSON_Delete(o);
}

static void test_json_move_members(void **state)
{
    (void)state;
    cJSON *to = cJSON_Parse("{\"a\": 1}"), *from = cJSON_Parse("{\"b\": 2, \"c\": [3]}");
    json_move_members(to, from);
    char *text = cJSON_PrintUnformatted(to);
    assert_string_equal(text, "{\"a\":1,\"b\":2,\"c\":[3]}");
    cJSON_free(text);
    cJSON_Delete(to);
}

static void test_words(void **state)
{
    (void)state;
    char copy[] = "text";
    assert_true(text_same("text", copy) && text_same(NULL, NULL) && text_same("", ""));
    assert_false(text_same("text", "tex") || text_same("", NULL) || text_same(NULL, "text"));

    static const char list[] = "arm armv7 i386:x86-64";
    assert_true(text_has_word(list, "arm") && text_has_word(list, "armv7"));
    assert_true(text_has_word(list, "i386:x86-64"));
    static const char *const others[] = {"", "armv", "rm", "v7", "i386", "x86-64", "arm armv8"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(text_has_word(list, others[i]));
    assert_false(text_has_word("", "arm"));

    const char *names[] = {"b", "", "a", "ab"};
    qsort(names, 4, sizeof *names, text_order);
    assert_string_equal(names[0], "");
    assert_string_equal(names[1], "a");
    assert_string_equal(names[2], "ab");
    assert_string_equal(names[3], "b");
}

static void test_paths(void **state)
{
    (void)state;
    assert_string_equal(path_base("/a/b.c"), "b.c");
    assert_string_equal(path_base("b.c"), "b.c");
    assert_string_equal(path_base("/a/"), "");
    assert_null(path_base(NULL));
}

static void test_descriptors_that_wake(void **state)
{
    (void)state;
    int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    assert_false(fd_is_readable(event));
    fd_signal(event);
    fd_signal(event);
    assert_true(fd_is_readable(event));
    fd_drain(event);
    assert_false(fd_is_readable(event));
    fd_drain(event);

    /* as much as is taken at once, less, and more */
    static const size_t sizes[] = {64, 1, 63, 128, 200};
    static const char bytes[200];
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_int_equal(fd_write_all(ends[1], bytes, sizes[i]), 0);
        assert_true(fd_is_readable(ends[0]));
        fd_drain(ends[0]);
        assert_false(fd_is_readable(ends[0]));
    }
    assert_false(fd_is_readable(-1));
    fd_drain(-1);
    close(event);
    close(ends[0]);
    close(ends[1]);
}

static void test_whole_files(void **state)
{
    (void)state;
    char name[] = "/tmp/allstop-test-XXXXXX", bytes[16];
    int fd = mkostemp(name, O_CLOEXEC);
    assert_true(fd >= 0);
    unlink(name);
    assert_int_equal(fd_write_all(fd, "0123456789", 10), 0);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(fd_read_all(fd, bytes, 4), 4);
    assert_memory_equal(bytes, "0123", 4);
    assert_int_equal(fd_read_all(fd, bytes, sizeof bytes), 6);
    assert_memory_equal(bytes, "456789", 6);
    assert_int_equal(fd_read_all(fd, bytes, sizeof bytes), 0);
    close(fd);
    assert_int_equal(fd_read_all(-1, bytes, sizeof bytes), 0);
    assert_int_equal(fd_write_all(-1, bytes, 1), EBADF);
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_int_equal(fd_write_all(full, bytes, 1), ENOSPC);
    assert_int_equal(fd_write_all(full, bytes, 0), 0);
    close(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_text),
        cmocka_unit_test(test_json_address),
        cmocka_unit_test(test_json_move_members),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_descriptors_that_wake),
        cmocka_unit_test(test_whole_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
