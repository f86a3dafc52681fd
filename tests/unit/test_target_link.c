/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may be asked of a target in each of its states, and a link that is lost. */
#include "target_played.h"

#include <fcntl.h>

#include "engine/target/program.h"

/* -- states ---------------------------------------------------------------------------------------- */

typedef struct error *need(struct target *t);

/* `code` 0: nothing is missing. */
static void needs(need *what, unsigned code, const char *hint)
{
    struct error *e = what(target);
    if (code == 0) {
        must(e);
        return;
    }
    assert_non_null(e);
    assert_non_null(e->hint);
    if (!strstr(e->hint, hint))
        fail_msg("'%s' was due in '%s'", hint, e->hint);
    must_fail(e, (enum error_code)code);
}

static void test_connected(void **state)
{
    (void)state;
    need *const all[] = {target_need, target_need_stopped, target_need_runnable, target_need_insertable};
    for (size_t i = 0; i < ARRAY_LENGTH(all); i++)
        needs(all[i], 0, "");
    target_runs(target);
    assert_int_equal(target->state, TARGET_RUNNING);
    assert_true(target_is_connected(target));
    needs(target_need, 0, "");
    for (size_t i = 1; i < ARRAY_LENGTH(all); i++)
        needs(all[i], ERR_NOT_STOPPED, "`interrupt`");
    target->plans_ahead = true; /* that is for before there is a target */
    needs(target_need_insertable, ERR_NOT_STOPPED, "`interrupt`");
    target_stands(target);
    assert_int_equal(target->state, TARGET_STOPPED);
    needs(target_need_runnable, 0, "");
}

static void test_not_connected(void **state)
{
    (void)state;
    assert_false(target_is_connected(target));
    needs(target_need, ERR_NOT_CONNECTED, "`connect HOST:PORT`");
    needs(target_need_stopped, ERR_NOT_CONNECTED, "`launch`");
    needs(target_need_runnable, ERR_NOT_CONNECTED, "`launch`");
    needs(target_need_insertable, ERR_NOT_CONNECTED, "`launch`");
    target->plans_ahead = true;
    needs(target_need_insertable, 0, "");
    needs(target_need_stopped, ERR_NOT_CONNECTED, "`launch`");
}

/* What has ended can be planned for; what starts it again is the hook's to say. */
static void test_ended(void **state)
{
    (void)state;
    target_has_ended(target);
    assert_int_equal(target->state, TARGET_EXITED);
    needs(target_need_insertable, 0, "");
    needs(target_need, ERR_NOT_CONNECTED, "`reconnect`");
    needs(target_need_runnable, ERR_NOT_RUNNING, "`reconnect`");
    something_to_run = true;
    needs(target_need_stopped, ERR_NOT_CONNECTED, "`run`");
    needs(target_need_runnable, ERR_NOT_RUNNING, "`run`");
    target->hooks.can_run = NULL;
    needs(target_need_runnable, ERR_NOT_RUNNING, "`reconnect`");
    target_is_gone(target);
    assert_int_equal(target->state, TARGET_DISCONNECTED);
    needs(target_need, ERR_NOT_CONNECTED, "`launch`");
    assert_false(target->out_of_reach); /* it was not lost */
}

/* -- a loss ---------------------------------------------------------------------------------------- */

static struct error *read_some(void)
{
    unsigned char byte;
    return memory_read(target, 0x1100, &byte, 1);
}

/* The hook is told once, with the words of the call that found out, when nothing can be asked any more. */
static void test_lost(void **state)
{
    (void)state;
    hang_up();
    struct error *e = read_some();
    assert_non_null(e);
    BASE_FREE char *line = xasprintf("lost in state %d: %s\n", TARGET_DISCONNECTED, e->message);
    must_fail(e, ERR_LOST);
    assert_int_equal(told(line), 1);
    assert_int_equal(target->state, TARGET_DISCONNECTED);
    assert_false(target->threads.has_current);
    assert_false(target_is_connected(target));
    target_is_gone(target); /* put away */
    assert_true(target->out_of_reach);
    must_fail(read_some(), ERR_NOT_CONNECTED);
    assert_null(target_check(target, NULL));
    must_fail(target_check(target, error_new(ERR_REFUSED, "something else")), ERR_REFUSED);
    assert_int_equal(told("lost "), 1);
    assert_int_equal(told(""), 1);
    target_stands(target); /* connected to again */
    assert_false(target->out_of_reach);
}

/* Whoever finds it out by other words than the loss has no message for it. */
static void test_lost_unseen(void **state)
{
    (void)state;
    hang_up();
    must_fail(rsp_look(target->connection), ERR_LOST);
    assert_int_equal(target->state, TARGET_STOPPED);
    must_fail(target_check(target, error_new(ERR_REFUSED, "something else")), ERR_REFUSED);
    BASE_FREE char *line = xasprintf("lost in state %d: -\n", TARGET_DISCONNECTED);
    assert_int_equal(told(line), 1);
    assert_int_equal(told("lost "), 1);
}

/* After the end of the program it is no loss any more. */
static void test_ended_first(void **state)
{
    (void)state;
    hang_up();
    must_fail(rsp_look(target->connection), ERR_LOST);
    target_has_ended(target);
    assert_null(target_check(target, NULL));
    assert_int_equal(target->state, TARGET_EXITED);
    assert_int_equal(told(""), 0);
}

/* What was not lost changes nothing. */
static void test_not_lost(void **state)
{
    (void)state;
    must_fail(target_check(target, error_new(ERR_LOST, "of another link")), ERR_LOST);
    assert_int_equal(target->state, TARGET_STOPPED);
    assert_true(target->threads.has_current);
    assert_int_equal(told(""), 0);
}

/* A kernel that nobody speaks for any more runs: but not while it is being attached to, when it may still
 * come. */
static void test_runs_again(void **state)
{
    (void)state;
    rsp_assume_unspoken(target->connection);
    target->attaching = true;
    assert_null(target_check(target, NULL));
    target->attaching = false;
    target_runs(target);
    assert_null(target_check(target, NULL));
    assert_int_equal(told(""), 0);
    target_stands(target);
    assert_null(target_check(target, NULL));
    assert_int_equal(told("runs_again"), 1);
}

/* -- the rest of the room -------------------------------------------------------------------------- */

static void test_cancelled(void **state)
{
    (void)state;
    int ends[2];
    char byte;
    assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
    assert_int_equal(write(ends[1], "cc", 2), 2);
    target->cancel_fd = ends[0];
    target_cancelled(target);
    assert_int_equal(read(ends[0], &byte, 1), -1);
    close(ends[0]);
    close(ends[1]);
}

/* What was given up is said once, in place of what the command made of it. */
static void test_names(void **state)
{
    (void)state;
    must(names_wait(target)); /* no file, no index */
    must_fail(names_outcome(target, error_new(ERR_NO_SYMBOL, "nobody")), ERR_NO_SYMBOL);
    target->names_given_up = ERR_CANCELLED;
    must_fail(names_outcome(target, error_new(ERR_NO_SYMBOL, "nobody")), ERR_CANCELLED);
    must(names_outcome(target, NULL));
}

/* Without a stub that tells, or a file, nothing is asked and nothing moves. */
static void test_program(void **state)
{
    (void)state;
    size_t index = 5;
    assert_null(program_file(target, &index));
    target->is_process = true;
    target->loader_base = 0x7000;
    program_find_slide(target);
    assert_int_equal(target->loader_base, 0);
    assert_int_equal(sent(""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_ON(start_machine, test_connected),   TEST_ON(start_alone, test_not_connected),
        TEST_ON(start_alone, test_ended),         TEST_ON(start_machine, test_lost),
        TEST_ON(start_machine, test_lost_unseen), TEST_ON(start_machine, test_ended_first),
        TEST_ON(start_machine, test_not_lost),    TEST_ON(start_machine, test_runs_again),
        TEST_ON(start_alone, test_cancelled),     TEST_ON(start_alone, test_names),
        TEST_ON(start_machine, test_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
