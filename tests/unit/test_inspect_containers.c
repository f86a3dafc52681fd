/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Containers in a memory that the test writes, by descriptions of its own: as they should be, damaged in each
 * way that is told, and of random bytes. What the libraries themselves make is in tests/e2e/containers. */
#include "inspect_played.h"

#include "engine/inspect/printers/printers.h"

enum { OBJECT = 0x2300, NODES = 0x2500, WORD = 8, NODE = 64 };

static const char source[] =
    "namespace my {\n"
    "inline namespace __1 { template <class T> struct vec { T *data; long size, room; }; }\n"
    "struct text { char *data; long size; };\n"
    "struct wide { unsigned short *data; long size; };\n"
    "template <class T> struct node { node *next; T value; };\n"
    "template <class T> struct list { node<T> *first; long size; };\n"
    "struct loose { node<int> *first; };\n"
    "struct branch { branch *left, *right, *up; int key; text value; };\n"
    "struct tree { branch *first; long size; branch *root; };\n"
    "struct blocks { int **map; long start, size; };\n"
    "struct ring { int *data; long room, start, size; };\n"
    "struct bits { unsigned long *words; unsigned long *last; unsigned rest; };\n"
    "struct slots { unsigned char *control; long mask, size; node<int> kind; };\n"
    "template <unsigned N, class T> struct leaf { T held; };\n"
    "template <class A, class B> struct both : leaf<1, B>, leaf<0, A> {};\n"
    "struct link { int *to; long *uses; link *self; };\n"
    "struct maybe { int value; bool some; };\n"
    "union third { char none; short value; };\n"
    "union second { int value; third more; };\n"
    "struct choice { second all; unsigned char which; };\n"
    "struct odd { int size; };\n"
    "}\n"
    "my::vec<int> v; my::text t; my::wide w; my::list<int> l; my::loose o; my::tree m; my::blocks b;\n"
    "my::ring r; my::bits i; my::slots s; my::both<int, short> p; my::link k; my::maybe y; my::choice c;\n"
    "my::vec<my::text> vt; my::odd d; my::list<my::vec<int>> lv; my::node<my::vec<int>> nv;\n"
    "extern \"C\" void _start() {}\n";

static const char descriptions[] =
    "# a remark\n\n"
    "my::vec    array  data=data size=size capacity=room\n"
    "my::text   string data=data size=size\n"
    "my::wide   string data=data size=size\n"
    "my::list   list   first=first next=next size=size element=value\n"
    "my::lo*    list   first=first next=next element=value\n"
    "my::tree   tree   first=first left=left right=right parent=up size=size element=key key=nothing\n"
    "my::tree   tree   first=first left=left right=right parent=up size=size element=. key=key value=value\n"
    "my::blocks blocks data=map start=start size=size per=4\n"
    "my::ring   ring   data=data capacity=room start=start size=size\n"
    "my::bits   bits   data=words last=last rest=rest\n"
    "my::slots  slots  control=control mask=mask size=size type=kind!1\n"
    "my::both   tuple  leaf=leaf\n"
    "my::link   pointer to=to uses=uses@0\n"
    "my::maybe  optional if=1+1 some=some value=value\n"
    "my::choice variant index=which first=all rest=more here=value\n"
    "my::odd    array  data=nothing size=size\n";

static void put_int(uint64_t address, int number)
{
    put(address, &number, sizeof number);
}

static void put_words(uint64_t address, const uint64_t *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        put_number(address + i * WORD, words[i]);
}

#define PUT(address, ...)                                                                                    \
    put_words((address), (const uint64_t[]){__VA_ARGS__}, sizeof((uint64_t[]){__VA_ARGS__}) / WORD)

static void add_descriptions(const char *text)
{
    size_t count;
    must(printers_add_text(target, "here", text, strlen(text), &count));
}

static int start_containers(void **state)
{
    if (start(state) != 0)
        return -1;
    printers_create(target);
    load_built("g++", "v.cc", source, "-O0 -fno-rtti -fno-exceptions -fno-asynchronous-unwind-tables");
    add_descriptions(descriptions);
    uint64_t code;
    must(values_address(target, "&_start", &code));
    played.registers[1][PLAYED_RIP] = code;
    next_stop();
    return 0;
}

static int end_containers(void **state)
{
    printers_free(target);
    return end(state);
}

/* What is at OBJECT, as this type. */
static void shows(const char *type, const char *text)
{
    BASE_FREE char *expression = xasprintf("*(my::%s *)0x2300", type);
    next_stop();
    is(expression, text);
}

/* The text begins so, and what is laid out follows. */
static void tells(const char *type, const char *wrong)
{
    BASE_FREE char *expression = xasprintf("*(my::%s *)0x2300", type);
    BASE_FREE char *begin = xasprintf("<error: %s> {", wrong);
    BASE_BUF struct buf text = {0};
    next_stop();
    must(text_of(expression, NULL, 0, &text));
    if (strncmp(buf_text(&text), begin, strlen(begin)) != 0)
        fail_msg("%s: %s\n  and not %s", type, buf_text(&text), begin);
}

static void test_linear(void **state)
{
    (void)state;
    PUT(OBJECT, NODES, 3, 4);
    put_int(NODES, 1);
    put_int(NODES + 4, -2);
    put_int(NODES + 8, 3);
    shows("vec<int>", "{1, -2, 3}");
    evaluates("*(my::vec<int> *)0x2300", 'x', "{0x1, 0xfffffffe, 0x3}");
    is("(*(my::vec<int> *)0x2300)[1]", "-2");
    fails("(*(my::vec<int> *)0x2300)[3]", ERR_NO_MEMORY);
    fails("(*(my::vec<int> *)0x2300)[-1]", ERR_NO_MEMORY);
    PUT(OBJECT, 0, 0, 0);
    shows("vec<int>", "{}");
    PUT(OBJECT, NODES, (uint64_t)-1, 4);
    tells("vec<int>", "it ends before it begins");
    PUT(OBJECT, NODES, 5, 4);
    tells("vec<int>", "a size of 5 is more than its capacity of 4");
    PUT(OBJECT, NODES, 1ull << 60, 1ull << 60);
    tells("vec<int>", "a size of 1152921504606846976 is beyond sense");
    PUT(OBJECT, 0xdead0000, 2, 2);
    tells("vec<int>", "Cannot access memory at address 0xdead0000");
    PUT(OBJECT, NODES, 5);
    put(NODES, "a\"b\0c", 5);
    shows("text", "\"a\\\"b\\000c\"");
    PUT(OBJECT, NODES, 2);
    put(NODES, "\x41\0\xe9\0", 4);
    shows("wide", "{65, 233}"); /* unsigned short is no character */
    PUT(OBJECT, 3);
    shows("odd", "{size = 3}"); /* the description is of another layout */
}

static void test_big(void **state)
{
    (void)state;
    PUT(OBJECT, NODES, 1000, 1000);
    for (int n = 0; n < 200; n++)
        put_int(NODES + 4 * (uint64_t)n, n < 20 ? 7 : n < 199 ? 8 : 9);
    shows("vec<int>", "{7 <repeats 20 times>, 8 <repeats 179 times>, 9...} of 1000");
    fails("(*(my::vec<int> *)0x2300)[1000]", ERR_NO_MEMORY);
    is("(*(my::vec<int> *)0x2300)[198]", "8");
}

static void test_bits_and_blocks(void **state)
{
    (void)state;
    PUT(OBJECT, NODES, NODES, 3);
    PUT(NODES, 5);
    shows("bits", "{true, false, true}");
    PUT(OBJECT, NODES, NODES, 64);
    tells("bits", "it ends at bit 64 of a word");
    PUT(OBJECT, NODES, NODES - 8, 0);
    tells("bits", "it ends before it begins");

    PUT(OBJECT, NODES, 3, 6); /* the last of the first block, four, and one */
    PUT(NODES, NODES + 64, NODES + 128, NODES + 192);
    for (int n = 0; n < 4; n++) {
        put_int(NODES + 64 + 4 * (uint64_t)n, n);
        put_int(NODES + 128 + 4 * (uint64_t)n, 4 + n);
        put_int(NODES + 192 + 4 * (uint64_t)n, 8 + n);
    }
    shows("blocks", "{3, 4, 5, 6, 7, 8}");
    is("(*(my::blocks *)0x2300)[5]", "8");
    fails("(*(my::blocks *)0x2300)[6]", ERR_NO_MEMORY);
    PUT(OBJECT, NODES, (uint64_t)-3, 6);
    tells("blocks", "blocks of 4 elements from -3 on make no sense");
    PUT(OBJECT, 0xdead0000, 0, 6);
    tells("blocks", "read 16 bytes at 0xdead0000: nothing can be read at 0xdead0000");

    PUT(OBJECT, NODES + 64, 4, 3, 3);
    shows("ring", "{3, 0, 1}");
    is("(*(my::ring *)0x2300)[1]", "0");
    PUT(OBJECT, NODES + 64, 4, 3, 5);
    tells("ring", "5 elements from 3 on do not fit into 4");
}

static void put_list_at(uint64_t at, unsigned count, size_t size, uint64_t last)
{
    for (unsigned n = 0; n < count; n++) {
        put_number(at + n * size, n + 1 < count ? at + (n + 1) * size : last);
        put_int(at + n * size + WORD, (int)n);
    }
}

static void put_list(unsigned count, uint64_t last)
{
    put_list_at(NODES, count, NODE, last);
}

static void test_lists(void **state)
{
    (void)state;
    PUT(OBJECT, NODES, 3);
    put_list(3, 0);
    shows("list<int>", "{0, 1, 2}");
    PUT(OBJECT, NODES, 4);
    shows("list<int>", "{0, 1, 2, <error: it ends after 3 of 4 elements>}");
    PUT(OBJECT, NODES, 2);
    shows("list<int>", "{0, 1, <error: it goes on behind its 2 elements>}");
    put_list(3, NODES + NODE);
    shows("loose", "{0, 1, 2, <error: it goes round in a circle, back to 0x2540>}");
    put_list(3, 0xdead0000);
    shows("loose", "{0, 1, 2, <error: Cannot access memory at address 0xdead0000>}");
    put_list(1, NODES);
    shows("loose", "{0, <error: it goes round in a circle, back to 0x2500>}");
    PUT(OBJECT, 0, 0);
    shows("list<int>", "{}");
    PUT(OBJECT, 0, 7);
    tells("list<int>", "it ends after 0 of 7 elements");
    PUT(OBJECT, 1, 7);
    tells("list<int>", "Cannot access memory at address 0x1");
    PUT(OBJECT, 0x1400, 1000);
    put_list_at(0x1400, 210, 16, 0);
    BASE_BUF struct buf text = {0};
    next_stop();
    must(text_of("*(my::list<int> *)0x2300", NULL, 0, &text));
    assert_non_null(strstr(buf_text(&text), ", 198, 199...} of 1000"));
}

/* Keys first..last as a tree whose halves are trees; the address of its root. Nodes lie at NODES + key *
 * NODE. */
static uint64_t put_tree(unsigned first, unsigned last, uint64_t up)
{
    if (first > last)
        return 0;
    unsigned key = (first + last) / 2;
    uint64_t at = NODES + (uint64_t)key * NODE;
    put_number(at, key ? put_tree(first, key - 1, at) : 0);
    put_number(at + WORD, put_tree(key + 1, last, at));
    put_number(at + 2 * WORD, up);
    put_int(at + 3 * WORD, (int)key);
    PUT(at + 4 * WORD, NODES - 16, key % 3);
    return at;
}

static void test_trees(void **state)
{
    (void)state;
    put(NODES - 16, "ab", 2);
    put_tree(0, 4, 0);
    PUT(OBJECT, NODES, 5);
    shows("tree", "{[0] = \"\", [1] = \"a\", [2] = \"ab\", [3] = \"\", [4] = \"a\"}");
    is("(*(my::tree *)0x2300)[2]", "\"ab\"");
    is("(*(my::tree *)0x2300)[2][1]", "98 'b'");
    fails("(*(my::tree *)0x2300)[7]", ERR_NO_MEMORY);
    fails("(*(my::tree *)0x2300)[\"a\"]", ERR_NO_MEMORY);
    PUT(OBJECT, NODES, 6);
    shows("tree", "{[0] = \"\", [1] = \"a\", [2] = \"ab\", [3] = \"\", [4] = \"a\", <error: it ends after 5 "
                  "of 6 elements>}");
    PUT(OBJECT, NODES, 5);
    put_number(NODES + 4 * NODE + WORD, NODES + 2 * NODE); /* a leaf leads to the root */
    shows("tree",
          "{[0] = \"\", [1] = \"a\", [2] = \"ab\", [3] = \"\", [4] = \"a\", <error: it goes on behind its 5 "
          "elements>}");
    PUT(OBJECT, NODES, 6);
    shows("tree",
          "{[0] = \"\", [1] = \"a\", [2] = \"ab\", [3] = \"\", [4] = \"a\", <error: it goes round in a "
          "circle, back to 0x2580>}");
    put_tree(0, 4, 0);
    put_number(NODES, 0xdead0000);
    PUT(NODES + 2 * WORD, NODES); /* its own parent */
    PUT(OBJECT, NODES, 5);
    shows("tree", "{[0] = \"\", <error: it goes round in a circle, back to 0x2500>}");
    PUT(OBJECT, NODES + 2, 5);
    BASE_BUF struct buf text = {0};
    next_stop();
    must(text_of("*(my::tree *)0x2300", NULL, 0, &text));
    assert_non_null(strstr(buf_text(&text), "<error: "));
}

static void test_slots(void **state)
{
    (void)state;
    static const unsigned char control[4] = {0x12, 0xff, 0x80, 0x00};
    put(NODES, control, sizeof control);
    put_int(NODES - 4, 10); /* the first slot, and the last */
    put_int(NODES - 16, 13);
    PUT(OBJECT, NODES, 3, 2);
    shows("slots", "{10, 13}");
    PUT(OBJECT, NODES, 3, 3);
    shows("slots", "{10, 13, <error: 2 of its slots are used, not 3>}");
    PUT(OBJECT, NODES, 3, 5);
    tells("slots", "5 elements in 4 slots make no sense");
    PUT(OBJECT, NODES, 4, 2);
    tells("slots", "2 elements in 5 slots make no sense");
}

static void test_single(void **state)
{
    (void)state;
    put_int(OBJECT, 0x00020007); /* leaf<1, short> comes first in memory */
    put_int(OBJECT + 4, 5);
    shows("both<int, short>", "{5, 7}");
    is("(*(my::both<int, short> *)0x2300)[0]", "5");

    PUT(OBJECT, NODES, NODES + 8);
    PUT(NODES, 42, 2);
    shows("link", "0x2500 (2 uses): 42");
    is("**(my::link *)0x2300 + 1", "43");
    fails("**(my::blocks *)0x2300", ERR_TYPE_MISMATCH);
    PUT(NODES + 8, 1);
    shows("link", "0x2500: 42");
    PUT(NODES + 8, 0);
    shows("link", "0x2500 <gone>");
    PUT(OBJECT, NODES, 0xdead0000);
    shows("link", "0x2500: 42"); /* nobody counts */
    PUT(OBJECT, 0, 0);
    shows("link", "0x0");
    PUT(OBJECT, 0xdead0000, 0);
    BASE_BUF struct buf text = {0};
    next_stop();
    must(text_of("*(my::link *)0x2300", NULL, 0, &text));
    assert_non_null(strstr(buf_text(&text), "0xdead0000: <error: "));

    PUT(OBJECT, 1ull << 32 | 9);
    shows("maybe", "9");
    PUT(OBJECT, 9);
    shows("maybe", "<empty>");

    PUT(OBJECT, 0x1234);
    shows("choice", "{[0] = 4660}");
    PUT(OBJECT, 1ull << 32 | 0x1234);
    shows("choice", "{[1] = 4660}");
    PUT(OBJECT, 2ull << 32);
    tells("choice", "it has no alternative 2");
    PUT(OBJECT, 0xffull << 32);
    shows("choice", "<empty>");
}

static void test_nested(void **state)
{
    (void)state;
    PUT(OBJECT, NODES, 2, 2);
    PUT(NODES, NODES + 64, 2, NODES + 66, 1);
    put(NODES + 64, "abc", 3);
    shows("vec<my::text>", "{\"ab\", \"c\"}");
    is("(*(my::vec<my::text> *)0x2300)[1]", "\"c\"");
    is("(*(my::vec<my::text> *)0x2300)[0][1]", "98 'b'");
    PUT(OBJECT, NODES, 1);
    PUT(NODES, 0, NODES + 64, 1, 1);
    put_int(NODES + 64, 5);
    shows("list<my::vec<int>>", "{{5}}");
    PUT(NODES + 16, (uint64_t)-1);
    BASE_BUF struct buf text = {0};
    next_stop();
    must(text_of("*(my::list<my::vec<int>> *)0x2300", NULL, 0, &text));
    assert_non_null(strstr(buf_text(&text), "{<error: it ends before it begins> {data = 0x2540"));
}

/* -- files of descriptions ------------------------------------------------------------------------------ */

static void refuses(const char *text, const char *message)
{
    size_t count;
    struct error *e = printers_add_text(target, "file", text, strlen(text), &count);
    if (!e)
        fail_msg("%s was taken", text);
    if (!strstr(e->message, message))
        fail_msg("%s: %s\n  and not %s", text, e->message, message);
    assert_non_null(e->hint);
    must_fail(e, ERR_USAGE);
}

static void test_lines(void **state)
{
    (void)state;
    refuses("x nothing", "file:1: \"nothing\" is no kind");
    refuses("# x\n\nx", "file:3: \"\" is no kind");
    refuses("x string data=a", "file:1: `size` is missing");
    refuses("x string data=a size=b c=d", "\"c=d\" is no part of the kind string");
    refuses("x string data=a size=b next=d", "\"next=d\" is no part of the kind string");
    refuses("x string data=a size=b data=c", "`data` is there twice");
    refuses("x string data size=b", "\"data\" is no part");
    static const char *const wrong[] = {"",  "a.", "..",  "a..b", "a!",  "a!b", "a@", "a-",  "-a", "a+-b",
                                        "&", "&3", "a b", "a)",   "3.a", "a>b", "#",  "a@-", "!",  "a/b"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        BASE_FREE char *line = xasprintf("x value value=%s", wrong[i]);
        refuses(line, "");
    }
    static const char *const right[] = {"a",           ".a.b",  "a^.b",   "a^B.c", "a!1!2", "a@-3",
                                        "a@0",         "a-b+1", "&a.b-c", "#1*2",  "a>>1",  "a&1",
                                        "1-a.b>>3&15", "!1",    "^",      "^B",    "a.b@1"};
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        BASE_FREE char *line = xasprintf("x value value=%s", right[i]);
        add_descriptions(line);
    }
    BASE_FREE char *longer = xmalloc(PRINTER_LINE_MOST + 2);
    memset(longer, 'x', PRINTER_LINE_MOST + 1);
    longer[PRINTER_LINE_MOST + 1] = '\0';
    refuses(longer, "longer than");
    /* What is wrong in one line leaves out all of the file. */
    const char *type, *kind, *from, *first;
    assert_true(printers_at(target, 0, &first, &kind, &from));
    refuses("new::one value value=a\nx nothing", "file:2");
    assert_true(printers_at(target, 0, &type, &kind, &from));
    assert_string_equal(type, first);
    /* The newest comes first, also before one of the same type. */
    PUT(OBJECT, NODES, 3, 4);
    add_descriptions("my::vec value value=size");
    shows("vec<int>", "3");
    add_descriptions("\"my::vec\" value if=size-3 value=room\n");
    shows("vec<int>", "3");
    PUT(OBJECT, NODES, 2, 4);
    shows("vec<int>", "4");
}

static void test_files(void **state)
{
    (void)state;
    size_t count = 0;
    write_file("good", "my::vec value value=room\n");
    BASE_FREE char *good = xasprintf("%s/good", scratch);
    must(printers_add_file(target, good, &count));
    assert_int_equal(count, 1);
    must_fail(printers_add_file(target, "/nowhere/at/all", &count), ERR_USAGE);
    must_fail(printers_add_file(target, "/dev/zero", &count), ERR_USAGE);
    must_fail(printers_add_file(target, scratch, &count), ERR_USAGE);
}

/* -- random bytes -----------------------------------------------------------------------------------------
 */

static uint64_t random_state;

static uint64_t draw(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    return random_state ^= random_state << 17;
}

/* A word as it may stand in an object: small, a place in the memory that is there, or anything. */
static uint64_t draw_word(void)
{
    switch (draw() % 4) {
    case 0:
        return draw() % 300;
    case 1:
    case 2:
        return PLAYED_BASE + draw() % PLAYED_SIZE / WORD * WORD;
    default:
        return draw() >> draw() % 64;
    }
}

/* Whatever the bytes are, there is a text, and it is bounded. */
static void test_random(void **state)
{
    (void)state;
    static const char *const types[] = {
        "vec<int>", "text",  "list<int>", "loose",         "tree",
        "blocks",   "ring",  "bits",      "slots",         "both<int, short>",
        "link",     "maybe", "choice",    "vec<my::text>", "list<my::vec<int>>"};
    random_state = (uint64_t)clock_now_ns() | 1;
    print_message("seed %" PRIu64 "\n", random_state);
    for (unsigned round = 0; round < 40; round++) {
        for (uint64_t at = OBJECT; at < PLAYED_BASE + PLAYED_SIZE; at += WORD)
            put_number(at, draw_word());
        for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
            BASE_FREE char *expression =
                xasprintf("*(my::%s *)0x%x", types[i], OBJECT + (unsigned)(draw() % 16) * WORD);
            BASE_BUF struct buf text = {0};
            next_stop();
            must(text_of(expression, NULL, 0, &text));
            assert_in_range(text.length, 1, 3 * RENDER_TEXT);
        }
    }
}

#define IN_CONTAINERS(f) cmocka_unit_test_setup_teardown(f, start_containers, end_containers)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_CONTAINERS(test_linear), IN_CONTAINERS(test_big),    IN_CONTAINERS(test_bits_and_blocks),
        IN_CONTAINERS(test_lists),  IN_CONTAINERS(test_trees),  IN_CONTAINERS(test_slots),
        IN_CONTAINERS(test_single), IN_CONTAINERS(test_nested), IN_CONTAINERS(test_lines),
        IN_CONTAINERS(test_files),  IN_CONTAINERS(test_random)};
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
