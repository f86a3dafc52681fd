/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal of traps in memory: what is read back from files that were cut short, damaged or put there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/alloc.h"
#include "engine/control/breakpoints/journal_file.h"

#define FIRST "allstop-journal 1\n"

static char folder[] = "/tmp/allstop-journal-XXXXXX";
static char path[sizeof folder + 16];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/journal", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void put(const char *text, size_t n)
{
    unlink(path);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, n, f), n);
    fclose(f);
}

static size_t entries_of(const char *text, struct journal_entry **ret)
{
    size_t count;
    put(text, strlen(text));
    journal_read(path, ret, &count);
    return count;
}

static size_t count_of(const char *text)
{
    struct journal_entry *list;
    size_t count = entries_of(text, &list);
    free(list);
    return count;
}

static void test_round_trip(void **state)
{
    (void)state;
    int fd;
    struct journal_entry e = {
        .address = 0xffffffff81000000, .length = 4, .saved = {1, 2, 3, 4}, .trap = {0xd4, 0x20}};
    BASE_BUF struct buf line = {0};
    unlink(path);
    assert_null(journal_open(path, &fd));
    journal_line(&e, &line);
    assert_null(journal_append(path, fd, buf_text(&line)));
    assert_null(journal_append(path, fd, "+ 1000 90 cc\n"));
    assert_null(journal_append(path, fd, "- 1000\n"));
    close(fd);
    struct journal_entry *list;
    size_t count;
    journal_read(path, &list, &count);
    assert_int_equal(count, 1);
    assert_true(list[0].address == e.address && list[0].length == 4);
    assert_memory_equal(list[0].saved, e.saved, 4);
    assert_memory_equal(list[0].trap, e.trap, 4);
    free(list);
}

static void test_damaged(void **state)
{
    (void)state;
    struct journal_entry *list;
    assert_int_equal(count_of(""), 0);
    assert_int_equal(count_of("allstop-journal 2\n+ 1000 90 cc\n"), 0);
    assert_int_equal(count_of(FIRST "+ 1000 90 cc"), 0); /* cut short: not known to be complete */
    assert_int_equal(count_of(FIRST "+ 1000 90 cc\n+ 2000 90 c"), 1);
    assert_int_equal(count_of(FIRST "+ 1000 90\n+ 1000 9090 cc\n+ 1000 9 c\n+ 1000 zz cc\n+\n\n-\n"), 0);
    assert_int_equal(count_of(FIRST "+ 1000 112233445566778899 112233445566778899\n"),
                     0); /* longer than a trap */
    assert_int_equal(count_of(FIRST "- 1000\n+ 1000 90 cc\n"), 1);
    assert_int_equal(count_of(FIRST "+ 1000 90 cc\n- 1000\n+ 1000 90 cc\n- 1000\n"), 0);
    assert_int_equal(entries_of(FIRST "+ 1000 90 cc\nnonsense\n+ 1000 55 cc\n", &list), 1);
    assert_int_equal(list[0].saved[0], 0x55); /* the last word counts */
    free(list);
}

static void test_not_a_journal(void **state)
{
    (void)state;
    struct journal_entry *list;
    size_t count;
    int fd;
    char target[sizeof folder + 16];
    snprintf(target, sizeof target, "%s/target", folder);
    put(FIRST "+ 1000 90 cc\n", sizeof FIRST "+ 1000 90 cc\n" - 1);
    assert_int_equal(rename(path, target), 0);
    assert_int_equal(symlink(target, path), 0);
    journal_read(path, &list, &count);
    assert_int_equal(count, 0);
    struct error *e = journal_open(path, &fd);
    assert_non_null(e);
    error_free(e);
    unlink(path);
    unlink(target);
    assert_int_equal(mkfifo(path, 0600), 0); /* must not hang */
    journal_read(path, &list, &count);
    assert_int_equal(count, 0);
    unlink(path);
}

/* As large as is read at all, with as many addresses and as much said about each as fits. */
static void test_large(void **state)
{
    (void)state;
    struct journal_entry *list;
    size_t count, limit = 4 << 20;
    BASE_BUF struct buf text = {0};
    buf_add_text(&text, FIRST);
    for (unsigned i = 0; text.length < limit - 32; i++)
        buf_printf(&text, "%c %x%s", i % 7 ? '+' : '-', i % 100000, i % 7 ? " 9 c\n" : "\n");
    put(text.data, text.length);
    journal_read(path, &list, &count);
    assert_int_equal(count, 0);
    free(list);
    text.length = 0;
    buf_add_text(&text, FIRST);
    for (unsigned i = 0; text.length < limit - 32; i++)
        buf_printf(&text, "+ %x 90 cc\n", i);
    put(text.data, text.length);
    journal_read(path, &list, &count);
    assert_int_equal(count, 65536);
    free(list);
    while (text.length <= limit)
        buf_add_char(&text, '\n');
    put(text.data, text.length);
    journal_read(path, &list, &count);
    assert_int_equal(count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_not_a_journal),
        cmocka_unit_test(test_large),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
