/* SPDX-License-Identifier: GPL-3.0-or-later */
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
#include "engine/target/arch/linux_user.h"
#include "engine/commands/command.h"
#include "engine/commands/execute.h"
#include "engine/session/session_private.h"
#include "engine/target/registers.h"

static struct rsp_tdesc *builtin(const struct arch *a)
{
    struct target target = {.arch = a};
    registers_complete(&target);
    return target.description;
}

static void test_architectures(void **state)
{
    (void)state;
    for (size_t i = 0; arch_row(i); i++) {
        const struct arch *a = arch_row(i);
        assert_ptr_equal(arch_by_name(a->name), a);
        assert_ptr_equal(arch_by_elf(a->elf_machine, a->elf_class), a);
        assert_true(a->trap_size > 0 && a->trap_size <= 4);
        assert_int_equal(arch_trap_at(a, false, false, a->trap, a->trap_size), a->trap_size);
        if (a->short_trap)
            assert_int_equal(arch_trap_at(a, false, true, a->short_trap, a->short_trap_size),
                             a->short_trap_size);
        struct rsp_tdesc *t = builtin(a);
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
    assert_null(arch_by_description(""));
    assert_null(arch_by_elf(EM_SPARC, 2));
}

/* What members of struct arch ask of each other. */
static void test_members_agree(void **state)
{
    (void)state;
    for (size_t i = 0; arch_row(i); i++) {
        const struct arch *a = arch_row(i);
        assert_true(a->longest_instruction >= a->code_align && a->code_align > 0);
        assert_int_equal(a->link_register == NULL, a->stack_alignment_slot > 0);
        assert_int_equal(a->short_trap != NULL, a->has_thumb || a->instruction_size);
        assert_int_equal(a->has_thumb, a->code_align_arm > 0);
        assert_int_equal(a->has_thumb, a->capstone_mode_thumb != 0);
        assert_int_equal(a->float_place != DWARF_FLOAT_LOW, a->float_last > 0);
        assert_true(a->float_first <= a->float_last && a->float_last < a->dwarf_count);
        assert_int_equal(a->narrow != NULL, a->wider != NULL);
        for (const struct arch_bank *b = a->banks; b && b->count; b++) {
            assert_true(b->prefix && (b->share <= 1 || b->count % b->share == 0));
            assert_true(symbols_register_column(b->first + b->count - 1) < CFI_REGISTERS);
            for (unsigned k = b->first; k < b->first + b->count && k < a->dwarf_count; k++)
                assert_null(a->dwarf_names[k]);
        }
        assert_int_equal(a->step_flag.reg != NULL, a->step_flag.field && a->step_flag.mask);
        assert_int_equal(a->step_mask.reg != NULL, a->step_mask.is_plain && a->step_mask.mask);
        assert_int_equal(a->exception_vector != NULL, a->trace_vector > 0);
        assert_true(arch_same_family(a, a));
    }
}

static void place_is(const struct arch *a, unsigned number, const char *name, unsigned index, unsigned share)
{
    struct arch_place place;
    assert_true(arch_dwarf_place(a, number, &place));
    assert_string_equal(place.name, name);
    assert_int_equal(place.index, index);
    assert_int_equal(place.share, share);
}

/* Numbers of DWARF beyond the plain ones, and where rules of frames have them. */
static void test_register_places(void **state)
{
    (void)state;
    struct arch_place place;
    place_is(&arch_arm, 64, "d0", 0, 2);
    place_is(&arch_arm, 95, "d15", 1, 2);
    place_is(&arch_arm, 287, "d31", 0, 1);
    place_is(&arch_x86_64, 17, "xmm0", 0, 1);
    place_is(&arch_x86_64, 82, "xmm31", 0, 1);
    place_is(&arch_ppc64, 1124, "vr0", 0, 1);
    place_is(&arch_s390x, 69, "v18", 0, 1);
    place_is(&arch_aarch64, 46, "vg", 0, 1);
    place_is(&arch_riscv64, 127, "v31", 0, 1);
    assert_false(arch_dwarf_place(&arch_arm, 96, &place));
    assert_false(arch_dwarf_place(&arch_arm, 288, &place));
    assert_false(arch_dwarf_place(&arch_mips, UINT32_MAX, &place));
    assert_int_equal(arch_float_place(&arch_s390x, 31), DWARF_FLOAT_HIGH);
    assert_int_equal(arch_float_place(&arch_s390x, 15), DWARF_FLOAT_LOW);
    assert_int_equal(arch_float_place(&arch_x86_64, 33), DWARF_FLOAT_AS_X87);
    assert_int_equal(symbols_register_column(256), 96);
    assert_int_equal(symbols_register_column(1155), 108);
    assert_int_equal(symbols_register_column(31), 31);
    assert_int_equal(symbols_register_column(288), CFI_REGISTERS);
    assert_int_equal(symbols_register_column(UINT64_MAX), CFI_REGISTERS);
}

static void test_linux_programs(void **state)
{
    (void)state;
    for (size_t i = 0; arch_row(i); i++) {
        const struct arch *a = arch_row(i);
        if (a->tls)
            assert_int_equal(a->tls->registers[0] == NULL, a->tls->halves[0] && a->tls->halves[1]);
        for (const struct arch_sigframe *f = a->sigframes; f && f->count; f++) {
            assert_true(f->count <= SIGFRAME_UNITS && f->count * f->unit <= 12);
            for (size_t b = 0; b < SIGFRAME_BLOCKS; b++)
                assert_true(f->blocks[b].first + f->blocks[b].count <= a->dwarf_count);
        }
    }
}

static void test_names_of_machines(void **state)
{
    (void)state;
    assert_true(arch_runs_on(&arch_x86_64, "x86_64"));
    assert_true(arch_runs_on(&arch_i386, "x86_64"));
    assert_false(arch_runs_on(&arch_x86_64, "i386"));
    assert_false(arch_runs_on(&arch_aarch64, "x86_64"));
    assert_true(arch_runs_on(&arch_ppc64, "ppc64le"));
    assert_true(arch_same_family(&arch_x86_64, &arch_i386));
    assert_false(arch_same_family(&arch_riscv64, &arch_riscv32));
    assert_false(arch_same_family(&arch_x86_64, &arch_aarch64));
    assert_string_equal(arch_gnu_name("ppc64"), "powerpc64");
    assert_string_equal(arch_gnu_name("ppc64le"), "powerpc64le");
    assert_string_equal(arch_gnu_name("mipsel"), "mipsel");
    assert_string_equal(arch_gnu_name("sparc"), "sparc");
}

/* Registers by name, from a list that ends with a name of NULL. */
struct told {
    const char *name;
    uint64_t value;
};

static bool tell(void *context, const char *name, uint64_t *ret)
{
    for (const struct told *r = context; r->name; r++)
        if (strcmp(r->name, name) == 0) {
            *ret = r->value;
            return true;
        }
    return false;
}

static int mode_of(const struct arch *a, struct told *registers)
{
    return a->capstone_mode_now(a, tell, registers);
}

static void test_modes(void **state)
{
    (void)state;
    struct told none[] = {{NULL, 0}}, real[] = {{"cr0", 0}, {NULL, 0}};
    struct told protected[] = {{"cr0", 1}, {"efer", 0}, {NULL, 0}};
    struct told longer[] = {{"cr0", 1}, {"efer", 1 << 10}, {NULL, 0}};
    struct told thumb[] = {{"cpsr", 0x20}, {NULL, 0}}, arm[] = {{"cpsr", 0}, {NULL, 0}};
    assert_int_equal(mode_of(&arch_x86_64, none), arch_x86_64.capstone_mode);
    assert_int_equal(mode_of(&arch_x86_64, real), mode_of(&arch_i386, real));
    assert_int_not_equal(mode_of(&arch_i386, real), arch_i386.capstone_mode);
    assert_int_equal(mode_of(&arch_x86_64, protected), arch_i386.capstone_mode);
    assert_int_equal(mode_of(&arch_x86_64, longer), arch_x86_64.capstone_mode);
    assert_int_equal(mode_of(&arch_i386, longer), arch_i386.capstone_mode);
    assert_int_equal(mode_of(&arch_arm, thumb), arch_arm.capstone_mode_thumb);
    assert_int_equal(mode_of(&arch_arm, arm), arch_arm.capstone_mode);
    assert_int_equal(mode_of(&arch_arm, none), arch_arm.capstone_mode);
}

static void test_code(void **state)
{
    (void)state;
    static const unsigned char ret[] = {0xc3, 0, 0, 0}, repz[] = {0xf3, 0xc3, 0, 0},
                               nop[] = {0x90, 0xc3, 0, 0};
    static const unsigned char ret_x30[] = {0xc0, 0x03, 0x5f, 0xd6}, br_x30[] = {0xc0, 0x03, 0x1f, 0xd6};
    assert_true(arch_x86_64.is_return(ret) && arch_i386.is_return(repz));
    assert_false(arch_x86_64.is_return(nop));
    assert_true(arch_aarch64.is_return(ret_x30));
    assert_false(arch_aarch64.is_return(br_x30));
    assert_int_equal(arch_riscv64.instruction_size(arch_riscv64.trap), 4);
    assert_int_equal(arch_riscv64.instruction_size(arch_riscv64.short_trap), 2);
    assert_int_equal(arch_ppc64.exception_vector(0xc000000000004d00), arch_ppc64.trace_vector);
    assert_int_equal(arch_ppc64.exception_vector(0xc000000000000300), 0x300);
    assert_int_equal(arch_ppc64.exception_vector(0xd00), 0xd00);
    assert_int_equal(arch_ppc64.exception_vector(0x304), 0);
    assert_int_equal(arch_ppc64.exception_vector(0x80), 0);
    assert_true(arch_ppc64.is_clobbered(12) && !arch_ppc64.is_clobbered(13) && !arch_ppc64.is_clobbered(65));
    assert_true(arch_s390x.is_clobbered(5) && !arch_s390x.is_clobbered(6) && !arch_s390x.is_clobbered(24));
}

/* kgdb's `g` on x86-64: 17 registers of 8 bytes, then flags and segments of 4 (156 bytes, 312 digits). */
static void test_builtin_layout(void **state)
{
    (void)state;
    struct rsp_tdesc *t = builtin(&arch_x86_64);
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
    parse("p/x *q@4", "eval", "{\"format\":\"x\",\"expr\":\"*q@4\",\"calls\":true}");
    parse("info threads", "threads", "{}");
    parse("i r rax rbx", "registers", "{\"names\":[\"rax\",\"rbx\"]}");
    parse("s 3", "step", "{\"times\":\"3\"}");
    parse("set var x = y == 3", "set", "{\"expr\":\"x \",\"value\":\"y == 3\",\"calls\":true}");
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
        cmocka_unit_test(test_architectures),
        cmocka_unit_test(test_members_agree),
        cmocka_unit_test(test_register_places),
        cmocka_unit_test(test_linux_programs),
        cmocka_unit_test(test_names_of_machines),
        cmocka_unit_test(test_modes),
        cmocka_unit_test(test_code),
        cmocka_unit_test(test_builtin_layout),
        cmocka_unit_test(test_byte_order),
        cmocka_unit_test(test_signals),
        cmocka_unit_test(test_command_words),
        cmocka_unit_test(test_prompt),
        cmocka_unit_test(test_near_misses),
        cmocka_unit_test(test_argument_checks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
