/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Expressions over a target that no session holds, and over the symbols of a program that the test writes:
 * for test_inspect_*.c.
 */
#ifndef ALLSTOP_TESTS_UNIT_INSPECT_PLAYED_H
#define ALLSTOP_TESTS_UNIT_INSPECT_PLAYED_H

#include "target_played.h"
#include "test_symbols_support.h"

#include "engine/inspect/frames/unwind_rules.h"
#include "engine/inspect/kernel/entry.h"
#include "engine/inspect/kernel/kernel.h"
#include "engine/inspect/values/evaluate.h"
#include "engine/inspect/render/render.h"
#include "engine/inspect/values/values.h"

enum { RAX = 0, RBX = 1, RDI = 5, RBP = 6 }; /* as the stub counts them */

UNUSED static int start(void **state)
{
    start_machine(state);
    target->kernel = kernel_create();
    target->unwind_rules = &kernel_unwind_rules;
    return 0;
}

UNUSED static int end(void **state)
{
    kernel_free(target);
    return end_target(state);
}

/* What an expression says, or with `value` the place it names once that was assigned. */
UNUSED static struct error *text_of(const char *expression, const char *value, char format, struct buf *text)
{
    struct evaluation e;
    struct value *v = NULL;
    TRY(evaluation_begin(target, &e));
    struct error *failed =
        value ? evaluate_assignment(&e, expression, value, &v) : evaluate_text(&e, expression, &v);
    if (!failed)
        failed = render_text(&e.pool, v, format, text);
    evaluation_end(&e);
    return failed;
}

UNUSED static void evaluates(const char *expression, char format, const char *text)
{
    BASE_BUF struct buf got = {0};
    struct error *e = text_of(expression, NULL, format, &got);
    if (e)
        fail_msg("%s: %s", expression, e->message);
    assert_string_equal(buf_text(&got), text);
}

UNUSED static void is(const char *expression, const char *text)
{
    evaluates(expression, 0, text);
}

UNUSED static void fails(const char *expression, enum error_code code)
{
    BASE_BUF struct buf got = {0};
    struct error *e = text_of(expression, NULL, 0, &got);
    if (!e)
        fail_msg("%s was taken", expression);
    must_fail(e, code);
}

/* A program of one file, its code at 0x1100 and its data at 0x2200. */
UNUSED static void load_built(const char *compiler, const char *name, const char *source, const char *flags)
{
    struct symbol_file *f;
    write_file(name, source);
    free(run("%s -g %s -nostdlib -static -no-pie -fcf-protection=none -Wl,-Ttext=0x1100,-Tdata=0x2200,"
             "--build-id=none,--section-start=.eh_frame=0x5000 -o v %s",
             compiler, flags, name));
    BASE_FREE char *path = xasprintf("%s/v", scratch);
    must(symbol_file_open(path, &f));
    symbol_map_add(target->map, f, 0);
}

UNUSED static void load(const char *source, const char *flags)
{
    load_built("gcc", "v.c", source, flags);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, end)

#endif
