/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tests/unit/ui_screen_fixture.h - the whole screen over a worker without an engine.
 *
 * Curses draws to /dev/null and is read back cell by cell. press() and show() do a round of the screen's
 * loop; nothing waits.
 */
#ifndef ALLSTOP_TESTS_UI_SCREEN_FIXTURE_H
#define ALLSTOP_TESTS_UI_SCREEN_FIXTURE_H

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/ui_fake_worker.h"
#include "ui/columns.h"
#include "ui/screen.h"

static const char source_text[] = "/* a program */\n"
                                  "int main(void)\n"
                                  "{\n"
                                  "\tint round = 0;\t/* 日本 */\n"
                                  "\treturn round;\n"
                                  "}\n";

struct fixture {
    FILE *in, *out;
    SCREEN *curses;
    char path[64], folder[64];
    struct source_cache *sources;
    struct screen screen;
};

static inline int open_fixture(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    strcpy(f->path, "/tmp/allstop-screen-XXXXXX");
    int fd = mkstemp(f->path);
    if (fd < 0 || write(fd, source_text, sizeof source_text - 1) < 0 || close(fd) < 0)
        return -1;
    strcpy(f->folder, "/tmp/allstop-screen-XXXXXX");
    if (!mkdtemp(f->folder))
        return -1;
    setenv("XDG_STATE_HOME", f->folder, 1);
    f->sources = source_cache_create();
    f->in = fopen("/dev/null", "r");
    f->out = fopen("/dev/null", "w");
    editor_prepare(true);
    f->curses = newterm("xterm-256color", f->out, f->in);
    if (!f->curses)
        return -1;
    resizeterm(36, 120);
    static const struct worker_options worker = {.target = "tcp:127.0.0.1:1"};
    screen_open(&f->screen, &(struct ui_options){.worker = &worker});
    *state = f;
    return 0;
}

static inline int close_fixture(void **state)
{
    struct fixture *f = *state;
    screen_close(&f->screen);
    endwin();
    delscreen(f->curses);
    fclose(f->in);
    fclose(f->out);
    source_cache_free(f->sources);
    unlink(f->path);
    static const char *const left[] = {"allstop/history", "allstop", ""};
    for (size_t i = 0; i < ARRAY_LENGTH(left); i++) {
        BASE_FREE char *name = xasprintf("%s/%s", f->folder, left[i]);
        remove(name); /* not there when nothing was typed */
    }
    free(f);
    return 0;
}

/* A view of a target that stopped in line 4. */
static inline struct view *make_view(struct fixture *f, enum target_state session, uint64_t epoch)
{
    struct view *v = xcalloc(1, sizeof *v);
    v->references = 1;
    v->state = session;
    v->epoch = epoch;
    v->running_since_ns = 0;
    v->stop_text = xstrdup("breakpoint 1");
    v->target = xstrdup("tcp:127.0.0.1:1");
    assert_null(source_load(f->sources, f->path, &v->source));
    v->source_path = xstrdup(f->path);
    v->source_line = 4;
    v->threads = xcalloc(2, sizeof *v->threads);
    v->threads[0] = (struct view_thread){.number = 1, .id = xstrdup("p1.1"), .state = xstrdup("stopped")};
    v->threads[1] = (struct view_thread){.number = 2,
                                         .id = xstrdup("p1.2"),
                                         .name = xstrdup("worker"),
                                         .state = xstrdup("stopped"),
                                         .selected = true};
    v->thread_count = v->thread_total = 2;
    v->locals = xcalloc(1, sizeof *v->locals);
    v->locals[0] = (struct view_local){
        .name = xstrdup("round"), .type = xstrdup("int"), .value = xstrdup("7"), .old = xstrdup("6")};
    v->local_count = 1;
    v->frames = xcalloc(2, sizeof *v->frames);
    v->frames[0] = (struct view_frame){.level = 0, .function = xstrdup("main"), .selected = true};
    v->frames[1] = (struct view_frame){.level = 1, .pc = 0x1234, .rule = xstrdup("cfi")};
    v->frame_count = 2;
    v->instructions = xcalloc(2, sizeof *v->instructions);
    v->instructions[0] =
        (struct view_instruction){.address = 0x401136, .text = xstrdup("nop"), .current = true};
    v->instructions[1] = (struct view_instruction){.address = 0x401137, .text = xstrdup("ret")};
    v->instruction_count = 2;
    return v;
}

static inline void add_breakpoint(struct fixture *f, struct view *v, int id, unsigned line)
{
    v->breakpoints = xcalloc(1, sizeof *v->breakpoints);
    v->breakpoints[0] = (struct view_breakpoint){.id = id,
                                                 .mark = MARK_SOFTWARE,
                                                 .what = xstrdup("here"),
                                                 .state = xstrdup("armed"),
                                                 .file = xstrdup(f->path),
                                                 .line = line,
                                                 .enabled = true};
    v->breakpoint_count = 1;
    v->line_marks = xcalloc(1, sizeof *v->line_marks);
    v->line_marks[0] = (struct view_line_mark){line, MARK_SOFTWARE};
    v->line_mark_count = 1;
}

/* The loop's work, without waiting. */
static inline void settle(struct fixture *f)
{
    screen_take_messages(&f->screen);
    screen_draw(&f->screen);
}

static inline void show(struct fixture *f, struct view *v)
{
    fake_view(f->screen.worker, v);
    settle(f);
}

static inline void ready(struct fixture *f)
{
    fake_push(f->screen.worker, (struct worker_message){.kind = WORKER_READY});
    show(f, make_view(f, TARGET_STOPPED, 1));
}

static inline void press(struct fixture *f, unsigned key)
{
    screen_key(&f->screen, key);
    settle(f);
}

static inline void type(struct fixture *f, const char *text)
{
    for (; *text; text++)
        press(f, *text == '\n' ? KEY_RETURN : (unsigned char)*text);
}

/* A line of the screen as UTF-8. */
static inline void read_line(int y, struct buf *out)
{
    for (int x = 0, width; x < COLS; x += width) {
        cchar_t cell;
        wchar_t text[CCHARW_MAX + 1] = {0};
        attr_t attributes;
        short pair;
        mvin_wch(y, x, &cell);
        getcchar(&cell, text, &attributes, &pair, NULL);
        for (size_t i = 0; text[i]; i++)
            columns_encode(out, text[i]);
        width = columns_of(text[0]) == 2 ? 2 : 1;
    }
}

/* The first line that has the text, or -1. */
static inline int find_line(const char *text)
{
    for (int y = 0; y < LINES; y++) {
        BASE_BUF struct buf line = {0};
        read_line(y, &line);
        if (strstr(buf_text(&line), text))
            return y;
    }
    return -1;
}

static inline void check_shows(const char *text)
{
    if (find_line(text) >= 0)
        return;
    for (int y = 0; y < LINES; y++) {
        BASE_BUF struct buf line = {0};
        read_line(y, &line);
        print_message("%s\n", buf_text(&line));
    }
    fail_msg("the screen lacks \"%s\"", text);
}

static inline void check_post(struct fixture *f, size_t number, const char *text)
{
    assert_int_equal(f->screen.worker->post_count, number);
    assert_string_equal(f->screen.worker->posts[number - 1], text);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_fixture, close_fixture)

static inline bool use_utf8(void)
{
    return setlocale(LC_CTYPE, "C.UTF-8") || setlocale(LC_CTYPE, "C.utf8");
}

#endif
