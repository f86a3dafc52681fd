/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Violations as the session keeps and tells them, and the table of system calls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "engine/commands/audit_json.h"
#include "engine/commands/event_json.h"
#include "engine/control/audit/audit.h"
#include "engine/control/audit/look.h"
#include "engine/session/session_private.h"

static void keep_event(void *context, struct session *s, const struct event *event)
{
    cJSON **last = context;
    cJSON_Delete(*last);
    *last = event_to_json(s, event);
}

static double count_of(struct session *s, const char *kind)
{
    cJSON *counts = violations_to_json(s->control->audit.counts);
    const cJSON *o = cJSON_GetObjectItemCaseSensitive(counts, kind);
    double n = o ? o->valuedouble : 0;
    cJSON_Delete(counts);
    return n;
}

static void tell(struct session *s, unsigned kind, const char *evidence)
{
    audit_violation(s->control, kind, evidence, strlen(evidence));
}

static void test_findings(void **state)
{
    (void)state;
    cJSON *event = NULL;
    struct session_options options = {.cancel_fd = -1, .event = keep_event, .context = &event};
    struct session *s = session_create(&options);
    s->target->epoch = 7;

    tell(s, RSP_BREACH_TORN_PACKET, "p01.d35;T05thread:p01.d36;");
    assert_string_equal(json_text(event, "event"), "violation");
    assert_string_equal(json_text(event, "kind"), "torn-packet");
    assert_string_equal(json_text(event, "thread"), "p1.3382");
    assert_int_equal(cJSON_GetObjectItem(event, "epoch")->valueint, 7);
    assert_true(cJSON_GetObjectItem(event, "ms")->valuedouble >= 0);

    /* evidence that names no thread: that of the last stop, or none */
    tell(s, RSP_BREACH_NO_REPLY, "g");
    assert_string_equal(json_text(event, "thread"), "");
    s->control->last_stop.has_thread = true;
    s->control->last_stop.thread = (struct ptid){1, 5};
    static const char *const nameless[] = {"g",         "thread:",    "T05thread:;",
                                           "thread:zz", "thread:-1;", "xthread"};
    for (size_t i = 0; i < sizeof nameless / sizeof nameless[0]; i++) {
        tell(s, RSP_BREACH_TORN_PACKET, nameless[i]);
        assert_string_equal(json_text(event, "thread"), "p1.5");
    }
    audit_violation(s->control, RSP_BREACH_BINARY_IN_HEX, "m\0\x1b\xff\\1", 6);
    assert_string_equal(json_text(event, "evidence"), "m\\x00\\x1b\\xff\\x5c1");
    audit_violation(s->control, RSP_BREACH_REPLY_TO_ANOTHER_QUESTION, "", 0);
    assert_string_equal(json_text(event, "evidence"), "$#00");
    audit_tell(s->control, AUDIT_REGISTERS_MOVE, (struct ptid){1, 9}, "rip", 3);
    assert_string_equal(json_text(event, "thread"), "p1.9");
    audit_lost(s->control, "end of file");
    assert_string_equal(json_text(event, "kind"), "lost-without-exit");

    assert_int_equal(s->control->violations, 12);
    assert_int_equal((int)count_of(s, "torn-packet"), 7);
    assert_int_equal((int)count_of(s, "binary-in-hex"), 1);
    assert_int_equal((int)count_of(s, "not-held"), 0);
    cJSON *last = findings_to_json(&s->control->audit);
    assert_int_equal(cJSON_GetArraySize(last), AUDIT_LAST);
    assert_string_equal(json_text(cJSON_GetArrayItem(last, AUDIT_LAST - 1), "kind"), "lost-without-exit");
    cJSON_Delete(last);
    cJSON_Delete(event);
    session_destroy(s);
}

static void test_kinds(void **state)
{
    (void)state;
    unsigned count = 0;
    for (; audit_kind_name(count); count++)
        for (unsigned k = 0; k < count; k++)
            assert_string_not_equal(audit_kind_name(count), audit_kind_name(k));
    assert_int_equal(count, AUDIT_KINDS);
}

static void test_syscalls(void **state)
{
    (void)state;
    assert_string_equal(look_call_row(&arch_x86_64, 34)->name, "pause");
    assert_true(look_call_row(&arch_x86_64, 0)->reads);
    assert_string_equal(look_call_row(&arch_aarch64, 63)->name, "read");
    assert_false(look_call_row(&arch_aarch64, 101)->reads);
    assert_null(look_call_row(&arch_x86_64, (uint64_t)-1));
    assert_null(look_call_row(&arch_riscv64, 63));
    assert_null(look_call_row(NULL, 0));
    for (size_t i = 0; arch_row(i); i++) {
        const struct syscall_abi *abi = arch_row(i)->syscalls;
        assert_true(!abi || (abi->instruction_size > 0 && abi->instruction_size <= 8));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_findings),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_syscalls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
