/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Functions of the program, where they are not called: and that nothing of the target was changed by then. */
#include "engine_played.h"

#include "engine/commands/command.h"
#include "engine/commands/execute.h"

static const char function[] = "((int (*)(int))0x401000)(1)";

/* What `eval` says to a call: its error. */
static struct error *refused(const char *expression)
{
    cJSON *args = cJSON_CreateObject(), *result = NULL;
    cJSON_AddStringToObject(args, "expr", expression);
    cJSON_AddTrueToObject(args, "calls");
    struct error *e = command_execute(session, command_find("eval"), args, &result);
    cJSON_Delete(args);
    cJSON_Delete(result);
    assert_non_null(e);
    return e;
}

static void says(enum error_code code, const char *part)
{
    struct error *e = refused(function);
    if (e->code != code || !strstr(e->message, part))
        fail_msg("%s: %s", error_code_name(e->code), e->message);
    error_free(e);
    assert_int_equal(sent("G"), 0);
    assert_int_equal(sent("P"), 0);
    assert_int_equal(sent("vCont;c"), 0);
    assert_int_equal(session->target->calls.count, 0);
    assert_null(session->control->call_site);
}

/* This test's own file: it has an entry point. */
static void with_program(void)
{
    must(session_add_symbols(session, "/proc/self/exe"));
}

static int recording(void **state)
{
    (void)state;
    played_start(";ReverseStep+;ReverseContinue+", "vCont;c;C;s;S");
    return 0;
}

static void test_recording(void **state)
{
    (void)state;
    with_program();
    says(ERR_UNSUPPORTED, "recording");
}

/* Without a file that tells of an entry point a function returns to where the thread stands: the call is
 * made, as far as this stub lets it. */
static void test_no_program(void **state)
{
    (void)state;
    rule("M", "E01");
    rule("X", "E01");
    says(ERR_NO_MEMORY, "put the call on the stack");
}

/* A kernel's CPUs, as kgdb calls them: nothing is written, whatever is known of the program. */
static int kernel(void **state)
{
    (void)state;
    BASE_FREE char *spec = played_prepare("", "vCont;c;C;s;S");
    rule("?", "T05thread:fffffffe;");
    rule("qC", "QCfffffffe");
    rule("qfThreadInfo", "mfffffffe");
    must(session_connect(session, spec));
    session_set_deadline(session, in_seconds(20));
    sent_nothing_yet();
    return 0;
}

static void test_kernel(void **state)
{
    (void)state;
    with_program();
    says(ERR_UNSUPPORTED, "of a kernel");
    assert_int_equal(sent("M"), 0);
    assert_int_equal(sent("X"), 0);
}

static void test_stack_not_written(void **state)
{
    (void)state;
    with_program();
    rule("M", "E01");
    rule("X", "E01");
    says(ERR_NO_MEMORY, "put the call on the stack");
}

static void test_registers_not_written(void **state)
{
    (void)state;
    with_program();
    rule("M", "OK");
    rule("X", "OK");
    rule("G", "E01");
    rule("P", "E01");
    struct error *e = refused(function);
    assert_int_equal(e->code, ERR_REFUSED);
    error_free(e);
    assert_int_equal(sent("vCont;c"), 0);
    assert_int_equal(session->target->calls.count, 0);
    assert_int_equal(session->target->state, TARGET_STOPPED);
}

static void test_convention_unknown(void **state)
{
    (void)state;
    with_program();
    struct arch unknown = *session->target->arch;
    unknown.call = NULL;
    const struct arch *known = session->target->arch;
    session->target->arch = &unknown;
    says(ERR_UNSUPPORTED, "how functions are called");
    session->target->arch = known;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_ON(recording, test_recording),
        TEST_ON(kernel, test_kernel),
        TEST_ON(played_process, test_no_program),
        TEST_ON(played_process, test_stack_not_written),
        TEST_ON(played_process, test_registers_not_written),
        TEST_ON(played_process, test_convention_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
