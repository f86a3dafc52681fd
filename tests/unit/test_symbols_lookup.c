/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols_lookup(), names and lines, against addr2line and gdb, over compilers, DWARF versions and machines.
 */
#include "test_symbols_support.h"

enum { SAMPLES = 120, ANSWER_LIMIT = 64 };

struct variant {
    const char *name, *compile, *prefix;
    bool native;    /* gdb can read it here */
    bool addr2line; /* Debian 12's reads neither 64-bit DWARF 5 nor clang's DW_FORM_rnglistx */
};

static const struct variant variants[] = {
    {"gcc-O0", "gcc -g -O0", "", true, true},
    {"gcc-O2", "gcc -g -O2", "", true, true},
    {"gcc-O2-dwarf4", "gcc -gdwarf-4 -O2", "", true, true},
    {"gcc-O1-gz", "gcc -g -O1 -gz=zlib", "", true, true},
    {"gcc-O2-sections", "gcc -g -O2 -ffunction-sections -Wl,--gc-sections", "", true, true},
    {"gcc-lto", "gcc -g -O2 -flto", "", true, true},
    {"gcc-dwarf64", "gcc -g -O1 -gdwarf64", "", true, false},
    {"gcc-dwarf2", "gcc -g -O1 -gdwarf-2 -gstrict-dwarf", "", true, true},
    {"clang-O0", "clang -g -O0", "", true, false},
    {"clang-O2", "clang -g -O2", "", true, false},
    {"clang-O2-dwarf4", "clang -gdwarf-4 -O2 -gz", "", true, true},
    {"aarch64", "aarch64-linux-gnu-gcc -g -O1", "aarch64-linux-gnu-", false, true},
    {"arm", "arm-linux-gnueabihf-gcc -g -O1", "arm-linux-gnueabihf-", false, true},
    {"riscv64", "riscv64-linux-gnu-gcc -g -O1", "riscv64-linux-gnu-", false, true},
    {"powerpc64", "powerpc64-linux-gnu-gcc -g -O1", "powerpc64-linux-gnu-", false, true},
    {"s390x", "s390x-linux-gnu-gcc -g -O1", "s390x-linux-gnu-", false, true},
};

static int set_up(void **state)
{
    if (make_scratch(state) != 0)
        return -1;
    write_program();
    for (size_t i = 0; i < ARRAY_LENGTH(variants); i++)
        free(run("%s main.c area.c -o %s", variants[i].compile, variants[i].name));
    seed_random();
    return 0;
}

/* Addresses in the functions of our program. */
static size_t sample(struct symbol_map *m, uint64_t *ret)
{
    static const char *const names[] = {"main", "choose", "area", "helper"};
    size_t n = 0;
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        struct symbol_match *list;
        size_t count;
        symbols_find_name(m, names[i], &list, &count);
        for (size_t k = 0; k < count; k++) {
            if (list[k].inlined || !list[k].size)
                continue;
            for (size_t j = 0; j < SAMPLES / 5 && n < SAMPLES; j++)
                ret[n++] = list[k].entry + random_below(list[k].size);
        }
        free(list);
    }
    assert_true(n >= 40);
    return n;
}

/* Do we, at one address, say what addr2line's lines say? `text` begins behind the address line. */
static void compare_frames(const struct symbol_place *p, char **lines, size_t n, const char *where)
{
    for (size_t i = 0; i + 1 < n; i += 2) {
        const char *function = i == 0 ? p->function : p->inlined[i / 2 - 1].function;
        const char *file = i == 0 ? p->file : p->inlined[i / 2 - 1].file;
        unsigned line = i == 0 ? p->line : p->inlined[i / 2 - 1].line;
        assert_true(i == 0 || i / 2 - 1 < p->inlined_count);
        if (!function || strcmp(function, lines[i]) != 0)
            fail_msg("%s: level %zu is %s, not %s", where, i / 2, function ? function : "-", lines[i]);
        char *colon = strrchr(lines[i + 1], ':');
        unsigned theirs = (unsigned)strtoul(colon + 1, NULL, 10);
        /* The innermost line may differ where rows share an address: gdb's rule is tested below. */
        if (i > 0 && theirs && theirs != line)
            fail_msg("%s: level %zu is line %u, not %u", where, i / 2, line, theirs);
        /* Link-time optimisation makes a CU of that name, which addr2line gives for a file. */
        if (theirs != line || strstr(lines[i + 1], "<artificial>"))
            continue;
        *colon = 0;
        const char *base = strrchr(lines[i + 1], '/');
        if (line && (!file || !base || !strstr(file, base)))
            fail_msg("%s: level %zu is in %s, not %s", where, i / 2, file ? file : "-", lines[i + 1]);
    }
    assert_int_equal(p->inlined_count, n / 2 - 1);
}

static void check_against_addr2line(const struct variant *v, struct symbol_map *m)
{
    uint64_t addresses[SAMPLES];
    size_t n = sample(m, addresses);
    BASE_BUF struct buf list = {0};
    for (size_t i = 0; i < n; i++)
        buf_printf(&list, " 0x%llx", (unsigned long long)addresses[i]);
    BASE_FREE char *out = run("%saddr2line -a -f -i -e %s%s", v->prefix, v->name, buf_text(&list));
    char *save = NULL, *line = strtok_r(out, "\n", &save);
    for (size_t i = 0; i < n; i++) {
        char *lines[ANSWER_LIMIT];
        size_t count = 0;
        assert_non_null(line);
        assert_int_equal(strtoull(line, NULL, 16), addresses[i]);
        while ((line = strtok_r(NULL, "\n", &save)) && strncmp(line, "0x", 2) != 0 && count < ANSWER_LIMIT)
            lines[count++] = line;
        struct symbol_place p;
        assert_true(symbols_lookup(m, addresses[i], &p));
        BASE_FREE char *where = xasprintf("%s 0x%llx", v->name, (unsigned long long)addresses[i]);
        compare_frames(&p, lines, count, where);
    }
}

static void test_functions_as_addr2line(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(variants); i++) {
        struct symbol_map *m = open_map(variants[i].name, 0);
        if (variants[i].addr2line)
            check_against_addr2line(&variants[i], m);
        assert_null(symbol_file_complaint(symbol_map_file(m, 0, NULL)));
        symbol_map_free(m);
    }
}

/* gdb's answers to a list of commands, one line each. */
static char *ask_gdb(const char *program, const struct buf *commands)
{
    write_file("commands", buf_text(commands));
    return run("gdb -nx -batch -iex 'set debuginfod enabled off' -x commands %s 2>&1", program);
}

static void check_lines(const struct variant *v, struct symbol_map *m)
{
    uint64_t addresses[SAMPLES];
    size_t n = sample(m, addresses);
    BASE_BUF struct buf commands = {0};
    for (size_t i = 0; i < n; i++)
        buf_printf(&commands, "info line *0x%llx\n", (unsigned long long)addresses[i]);
    BASE_FREE char *out = ask_gdb(v->name, &commands);
    char *save = NULL, *line = strtok_r(out, "\n", &save);
    for (size_t i = 0; i < n; i++, line = strtok_r(NULL, "\n", &save)) {
        assert_non_null(line);
        unsigned theirs = 0;
        const char *at = strstr(line, "Line ");
        if (at)
            theirs = (unsigned)strtoul(at + 5, NULL, 10);
        struct symbol_place p;
        assert_true(symbols_lookup(m, addresses[i], &p));
        if (p.line != theirs)
            fail_msg("%s 0x%llx: line %u; gdb: %s", v->name, (unsigned long long)addresses[i], p.line, line);
        struct address_range r;
        assert_int_equal(symbols_line_range(m, addresses[i], &r), theirs != 0);
        if (theirs)
            assert_true(r.low <= addresses[i] && addresses[i] < r.high);
    }
}

static void test_lines_as_gdb(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(variants); i++) {
        struct symbol_map *m = variants[i].native ? open_map(variants[i].name, 0) : NULL;
        if (m)
            check_lines(&variants[i], m);
        symbol_map_free(m);
    }
}

static int by_value(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* The addresses in gdb's `info breakpoints`. */
static size_t gdb_locations(const char *program, const char *at, uint64_t *ret)
{
    BASE_BUF struct buf commands = {0};
    buf_printf(&commands, "break %s\ninfo breakpoints\n", at);
    BASE_FREE char *out = ask_gdb(program, &commands);
    char *table = strstr(out, "What\n");
    size_t n = 0;
    for (char *p = table; p && (p = strstr(p, "0x")) && n < ANSWER_LIMIT;) {
        ret[n++] = strtoull(p, NULL, 16);
        p = strchr(p, '\n');
    }
    qsort(ret, n, sizeof *ret, by_value);
    return n;
}

static void compare_locations(const char *program, const char *at, struct symbol_match *list, size_t count)
{
    uint64_t ours[ANSWER_LIMIT], theirs[ANSWER_LIMIT];
    size_t n = gdb_locations(program, at, theirs);
    assert_true(count <= ANSWER_LIMIT);
    for (size_t i = 0; i < count; i++)
        ours[i] = list[i].address;
    qsort(ours, count, sizeof *ours, by_value);
    bool same = n == count && memcmp(ours, theirs, n * sizeof *ours) == 0;
    for (size_t i = 0; !same && i < (n > count ? n : count); i++)
        print_message("  ours %llx gdb %llx\n", i < count ? (unsigned long long)ours[i] : 0,
                      i < n ? (unsigned long long)theirs[i] : 0);
    if (!same)
        fail_msg("%s: break %s: %zu locations, gdb has %zu", program, at, count, n);
}

static void test_breakpoints_as_gdb(void **state)
{
    (void)state;
    static const char *const names[] = {"main", "choose", "area", "helper", "area.c:helper", "main.c:helper"};
    static const char *const programs[] = {"gcc-O0", "gcc-O2", "clang-O0", "clang-O2", "gcc-O1-gz"};
    for (size_t i = 0; i < ARRAY_LENGTH(programs); i++) {
        struct symbol_map *m = open_map(programs[i], 0);
        for (size_t k = 0; k < ARRAY_LENGTH(names); k++) {
            struct symbol_match *list;
            size_t count;
            symbols_find_name(m, names[k], &list, &count);
            compare_locations(programs[i], names[k], list, count);
            free(list);
        }
        symbol_map_free(m);
    }
}

static void test_source_lines_as_gdb(void **state)
{
    (void)state;
    static const char *const programs[] = {"gcc-O0", "clang-O0"};
    static const struct {
        const char *file;
        unsigned lines;
    } files[] = {{"main.c", 29}, {"area.c", 17}, {"shape.h", 12}};
    for (size_t i = 0; i < ARRAY_LENGTH(programs); i++) {
        struct symbol_map *m = open_map(programs[i], 0);
        for (size_t f = 0; f < ARRAY_LENGTH(files); f++) {
            for (unsigned line = 1 + (unsigned)random_below(3); line <= files[f].lines; line += 3) {
                struct symbol_match *list;
                size_t count;
                struct error *e = symbols_find_line(m, files[f].file, line, &list, &count);
                if (e)
                    fail_msg("%s", e->message);
                BASE_FREE char *at = xasprintf("%s:%u", files[f].file, line);
                compare_locations(programs[i], at, list, count);
                free(list);
            }
        }
        symbol_map_free(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_functions_as_addr2line),
        cmocka_unit_test(test_lines_as_gdb),
        cmocka_unit_test(test_breakpoints_as_gdb),
        cmocka_unit_test(test_source_lines_as_gdb),
    };
    return cmocka_run_group_tests(tests, set_up, remove_scratch);
}
