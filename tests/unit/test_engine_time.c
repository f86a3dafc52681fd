/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recordings' lengths, which snapshot goes first, what is kept of a process, and the files of bookmarks. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "engine/commands/bookmark_text.h"
#include "engine/control/time/kept_memory.h"
#include "engine/control/time/ladder.h"
#include "engine/control/time/qemu.h"
#include "engine/control/time/replay_log.h"

/* -- the log --------------------------------------------------------------------------------------- */

static const unsigned char header[] = {0x00, 0xe0, 0x20, 0x0c, 0, 0, 0, 0, 0, 0, 0, 0};

static void add_log(struct buf *b, const char *bytes, size_t n)
{
    if (b->length == 0)
        buf_add(b, header, sizeof header);
    buf_add(b, bytes, n);
}

#define ADD(b, text) add_log(b, text, sizeof(text) - 1)

static uint64_t length_of(const struct buf *b)
{
    uint64_t n = 0;
    return replay_log_length((const unsigned char *)b->data, b->length, &n) ? n : 0;
}

static void log_counts_instructions_between_events(void **state)
{
    (void)state;
    BASE_BUF struct buf b = {0};
    ADD(&b, "\x1c\1\2\3\4\5\6\7\x08");           /* a clock */
    ADD(&b, "\0\0\0\1\0");                       /* 256 instructions */
    ADD(&b, "\x1b\0\0\0\0\0\0\0\3abc");          /* three random bytes */
    ADD(&b, "\7\0\0\0\0\2hi");                   /* characters */
    ADD(&b, "\5\0\0\0\0\0\0\0\1\0\0\0\x10\1");   /* a key by name */
    ADD(&b, "\x16\0\0\0\1\0\0\0\1\1\2\x1e\x26"); /* a character written, and what has no data */
    ADD(&b, "\0\0\0\0\x2c");
    assert_int_equal(length_of(&b), 300);
    size_t whole = b.length;
    ADD(&b, "\x0c\0\0\0\4\0"); /* a shutdown; what ran on behind it does not count either */
    assert_int_equal(length_of(&b), 300);
    b.length = whole;
    ADD(&b, "\x27\0\0\0\0\5"); /* the end; what is behind it does not count */
    assert_int_equal(length_of(&b), 300);
}

static void log_that_is_cut_counts_whole_events(void **state)
{
    (void)state;
    BASE_BUF struct buf b = {0};
    ADD(&b, "\0\0\0\0\7\x1c\1\2");
    assert_int_equal(length_of(&b), 7);
    ADD(&b, "\3\4\5\6\7\x08\x1b\0\0\0\0\xff\xff\xff\xff");
    assert_int_equal(length_of(&b), 7);
}

static void log_of_another_version_or_damaged(void **state)
{
    (void)state;
    BASE_BUF struct buf b = {0};
    uint64_t n;
    assert_int_equal(length_of(&b), 0);
    assert_false(replay_log_length(header, 3, &n));
    assert_false(replay_log_length(header, sizeof header, &n)); /* nothing in it */
    ADD(&b, "\0\0\0\0\7\x28");                                  /* no such event */
    assert_int_equal(length_of(&b), 0);
    b.data[3] = 0x0d;
    assert_int_equal(length_of(&b), 0);
    assert_false(replay_log_file_length("/nonexistent", &n));
    assert_false(replay_log_file_length("/dev/null", &n));
}

static void monitor_text(void **state)
{
    (void)state;
    BASE_BUF struct buf b = {0};
    BASE_FREE char *file = NULL;
    uint64_t position = 0;
    buf_add_text(&b, "Replaying execution 'it's': instruction count = 1': instruction count = 7000000\n");
    assert_true(time_qemu_info(&b, "Replaying", &file, &position));
    assert_string_equal(file, "it's': instruction count = 1");
    assert_int_equal(position, 7000000);
    assert_false(time_qemu_info(&b, "Recording", NULL, &position));
    buf_clear(&b);
    buf_add_text(&b, "Record/replay is not active\n");
    assert_false(time_qemu_info(&b, "Replaying", NULL, &position));
}

/* -- the ladder ------------------------------------------------------------------------------------ */

enum { MANY = 64 };

static void ladder_is_dense_near_now(void **state)
{
    (void)state;
    struct time_snapshot list[MANY + 1];
    size_t count = 0;
    uint64_t now = 0;
    /* one every million instructions, 2000 of them, with room for 64 */
    for (unsigned i = 1; i <= 2000; i++) {
        now = i * (uint64_t)1000000;
        list[count++] = (struct time_snapshot){.name = xstrdup("allstop-auto-1"), .position = now};
        if (count <= MANY)
            continue;
        size_t victim = ladder_victim(list, count, now);
        assert_true(victim < count);
        free(list[victim].name);
        memmove(list + victim, list + victim + 1, (--count - victim) * sizeof *list);
    }
    assert_int_equal(list[count - 1].position, now);
    assert_true(now - list[count - 3].position <= 8000000);
    for (size_t i = 0; i + 1 < count; i++) {
        uint64_t gap = list[i + 1].position - list[i].position, away = now - list[i].position;
        assert_true(gap <= away / 4 + 2000000); /* a gap is never large against how far away it is */
        free(list[i].name);
    }
    free(list[count - 1].name);
}

static void ladder_leaves_others_alone(void **state)
{
    (void)state;
    char other[] = "mine", bookmark[] = "allstop-b1-5";
    struct time_snapshot list[] = {{.name = other, .position = 5}, {.name = bookmark, .position = 6}};
    assert_int_equal(ladder_victim(list, 2, 100), 2);
    assert_int_equal(ladder_victim(list, 0, 100), 0);
}

/* -- what a process has ---------------------------------------------------------------------------- */

static void writable_private_ranges(void **state)
{
    (void)state;
    BASE_FREE struct kept_range *ranges = NULL;
    size_t n = kept_ranges_read("1000-2000 r-xp 0 0:0 0 /bin/x\n"
                                "2000-3000 rw-p 0 0:0 0 [heap]\n"
                                "nonsense\n"
                                "4000-5000 rw-s 0 0:0 0 /dev/shm/x\n"
                                "6000-5000 rw-p 0 0:0 0\n"
                                "7000-9000 rw-p 0 0:0 0 [stack]",
                                &ranges);
    assert_int_equal(n, 2);
    assert_int_equal(ranges[0].low, 0x2000);
    assert_int_equal(ranges[1].high, 0x9000);
}

/* -- files of bookmarks ---------------------------------------------------------------------------- */

static struct bookmark *make(uint64_t id, const char *name, uint64_t position)
{
    struct bookmark *b = xcalloc(1, sizeof *b);
    b->id = id;
    b->name = xstrdup(name);
    b->position = position;
    return b;
}

static void bookmarks_survive(void **state)
{
    (void)state;
    char folder[] = "/tmp/allstop-test-XXXXXX";
    assert_non_null(mkdtemp(folder));
    struct bookmark_table *t = xcalloc(1, sizeof *t), *u = xcalloc(1, sizeof *u);
    t->path = xasprintf("%s/a/b.json", folder);
    t->program = xstrdup("p");
    bookmarks_insert(t, make(2, "later", 100));
    bookmarks_insert(t, make(3, "sooner \"\n\033[2J", 7));
    t->items[0]->note = xstrdup("why");
    t->items[0]->has_pc = true;
    t->items[0]->pc = UINT64_MAX;
    assert_null(bookmarks_write(t));
    assert_null(bookmarks_read(t->path, u));
    assert_int_equal(u->count, 2);
    assert_int_equal(u->next_id, 4);
    assert_string_equal(u->items[0]->name, t->items[0]->name);
    assert_string_equal(u->items[0]->note, "why");
    assert_true(u->items[0]->pc == UINT64_MAX);
    assert_int_equal(u->items[1]->position, 100);
    assert_string_equal(u->program, "p");
    assert_ptr_equal(bookmarks_newest(u), bookmarks_by_name(u, t->items[0]->name));
    /* a file of another version is put aside and told */
    FILE *f = fopen(t->path, "we");
    fputs("{\"version\": 2, \"bookmarks\": []}", f);
    fclose(f);
    BASE_FREE char *aside = xasprintf("%s.damaged", t->path);
    BASE_ERROR struct error *e = bookmarks_read(t->path, u);
    assert_non_null(e);
    assert_int_equal(access(aside, R_OK), 0);
    assert_int_not_equal(access(t->path, R_OK), 0);
    assert_null(bookmarks_read(t->path, u)); /* a missing one is none */
    unlink(aside);
    BASE_FREE char *inner = xasprintf("%s/a", folder);
    rmdir(inner);
    rmdir(folder);
    bookmarks_free(t);
    bookmarks_free(u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(log_counts_instructions_between_events),
        cmocka_unit_test(log_that_is_cut_counts_whole_events),
        cmocka_unit_test(log_of_another_version_or_damaged),
        cmocka_unit_test(monitor_text),
        cmocka_unit_test(ladder_is_dense_near_now),
        cmocka_unit_test(ladder_leaves_others_alone),
        cmocka_unit_test(writable_private_ranges),
        cmocka_unit_test(bookmarks_survive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
