/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The walk over DIEs, names of definitions in other units, and the job that does it all, over units written
 * byte by byte. */
#include "test_symbols_dies.h"

enum {
    UNIT = 1,
    NAMESPACE,
    NAMELESS,
    STRUCT,
    DECLARED,
    CODE,
    LINKED,
    MEMBER, /* DW_AT_specification in the unit */
    ENUM_CLASS,
    ENUM,
    CONSTANT,
    VARIABLE,
    EXTERN,
    BASE,
    INLINE_NAMESPACE,
    IMPORT,
    INLINE,
    INSTANCE, /* DW_AT_abstract_origin, anywhere */
    BLOCK,
    TYPEDEF,
    STATIC_MEMBER,
    UNION,
    INTERFACE,
    MODULE,
    CLASS,
    PROTOTYPE,
    SIBLING1,
    SIBLING_LEB,
    SIBLING4,
    LINKED_VARIABLE,
    LINKED_PROTOTYPE,
    MAYBE_EXTERN,
    ALIAS, /* DW_AT_specification, with a name of its own */
    EMPTY_UNIT,
    INLINE_FLAG,
    OTHER_FILE
};

static void put_abbrevs(struct buf *b)
{
    put_abbrev(b, UNIT, DW_TAG_compile_unit, true, DW_AT_language, DW_FORM_data2, -1);
    put_abbrev(b, NAMESPACE, DW_TAG_namespace, true, DW_AT_name, DW_FORM_strp, -1);
    put_abbrev(b, NAMELESS, DW_TAG_namespace, true, -1);
    put_abbrev(b, STRUCT, DW_TAG_structure_type, true, DW_AT_name, DW_FORM_strp, -1);
    put_abbrev(b, DECLARED, DW_TAG_structure_type, false, DW_AT_name, DW_FORM_strp, DW_AT_declaration,
               DW_FORM_flag_present, -1);
    put_abbrev(b, CODE, DW_TAG_subprogram, true, DW_AT_name, DW_FORM_strp, DW_AT_low_pc, DW_FORM_addr, -1);
    put_abbrev(b, LINKED, DW_TAG_subprogram, false, DW_AT_name, DW_FORM_strp, DW_AT_linkage_name,
               DW_FORM_strp, DW_AT_low_pc, DW_FORM_addr, -1);
    put_abbrev(b, MEMBER, DW_TAG_subprogram, false, DW_AT_specification, DW_FORM_ref4, DW_AT_low_pc,
               DW_FORM_addr, -1);
    put_abbrev(b, ENUM_CLASS, DW_TAG_enumeration_type, true, DW_AT_name, DW_FORM_strp, DW_AT_enum_class,
               DW_FORM_flag_present, -1);
    put_abbrev(b, ENUM, DW_TAG_enumeration_type, true, DW_AT_name, DW_FORM_strp, -1);
    put_abbrev(b, CONSTANT, DW_TAG_enumerator, false, DW_AT_name, DW_FORM_strp, -1);
    put_abbrev(b, VARIABLE, DW_TAG_variable, false, DW_AT_name, DW_FORM_strp, -1);
    put_abbrev(b, EXTERN, DW_TAG_variable, false, DW_AT_name, DW_FORM_strp, DW_AT_declaration,
               DW_FORM_flag_present, -1);
    put_abbrev(b, BASE, DW_TAG_base_type, false, DW_AT_name, DW_FORM_strp, -1);
    put_abbrev(b, INLINE_NAMESPACE, DW_TAG_namespace, true, DW_AT_name, DW_FORM_strp, DW_AT_export_symbols,
               DW_FORM_flag_present, -1);
    put_abbrev(b, IMPORT, DW_TAG_imported_unit, false, DW_AT_import, DW_FORM_ref_addr, -1);
    put_abbrev(b, INLINE, DW_TAG_subprogram, false, DW_AT_name, DW_FORM_strp, DW_AT_inline, DW_FORM_data1,
               -1);
    put_abbrev(b, INSTANCE, DW_TAG_subprogram, false, DW_AT_abstract_origin, DW_FORM_ref_addr, DW_AT_low_pc,
               DW_FORM_addr, -1);
    put_abbrev(b, BLOCK, DW_TAG_lexical_block, true, -1);
    put_abbrev(b, TYPEDEF, DW_TAG_typedef, false, DW_AT_name, DW_FORM_string, -1);
    put_abbrev(b, STATIC_MEMBER, DW_TAG_variable, false, DW_AT_specification, DW_FORM_ref4, -1);
    put_abbrev(b, UNION, DW_TAG_union_type, true, DW_AT_name, DW_FORM_string, -1);
    put_abbrev(b, INTERFACE, DW_TAG_interface_type, true, DW_AT_name, DW_FORM_string, -1);
    put_abbrev(b, MODULE, DW_TAG_module, true, DW_AT_name, DW_FORM_string, -1);
    put_abbrev(b, CLASS, DW_TAG_class_type, true, DW_AT_name, DW_FORM_string, -1);
    put_abbrev(b, PROTOTYPE, DW_TAG_subprogram, false, DW_AT_name, DW_FORM_strp, -1);
    put_abbrev(b, SIBLING1, DW_TAG_structure_type, true, DW_AT_name, DW_FORM_string, DW_AT_sibling,
               DW_FORM_ref1, -1);
    put_abbrev(b, SIBLING_LEB, DW_TAG_structure_type, true, DW_AT_name, DW_FORM_string, DW_AT_sibling,
               DW_FORM_ref_udata, -1);
    put_abbrev(b, SIBLING4, DW_TAG_structure_type, true, DW_AT_sibling, DW_FORM_ref4, DW_AT_name,
               DW_FORM_string, -1);
    put_abbrev(b, LINKED_VARIABLE, DW_TAG_variable, false, DW_AT_specification, DW_FORM_ref4,
               DW_AT_linkage_name, DW_FORM_string, -1);
    put_abbrev(b, LINKED_PROTOTYPE, DW_TAG_subprogram, false, DW_AT_name, DW_FORM_string, DW_AT_linkage_name,
               DW_FORM_string, -1);
    put_abbrev(b, MAYBE_EXTERN, DW_TAG_variable, false, DW_AT_name, DW_FORM_string, DW_AT_declaration,
               DW_FORM_flag, -1);
    put_abbrev(b, ALIAS, DW_TAG_subprogram, false, DW_AT_name, DW_FORM_string, DW_AT_specification,
               DW_FORM_ref4, DW_AT_low_pc, DW_FORM_addr, -1);
    put_abbrev(b, EMPTY_UNIT, DW_TAG_compile_unit, false, DW_AT_language, DW_FORM_data2, -1);
    put_abbrev(b, INLINE_FLAG, DW_TAG_subprogram, false, DW_AT_name, DW_FORM_string, DW_AT_inline,
               DW_FORM_implicit_const, 3, -1);
    put_abbrev(b, OTHER_FILE, DW_TAG_subprogram, false, DW_AT_abstract_origin, DW_FORM_GNU_ref_alt,
               DW_AT_low_pc, DW_FORM_addr, -1);
    put(b, 0, 1);
}

enum { UNITS = 8, FIRST = 0x100 };

/* A program being written: its units one after the other, 11 bytes of header between. */
struct program {
    struct buf abbrev, strings, info[UNITS];
    size_t unit_count;
    uint64_t starts[UNITS];
};

static struct buf *begin(struct program *p, uint16_t language)
{
    size_t n = p->unit_count++;
    if (n == 0) {
        put_abbrevs(&p->abbrev);
        put_string(&p->strings, "");
        p->starts[0] = FIRST;
    } else {
        p->starts[n] = p->starts[n - 1] + p->info[n - 1].length + 11;
    }
    put(&p->info[n], UNIT, 1);
    put(&p->info[n], language, 2);
    return &p->info[n];
}

static uint64_t text(struct program *p, const char *s)
{
    for (size_t at = 0; at < p->strings.length; at += strlen(p->strings.data + at) + 1)
        if (strcmp(p->strings.data + at, s) == 0)
            return at;
    put_string(&p->strings, s);
    return p->strings.length - strlen(s) - 1;
}

/* Where the next DIE of the last unit will be. */
static uint64_t here(const struct program *p)
{
    return p->starts[p->unit_count - 1] + p->info[p->unit_count - 1].length;
}

/* The same as a reference within the unit. */
static uint64_t local(const struct program *p, uint64_t die)
{
    return die - p->starts[p->unit_count - 1] + 11;
}

/* A DIE with a DW_FORM_strp name in front. */
static uint64_t named(struct program *p, unsigned code, const char *name)
{
    struct buf *b = &p->info[p->unit_count - 1];
    uint64_t die = here(p);
    put_leb(b, code);
    put(b, text(p, name), 4);
    if (code == CODE)
        put(b, 0x1000, 8);
    return die;
}

static uint64_t linked(struct program *p, const char *name, const char *linkage)
{
    uint64_t die = named(p, LINKED, name);
    put(&p->info[p->unit_count - 1], text(p, linkage), 4);
    put(&p->info[p->unit_count - 1], 0x1000, 8);
    return die;
}

/* A DIE with a name that stands in it. */
static uint64_t spelled(struct program *p, unsigned code, const char *name)
{
    uint64_t die = here(p);
    put_leb(&p->info[p->unit_count - 1], code);
    put_string(&p->info[p->unit_count - 1], name);
    return die;
}

/* A DIE that begins with a reference of 4 bytes. */
static uint64_t refers(struct program *p, unsigned code, uint64_t to)
{
    uint64_t die = here(p);
    put_leb(&p->info[p->unit_count - 1], code);
    put(&p->info[p->unit_count - 1], to, 4);
    if (code == MEMBER || code == INSTANCE || code == OTHER_FILE)
        put(&p->info[p->unit_count - 1], 0x1000, 8);
    return die;
}

static void up(struct program *p)
{
    put(&p->info[p->unit_count - 1], 0, 1);
}

struct made {
    struct exact abbrev, strings, info[UNITS];
    struct scan_unit units[UNITS];
    size_t unit_count;
};

static struct made make(const struct program *p)
{
    struct made m = {.abbrev = exactly(&p->abbrev, p->abbrev.length),
                     .strings = exactly(&p->strings, p->strings.length),
                     .unit_count = p->unit_count};
    for (size_t i = 0; i < p->unit_count; i++) {
        m.info[i] = exactly(&p->info[i], p->info[i].length);
        m.units[i] = unit_over(m.abbrev, m.info[i], p->starts[i]);
        m.units[i].strings = (const char *)m.strings.bytes;
        m.units[i].strings_size = m.strings.size;
        m.units[i].unit = 100 + (uint32_t)i;
    }
    return m;
}

static void made_free(struct made *m)
{
    free(m->abbrev.bytes);
    free(m->strings.bytes);
    for (size_t i = 0; i < m->unit_count; i++)
        free(m->info[i].bytes);
}

static void program_free(struct program *p)
{
    buf_free(&p->abbrev);
    buf_free(&p->strings);
    for (size_t i = 0; i < UNITS; i++)
        buf_free(&p->info[i]);
}

static uint8_t *image_of(const struct made *m, unsigned threads, size_t *size, uint64_t *damaged)
{
    struct index_job_input in = {.units = xmemdup(m->units, m->unit_count * sizeof *m->units),
                                 .unit_count = m->unit_count,
                                 .strings = (const char *)m->strings.bytes,
                                 .strings_size = m->strings.size,
                                 .binding = 77,
                                 .threads = threads};
    struct index_job *job = index_job_start(&in);
    size_t done, total;
    while (!index_job_wait(job, 1000000000))
        ;
    assert_true(index_job_poll(job, &done, &total));
    assert_int_equal(done, m->unit_count);
    assert_int_equal(total, m->unit_count);
    return index_job_finish(job, size, damaged);
}

/* The lines that a program gives, the same with any number of threads; and the first damaged unit. */
static char *lines_from(const struct made *m, uint64_t *damaged)
{
    char *first = NULL;
    for (unsigned threads = 0; threads <= INDEX_THREADS; threads++) {
        size_t size;
        uint8_t *image = image_of(m, threads, &size, damaged);
        char *lines = lines_of(image, size, 77, (const char *)m->strings.bytes, m->strings.size);
        if (first)
            expect_text(lines, first);
        free(first);
        first = lines;
    }
    return first;
}

static void expect(struct program *p, const char *wanted, uint64_t damaged)
{
    struct made m = make(p);
    uint64_t found;
    BASE_FREE char *have = lines_from(&m, &found);
    expect_text(have, wanted);
    assert_true(found == damaged);
    made_free(&m);
    program_free(p);
}

/* Adds "DIE rest" to the lines that are wanted. */
static void want(struct buf *b, uint64_t die, const char *rest)
{
    buf_printf(b, "%06llx %s\n", (unsigned long long)die, rest);
}

/* In C, what stands in a structure or function is not at file scope; what stands in an enumeration is. */
static void test_c(void **state)
{
    (void)state;
    struct program p = {0};
    BASE_BUF struct buf w = {0};
    begin(&p, DW_LANG_C99);
    want(&w, named(&p, BASE, "int"), "base int");
    want(&w, named(&p, STRUCT, "s"), "struct s");
    named(&p, BASE, "inside");
    named(&p, STRUCT, "deeper");
    named(&p, BASE, "deepest");
    up(&p);
    named(&p, VARIABLE, "member");
    up(&p);
    want(&w, named(&p, ENUM, "e"), "enum e");
    want(&w, named(&p, CONSTANT, "red"), "constant red");
    want(&w, named(&p, CONSTANT, "green"), "constant green");
    up(&p);
    want(&w, named(&p, CODE, "main"), "function main");
    named(&p, VARIABLE, "local");
    put(&p.info[0], BLOCK, 1);
    named(&p, BASE, "local_type");
    up(&p);
    named(&p, VARIABLE, "another");
    up(&p);
    named(&p, PROTOTYPE, "puts");
    named(&p, EXTERN, "environ");
    want(&w, named(&p, VARIABLE, "counter"), "variable counter");
    want(&w, named(&p, INLINE, "tiny"), "function tiny");
    put(&p.info[0], DW_INL_inlined, 1);
    named(&p, INLINE, "not_inlined");
    put(&p.info[0], DW_INL_not_inlined, 1);
    named(&p, INLINE, "wished_for");
    put(&p.info[0], DW_INL_declared_not_inlined, 1);
    want(&w, named(&p, INLINE, "both"), "function both");
    put(&p.info[0], DW_INL_declared_inlined, 1);
    want(&w, spelled(&p, INLINE_FLAG, "constant"), "function constant");
    want(&w, spelled(&p, TYPEDEF, "word"), "typedef word");
    spelled(&p, MAYBE_EXTERN, "not_here");
    put(&p.info[0], 1, 1);
    want(&w, spelled(&p, MAYBE_EXTERN, "right_here"), "variable right_here");
    put(&p.info[0], 0, 1);
    want(&w, named(&p, DECLARED, "opaque"), "struct opaque declared");
    want(&w, spelled(&p, UNION, "u"), "union u");
    spelled(&p, TYPEDEF, "in_union");
    up(&p);
    spelled(&p, INTERFACE, "i");
    spelled(&p, TYPEDEF, "in_interface");
    up(&p);
    want(&w, spelled(&p, CLASS, "c"), "class c");
    spelled(&p, TYPEDEF, "in_class");
    up(&p);
    named(&p, VARIABLE, ""); /* no name at all */
    up(&p);
    expect(&p, buf_text(&w), UINT64_MAX);
}

/* Scopes have names, and what is defined outside of its scope has the scope and name of its declaration. */
static void test_scopes(void **state)
{
    (void)state;
    struct program p = {0};
    BASE_BUF struct buf w = {0};
    begin(&p, DW_LANG_C_plus_plus_14);
    named(&p, NAMESPACE, "ns");
    want(&w, named(&p, STRUCT, "s"), "struct ns::s");
    uint64_t method = spelled(&p, LINKED_PROTOTYPE, "method");
    put_string(&p.info[0], "_ZN2ns1s6methodEv");
    uint64_t member = named(&p, EXTERN, "member");
    want(&w, named(&p, ENUM_CLASS, "colour"), "enum ns::s::colour");
    want(&w, named(&p, CONSTANT, "red"), "constant ns::s::colour::red");
    up(&p);
    want(&w, named(&p, ENUM, "plain"), "enum ns::s::plain");
    want(&w, named(&p, CONSTANT, "blue"), "constant ns::s::blue");
    up(&p);
    want(&w, spelled(&p, UNION, "u"), "union ns::s::u");
    want(&w, spelled(&p, TYPEDEF, "in_union"), "typedef ns::s::u::in_union");
    up(&p);
    up(&p);
    want(&w, named(&p, VARIABLE, "after"), "variable ns::after");
    uint64_t free_function = named(&p, PROTOTYPE, "free_function");
    put(&p.info[0], NAMELESS, 1);
    want(&w, named(&p, CODE, "hidden"), "function ns::(anonymous namespace)::hidden");
    named(&p, VARIABLE, "local");
    named(&p, NAMESPACE, "in_function"); /* not entered, and what is in it is not named */
    named(&p, VARIABLE, "deep_local");
    up(&p);
    up(&p);
    up(&p);
    named(&p, INLINE_NAMESPACE, "v1");
    want(&w, spelled(&p, CLASS, "c"), "class ns::v1::c");
    spelled(&p, INTERFACE, "i");
    want(&w, spelled(&p, TYPEDEF, "t"), "typedef ns::v1::c::i::t");
    up(&p);
    up(&p);
    up(&p);
    want(&w, named(&p, DECLARED, "opaque"), "struct ns::opaque declared");
    up(&p);
    spelled(&p, MODULE, "m");
    want(&w, named(&p, BASE, "b"), "base m::b");
    up(&p);
    uint64_t die = refers(&p, MEMBER, local(&p, method));
    want(&w, die, "function _ZN2ns1s6methodEv linked");
    want(&w, die, "function ns::s::method");
    want(&w, refers(&p, STATIC_MEMBER, local(&p, member)), "variable ns::s::member");
    die = refers(&p, LINKED_VARIABLE, local(&p, member));
    put_string(&p.info[0], "_ZN2ns1s6memberE");
    want(&w, die, "variable _ZN2ns1s6memberE linked");
    want(&w, die, "variable ns::s::member");
    die = spelled(&p, ALIAS, "other_name");
    put(&p.info[0], local(&p, free_function), 4);
    put(&p.info[0], 0x1000, 8);
    want(&w, die, "function ns::other_name");
    die = linked(&p, "f", "_Z1fv");
    want(&w, die, "function _Z1fv linked");
    want(&w, die, "function f");
    up(&p);
    expect(&p, buf_text(&w), UINT64_MAX);
}

static void test_languages(void **state)
{
    (void)state;
    static const struct {
        uint16_t language;
        bool c;
    } rows[] = {
        {DW_LANG_C, true},
        {DW_LANG_C89, true},
        {DW_LANG_C99, true},
        {DW_LANG_C11, true},
        {DW_LANG_Mips_Assembler, true},
        {DW_LANG_C_plus_plus, false},
        {DW_LANG_Rust, false},
        {DW_LANG_Fortran77, false},
        {0, false},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct program p = {0};
        BASE_BUF struct buf w = {0};
        begin(&p, rows[i].language);
        want(&w, named(&p, STRUCT, "s"), "struct s");
        uint64_t die = named(&p, BASE, "b");
        if (!rows[i].c)
            want(&w, die, "base s::b");
        up(&p);
        up(&p);
        expect(&p, buf_text(&w), UINT64_MAX);
    }
}

/* Children of what is not entered are passed over with the help of DW_AT_sibling, unless it lies. */
static void test_siblings(void **state)
{
    (void)state;
    static const unsigned codes[] = {SIBLING1, SIBLING_LEB, SIBLING4};
    enum { RIGHT, BACK, HERE, BEYOND, AT_END, LAST };
    for (size_t i = 0; i < ARRAY_LENGTH(codes); i++)
        for (int kind = RIGHT; kind < LAST; kind++) {
            struct program p = {0};
            BASE_BUF struct buf w = {0};
            struct buf *b = begin(&p, DW_LANG_C);
            uint64_t die = here(&p);
            size_t at;
            put(b, codes[i], 1);
            if (codes[i] != SIBLING4)
                put_string(b, "s");
            at = b->length;
            put(b, 0, codes[i] == SIBLING4 ? 4 : 1);
            if (codes[i] == SIBLING4)
                put_string(b, "s");
            uint64_t children = here(&p), last;
            if (kind == RIGHT || kind == AT_END)
                put_leb(b, 200); /* never looked at */
            else
                named(&p, VARIABLE, "inside");
            up(&p);
            uint64_t behind = here(&p);
            last = named(&p, VARIABLE, "behind");
            up(&p);
            uint64_t to[] = {local(&p, behind), local(&p, die), local(&p, children), local(&p, here(&p)) + 1,
                             local(&p, here(&p))};
            b->data[at] = (char)to[kind];
            assert_true(to[kind] < 0x80);
            want(&w, die, "struct s");
            if (kind != AT_END)
                want(&w, last, "variable behind");
            expect(&p, buf_text(&w), UINT64_MAX);
        }
}

/* A walk ends at damage, and what was before it remains. */
static void test_damage(void **state)
{
    (void)state;
    struct program p = {0};
    BASE_BUF struct buf w = {0};
    begin(&p, DW_LANG_C);
    want(&w, named(&p, BASE, "a"), "base a");
    put_leb(&p.info[0], 200); /* no such abbreviation */
    named(&p, BASE, "never");
    up(&p);
    struct buf *second = begin(&p, DW_LANG_C);
    want(&w, named(&p, BASE, "b"), "base b");
    named(&p, BASE, "cut");
    second->length--; /* a byte is missing */
    begin(&p, DW_LANG_C);
    want(&w, named(&p, BASE, "c"), "base c"); /* no null entry at its end: that is no damage */
    begin(&p, DW_LANG_C);
    want(&w, named(&p, BASE, "d"), "base d");
    up(&p);
    named(&p, BASE, "behind the end");
    struct buf *empty = begin(&p, DW_LANG_C);
    empty->data[0] = EMPTY_UNIT; /* without children */
    named(&p, BASE, "no child");
    struct buf *no_root = begin(&p, DW_LANG_C);
    no_root->data[0] = 99;
    named(&p, BASE, "rootless");
    struct buf *cut_root = begin(&p, DW_LANG_C);
    cut_root->length = 2;
    expect(&p, buf_text(&w), FIRST - 11);
}

/* Of several that are damaged the first is said, whichever thread found it. */
static void test_first_damage(void **state)
{
    (void)state;
    for (size_t bad = 0; bad < 4; bad++) {
        struct program p = {0};
        BASE_BUF struct buf w = {0};
        for (size_t i = 0; i < 4; i++) {
            begin(&p, DW_LANG_C);
            BASE_FREE char *name = xasprintf("v%zu", i), *line = xasprintf("variable %s", name);
            want(&w, named(&p, VARIABLE, name), line);
            put_leb(&p.info[i], i >= bad ? 200 : 0);
        }
        uint64_t offset = p.starts[bad] - 11;
        expect(&p, buf_text(&w), offset);
    }
}

/* As deep as scopes are followed; below, names are those of something passed over. */
static void test_depth(void **state)
{
    (void)state;
    for (unsigned depth = 62; depth <= 66; depth++) {
        struct program p = {0};
        BASE_BUF struct buf w = {0};
        BASE_BUF struct buf scopes = {0};
        begin(&p, DW_LANG_C_plus_plus);
        for (unsigned i = 0; i < depth; i++) {
            named(&p, NAMESPACE, "n");
            buf_add_text(&scopes, "n::");
        }
        uint64_t die = named(&p, BASE, "b");
        BASE_FREE char *line = xasprintf("base %sb", buf_text(&scopes));
        if (depth < 64)
            want(&w, die, line);
        for (unsigned i = 0; i < depth; i++)
            up(&p);
        want(&w, named(&p, BASE, "back"), "base back");
        up(&p);
        expect(&p, buf_text(&w), UINT64_MAX);
    }
}

/* A type that many units have is kept once, at the first; the definition rather than a declaration; functions
 * once for each unit; variables always. */
static void test_repeats(void **state)
{
    (void)state;
    struct program p = {0};
    BASE_BUF struct buf w = {0};
    begin(&p, DW_LANG_C_plus_plus);
    named(&p, DECLARED, "t");
    want(&w, named(&p, BASE, "int"), "base int");
    named(&p, BASE, "int");
    want(&w, named(&p, DECLARED, "never_defined"), "struct never_defined declared");
    want(&w, named(&p, INLINE, "f"), "function f");
    put(&p.info[0], DW_INL_inlined, 1);
    named(&p, CODE, "f");
    up(&p);
    want(&w, named(&p, VARIABLE, "v"), "variable v");
    want(&w, named(&p, VARIABLE, "v"), "variable v");
    want(&w, named(&p, STRUCT, "int"), "struct int"); /* another tag */
    up(&p);
    up(&p);
    begin(&p, DW_LANG_C_plus_plus);
    named(&p, BASE, "int");
    want(&w, named(&p, STRUCT, "t"), "struct t");
    up(&p);
    named(&p, DECLARED, "never_defined");
    want(&w, named(&p, CODE, "f"), "function f");
    up(&p);
    want(&w, named(&p, VARIABLE, "v"), "variable v");
    named(&p, NAMESPACE, "ns");
    want(&w, named(&p, BASE, "int"), "base ns::int"); /* another scope */
    named(&p, BASE, "int");
    want(&w, named(&p, STRUCT, "t"), "struct ns::t");
    want(&w, named(&p, BASE, "only"), "base ns::t::only"); /* in what another unit has too */
    up(&p);
    up(&p);
    up(&p);
    begin(&p, DW_LANG_C_plus_plus);
    named(&p, NAMESPACE, "ns");
    named(&p, STRUCT, "t");
    named(&p, BASE, "only");
    want(&w, named(&p, BASE, "more"), "base ns::t::more");
    up(&p);
    up(&p);
    named(&p, STRUCT, "t");
    want(&w, named(&p, BASE, "only"), "base t::only");
    up(&p);
    up(&p);
    expect(&p, buf_text(&w), UINT64_MAX);
}

/* Declarations in other units, before and behind; over several; and to nowhere. */
static void test_elsewhere(void **state)
{
    (void)state;
    struct program p = {0};
    BASE_BUF struct buf w = {0};
    begin(&p, DW_LANG_C_plus_plus);
    named(&p, NAMESPACE, "ns");
    uint64_t declaration = spelled(&p, LINKED_PROTOTYPE, "f");
    put_string(&p.info[0], "_ZN2ns1fEv");
    named(&p, STRUCT, "s");
    uint64_t inner = named(&p, PROTOTYPE, "g");
    up(&p);
    up(&p);
    uint64_t outer = named(&p, PROTOTYPE, "h");
    up(&p);
    uint64_t end = here(&p);
    want(&w, inner - 5, "struct ns::s");
    begin(&p, DW_LANG_C_plus_plus);
    uint64_t die = refers(&p, INSTANCE, declaration);
    want(&w, die, "function _ZN2ns1fEv linked");
    want(&w, die, "function ns::f");
    uint64_t second = refers(&p, INSTANCE, inner);
    want(&w, second, "function ns::s::g");
    want(&w, refers(&p, INSTANCE, outer), "function h");
    refers(&p, INSTANCE, 5);        /* in front of all units */
    refers(&p, INSTANCE, end);      /* in a header */
    refers(&p, INSTANCE, end + 10); /* the last byte of one */
    refers(&p, INSTANCE, 0x10000);  /* behind all units */
    refers(&p, INSTANCE, end - 1);  /* at a null entry */
    refers(&p, OTHER_FILE, 4);      /* in a file that nobody gave us */
    refers(&p, INSTANCE, here(&p)); /* at itself */
    up(&p);
    /* Each refers to the one in the unit before: as many rounds as there are units between. */
    begin(&p, DW_LANG_C_plus_plus);
    uint64_t third = refers(&p, INSTANCE, second);
    want(&w, third, "function ns::s::g");
    up(&p);
    uint64_t before = third;
    for (int i = 3; i < 7; i++) {
        begin(&p, DW_LANG_C_plus_plus);
        before = refers(&p, INSTANCE, before);
        if (i <= 4)
            want(&w, before, "function ns::s::g");
        up(&p);
    }
    expect(&p, buf_text(&w), UINT64_MAX);
}

/* What several threads left pending is resolved once each, all of it in one part; or not at all when it is
 * cancelled. */
static void test_resolved_parts(void **state)
{
    (void)state;
    struct program p = {0};
    begin(&p, DW_LANG_C_plus_plus);
    named(&p, NAMESPACE, "ns");
    uint64_t first = named(&p, PROTOTYPE, "f"), second = named(&p, PROTOTYPE, "g");
    up(&p);
    up(&p);
    uint64_t dies[5];
    begin(&p, DW_LANG_C_plus_plus);
    dies[0] = refers(&p, INSTANCE, first);
    dies[1] = spelled(&p, INLINE_FLAG, "plain");
    up(&p);
    begin(&p, DW_LANG_C_plus_plus);
    dies[2] = refers(&p, INSTANCE, second);
    up(&p);
    begin(&p, DW_LANG_C_plus_plus);
    dies[3] = refers(&p, INSTANCE, first);
    dies[4] = refers(&p, INSTANCE, dies[0]); /* takes another round */
    up(&p);
    struct made m = make(&p);
    for (int cancelled = 0; cancelled <= 1; cancelled++) {
        struct index_part parts[4], extra;
        atomic_bool stop = false;
        index_part_init(&extra, (const char *)m.strings.bytes, m.strings.size);
        for (size_t i = 0; i < 4; i++) {
            index_part_init(&parts[i], (const char *)m.strings.bytes, m.strings.size);
            struct scanner s = {.part = &parts[i], .cancelled = &stop};
            assert_true(scan_unit(&s, &m.units[i], true));
            assert_int_equal(parts[i].pending_count, i == 0 ? 0 : i == 3 ? 2 : 1);
            assert_int_equal(parts[i].entry_count, i == 1);
            scanner_free(&s);
        }
        stop = cancelled;
        index_resolve(parts, 4, m.units, m.unit_count, &stop, &extra);
        assert_int_equal(extra.entry_count, cancelled ? 0 : 4);
        assert_int_equal(extra.pending_count, 0);
        for (size_t i = 0; i < 4; i++)
            assert_int_equal(parts[i].pending_count, 0);
        static const size_t order[] = {0, 3, 2, 4};
        for (size_t i = 0; i < extra.entry_count; i++) {
            const struct part_entry *e = &extra.entries[i];
            assert_int_equal(e->die, dies[order[i]]);
            assert_int_equal(e->tag, IMAGE_FUNCTION);
            assert_string_equal(part_name_text(&extra, e->name), order[i] == 2 ? "g" : "f");
            assert_string_equal(part_name_text(&extra, extra.scopes[e->scope].name), "ns");
            assert_int_equal(e->unit, order[i] == 0 ? 101 : order[i] == 2 ? 102 : 103);
        }
        for (size_t i = 0; i < 4; i++)
            index_part_free(&parts[i]);
        index_part_free(&extra);
    }
    made_free(&m);
    program_free(&p);
}

/* Within a unit references are followed for eight steps. */
static void test_chains(void **state)
{
    (void)state;
    struct program p = {0};
    BASE_BUF struct buf w = {0};
    begin(&p, DW_LANG_C_plus_plus);
    named(&p, NAMESPACE, "ns");
    uint64_t at = named(&p, EXTERN, "v");
    up(&p);
    for (int i = 1; i <= 10; i++) {
        at = refers(&p, STATIC_MEMBER, local(&p, at));
        if (i <= 8)
            want(&w, at, "variable ns::v");
    }
    up(&p);
    expect(&p, buf_text(&w), UINT64_MAX);
}

static void test_imports(void **state)
{
    (void)state;
    struct program p = {0};
    begin(&p, DW_LANG_C_plus_plus);
    up(&p);
    begin(&p, DW_LANG_C_plus_plus);
    up(&p);
    begin(&p, DW_LANG_C_plus_plus);
    refers(&p, IMPORT, (uint32_t)p.starts[1]);
    refers(&p, IMPORT, (uint32_t)p.starts[1]); /* twice */
    refers(&p, IMPORT, (uint32_t)p.starts[0]);
    refers(&p, IMPORT, 0x10000); /* of nothing */
    refers(&p, IMPORT, 3);
    up(&p);
    begin(&p, DW_LANG_C_plus_plus);
    named(&p, CODE, "f");
    refers(&p, IMPORT, (uint32_t)p.starts[0]); /* wherever it stands */
    up(&p);
    refers(&p, IMPORT, (uint32_t)p.starts[2]);
    up(&p);
    struct made m = make(&p);
    for (unsigned threads = 0; threads <= 3; threads++) {
        size_t size;
        uint64_t damaged;
        BASE_FREE uint8_t *bytes = image_of(&m, threads, &size, &damaged);
        struct image image;
        const char *why;
        assert_true(image_open(bytes, size, 77, &image, &why));
        static const struct image_import wanted[] = {{100, 102}, {100, 103}, {101, 102}, {102, 103}};
        assert_int_equal(image.import_count, ARRAY_LENGTH(wanted));
        assert_memory_equal(image.imports, wanted, sizeof wanted);
        struct dwarf_index x = {.image = image, .ready = true};
        for (uint32_t unit = 99; unit <= 104; unit++) {
            const struct image_import *list;
            size_t n = dwarf_index_importers(&x, unit, &list);
            assert_int_equal(n, unit == 100 ? 2 : unit == 101 || unit == 102);
            for (size_t i = 0; i < n; i++)
                assert_int_equal(list[i].unit, unit);
        }
        assert_int_equal(dwarf_index_importers(NULL, 100, &(const struct image_import *){NULL}), 0);
    }
    made_free(&m);
    program_free(&p);
}

/* A name is an offset into .debug_str only where the unit's strings are the program's. */
static void test_foreign_strings(void **state)
{
    (void)state;
    struct program p = {0};
    begin(&p, DW_LANG_C_plus_plus);
    named(&p, BASE, "int");
    named(&p, BASE, "long");
    up(&p);
    begin(&p, DW_LANG_C_plus_plus);
    named(&p, BASE, "long");
    named(&p, BASE, "int");
    up(&p);
    struct made m = make(&p);
    static const char foreign[] = "\0INT\0LONG\0"; /* at the same offsets */
    m.units[1].strings = foreign;
    m.units[1].strings_size = sizeof foreign;
    uint64_t damaged;
    BASE_FREE char *have = lines_from(&m, &damaged);
    expect_text(have, "000103 base int\n000108 base long\n00011c base LONG\n000121 base INT\n");
    m.units[0].strings = foreign; /* both: one definition of each, and all text is the image's own */
    m.units[0].strings_size = sizeof foreign;
    BASE_FREE char *both = lines_from(&m, &damaged);
    expect_text(both, "000103 base INT\n000108 base LONG\n");
    made_free(&m);
    program_free(&p);
}

/* A walk that is told to end does so, if not at once. */
static void test_cancelled_walk(void **state)
{
    (void)state;
    enum { MANY = 1 << 16 };
    struct program p = {0};
    begin(&p, DW_LANG_C);
    uint64_t first = here(&p);
    for (int i = 0; i < MANY + 10; i++)
        named(&p, VARIABLE, "v");
    up(&p);
    struct made m = make(&p);
    for (int cancelled = 0; cancelled <= 1; cancelled++) {
        atomic_bool stop = cancelled;
        struct index_part part;
        index_part_init(&part, (const char *)m.strings.bytes, m.strings.size);
        struct scanner s = {.part = &part, .cancelled = &stop};
        assert_true(scan_unit(&s, &m.units[0], true));
        assert_int_equal(part.entry_count, cancelled ? MANY : MANY + 10);
        assert_int_equal(part.entries[1].die, first + 5);
        assert_int_equal(part.entries[0].unit, 100);
        scanner_free(&s);
        index_part_free(&part);
    }
    struct index_part part; /* without names: scopes alone */
    atomic_bool stop = false;
    index_part_init(&part, (const char *)m.strings.bytes, m.strings.size);
    struct scanner s = {.part = &part, .cancelled = &stop};
    assert_true(scan_unit(&s, &m.units[0], false));
    assert_int_equal(part.entry_count, 0);
    scanner_free(&s);
    index_part_free(&part);
    made_free(&m);
    program_free(&p);
}

static void test_identity(void **state)
{
    (void)state;
    struct program p = {0};
    begin(&p, DW_LANG_C_plus_plus);
    named(&p, NAMESPACE, "ns");
    uint64_t in = linked(&p, "f", "_ZN2ns1fEv"), next;
    up(&p);
    uint64_t out = refers(&p, MEMBER, local(&p, in));
    next = here(&p);
    up(&p);
    struct made m = make(&p);
    struct index_part part;
    atomic_bool stop = false;
    index_part_init(&part, (const char *)m.strings.bytes, m.strings.size);
    struct scanner s = {.part = &part, .cancelled = &stop};
    assert_true(scan_unit(&s, &m.units[0], false));
    struct die_identity i;
    assert_true(scan_identity(&s, in, &i));
    assert_string_equal(part_name_text(&part, i.name), "f");
    assert_string_equal(part_name_text(&part, i.linkage), "_ZN2ns1fEv");
    assert_string_equal(part_name_text(&part, part.scopes[i.scope].name), "ns");
    assert_true(i.next == UINT64_MAX);
    assert_true(scan_identity(&s, out, &i));
    assert_int_equal(i.name, 0);
    assert_int_equal(i.linkage, 0);
    assert_int_equal(i.scope, 0);
    assert_int_equal(i.next, in);
    assert_true(scan_identity(&s, FIRST, &i)); /* the root */
    assert_false(scan_identity(&s, FIRST - 1, &i));
    assert_false(scan_identity(&s, next, &i)); /* a null entry */
    assert_false(scan_identity(&s, next + 1, &i));
    assert_false(scan_identity(&s, UINT64_MAX, &i));
    m.units[0].end -= 9; /* the DIE is cut */
    assert_false(scan_unit(&s, &m.units[0], false));
    assert_false(scan_identity(&s, out, &i));
    assert_true(scan_identity(&s, in, &i));
    scanner_free(&s);
    index_part_free(&part);
    made_free(&m);
    program_free(&p);
}

static void test_unit_holding(void **state)
{
    (void)state;
    static const uint8_t bytes[30];
    const struct scan_unit units[] = {
        {.die = 10, .bytes = bytes, .end = bytes + 10},
        {.die = 30, .bytes = bytes, .end = bytes + 1},
        {.die = 31, .bytes = bytes, .end = bytes + 29},
    };
    for (uint64_t die = 0; die < 70; die++)
        assert_int_equal(scan_unit_holding(units, 3, die), die >= 10 && die < 20   ? 0
                                                           : die == 30             ? 1
                                                           : die >= 31 && die < 60 ? 2
                                                                                   : -1);
    assert_int_equal(scan_unit_holding(units, 0, 10), -1);
    assert_int_equal(scan_unit_holding(units, 2, 31), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_c),
        cmocka_unit_test(test_scopes),
        cmocka_unit_test(test_languages),
        cmocka_unit_test(test_siblings),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_first_damage),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_repeats),
        cmocka_unit_test(test_elsewhere),
        cmocka_unit_test(test_resolved_parts),
        cmocka_unit_test(test_chains),
        cmocka_unit_test(test_imports),
        cmocka_unit_test(test_foreign_strings),
        cmocka_unit_test(test_cancelled_walk),
        cmocka_unit_test(test_identity),
        cmocka_unit_test(test_unit_holding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
