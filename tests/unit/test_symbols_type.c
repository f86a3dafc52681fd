/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/type.h: definitions and declarations against gdb's ptype, ptype /o and whatis; members, sizes,
 * names.
 */
#include "test_symbols_support.h"

#include "symbols/type.h"

static const char source[] =
    "#include <stddef.h>\n"
    "enum color { RED, GREEN = 5, BLUE };\n"
    "enum sign { MINUS = -3, ZERO = 0, HIGH = 200 };\n"
    "enum wide { TOP = 0xffffffffu };\n"
    "typedef unsigned long word_t;\n"
    "typedef struct node node_t;\n"
    "typedef int (*callback_t)(int, void *);\n"
    "struct opaque;\n"
    "struct far;\n"
    "union both { int i; double d; char bytes[12]; };\n"
    "struct node {\n"
    "    int a;\n"
    "    char b[10];\n"
    "    unsigned int c : 3;\n"
    "    unsigned int d : 7;\n"
    "    struct node *next;\n"
    "    union { int x; float f; struct { short p, q; } inner; };\n"
    "    struct { long l; struct { int deep; } deeper; } named;\n"
    "    int (*fn)(int, char *);\n"
    "    void (*none)(void);\n"
    "    void (*old)();\n"
    "    int (*vari)(const char *, ...);\n"
    "    enum color col;\n"
    "    const char *const text;\n"
    "    volatile word_t w;\n"
    "    int m[2][3];\n"
    "    char *names[4];\n"
    "    int (*parr)[3];\n"
    "    int *(*(*deep)(int))[2];\n"
    "    struct opaque *o;\n"
    "    node_t *alias;\n"
    "    _Bool flag;\n"
    "    long double ld;\n"
    "    unsigned long long big : 40;\n"
    "    long long sbig : 20;\n"
    "    float _Complex cf;\n"
    "    int empty[0];\n"
    "    int flex[];\n"
    "};\n"
    "struct __attribute__((packed)) tight { char c; int i; short s : 5; int t : 30; };\n"
    "size_t sz; struct node *g; enum sign sg; enum wide wd; struct tight tt; struct far *far;\n"
    "union both bo; unsigned short us; signed char sc; unsigned char uc; __int128 i128; unsigned long long "
    "ull;\n"
    "long lng; callback_t cb; const volatile int cv = 3; int matrix[4][5]; char letters[3] = \"ab\";\n"
    "double (*table[3])(double, float); int (*const fixed)(void) = 0; void *restrict_me; _Atomic int atom;\n"
    "struct { int anonymous; } nameless; const struct node *const cn = 0; const int ca[2] = {1, 2};\n"
    "typedef struct node *node_p; typedef const node_t *cnode_p; typedef word_t *word_p; typedef node_p "
    "(*maker)(node_p);\n"
    "typedef int triple[3]; typedef triple *triple_p; typedef triple_p "
    "(*chooser)(word_t);\n"
    "node_p np; cnode_p cnp; word_p wp; maker mk; triple_p tp; chooser ch;\n"
    "int takes(struct node n, int a[], callback_t c) { return a[0] + n.a + c(1, 0); }\n"
    "int main(int argc, char **argv) { enum color c = RED; (void)c; (void)argv; return argc; }\n";

struct variant {
    const char *name, *compile;
};

static const struct variant variants[] = {
    {"gcc", "gcc -g -O0"},
    {"gcc-dwarf4", "gcc -gdwarf-4 -O0"},
    {"gcc-dwarf2", "gcc -gdwarf-2 -gstrict-dwarf -O0"},
    {"gcc-gz", "gcc -g -gz=zlib -O0"},
    {"gcc-units", "gcc -g -fdebug-types-section -O0"},
    {"clang", "clang -g -O0"},
    {"clang-dwarf4", "clang -gdwarf-4 -O0"},
};

static int set_up(void **state)
{
    if (make_scratch(state) != 0)
        return -1;
    write_file("types.c", source);
    write_file("far.c", "struct far { int here; };\nstruct far defined;\n");
    for (size_t i = 0; i < ARRAY_LENGTH(variants); i++)
        free(run("%s types.c far.c -o %s", variants[i].compile, variants[i].name));
    free(run("powerpc64-linux-gnu-gcc -g -O0 types.c far.c -o ppc && gcc -m64 -g -c types.c -o types.o"));
    return 0;
}

static char *gdb(const char *program, const char *command)
{
    return run("gdb -nx -batch -iex 'set debuginfod enabled off' -ex '%s' %s 2>&1", command, program);
}

static void same_as_ptype(struct symbol_map *m, const char *program, const char *name, bool offsets)
{
    struct type *t = symbols_find_type(m, name, UINT64_MAX);
    if (!t)
        fail_msg("%s: no %s", program, name);
    BASE_BUF struct buf ours = {0};
    type_to_c(t, offsets, &ours);
    bool columns = strncmp(buf_text(&ours), "/*", 2) == 0;
    BASE_FREE char *text = xasprintf("%s%s\n", columns ? "" : "type = ", buf_text(&ours));
    BASE_FREE char *command = xasprintf("ptype%s %s", offsets ? "/o" : "", name);
    BASE_FREE char *theirs = gdb(program, command);
    if (strcmp(text, theirs) != 0)
        fail_msg("%s: %s\nours:\n%sgdb:\n%s", program, command, text, theirs);
}

static void test_definitions_as_ptype(void **state)
{
    (void)state;
    static const char *const names[] = {
        "struct node", "enum color", "enum sign",  "enum wide",    "size_t",     "word_t",
        "node_t",      "callback_t", "union both", "struct tight", "struct far", "node_p",
        "cnode_p",     "word_p",     "maker",      "triple_p",     "chooser"};
    for (size_t v = 0; v < ARRAY_LENGTH(variants); v++) {
        struct symbol_map *m = open_map(variants[v].name, 0);
        for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
            same_as_ptype(m, variants[v].name, names[i], false);
            if (strchr(names[i], ' ')) /* gdb forgets /o behind a typedef; we do not */
                same_as_ptype(m, variants[v].name, names[i], true);
        }
        assert_null(symbol_file_complaint(symbol_map_file(m, 0, NULL)));
        symbol_map_free(m);
    }
}

static struct type *member_type(struct type *t, const char *name)
{
    const struct type_member *list;
    size_t n = type_members(t, &list);
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].name, name) == 0)
            return list[i].type;
    fail_msg("no member %s", name);
    return NULL;
}

static void test_declarations_as_whatis(void **state)
{
    (void)state;
    static const char *const names[] = {"next",  "fn",   "none", "vari",  "text", "w",  "m",
                                        "names", "parr", "deep", "alias", "flag", "ld", "flex"};
    struct symbol_map *m = open_map("gcc", 0);
    struct type *node = symbols_find_type(m, "struct node", UINT64_MAX);
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        BASE_FREE char *command = xasprintf("whatis ((struct node *)0)->%s", names[i]);
        BASE_FREE char *theirs = gdb("gcc", command);
        BASE_FREE char *name = type_name(member_type(node, names[i]));
        BASE_FREE char *ours = xasprintf("type = %s\n", name);
        assert_string_equal(ours, theirs);
    }
    BASE_FREE char *fn = type_declaration(member_type(node, "deep"), "deep");
    assert_string_equal(fn, "int *(*(*deep)(int))[2]");
    symbol_map_free(m);
}

static void test_members(void **state)
{
    (void)state;
    static const char *const programs[] = {"gcc", "gcc-dwarf2", "clang", "ppc"};
    for (size_t p = 0; p < ARRAY_LENGTH(programs); p++) {
        struct symbol_map *m = open_map(programs[p], 0);
        struct type *node = symbols_find_type(m, "struct node", UINT64_MAX);
        const struct type_member *list;
        size_t n = type_members(node, &list);
        assert_int_equal(node->kind, TYPE_STRUCT);
        assert_string_equal(node->name, "node");
        assert_string_equal(list[1].name, "b");
        assert_int_equal(list[1].bit_offset, 32);
        assert_int_equal(type_size(list[1].type), 10);
        uint64_t bytes;
        unsigned bits;
        assert_int_equal(list[2].bit_size, 3);
        type_member_storage(&list[2], &bytes, &bits);
        assert_int_equal(bytes, 12);
        assert_int_equal(bits, 16);
        type_member_storage(&list[3], &bytes, &bits);
        assert_int_equal(bytes, 12);
        assert_int_equal(bits, 19);
        assert_string_equal(list[5].name, "");
        assert_int_equal(list[5].type->kind, TYPE_UNION);
        /* A cycle leads back to the very same node. */
        assert_ptr_equal(type_target(list[4].type), node);
        assert_ptr_equal(type_strip(type_target(member_type(node, "alias"))), node);
        struct type *matrix = member_type(node, "m");
        assert_int_equal(matrix->count, 2);
        assert_int_equal(type_target(matrix)->count, 3);
        assert_int_equal(type_size(matrix), 24);
        struct type *flex = member_type(node, "flex"), *empty = member_type(node, "empty");
        assert_int_equal(type_size(flex), 0);
        assert_int_equal(type_size(empty), 0);
        assert_true(list[n - 1].bit_offset / 8 <= type_size(node));
        struct type *const *parameters;
        struct type *vari = type_strip(type_target(member_type(node, "vari")));
        assert_int_equal(type_parameters(vari, &parameters), 1);
        assert_true(vari->variadic && vari->prototyped);
        symbol_map_free(m);
    }
}

static void test_enumerators(void **state)
{
    (void)state;
    struct symbol_map *m = open_map("gcc", 0);
    struct type *t;
    int64_t value;
    assert_true(symbols_find_enumerator(m, "GREEN", &t, &value));
    assert_int_equal(value, 5);
    assert_string_equal(t->name, "color");
    assert_true(symbols_find_enumerator(m, "MINUS", &t, &value));
    assert_int_equal(value, -3);
    assert_true(t->is_signed);
    assert_true(symbols_find_enumerator(m, "HIGH", &t, &value));
    assert_int_equal(value, 200);
    assert_true(symbols_find_enumerator(m, "TOP", &t, &value));
    assert_int_equal(value, 0xffffffff);
    assert_false(t->is_signed);
    assert_false(symbols_find_enumerator(m, "PURPLE", &t, &value));
    assert_false(symbols_find_enumerator(m, "main", &t, &value));
    symbol_map_free(m);
}

static void test_arithmetic_names(void **state)
{
    (void)state;
    static const struct {
        const char *asked, *canonical;
        enum type_kind kind;
        unsigned size;
        bool is_signed;
    } cases[] = {
        {"unsigned", "unsigned int", TYPE_INTEGER, 4, false},
        {"long unsigned int", "unsigned long", TYPE_INTEGER, 8, false},
        {"int long unsigned long", "unsigned long long", TYPE_INTEGER, 8, false},
        {"short int", "short", TYPE_INTEGER, 2, true},
        {"  signed   char ", "signed char", TYPE_CHAR, 1, true},
        {"unsigned char", "unsigned char", TYPE_CHAR, 1, false},
        {"_Bool", "_Bool", TYPE_BOOL, 1, false},
        {"unsigned __int128", "unsigned __int128", TYPE_INTEGER, 16, false},
        {"long double", "long double", TYPE_FLOAT, 16, true},
        {"float", "float", TYPE_FLOAT, 4, true},
        {"void", "void", TYPE_VOID, 1, false},
    };
    struct symbol_map *empty = symbol_map_create(), *m = open_map("clang", 0);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct symbol_map *maps[] = {empty, m};
        for (size_t k = 0; k < 2; k++) {
            struct type *t = symbols_find_type(maps[k], cases[i].asked, UINT64_MAX);
            assert_non_null(t);
            assert_string_equal(t->name, cases[i].canonical);
            assert_int_equal(t->kind, cases[i].kind);
            assert_int_equal(t->is_signed, cases[i].is_signed);
            assert_true(cases[i].kind == TYPE_VOID || type_size(t) == cases[i].size);
            assert_ptr_equal(symbols_find_type(maps[k], cases[i].asked, UINT64_MAX), t);
        }
    }
    static const char *const wrong[] = {"unsigned float char x", "long long long", "struct nod", "struct", "",
                                        "unsigned unsigned",     "color"};
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++)
        if (symbols_find_type(m, wrong[i], UINT64_MAX))
            fail_msg("\"%s\" was found", wrong[i]);
    BASE_FREE char *near = symbols_near_type(m, "struct nod");
    assert_string_equal(near, "node");
    assert_null(symbols_find_type(empty, "struct node", UINT64_MAX));
    symbol_map_free(empty);
    symbol_map_free(m);
}

/* Declared in one CU and defined in another. */
static void test_completion(void **state)
{
    (void)state;
    struct symbol_map *m = open_map("gcc", 0);
    struct type *node = symbols_find_type(m, "struct node", UINT64_MAX);
    struct type *opaque = type_target(member_type(node, "o"));
    assert_true(opaque->incomplete);
    assert_int_equal(type_size(opaque), 0);
    const struct type_member *list;
    assert_int_equal(type_members(opaque, &list), 0);
    struct symbol_match main_ = find_one(m, "main");
    struct type *far = symbols_find_type(m, "struct far", main_.address);
    assert_int_equal(type_size(far), 4);
    assert_int_equal(type_members(far, &list), 1);
    symbol_map_free(m);
}

static void test_made_up(void **state)
{
    (void)state;
    struct symbol_map *m = open_map("gcc", 0);
    struct type *node = symbols_find_type(m, "struct node", UINT64_MAX);
    struct type *array = type_array_of(type_pointer_to(node), 3);
    BASE_FREE char *name = type_name(array), *pointer = type_name(type_pointer_to(array));
    assert_string_equal(name, "struct node *[3]");
    assert_string_equal(pointer, "struct node *(*)[3]");
    assert_int_equal(type_size(array), 24);
    assert_ptr_equal(type_pointer_to(node), type_pointer_to(node));
    symbol_map_free(m);
}

/* Types that name themselves, arrays of impossible size: answers, not loops. */
static void test_nonsense(void **state)
{
    (void)state;
    write_file("loop.s", ".text\n.globl main\nmain: ret\nend:\n"
                         ".section .debug_info,\"\",@progbits\n"
                         ".long 2f-1f\n1: .value 4\n.long abbrevs\n.byte 8\n"
                         ".uleb128 1\n.string \"x.c\"\n.byte 12\n"
                         "3: .uleb128 2\n.string \"loop\"\n.long 3b-1b+4\n"
                         "4: .uleb128 3\n.long 5f-1b+4\n"
                         "5: .uleb128 3\n.long 4b-1b+4\n"
                         "6: .uleb128 2\n.string \"chain\"\n.long 4b-1b+4\n"
                         "7: .uleb128 4\n.long 7b-1b+4\n.uleb128 5\n.quad 0x7fffffffffffffff\n.byte 0\n"
                         "8: .uleb128 2\n.string \"huge\"\n.long 7b-1b+4\n"
                         "9: .uleb128 2\n.string \"outside\"\n.long 0x7fffffff\n"
                         ".byte 0\n2:\n"
                         ".section .debug_abbrev,\"\",@progbits\nabbrevs:\n"
                         ".uleb128 1,0x11\n.byte 1\n.uleb128 3,8,0x13,0xb,0,0\n"
                         ".uleb128 2,0x16\n.byte 0\n.uleb128 3,8,0x49,0x13,0,0\n"
                         ".uleb128 3,0x26\n.byte 0\n.uleb128 0x49,0x13,0,0\n"
                         ".uleb128 4,0x01\n.byte 1\n.uleb128 0x49,0x13,0,0\n"
                         ".uleb128 5,0x21\n.byte 0\n.uleb128 0x37,7,0,0\n"
                         ".byte 0\n.section .note.GNU-stack,\"\",@progbits\n");
    free(run("gcc loop.s -o loop"));
    struct symbol_map *m = open_map("loop", 0);
    static const char *const names[] = {"loop", "chain", "huge", "outside"};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        struct type *t = symbols_find_type(m, names[i], UINT64_MAX);
        assert_non_null(t);
        assert_true(type_size(t) == 0 || type_size(t) > 1);
        BASE_BUF struct buf text = {0};
        type_to_c(t, true, &text);
        assert_true(text.length < 4096);
        BASE_FREE char *name = type_declaration(t, "x");
        assert_true(strlen(name) < 4096);
        const struct type_member *list;
        assert_int_equal(type_members(t, &list), 0);
    }
    symbol_map_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_definitions_as_ptype),
        cmocka_unit_test(test_declarations_as_whatis),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_enumerators),
        cmocka_unit_test(test_arithmetic_names),
        cmocka_unit_test(test_completion),
        cmocka_unit_test(test_made_up),
        cmocka_unit_test(test_nonsense),
    };
    return cmocka_run_group_tests(tests, set_up, remove_scratch);
}
