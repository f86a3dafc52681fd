/*
 * symbols/variable.h: at stops that gdb makes in a running program, every variable in scope has the value gdb
 * prints, or is optimised out where gdb says so; with registers, stack and CFA as they were at the stop.
 */
#include "test_symbols_support.h"

#include "symbols/variable.h"

enum { REGISTERS = 17, STACK_BYTES = 1536, BELOW = 256, ANSWER_LIMIT = 256 };

static const char source[] =
    "#include <stdlib.h>\n"
    "enum kind { NONE, SOME = 7 };\n"
    "struct pair { int a; long b; };\n"
    "int global = 42; static long hidden = 1234567890123; extern int elsewhere; static short unused_ = 3;\n"
    "__attribute__((noinline)) void touch(void *p) { __asm__ volatile(\"\" : : \"r\"(p) : \"memory\"); }\n"
    "static inline __attribute__((always_inline)) int square(int base_of)\n"
    "{\n"
    "    int squared = base_of * base_of;\n"
    "    touch(&global);\n"
    "    return squared + global;\n"
    "}\n"
    "__attribute__((noinline)) long work(int n, char c, unsigned short s, long l, struct pair p, int *ptr,\n"
    "                                    enum kind k, _Bool yesno)\n"
    "{\n"
    "    static int calls = 5;\n"
    "    long sum = n + c + s;\n"
    "    calls++;\n"
    "    for (int i = 0; i < 2; i++) {\n"
    "        int inner_part = (int)sum * 2 + i;\n"
    "        unsigned char tiny_part = (unsigned char)inner_part;\n"
    "        touch(ptr);\n" /* line 21 */
    "        sum += inner_part + tiny_part + p.a + p.b + *ptr;\n"
    "    }\n"
    "    sum += square((int)sum & 15) + k + yesno + l;\n"
    "    touch(ptr);\n" /* line 25 */
    "    return sum + hidden + elsewhere + unused_ + calls;\n"
    "}\n"
    "int main(int argc, char **argv)\n"
    "{\n"
    "    int local_one = 17;\n"
    "    struct pair p = {3, 4};\n"
    "    long r = work(argc + 2, 'x', 65535, -5, p, &local_one, SOME, 1);\n"
    "    (void)argv;\n"
    "    return (int)r & 1;\n"
    "}\n";

struct variant {
    const char *name, *compile;
};

static const struct variant variants[] = {
    {"gcc-O0", "gcc -g -O0"},     {"gcc-O2", "gcc -g -O2"},     {"gcc-O1-4", "gcc -gdwarf-4 -O1"},
    {"clang-O0", "clang -g -O0"}, {"clang-O2", "clang -g -O2"}, {"clang-O1-4", "clang -gdwarf-4 -O1"},
};

static int set_up(void **state)
{
    if (make_scratch(state) != 0)
        return -1;
    write_file("work.c", source);
    write_file("other.c",
               "int elsewhere = 99;\nstatic int hidden = 5;\nint use(void) { return hidden++; }\n");
    for (size_t i = 0; i < ARRAY_LENGTH(variants); i++)
        free(run("%s -no-pie work.c other.c -o %s", variants[i].compile, variants[i].name));
    free(run("gcc -g -O0 -fPIE -pie work.c other.c -o pie"));
    return 0;
}

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
        !symbols_call_site_value(s->map, caller.registers[16], UINT64_MAX, place.pieces[0].reg, &at_call))
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

static const struct variable *find(const struct variable *list, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    return NULL;
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

static void test_scopes(void **state)
{
    (void)state;
    struct symbol_map *m = open_map("gcc-O0", 0);
    struct symbol_match *at;
    size_t n, count;
    struct error *e = symbols_find_line(m, "work.c", 21, &at, &n);
    assert_null(e);
    struct variable *list;
    assert_true(symbols_variables_at(m, at[0].address, 0, &list, &count));
    static const char *const order[] = {"n",     "c",          "s",         "l", "p",     "ptr", "k",
                                        "yesno", "inner_part", "tiny_part", "i", "calls", "sum"};
    assert_int_equal(count, ARRAY_LENGTH(order));
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(list[i].name, order[i]);
        assert_int_equal(list[i].argument, i < 8);
        assert_int_equal(list[i].where, VARIABLE_LOCATION);
        assert_non_null(strstr(list[i].file, "/work.c"));
    }
    assert_int_equal(list[8].depth, 2);
    assert_int_equal(list[8].line, 19);
    assert_string_equal(type_strip(list[6].type)->name, "kind");
    free(list);
    free(at);
    assert_false(symbols_variables_at(m, 1, 0, &list, &count));
    assert_null(list);
    assert_false(symbols_variables_at(m, find_one(m, "main").address, 1, &list, &count));
    struct type *work = symbols_function_type(m, find_one(m, "work").address, 0);
    BASE_FREE char *name = type_name(work);
    assert_string_equal(name, "long (int, char, unsigned short, long, struct pair, int *, enum kind, _Bool)");
    symbol_map_free(m);
}

/* Inside inlined code: its own variables at level 0, its caller's at level 1. */
static void test_inlined_scopes(void **state)
{
    (void)state;
    static const char *const programs[] = {"gcc-O0", "gcc-O2", "clang-O0", "clang-O2"};
    for (size_t i = 0; i < ARRAY_LENGTH(programs); i++) {
        struct symbol_map *m = open_map(programs[i], 0);
        struct symbol_match *at;
        size_t n, count;
        struct error *e = symbols_find_line(m, "work.c", 9, &at, &n);
        assert_null(e);
        assert_true(at[0].inlined);
        struct variable *list;
        assert_true(symbols_variables_at(m, at[0].address, 0, &list, &count));
        assert_non_null(find(list, count, "base_of"));
        assert_true(find(list, count, "base_of")->argument);
        assert_non_null(find(list, count, "squared"));
        assert_null(find(list, count, "sum"));
        free(list);
        assert_true(symbols_variables_at(m, at[0].address, 1, &list, &count));
        assert_non_null(find(list, count, "sum"));
        assert_null(find(list, count, "base_of"));
        free(list);
        free(at);
        symbol_map_free(m);
    }
}

static uint64_t address_of(const struct variable *v)
{
    static const struct dwarf_callbacks none = {0};
    uint64_t address = 0;
    assert_int_equal(v->where, VARIABLE_LOCATION);
    struct error *e = dwarf_evaluate_number(&v->expression, &none, &address);
    if (e)
        fail_msg("%s: %s", v->name, e->message);
    return address;
}

static void test_globals(void **state)
{
    (void)state;
    static const char *const programs[] = {"gcc-O0", "clang-O0", "gcc-O2", "pie"};
    for (size_t i = 0; i < ARRAY_LENGTH(programs); i++) {
        uint64_t offset = strcmp(programs[i], "pie") == 0 ? 0x555555554000 : 0;
        struct symbol_map *m = open_map(programs[i], offset);
        struct variable v;
        assert_true(symbols_find_variable(m, "global", UINT64_MAX, &v));
        assert_int_equal(address_of(&v), find_one(m, "global").address);
        assert_true(v.external);
        assert_int_equal(v.line, 4);
        /* Declared in one CU, defined in another. */
        assert_true(symbols_find_variable(m, "elsewhere", find_one(m, "main").address, &v));
        assert_int_equal(address_of(&v), find_one(m, "elsewhere").address);
        assert_int_equal(type_size(v.type), 4);
        /* Two statics of one name: the scope decides. */
        if (strcmp(programs[i], "gcc-O2") != 0) {
            assert_true(symbols_find_variable(m, "hidden", find_one(m, "main").address, &v));
            assert_int_equal(type_size(v.type), 8);
            assert_false(v.external);
            assert_true(symbols_find_variable(m, "hidden", find_one(m, "use").address, &v));
            assert_int_equal(type_size(v.type), 4);
            assert_true(symbols_find_variable(m, "other.c:hidden", find_one(m, "main").address, &v));
            assert_int_equal(type_size(v.type), 4);
            assert_true(symbols_find_variable(m, "'work.c'::hidden", UINT64_MAX, &v));
            assert_int_equal(type_size(v.type), 8);
        }
        assert_false(symbols_find_variable(m, "nothing", UINT64_MAX, &v));
        assert_false(symbols_find_variable(m, "main", UINT64_MAX, &v));
        assert_false(symbols_find_variable(m, "nofile.c:global", UINT64_MAX, &v));
        symbol_map_free(m);
    }
}

/* gcc notes at its calls what it passed: main calls work() with a constant 65535 and so on. */
static void test_call_sites(void **state)
{
    (void)state;
    struct symbol_map *m = open_map("gcc-O2", 0);
    BASE_FREE char *out = run("objdump -d --no-show-raw-insn gcc-O2 | grep -A1 'call.*<work>' | tail -1");
    uint64_t back = strtoull(out, NULL, 16);
    assert_true(back > 0x1000);
    struct symbol_match *work, *caller;
    size_t count;
    symbols_find_name(m, "work", &work, &count);
    assert_int_equal(count, 1);
    symbols_find_name(m, "main", &caller, &count);
    struct call_site_value e;
    static const struct dwarf_callbacks none = {0};
    uint64_t value = 0;
    assert_true(symbols_call_site_value(m, back, work->entry, 1, &e)); /* rdx: s */
    assert_false(e.has_target);
    struct error *err = dwarf_evaluate_number(&e.value, &none, &value);
    assert_null(err);
    assert_int_equal(value & 0xffff, 65535);
    assert_false(symbols_call_site_value(m, back, work->entry, 13, &e));
    assert_false(symbols_call_site_value(m, back + 1, work->entry, 1, &e));
    /* what was called was not this function: its arguments are unknown */
    assert_false(symbols_call_site_value(m, back, caller->entry, 1, &e));
    free(work);
    free(caller);
    symbol_map_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_as_gdb),  cmocka_unit_test(test_scopes),
        cmocka_unit_test(test_inlined_scopes), cmocka_unit_test(test_globals),
        cmocka_unit_test(test_call_sites),
    };
    return cmocka_run_group_tests(tests, set_up, remove_scratch);
}
