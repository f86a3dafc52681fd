/* The tables: architectures, signals, commands; and the prompt that reads them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <elf.h>
#include <cmocka.h>

#include "base/alloc.h"
#include "engine/target/arch/arch.h"
#include "engine/commands/command.h"
#include "engine/session/session_private.h"
#include "engine/target/registers.h"

static void test_architectures(void **state)
{
    (void)state;
    for (size_t i = 0; arch_row(i); i++) {
        const struct arch *a = arch_row(i);
        assert_ptr_equal(arch_by_name(a->name), a);
        assert_ptr_equal(arch_by_elf(a->elf_machine, a->elf_class), a);
        assert_true(a->trap_size > 0 && a->trap_size <= 4);
        struct rsp_tdesc *t = registers_builtin(a);
        assert_non_null(rsp_tdesc_find(t, a->pc));
        assert_non_null(rsp_tdesc_find(t, a->sp));
        if (a->link_register)
            assert_non_null(rsp_tdesc_find(t, a->link_register));
        for (unsigned d = 0; d < a->dwarf_count; d++)
            for (unsigned k = 0; k < d; k++)
                if (a->dwarf_names[d] && a->dwarf_names[k])
                    assert_string_not_equal(a->dwarf_names[d], a->dwarf_names[k]);
        rsp_tdesc_free(t);
    }
    assert_ptr_equal(arch_by_description("i386:x86-64"), &arch_x86_64);
    assert_ptr_equal(arch_by_description("i386"), &arch_i386);
    assert_ptr_equal(arch_by_description("riscv:rv64"), &arch_riscv64);
    assert_null(arch_by_description("i386:"));
    assert_null(arch_by_elf(EM_SPARC, 2));
}

/* kgdb's `g` on x86-64: 17 registers of 8 bytes, then flags and segments of 4 (156 bytes, 312 digits). */
static void test_builtin_layout(void **state)
{
    (void)state;
    struct rsp_tdesc *t = registers_builtin(&arch_x86_64);
    assert_int_equal(rsp_tdesc_find(t, "rip")->offset, 128);
    assert_int_equal(rsp_tdesc_find(t, "eflags")->offset, 136);
    assert_int_equal(rsp_tdesc_find(t, "ss")->offset + 4, 148);
    rsp_tdesc_free(t);
}

static void test_byte_order(void **state)
{
    (void)state;
    unsigned char bytes[8];
    arch_store(bytes, 4, true, 0x11223344);
    assert_int_equal(bytes[0], 0x11);
    assert_int_equal(arch_load(bytes, 4, true), 0x11223344);
    assert_int_equal(arch_load(bytes, 4, false), 0x44332211);
    arch_store(bytes, 8, false, 0x1122334455667788);
    assert_int_equal(arch_load(bytes, 8, false), 0x1122334455667788);
}

static void test_signals(void **state)
{
    (void)state;
    struct signal_table t;
    signal_table_init(&t);
    assert_int_equal(signal_number("SIGCHLD"), TARGET_SIGCHLD);
    assert_int_equal(signal_number("usr1"), 30);
    assert_int_equal(signal_number("SIGNOTHING"), -1);
    assert_int_equal(signal_number("100000"), -1);
    assert_string_equal(signal_name(11), "SIGSEGV");
    assert_null(signal_name(0));
    assert_null(signal_name(-1));
    assert_null(signal_name(SIGNAL_COUNT));
    assert_false(t.policy[TARGET_SIGCHLD].stop);
    assert_true(t.policy[TARGET_SIGCHLD].pass);
    assert_false(t.policy[TARGET_SIGINT].pass);
    assert_true(t.policy[11].stop);
    unsigned char quiet[SIGNAL_COUNT];
    size_t n = signal_table_quiet(&t, quiet);
    assert_true(n >= 8);
    for (size_t i = 0; i < n; i++)
        assert_int_not_equal(quiet[i], 11);
}

/* No two commands share a word, every word leads to its command, every command tells what it is. */
static void test_command_words(void **state)
{
    (void)state;
    size_t count;
    const struct command *const *table = command_table(&count);
    assert_true(count > 40);
    static const char *const families[] = {"info", "set", "target", "maintenance"};
    for (size_t i = 0; i < count; i++) {
        assert_true(strlen(table[i]->about) > 3);
        BASE_FREE char *words =
            xasprintf("%s %s", table[i]->name, table[i]->aliases ? table[i]->aliases : "");
        for (char *save = NULL, *word = strtok_r(words, " ", &save); word;
             word = strtok_r(NULL, " ", &save)) {
            const struct command *found = NULL;
            cJSON *args = NULL;
            char *dash = strchr(word, '-');
            bool family = false; /* typed as two words */
            for (size_t k = 0; dash && k < sizeof families / sizeof families[0]; k++)
                family |= (size_t)(dash - word) == strlen(families[k]) &&
                          strncmp(word, families[k], strlen(families[k])) == 0;
            if (family && dash[1])
                *dash = ' ';
            struct error *e = command_parse_line(NULL, word, &found, &args);
            cJSON_Delete(args);
            if (e && !found)
                fail_msg("%s leads nowhere: %s", word, e->message);
            error_free(e); /* the word was known, its arguments were missing */
            if (found != table[i])
                fail_msg("%s leads to %s, not %s", word, found ? found->name : "nothing", table[i]->name);
        }
    }
}

static void parse(const char *line, const char *name, const char *json)
{
    const struct command *c = NULL;
    cJSON *args = NULL;
    struct session *s = session_create(&(struct session_options){.cancel_fd = -1});
    struct error *e = command_parse_line(s, line, &c, &args);
    session_destroy(s);
    if (e)
        fail_msg("%s: %s", line, e->message);
    assert_string_equal(c->name, name);
    char *text = cJSON_PrintUnformatted(args);
    assert_string_equal(text, json);
    free(text);
    cJSON_Delete(args);
}

static void test_prompt(void **state)
{
    (void)state;
    parse("b main", "break", "{\"at\":\"main\"}");
    parse("tbreak worker.c:42 if round > 3", "break",
          "{\"once\":true,\"at\":\"worker.c:42\",\"if\":\"round > 3\"}");
    parse("hbreak f thread p1.3 if x", "break",
          "{\"kind\":\"hardware\",\"at\":\"f\",\"thread\":\"p1.3\",\"if\":\"x\"}");
    parse("x/8gx $sp", "examine", "{\"format\":\"8gx\",\"addr\":\"$sp\"}");
    parse("p/x *q@4", "eval", "{\"format\":\"x\",\"expr\":\"*q@4\"}");
    parse("info threads", "threads", "{}");
    parse("i r rax rbx", "registers", "{\"names\":[\"rax\",\"rbx\"]}");
    parse("s 3", "step", "{\"times\":\"3\"}");
    parse("set var x = y == 3", "set", "{\"expr\":\"x \",\"value\":\"y == 3\"}");
    parse("handle SIGUSR1 nostop noprint", "signals",
          "{\"signal\":\"SIGUSR1\",\"stop\":false,\"print\":false}");
    parse("up", "frame", "{\"up\":1}");
    parse("rwatch counter", "watch", "{\"access\":\"read\",\"expr\":\"counter\"}");
    parse("d", "delete", "{\"all\":true}");
}

static void test_near_misses(void **state)
{
    (void)state;
    const struct command *c;
    cJSON *args;
    struct error *e = command_parse_line(NULL, "braek main", &c, &args);
    assert_non_null(e);
    assert_int_equal(e->code, ERR_USAGE);
    assert_non_null(strstr(e->hint, "break"));
    error_free(e);
    e = command_parse_line(NULL, "xyzzyplugh", &c, &args);
    assert_non_null(e);
    assert_null(strstr(e->hint, "did you mean"));
    error_free(e);
}

static void check(const char *name, const char *json, const char *key)
{
    cJSON *args = cJSON_Parse(json);
    const char *at = NULL;
    struct error *e = command_check(command_find(name), args, &at);
    if (!key) {
        assert_null(e);
    } else {
        assert_non_null(e);
        assert_int_equal(e->code, ERR_USAGE);
        assert_string_equal(at, key);
    }
    error_free(e);
    cJSON_Delete(args);
}

static void test_argument_checks(void **state)
{
    (void)state;
    check("break", "{\"at\": \"main\", \"once\": true}", NULL);
    check("break", "{\"at\": 4096}", NULL);
    check("break", "{\"att\": \"main\"}", "att");
    check("break", "{\"at\": true}", "at");
    check("break", "{\"kind\": \"soft\"}", "kind");
    check("stepi", "{\"times\": \"0x10\"}", NULL);
    check("stepi", "{\"times\": -1}", "times");
    check("stepi", "{\"times\": 1.5}", "times");
    check("read", "{\"addr\": \"main\"}", "length");
    check("registers", "{\"names\": [1]}", "names");
    assert_null(command_find("quit"));
    assert_null(command_find("Break"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_architectures), cmocka_unit_test(test_builtin_layout),
        cmocka_unit_test(test_byte_order),    cmocka_unit_test(test_signals),
        cmocka_unit_test(test_command_words), cmocka_unit_test(test_prompt),
        cmocka_unit_test(test_near_misses),   cmocka_unit_test(test_argument_checks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
