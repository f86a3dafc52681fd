/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/variable.h: at stops that gdb makes in a running program, every variable in scope has the value gdb
 * prints, or is optimised out where gdb says so; with registers, stack and CFA as they were at the stop.
 */
#include "test_symbols_work.h"

enum { REGISTERS = 17, STACK_BYTES = 1536, BELOW = 256, ANSWER_LIMIT = 256 };

/* What gdb saw at one stop. */
struct stop {
    uint64_t registers[REGISTERS];
    uint64_t stack_low;
    uint8_t stack[STACK_BYTES];
    struct symbol_map *map;
};

static struct error *stop_register(void *context, unsigned number, uint64_t *ret)
{
    struct stop *s = context;
    if (number >= REGISTERS)
        return error_new(ERR_UNSUPPORTED, "no register %u", number);
    *ret = s->registers[number];
    return NULL;
}

static struct error *stop_memory(void *context, uint64_t address, void *bytes, size_t n)
{
    struct stop *s = context;
    uint64_t in = address - s->stack_low;
    if (in < STACK_BYTES && n <= STACK_BYTES - in) {
        memcpy(bytes, s->stack + in, n);
        return NULL;
    }
    return error_new(ERR_NO_MEMORY, "0x%llx is not on the stack", (unsigned long long)address);
}

static struct error *stop_cfa(void *context, uint64_t *ret)
{
    struct stop *s = context;
    struct cfi_row row;
    if (!symbols_unwind_row(s->map, s->registers[16], &row) || row.cfa_is_expression)
        return error_new(ERR_UNSUPPORTED, "no CFA");
    *ret = s->registers[row.cfa.reg] + (uint64_t)row.cfa.offset;
    return NULL;
}

static struct error *stop_frame_base(void *context, uint64_t *ret)
{
    struct stop *s = context;
    struct dwarf_expression e;
    if (!symbols_frame_base(s->map, s->registers[16], &e))
        return error_new(ERR_UNSUPPORTED, "no frame base");
    struct dwarf_callbacks c = {.context = s, .read_register = stop_register, .cfa = stop_cfa};
    return dwarf_evaluate_number(&e, &c, ret);
}

/* The registers of the caller, by the rules of the row: what an engine's unwinder does. */
static bool unwind(const struct stop *s, struct stop *caller)
{
    struct cfi_row row;
    *caller = *s;
    if (!symbols_unwind_row(s->map, s->registers[16], &row) || row.cfa_is_expression)
        return false;
    uint64_t top = s->registers[row.cfa.reg] + (uint64_t)row.cfa.offset;
    for (unsigned i = 0; i < REGISTERS; i++) {
        struct error *e = NULL;
        if (row.rules[i].kind == CFI_OFFSET)
            e = stop_memory(caller, top + (uint64_t)row.rules[i].offset, &caller->registers[i], 8);
        if (e)
            error_free(e);
    }
    caller->registers[7] = top;
    return true;
}

/* gdb looks for the argument in what the caller's DWARF says about the call. */
static struct error *stop_entry_value(void *context, const struct dwarf_expression *e, uint64_t *ret)
{
    struct stop *s = context, caller;
    struct call_site_value at_call;
    struct dwarf_location place;
    static const struct dwarf_callbacks none = {0};
    TRY(dwarf_evaluate(e, &none, &place));
    if (place.pieces[0].kind != PIECE_REGISTER || !unwind(s, &caller) ||
        !symbols_call_site_value(s->map, caller.registers[16], UINT64_MAX,
                                 &(struct call_site_key){.dwarf_register = place.pieces[0].reg}, &at_call))
        return error_new(ERR_OPTIMISED_OUT, "no call site");
    struct dwarf_callbacks c = {
        .context = &caller, .read_register = stop_register, .read_memory = stop_memory};
    return dwarf_evaluate_number(&at_call.value, &c, ret);
}

/* The value of a scalar, masked to its size; false: optimised out. Statics are beyond the dumped stack. */
static bool value_of(struct stop *s, const struct variable *v, uint64_t *ret)
{
    uint64_t size = type_size(v->type), mask = size >= 8 ? UINT64_MAX : (1ull << size * 8) - 1;
    struct dwarf_callbacks c = {.context = s,
                                .read_register = stop_register,
                                .read_memory = stop_memory,
                                .frame_base = stop_frame_base,
                                .cfa = stop_cfa,
                                .entry_value = stop_entry_value};
    if (v->where == VARIABLE_CONSTANT) {
        *ret = v->constant & mask;
        return true;
    }
    struct dwarf_location l;
    struct error *e = v->where == VARIABLE_LOCATION ? dwarf_evaluate(&v->expression, &c, &l)
                                                    : error_new(ERR_OPTIMISED_OUT, "gone");
    if (e) {
        if (!error_is(e, ERR_OPTIMISED_OUT))
            fail_msg("%s: %s", v->name, e->message);
        error_free(e);
        return false;
    }
    assert_int_equal(l.count, 1);
    const struct dwarf_piece *p = &l.pieces[0];
    *ret = 0;
    if (p->kind == PIECE_MEMORY)
        e = stop_memory(s, p->address, ret, size);
    else if (p->kind == PIECE_REGISTER)
        e = stop_register(s, p->reg, ret);
    else if (p->kind == PIECE_VALUE)
        *ret = p->value;
    else
        return false;
    if (e)
        fail_msg("%s: %s", v->name, e->message);
    *ret &= mask;
    return true;
}

static const char *const gdb_registers[REGISTERS] = {"rax", "rdx", "rcx", "rbx", "rsi", "rdi",
                                                     "rbp", "rsp", "r8",  "r9",  "r10", "r11",
                                                     "r12", "r13", "r14", "r15", "rip"};
static const char *const names[] = {"n",       "c",       "s",         "l",          "ptr",
                                    "k",       "yesno",   "i",         "inner_part", "tiny_part",
                                    "squared", "base_of", "local_one", "argc"};

/* Runs to each line in turn and prints pc, registers, the values of all names, and dumps the stack. */
static char *run_gdb(const char *program)
{
    BASE_BUF struct buf b = {0};
    buf_add_text(&b, "set confirm off\nset startup-with-shell off\nset print entry-values no\n"
                     "break work.c:21\nbreak work.c:9\nbreak work.c:25\n");
    /* the dump reaches above the stack pointer: with a small environment the stack would end before it does
     */
    buf_add_text(&b, "set environment PAD ");
    for (int i = 0; i < 2 * STACK_BYTES; i++)
        buf_add_char(&b, 'x');
    buf_add_text(&b, "\nrun\n");
    for (int stop = 0; stop < 4; stop++) {
        buf_printf(&b, "echo STOP\\n\n");
        for (size_t i = 0; i < REGISTERS; i++)
            buf_printf(&b, "printf \"REG %zu %%lx\\n\", $%s\n", i, gdb_registers[i]);
        buf_printf(&b, "dump binary memory stack%d.bin $rsp-%d $rsp-%d+%d\n", stop, BELOW, BELOW,
                   STACK_BYTES);
        for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
            buf_printf(&b, "echo VAR %s =\noutput/x %s\necho \\n\n", names[i], names[i]);
        buf_printf(&b, "continue\n");
    }
    write_file("commands", buf_text(&b));
    /* gdb ends a batch at the first error: each command goes in on its own. */
    return run("gdb -nx -q -iex 'set debuginfod enabled off' %s < commands 2>&1 | sed 's/(gdb) //g'; "
               "true",
               program);
}

static void read_stack(struct stop *s, int index)
{
    BASE_FREE char *path = xasprintf("%s/stack%d.bin", scratch, index);
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("gdb dumped no stack %d", index);
    assert_int_equal(fread(s->stack, 1, STACK_BYTES, f), STACK_BYTES);
    fclose(f);
    s->stack_low = s->registers[7] - BELOW;
}

/* One `VAR name value` line against us; 1 when a value was compared. */
static unsigned check_variable(const char *program, struct stop *s, const struct variable *list, size_t count,
                               const char *name, const char *theirs)
{
    const struct variable *v = find(list, count, name);
    bool there = strncmp(theirs, "0x", 2) == 0, gone = strstr(theirs, "optimized out") != NULL;
    if (!there && !gone) {
        if (v)
            fail_msg("%s: %s is in scope for us; gdb: %s", program, name, theirs);
        return 0;
    }
    if (!v)
        fail_msg("%s 0x%llx: %s is not in scope for us; gdb: %s", program,
                 (unsigned long long)s->registers[16], name, theirs);
    uint64_t ours;
    bool known = value_of(s, v, &ours);
    if (known != there || (there && ours != strtoull(theirs, NULL, 16)))
        fail_msg("%s 0x%llx: %s is %s0x%llx; gdb: %s", program, (unsigned long long)s->registers[16], name,
                 known ? "" : "optimised out, not ", (unsigned long long)ours, theirs);
    return there;
}

static unsigned check_stop(const char *program, struct stop *s, char **lines, size_t n, int index)
{
    unsigned compared = 0;
    struct variable *list;
    size_t count;
    for (size_t i = 0; i < n; i++) {
        unsigned reg;
        unsigned long long value;
        if (sscanf(lines[i], "REG %u %llx", &reg, &value) == 2 && reg < REGISTERS)
            s->registers[reg] = value;
    }
    read_stack(s, index);
    assert_true(symbols_variables_at(s->map, s->registers[16], 0, &list, &count));
    for (size_t i = 0; i < n; i++) {
        char name[32];
        int used = 0;
        if (sscanf(lines[i], "VAR %31s =%n", name, &used) == 1 && used)
            compared += check_variable(program, s, list, count, name, lines[i] + used);
    }
    free(list);
    return compared;
}

static void test_values_as_gdb(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(variants); i++) {
        BASE_FREE char *out = run_gdb(variants[i].name);
        struct stop s = {.map = open_map(variants[i].name, 0)};
        char *lines[ANSWER_LIMIT], *save = NULL;
        size_t n = 0;
        int stops = 0;
        unsigned compared = 0;
        for (char *line = strtok_r(out, "\n", &save);; line = strtok_r(NULL, "\n", &save)) {
            bool next = !line || strcmp(line, "STOP") == 0;
            if (next && n > REGISTERS && strncmp(lines[0], "REG", 3) == 0)
                compared += check_stop(variants[i].name, &s, lines, n, stops++);
            if (next)
                n = 0;
            else if (n < ANSWER_LIMIT)
                lines[n++] = line;
            if (!line)
                break;
        }
        if (stops < 3 || compared < 8)
            fail_msg("%s: only %d stops and %u values compared; gdb said: %s", variants[i].name, stops,
                     compared, out);
        symbol_map_free(s.map);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_as_gdb),
    };
    return cmocka_run_group_tests(tests, set_up, remove_scratch);
}
