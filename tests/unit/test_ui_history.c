/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The history file: kept, bounded, private, replaced as a whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "ui/history.h"

static struct buf loaded;
static size_t loaded_count;

static void take(const char *line)
{
    buf_printf(&loaded, "%s|", line);
    loaded_count++;
}

static void load(const char *path)
{
    buf_clear(&loaded);
    loaded_count = 0;
    assert_null(history_load(path, take));
}

static int make_folder(void **state)
{
    char *folder = xstrdup("/tmp/allstop-history-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    setenv("XDG_STATE_HOME", folder, 1);
    *state = folder;
    return 0;
}

static int remove_folder(void **state)
{
    static const char *const names[] = {"allstop/history", "allstop", "file", ""};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        BASE_FREE char *path = xasprintf("%s/%s", (char *)*state, names[i]);
        if (remove(path) < 0)
            rmdir(path);
    }
    free(*state);
    buf_free(&loaded);
    return 0;
}

static void test_round_trip(void **state)
{
    BASE_FREE char *path = history_path();
    BASE_FREE char *expected = xasprintf("%s/allstop/history", (char *)*state);
    assert_string_equal(path, expected);
    load(path); /* none yet */
    assert_int_equal(loaded_count, 0);
    assert_null(history_append(path, "b main", false));
    assert_null(history_append(path, "c", true));
    load(path);
    assert_string_equal(buf_text(&loaded), "b main|c|");
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    BASE_FREE char *folder = xasprintf("%s/allstop", (char *)*state);
    assert_int_equal(stat(folder, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
}

static void test_bounded(void **state)
{
    (void)state;
    BASE_FREE char *path = history_path();
    assert_null(history_append(path, "first", false));
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    for (int i = 0; i < 3 * HISTORY_LINES; i++)
        fprintf(f, "line %d\n", i);
    fputs("without its newline", f);
    fclose(f);
    assert_null(history_append(path, "last", false));
    load(path);
    assert_int_equal(loaded_count, HISTORY_LINES);
    BASE_FREE char *first = xasprintf("line %d|", 2 * HISTORY_LINES + 2);
    assert_memory_equal(buf_text(&loaded), first, strlen(first));
    assert_non_null(strstr(buf_text(&loaded), "|without its newline|last|"));
}

/* A file of long lines keeps its newest ones, and new lines are not lost however large it has become. */
static void test_long(void **state)
{
    (void)state;
    BASE_FREE char *path = history_path();
    BASE_FREE char *line = xcalloc(HISTORY_LINE + 2, 1);
    memset(line, 'x', HISTORY_LINE + 1);
    assert_null(history_append(path, "first", false));
    assert_null(history_append(path, line, false)); /* too long to be kept */
    load(path);
    assert_string_equal(buf_text(&loaded), "first|");
    line[HISTORY_LINE - 8] = '\0';
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    for (int i = 0; i < 2 * HISTORY_BYTES / HISTORY_LINE; i++)
        fprintf(f, "%d %s\n", i, line);
    fclose(f);
    for (int i = 0; i < 3; i++) {
        assert_null(history_append(path, i == 0 ? "one" : i == 1 ? "two" : "three", false));
        struct stat st;
        assert_int_equal(stat(path, &st), 0);
        assert_true(st.st_size <= HISTORY_BYTES + HISTORY_LINE);
    }
    load(path);
    assert_non_null(strstr(buf_text(&loaded), "x|one|two|three|"));
    assert_memory_not_equal(buf_text(&loaded), "x", 1); /* no half of a line in front */
    assert_true(loaded_count > 10);
}

/* Sessions that write at the same time lose nothing of each other's. */
static void test_together(void **state)
{
    (void)state;
    enum { SESSIONS = 4, LINES = 50 };
    BASE_FREE char *path = history_path();
    pid_t children[SESSIONS];
    for (int i = 0; i < SESSIONS; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        for (int k = 0; children[i] == 0 && k < LINES; k++) {
            BASE_FREE char *line = xasprintf("session %d line %d", i, k);
            if (history_append(path, line, false))
                _exit(1);
        }
        if (children[i] == 0)
            _exit(0);
    }
    for (int i = 0; i < SESSIONS; i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    load(path);
    assert_int_equal(loaded_count, SESSIONS * LINES);
}

/* What cannot be written is said once and leaves no litter. */
static void test_unwritable(void **state)
{
    BASE_FREE char *file = xasprintf("%s/file", (char *)*state);
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    fclose(f);
    BASE_FREE char *path = xasprintf("%s/allstop/history", file);
    struct error *e = history_append(path, "c", false);
    assert_true(error_is(e, ERR_REFUSED));
    assert_non_null(strstr(e->message, file));
    error_free(e);
    e = history_append(*state, "c", false); /* a folder where the file should be */
    assert_true(error_is(e, ERR_REFUSED));
    error_free(e);
    size_t entries = 0;
    DIR *d = opendir(*state);
    while (readdir(d))
        entries++;
    closedir(d);
    assert_int_equal(entries, 3); /* . .. file */
}

static void test_path(void **state)
{
    setenv("XDG_STATE_HOME", "relative", 1);
    setenv("HOME", "/home/somebody", 1);
    BASE_FREE char *path = history_path();
    assert_string_equal(path, "/home/somebody/.local/state/allstop/history");
    unsetenv("XDG_STATE_HOME");
    unsetenv("HOME");
    assert_null(history_path());
    setenv("XDG_STATE_HOME", *state, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trip, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_bounded, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_long, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_together, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_unwritable, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_path, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
