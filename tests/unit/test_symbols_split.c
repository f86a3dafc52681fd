/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Debug information kept elsewhere or in another shape: split DWARF (.dwo and .dwp), dwz files, type units,
 * compressed sections, 64-bit DWARF, LTO. The program with its DWARF inside is the oracle for the same code.
 */
#include "test_symbols_describe.h"

#include <fcntl.h>
#include <sys/stat.h>

static const char header[] =
    "struct shape { int kind; struct shape *next; union { int r; double side; } u; char name[16]; };\n"
    "enum color { RED, GREEN = 5, BLUE };\n"
    "typedef struct shape shape_t;\n"
    "struct big { long a[20]; enum color c; unsigned bit : 3; shape_t *list; int (*fn)(struct shape *); };\n"
    "extern int total;\n"
    "static inline __attribute__((always_inline)) int sum_of(const shape_t *s)\n"
    "{\n"
    "    int n = 0;\n"
    "    for (; s; s = s->next)\n"
    "        n += s->kind + total;\n"
    "    return n;\n"
    "}\n"
    "int first(shape_t *s, struct big *b, int n);\n"
    "int second(shape_t *s, struct big *b, int n);\n";

static const char template[] = "#include \"common.h\"\n"
                               "struct only_%s { int x; enum color in; };\n"
                               "struct big global_%s = {.c = GREEN};\n"
                               "static int calls;\n"
                               "int %s(shape_t *s, struct big *b, int n)\n"
                               "{\n"
                               "    struct only_%s o = {sum_of(s), BLUE};\n"
                               "    b->c = o.in;\n"
                               "    for (int i = 0; i < n; i++) {\n"
                               "        int doubled = i * 2 + calls;\n"
                               "        b->a[i] += doubled + sum_of(s->next);\n"
                               "        calls++;\n"
                               "    }\n"
                               "    return o.x + calls;\n"
                               "}\n";

static const char main_source[] = "#include \"common.h\"\n"
                                  "int total = 3;\n"
                                  "int main(int argc, char **argv)\n"
                                  "{\n"
                                  "    shape_t a = {.kind = argc}, b = {.next = &a};\n"
                                  "    struct big g = {.list = &b};\n"
                                  "    (void)argv;\n"
                                  "    return first(&b, &g, argc) + second(&a, &g, 2);\n"
                                  "}\n";

static const char *const functions[] = {"first", "second", "main", NULL};
static const char *const types[] = {"struct shape",       "struct big", "shape_t", "struct only_first",
                                    "struct only_second", "enum color", NULL};
static const char *const globals[] = {"total",         "global_first",   "global_second",
                                      "first.c:calls", "second.c:calls", NULL};
static const char *const enumerators[] = {"RED", "GREEN", "BLUE", "PURPLE", NULL};
static const struct described all = {functions, types, globals, enumerators};

static int set_up(void **state)
{
    if (make_scratch(state) != 0)
        return -1;
    write_file("common.h", header);
    write_file("main.c", main_source);
    static const char *const names[] = {"first", "second"};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        BASE_FREE char *file = xasprintf("%s.c", names[i]);
        BASE_BUF struct buf text = {0};
        for (const char *p = template; *p; p++) {
            if (p[0] == '%' && p[1] == 's')
                buf_add_text(&text, names[i]), p++;
            else
                buf_add(&text, p, 1);
        }
        write_file(file, buf_text(&text));
    }
    return 0;
}

/* Each in its folder, so that .dwo files do not meet; the sources are named by absolute paths. */
static void build(const char *folder, const char *compile)
{
    free(run("rm -rf %s && mkdir %s && cd %s && for f in main first second; do %s -c %s/$f.c -o $f.o || exit "
             "1; done && "
             "%s main.o first.o second.o -o program",
             folder, folder, folder, compile, scratch, compile));
}

static char *describe(const char *folder)
{
    BASE_FREE char *path = xasprintf("%s/program", folder);
    return describe_program(path, &all);
}

/* gcc 12 ends the location lists of split DWARF 4 two bytes early behind a call (`.LFE0-.LVL4-1` for
 * `.LFE0-(.LVL4-1)`), so there it writes none; clang's of that form are right. */
static const char *const compiles[] = {
    "gcc -gdwarf-4 -O0",   "gcc -gdwarf-4 -O2 -fno-var-tracking",
    "gcc -gdwarf-5 -O0",   "gcc -gdwarf-5 -O2",
    "clang -gdwarf-4 -O0", "clang -gdwarf-4 -O2",
    "clang -gdwarf-5 -O0", "clang -gdwarf-5 -O2",
};

/* Places of a function that is there inlined only. */
static size_t copies(const char *folder)
{
    BASE_FREE char *path = xasprintf("%s/program", folder);
    struct symbol_map *m = open_map(path, 0);
    struct symbol_match *list;
    size_t count;
    symbols_find_name(m, "sum_of", &list, &count);
    for (size_t i = 0; i < count; i++)
        assert_true(list[i].inlined);
    free(list);
    symbol_map_free(m);
    return count;
}

static void compare(const char *what, const char *plain, const char *other)
{
    assert_true(copies(plain) >= 2);
    assert_int_equal(copies(other), copies(plain));
    BASE_FREE char *a = describe(plain), *b = describe(other);
    assert_true(strlen(a) > 4000);
    assert_same_text(what, a, b);
}

static void test_dwo(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(compiles); i++) {
        BASE_FREE char *with = xasprintf("%s -gsplit-dwarf", compiles[i]);
        build("plain", compiles[i]);
        build("split", with);
        free(run("ls split/first.dwo"));
        compare(compiles[i], "plain", "split");
        /* The folder has moved: files beside the program are found too. */
        free(run("rm -rf moved && mv split moved"));
        compare("moved", "plain", "moved");
    }
}

static void test_package(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(compiles); i++) {
        BASE_FREE char *with = xasprintf("%s -gsplit-dwarf", compiles[i]);
        build("plain", compiles[i]);
        build("split", with);
        free(run("cd split && llvm-dwp -e program -o program.dwp && rm *.dwo"));
        compare(compiles[i], "plain", "split");
        if (strstr(compiles[i], "dwarf-4")) { /* binutils 2.40's knows version 4 only */
            build("split", with);
            free(run("cd split && dwp -e program -o program.dwp && rm *.dwo"));
            compare("binutils", "plain", "split");
        }
    }
}

/* Functions and lines are known without the .dwo; one message says what is not, and where it was looked for.
 */
static void test_missing_dwo(void **state)
{
    (void)state;
    build("plain", "gcc -gdwarf-5 -O2");
    build("split", "gcc -gdwarf-5 -O2 -gsplit-dwarf");
    free(run("rm split/*.dwo"));
    struct symbol_map *m = open_map("split/program", 0), *whole = open_map("plain/program", 0);
    struct symbol_match one = find_one(whole, "first");
    for (uint64_t k = 0; k < one.size; k++) {
        struct symbol_place a, b;
        assert_true(symbols_lookup(m, one.entry + k, &a) && symbols_lookup(whole, one.entry + k, &b));
        assert_string_equal(a.function, "first");
        assert_string_equal(a.file, b.file);
        assert_int_equal(a.line, b.line);
    }
    assert_null(symbols_find_type(m, "struct big", UINT64_MAX));
    const char *complaint = symbol_file_complaint(symbol_map_file(m, 0, NULL));
    BASE_FREE char *path = xasprintf("%s/split/first.dwo", scratch);
    assert_non_null(complaint);
    assert_non_null(strstr(complaint, path));
    assert_non_null(strstr(complaint, "No such file"));
    assert_non_null(strstr(complaint, "not known"));
    assert_null(strstr(complaint, "second.dwo"));
    symbol_map_free(m);
    symbol_map_free(whole);
}

/* A .dwo of another build has other offsets: it would lie. */
static void test_other_dwo(void **state)
{
    (void)state;
    for (int version = 4; version <= 5; version++) {
        BASE_FREE char *compile = xasprintf("gcc -gdwarf-%d -O2 -gsplit-dwarf", version);
        build("split", compile);
        free(run("cp split/second.dwo split/first.dwo"));
        struct symbol_map *m = open_map("split/program", 0);
        assert_null(symbols_find_type(m, "struct only_first", UINT64_MAX));
        assert_non_null(symbols_find_type(m, "struct only_second", UINT64_MAX));
        const char *complaint = symbol_file_complaint(symbol_map_file(m, 0, NULL));
        assert_non_null(complaint);
        assert_non_null(strstr(complaint, "other sources"));
        symbol_map_free(m);
    }
}

static void test_dwz(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(compiles); i++) {
        if (strncmp(compiles[i], "clang -gdwarf-5", 15) == 0)
            continue; /* dwz 0.15 refuses its .debug_addr */
        build("plain", compiles[i]);
        build("other", compiles[i]);
        free(run("rm -rf single multi five && cp -r plain single && cd single && dwz program"));
        compare(compiles[i], "plain", "single");
        free(run("cp -r plain multi && cp -r plain five"));
        free(run("cd multi && cp ../other/program friend && dwz -m shared.debug program friend"));
        free(run("readelf -SW multi/program | grep -q gnu_debugaltlink"));
        compare(compiles[i], "plain", "multi");
        free(run("cd five && cp ../other/program friend && dwz -5 -m shared.debug program friend"));
        free(run("readelf -SW five/program | grep -q debug_sup"));
        compare(compiles[i], "plain", "five");
    }
}

static void test_missing_dwz(void **state)
{
    (void)state;
    build("multi", "gcc -g -O1");
    free(run("cd multi && cp program friend && dwz -m shared.debug program friend && mv shared.debug gone"));
    struct symbol_map *m = open_map("multi/program", 0);
    struct symbol_match one = find_one(m, "second");
    assert_string_equal(one.function, "second");
    assert_true(one.line > 0);
    assert_null(symbols_find_type(m, "struct big", UINT64_MAX));
    const char *complaint = symbol_file_complaint(symbol_map_file(m, 0, NULL));
    BASE_FREE char *path = xasprintf("%s/multi/shared.debug", scratch);
    assert_non_null(complaint);
    assert_non_null(strstr(complaint, path));
    assert_non_null(strstr(complaint, "/usr/lib/debug/.dwz/shared.debug"));
    symbol_map_free(m);
    /* Another program's: its build id says so. */
    free(run("cp plain/program multi/shared.debug"));
    m = open_map("multi/program", 0);
    assert_null(symbols_find_type(m, "struct big", UINT64_MAX));
    assert_non_null(strstr(symbol_file_complaint(symbol_map_file(m, 0, NULL)), "does not belong"));
    symbol_map_free(m);
}

static void test_shapes(void **state)
{
    (void)state;
    static const char *const with[] = {"-fdebug-types-section", "-gdwarf64", "-gz=zlib",
                                       "-fdebug-types-section -gsplit-dwarf", "-gz -gsplit-dwarf"};
    for (size_t i = 0; i < ARRAY_LENGTH(compiles); i++) {
        build("plain", compiles[i]);
        for (size_t k = 0; k < ARRAY_LENGTH(with); k++) {
            /* clang 14 has no 64-bit DWARF 4 assembler output that links, and gcc only without a mix. */
            if (strstr(with[k], "dwarf64") && strncmp(compiles[i], "clang", 5) == 0)
                continue;
            BASE_FREE char *compile = xasprintf("%s %s", compiles[i], with[k]);
            build("shaped", compile);
            compare(compile, "plain", "shaped");
        }
        free(run("rm -rf shaped && cp -r plain shaped && cd shaped && objcopy --compress-debug-sections=zstd "
                 "program && readelf -t program | grep -q ZSTD"));
        compare("zstd", "plain", "shaped");
        free(run(
            "rm -rf shaped && cp -r plain shaped && cd shaped && objcopy --compress-debug-sections=zlib-gnu "
            "program && readelf -SW program | grep -q zdebug_"));
        compare("zdebug", "plain", "shaped");
    }
}

/* A zstd section that is cut short or lies about its size is left out, with one message. */
static void test_damaged_zstd(void **state)
{
    (void)state;
    build("plain", "gcc -g -O1");
    free(run("objcopy --compress-debug-sections=zstd plain/program zstd && cp zstd damaged && python3 -c '\n"
             "import struct\n"
             "d = bytearray(open(\"damaged\", \"rb\").read())\n"
             "shoff, = struct.unpack_from(\"<Q\", d, 40)\n"
             "n, strings = struct.unpack_from(\"<HH\", d, 60)\n"
             "names, = struct.unpack_from(\"<Q\", d, shoff + 64 * strings + 24)\n"
             "for i in range(n):\n"
             "    name, kind, flags, _, at, size = struct.unpack_from(\"<IIQQQQ\", d, shoff + 64 * i)\n"
             "    if d[names + name:].startswith(b\".debug_info\\0\"):\n"
             "        d[at + size // 2] ^= 0xff\n"
             "        d[at + 24 + 5] ^= 0xff\n"
             "open(\"damaged\", \"wb\").write(d)'"));
    struct symbol_map *m = open_map("damaged", 0);
    assert_null(symbols_find_type(m, "struct big", UINT64_MAX));
    struct symbol_place p;
    assert_true(symbols_lookup(m, find_one(m, "first").entry, &p));
    assert_string_equal(p.function, "first");
    const char *complaint = symbol_file_complaint(symbol_map_file(m, 0, NULL));
    assert_non_null(complaint);
    assert_non_null(strstr(complaint, "compressed section .debug_info"));
    symbol_map_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dwo),         cmocka_unit_test(test_package),
        cmocka_unit_test(test_missing_dwo), cmocka_unit_test(test_other_dwo),
        cmocka_unit_test(test_dwz),         cmocka_unit_test(test_missing_dwz),
        cmocka_unit_test(test_shapes),      cmocka_unit_test(test_damaged_zstd),
    };
    return cmocka_run_group_tests(tests, set_up, remove_scratch);
}
