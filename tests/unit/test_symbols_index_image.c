/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The name index's image: its header, parts, names and postings by the byte; what one thread collects and how
 * it is brought together; and searches in it. */
#include "test_symbols_dies.h"

#include <sys/mman.h>

/* -- names and sums --------------------------------------------------------------------------------- */

static void test_hashes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t hash;
        size_t base;
    } rows[] = {
        {"", 0x811c9dc5, 0},
        {"a", 0xe40c292c, 1},
        {"foobar", 0xbf9cf968, 6},
        {" fo ob ar  ", 0xbf9cf968, 11},
        {"foobar<int>", 0xbf9cf968, 6},
        {"foobar <int>", 0xbf9cf968, 7},
        {"foobar<a<b>>", 0xbf9cf968, 6},
        {"\xc3\xa9", 0x1e9de8c1, 2},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        assert_int_equal(image_name_hash(rows[i].name), rows[i].hash);
        assert_int_equal(name_base_length(rows[i].name, strlen(rows[i].name)), rows[i].base);
    }
    static const char *const whole[] = {"<closure>",  "operator<",  "operator<<",
                                        "operator <", "operator<=", "operator<=>"};
    for (size_t i = 0; i < ARRAY_LENGTH(whole); i++)
        assert_int_equal(name_base_length(whole[i], strlen(whole[i])), strlen(whole[i]));
    assert_int_equal(name_base_length("operato<", 8), 7);
    assert_int_equal(name_base_length("operatoR<", 9), 8);
    assert_int_equal(name_base_length("operator==<a>", 13), 10);
    assert_int_equal(name_base_length("operator<", 8), 8); /* the `<` is not part of it */
    assert_int_equal(name_base_length("a<b", 1), 1);
}

/* Cache files of an earlier run have these sums. */
static void test_checksums(void **state)
{
    (void)state;
    static const struct {
        size_t size;
        uint64_t sum;
    } rows[] = {
        {0, 0x3829c0d5cf6e518c},  {1, 0x5ad178c1a5c72117},   {8, 0x66ac872826b16909},
        {31, 0x9b8561a1a1c7f8f4}, {32, 0x721c186bec2ada5d},  {33, 0x354cba3abb3abf99},
        {64, 0x20edefd35430f98f}, {100, 0xf6c05d6bf4d77afd},
    };
    uint8_t bytes[100];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7 + 3);
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        BASE_FREE uint8_t *exact = xmemdup(bytes, rows[i].size);
        assert_true(image_checksum(exact, rows[i].size) == rows[i].sum);
    }
}

static void test_tags(void **state)
{
    (void)state;
    static const uint16_t indexed[] = {DW_TAG_base_type,  DW_TAG_structure_type,   DW_TAG_union_type,
                                       DW_TAG_class_type, DW_TAG_enumeration_type, DW_TAG_typedef,
                                       DW_TAG_enumerator, DW_TAG_subprogram,       DW_TAG_variable};
    int seen = 0;
    for (unsigned tag = 0; tag <= 0xffff; tag++) {
        int code = image_tag_code((uint16_t)tag);
        if (tag == DW_TAG_constant) { /* Fortran's, a variable like others */
            assert_int_equal(indexed[code], DW_TAG_variable);
        } else if (code >= 0) {
            assert_true(code < (int)ARRAY_LENGTH(indexed));
            assert_int_equal(indexed[code], tag);
            seen++;
        }
    }
    assert_int_equal(seen, ARRAY_LENGTH(indexed));
}

/* -- parts ------------------------------------------------------------------------------------------ */

static void test_number_table(void **state)
{
    (void)state;
    enum { MANY = 5000 };
    struct number_table t = {0};
    uint32_t *number;
    for (int round = 0; round < 2; round++)
        for (uint64_t i = 1; i <= MANY; i++) {
            uint64_t key = i * i * 0x10001; /* some of them begin at one place */
            assert_int_equal(number_table_find(&t, key, &number), round);
            assert_int_equal(*number, round ? i : 0);
            *number = (uint32_t)i;
        }
    assert_int_equal(t.used, MANY);
    assert_int_equal(t.capacity, 8192); /* at most three quarters full */
    for (uint64_t i = MANY + 1; i <= 6144; i++)
        assert_false(number_table_find(&t, i * i * 0x10001, &number));
    assert_int_equal(t.capacity, 8192);
    assert_true(number_table_find(&t, 0x10001, &number)); /* full: room is made before one looks */
    assert_int_equal(*number, 1);
    assert_int_equal(t.capacity, 16384);
    number_table_free(&t);
    assert_null(t.slots);
    assert_int_equal(t.capacity, 0);
}

static const char strings[] = "\0alpha\0beta\0alpha\0costarring\0liquid\0ns\0v1";
enum { ALPHA = 1, BETA = 7, ALPHA_AGAIN = 12, COSTARRING = 18, LIQUID = 29, NS = 36, V1 = 39 };

static void test_part_names(void **state)
{
    (void)state;
    struct index_part p;
    index_part_init(&p, strings, sizeof strings);
    assert_int_equal(p.name_count, 1);
    assert_string_equal(part_name_text(&p, 0), "");
    uint32_t alpha = part_name_at(&p, ALPHA), again = part_name_at(&p, ALPHA_AGAIN),
             own = part_name_of(&p, "own");
    assert_int_equal(alpha, 1);
    assert_int_equal(again, 2);
    assert_int_equal(own, 3);
    assert_int_equal(part_name_at(&p, ALPHA), alpha);
    assert_int_equal(part_name_of(&p, "own"), own);
    assert_int_equal(part_name_of(&p, "alpha"), 4); /* text of its own */
    assert_int_equal(part_name_of(&p, "alpha"), 4);
    assert_string_equal(part_name_text(&p, alpha), "alpha");
    assert_string_equal(part_name_text(&p, own), "own");
    assert_int_equal(p.names[alpha].text, ALPHA);
    assert_int_equal(p.names[own].text, IMAGE_OWN_TEXT);
    assert_int_equal(p.names[4].text, IMAGE_OWN_TEXT | 4);
    assert_int_equal(p.names[own].hash, image_name_hash("own"));
    assert_int_equal(p.names[alpha].hash, image_name_hash("alpha"));
    assert_int_equal(part_name_at(&p, 0), 0); /* empty */
    assert_int_equal(part_name_at(&p, 0), 0);
    assert_int_equal(part_name_of(&p, ""), 0);
    assert_int_equal(part_name_at(&p, sizeof strings), 0);
    assert_int_equal(part_name_at(&p, sizeof strings - 1), 0);
    assert_int_equal(part_name_at(&p, sizeof strings - 3), 5); /* "1": within a string */
    assert_int_equal(p.name_count, 6);
    for (int i = 0; i < 3000; i++) {
        BASE_FREE char *name = xasprintf("name%d", i);
        assert_int_equal(part_name_of(&p, name), 6 + i);
    }
    assert_int_equal(part_name_of(&p, "name1234"), 6 + 1234);
    assert_string_equal(part_name_text(&p, 6 + 2999), "name2999");
    index_part_free(&p);
    assert_null(p.names);
}

/* Offsets with the top bit are copied, and strings of this size are not looked at quickly. */
static void test_huge_strings(void **state)
{
    (void)state;
    size_t size = ((size_t)1 << 31) + 8192;
    char *huge = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_true(huge != MAP_FAILED);
    struct index_part p;
    index_part_init(&p, huge, size);
    assert_null(p.seen_quickly);
    strcpy(huge + IMAGE_OWN_TEXT, "far");
    strcpy(huge + IMAGE_OWN_TEXT - 8, "near");
    uint32_t far = part_name_at(&p, IMAGE_OWN_TEXT), near = part_name_at(&p, IMAGE_OWN_TEXT - 8);
    assert_string_equal(part_name_text(&p, far), "far");
    assert_int_equal(p.names[far].text, IMAGE_OWN_TEXT);
    assert_string_equal(part_name_text(&p, near), "near");
    assert_int_equal(p.names[near].text, IMAGE_OWN_TEXT - 8);
    part_add(&p, &(struct part_entry){.die = 1, .name = near, .tag = 0});
    assert_false(part_has(&p, IMAGE_OWN_TEXT - 8, 0));
    index_part_free(&p);
    index_part_init(&p, huge, (size_t)1 << 28);
    assert_null(p.seen_quickly);
    index_part_free(&p);
    index_part_init(&p, "", 0);
    assert_null(p.seen_quickly);
    index_part_free(&p);
    munmap(huge, size);
}

static void test_part_scopes(void **state)
{
    (void)state;
    struct index_part p;
    index_part_init(&p, strings, sizeof strings);
    uint32_t a = part_name_of(&p, "a"), b = part_name_of(&p, "b");
    assert_int_equal(part_scope(&p, 0, a), 1);
    assert_int_equal(part_scope(&p, 0, b), 2);
    assert_int_equal(part_scope(&p, 1, b), 3);
    assert_int_equal(part_scope(&p, 2, a), 4);
    assert_int_equal(part_scope(&p, 0, a), 1);
    assert_int_equal(part_scope(&p, 1, b), 3);
    assert_int_equal(part_scope(&p, 3, 0), 3); /* without a name it is the one around it */
    assert_int_equal(p.scopes[3].parent, 1);
    assert_int_equal(p.scopes[3].name, b);
    assert_int_equal(p.scope_count, 5);
    index_part_free(&p);
}

static void test_part_entries(void **state)
{
    (void)state;
    struct index_part p;
    index_part_init(&p, strings, sizeof strings);
    uint32_t alpha = part_name_at(&p, ALPHA), own = part_name_of(&p, "own"), beta = part_name_at(&p, BETA);
    uint32_t scope = part_scope(&p, 0, own);
    static const struct {
        int tag;
        bool once;
    } tags[] = {{0, true}, {6, true}, {IMAGE_FUNCTION, false}, {IMAGE_VARIABLE, false}};
    for (size_t i = 0; i < ARRAY_LENGTH(tags); i++) {
        size_t before = p.entry_count;
        struct part_entry e = {.die = 10, .name = alpha, .tag = (uint8_t)tags[i].tag};
        assert_false(part_has(&p, ALPHA, tags[i].tag));
        part_add(&p, &e);
        e.die = 20;
        part_add(&p, &e);
        assert_int_equal(p.entry_count - before, tags[i].once ? 1 : 2);
        assert_int_equal(p.entries[before].die, 10);
        assert_int_equal(part_has(&p, ALPHA, tags[i].tag), tags[i].once);
        e.scope = scope;
        part_add(&p, &e); /* another scope: another thing */
        assert_int_equal(p.entry_count - before, tags[i].once ? 2 : 3);
        e.name = own;
        part_add(&p, &e);
        part_add(&p, &e);
        assert_int_equal(p.entry_count - before, tags[i].once ? 3 : 5);
    }
    assert_false(part_has(&p, ALPHA + 1, 0));
    assert_false(part_has(&p, ALPHA, 1));
    assert_false(part_has(&p, sizeof strings, 0));
    struct part_entry e = {.die = 30, .name = beta, .tag = 1, .flags = ENTRY_DECLARATION};
    size_t at = p.entry_count;
    part_add(&p, &e);
    assert_false(part_has(&p, BETA, 1)); /* a declaration does not keep definitions away */
    e.die = 31;
    part_add(&p, &e);
    assert_int_equal(p.entries[at].die, 30); /* the first declaration */
    e.die = 32;
    e.flags = 0;
    part_add(&p, &e);
    assert_int_equal(p.entries[at].die, 32);
    assert_int_equal(p.entries[at].flags, 0);
    assert_true(part_has(&p, BETA, 1));
    e.die = 33;
    part_add(&p, &e);
    e.die = 34;
    e.flags = ENTRY_DECLARATION;
    part_add(&p, &e);
    assert_int_equal(p.entries[at].die, 32);
    assert_int_equal(p.entry_count, at + 1);
    e.scope = scope;
    e.flags = 0;
    e.tag = 2;
    part_add(&p, &e);
    assert_false(part_has(&p, BETA, 2)); /* not at file scope */
    e.name = 0;
    part_add(&p, &e);
    assert_int_equal(p.entry_count, at + 2); /* without a name it is none */
    index_part_free(&p);
}

/* -- images ----------------------------------------------------------------------------------------- */

struct written {
    uint8_t *bytes;
    size_t size;
    struct image image;
};

static struct written merge_parts(struct index_part *parts, size_t count, const struct merge_input *more)
{
    struct written w;
    const char *why;
    struct merge_input in = *more;
    in.parts = parts;
    in.count = count;
    in.binding = 5;
    w.bytes = index_merge(&in, &w.size);
    if (!image_open(w.bytes, w.size, 5, &w.image, &why))
        fail_msg("%s", why);
    w.image.strings = strings;
    w.image.strings_size = sizeof strings;
    check_image(&w.image);
    return w;
}

static void add(struct index_part *p, uint64_t die, uint32_t name, uint32_t scope, uint8_t tag, uint8_t flags)
{
    part_add(p, &(struct part_entry){.die = die,
                                     .name = name,
                                     .scope = scope,
                                     .unit = (uint32_t)(die >> 8),
                                     .tag = tag,
                                     .flags = flags});
}

/* Two parts whose image is known to the byte. */
static struct written two_parts(void)
{
    struct index_part p[2];
    for (int i = 0; i < 2; i++)
        index_part_init(&p[i], strings, sizeof strings);
    uint32_t ns = part_scope(&p[0], 0, part_name_at(&p[0], NS));
    uint32_t v1 = part_scope(&p[0], ns, part_name_at(&p[0], V1));
    p[0].scopes[v1].exported = true;
    add(&p[0], 0x300, part_name_at(&p[0], ALPHA_AGAIN), ns, 1, 0);
    add(&p[0], 0x100, part_name_of(&p[0], "own"), v1, IMAGE_FUNCTION, 0);
    add(&p[0], 0x180, part_name_of(&p[0], "own"), v1, IMAGE_FUNCTION, 0); /* the same unit */
    add(&p[0], 0x150, part_name_of(&p[0], "_Z3own"), 0, IMAGE_FUNCTION, ENTRY_LINKAGE);
    add(&p[0], 0x104, part_name_at(&p[0], COSTARRING), 0, 0, 0);
    /* The other part has other numbers for the same. */
    add(&p[1], 0x205, part_name_at(&p[1], LIQUID), 0, 0, ENTRY_DECLARATION);
    add(&p[1], 0x220, part_name_of(&p[1], "own"),
        part_scope(&p[1], part_scope(&p[1], 0, part_name_of(&p[1], "ns")), part_name_of(&p[1], "v1")),
        IMAGE_FUNCTION, 0);
    add(&p[1], 0x240, part_name_at(&p[1], ALPHA), part_scope(&p[1], 0, part_name_of(&p[1], "ns")), 1, 0);
    add(&p[1], 0x280, part_name_of(&p[1], "own"), 0, IMAGE_VARIABLE, 0);
    add(&p[1], 0x290, part_name_of(&p[1], "costarring"), 0, 0, ENTRY_DECLARATION); /* it has a definition */
    static const struct image_range ranges[] = {{1, 2, 3, 0}, {4, 5, 6, 0}};
    struct written w =
        merge_parts(p, 2, &(struct merge_input){.ranges = ranges, .range_count = ARRAY_LENGTH(ranges)});
    for (int i = 0; i < 2; i++)
        index_part_free(&p[i]);
    return w;
}

static void expect_postings(const struct image *m, const char *name, const char *bytes, size_t size)
{
    for (size_t i = 0; i < m->name_count; i++) {
        if (strcmp(image_text(m, m->names[i].text), name) != 0)
            continue;
        struct cursor c = image_postings(m, i);
        assert_true((size_t)(c.end - c.at) >= size);
        assert_memory_equal(c.at, bytes, size);
        return;
    }
    fail_msg("%s is not there", name);
}

static void test_written_image(void **state)
{
    (void)state;
    struct written w = two_parts();
    const struct image *m = &w.image;
    struct image_header h;
    memcpy(&h, w.bytes, sizeof h);
    assert_memory_equal(h.magic, "allstopI", 8);
    assert_int_equal(h.version, IMAGE_VERSION);
    assert_int_equal(h.byte_order, 0x01020304);
    assert_int_equal(h.binding, 5);
    assert_int_equal(h.size, w.size);
    assert_int_equal(m->name_count, 5); /* alpha, costarring, liquid, own, _Z3own */
    assert_int_equal(m->scope_count, 3);
    assert_int_equal(m->scopes[1].parent, 0);
    assert_int_equal(m->scopes[1].text, NS);
    assert_int_equal(m->scopes[2].parent, 1 | IMAGE_EXPORTED);
    assert_int_equal(m->scopes[2].text, V1);
    assert_int_equal(m->range_count, 2);
    assert_int_equal(m->ranges[1].high, 5);
    assert_int_equal(m->import_count, 0);
    assert_int_equal(m->text_size, 4 + 7); /* own, _Z3own: each once */
    expect_postings(m, "alpha", "\xc1\xc0\x04\x01", 4);
    expect_postings(m, "own", "\x47\x80\x02\x02\x47\xa0\x02\x02\x88\x60", 10);
    expect_postings(m, "_Z3own", "\xa7\xd0\x02", 3);
    expect_postings(m, "costarring", "\x80\x84\x02", 3);
    expect_postings(m, "liquid", "\x90\x85\x04", 3);
    assert_int_equal(h.sizes[IMAGE_POSTINGS], 4 + 10 + 3 + 3 + 3);
    uint32_t at = sizeof h; /* parts one after the other, at multiples of 8 */
    for (size_t i = 0; i < IMAGE_PART_COUNT; i++) {
        assert_int_equal(h.offsets[i], at);
        at += h.sizes[i];
        at += i + 1 < IMAGE_PART_COUNT ? (8 - at % 8) % 8 : 0;
    }
    assert_int_equal(at, w.size);
    /* the first text of a name in .debug_str */
    assert_int_equal(m->names[image_find(m, image_name_hash("alpha"))].text, ALPHA);
    size_t pair = image_find(m, image_name_hash("liquid"));
    assert_int_equal(pair, image_find(m, image_name_hash("costarring")));
    assert_int_equal(m->hashes[pair + 1], m->hashes[pair]);
    assert_int_equal(image_find(m, m->hashes[0] - 1), m->name_count);
    assert_int_equal(image_find(m, m->hashes[4] + 1), m->name_count);
    assert_int_equal(image_find(m, m->hashes[2] + 1), m->name_count);
    BASE_FREE char *lines = lines_of(w.bytes, w.size, 5, strings, sizeof strings);
    expect_text(lines, "000100 function ns::v1::own\n"
                       "000104 base costarring\n"
                       "000150 function _Z3own linked\n"
                       "000205 base liquid declared\n"
                       "000220 function ns::v1::own\n"
                       "000240 struct ns::alpha\n"
                       "000280 variable own\n");
}

static void test_empty_image(void **state)
{
    (void)state;
    struct index_part p;
    index_part_init(&p, "", 0);
    for (size_t count = 0; count <= 1; count++) {
        struct written w = merge_parts(&p, count, &(struct merge_input){.ranges = NULL});
        assert_int_equal(w.image.name_count, 0);
        assert_int_equal(w.image.scope_count, 1);
        assert_int_equal(image_find(&w.image, 1), 0);
        free(w.bytes);
    }
    index_part_free(&p);
}

/* An image whose offsets would not fit is empty, and reads nothing of what it would have held. */
static void test_too_large(void **state)
{
    (void)state;
    static const struct image_range range;
    static const uint8_t die[1];
    const struct scan_unit unit = {.die = 1, .bytes = die, .end = die + 1, .unit = 3};
    struct index_part p;
    index_part_init(&p, strings, sizeof strings);
    part_add_import(&p, &(struct part_import){.target = 1, .importer = 9});
    struct merge_input in = {.parts = &p,
                             .count = 1,
                             .units = &unit,
                             .unit_count = 1,
                             .ranges = &range,
                             .range_count = 44739242}; /* one import more than the 1 GiB that there may be */
    size_t size;
    const char *why;
    struct image m;
    BASE_FREE uint8_t *bytes = index_merge(&in, &size);
    assert_int_equal(size, sizeof(struct image_header));
    assert_true(image_open(bytes, size, 0, &m, &why));
    assert_int_equal(m.scope_count + m.name_count + m.range_count + m.import_count, 0);
    index_part_free(&p);
}

/* What is drawn together is in the same order from any order of parts. */
static void test_order_of_parts(void **state)
{
    (void)state;
    static const int orders[][3] = {{0, 1, 2}, {2, 1, 0}, {1, 2, 0}, {0, 2, 1}};
    uint8_t *first = NULL;
    size_t first_size = 0;
    for (size_t o = 0; o < ARRAY_LENGTH(orders); o++) {
        struct index_part p[3];
        for (int i = 0; i < 3; i++)
            index_part_init(&p[i], strings, sizeof strings);
        for (int i = 0; i < 900; i++) {
            struct index_part *q = &p[orders[o][i % 3]];
            BASE_FREE char *name = xasprintf("n%d", i % 250), *scope = xasprintf("s%d", i % 7);
            uint32_t outer = part_scope(q, 0, part_name_of(q, scope));
            uint32_t inner = part_scope(q, outer, part_name_at(q, i % 2 ? NS : V1));
            uint8_t tag = (uint8_t)(i % 9);
            add(q, 0x100 + (uint64_t)i * 3, part_name_of(q, name),
                i % 3   ? inner
                : i % 4 ? outer
                        : 0,
                tag,
                tag < 7 && i % 5 == 0 ? ENTRY_DECLARATION
                : i % 11 == 0         ? ENTRY_LINKAGE
                                      : 0);
        }
        struct written w = merge_parts(p, 3, &(struct merge_input){.ranges = NULL});
        for (int i = 0; i < 3; i++)
            index_part_free(&p[i]);
        if (!first) {
            first = w.bytes;
            first_size = w.size;
            assert_int_equal(w.image.name_count, 250);
            assert_int_equal(w.image.scope_count, 1 + 7 + 14);
            continue;
        }
        assert_int_equal(w.size, first_size);
        assert_memory_equal(w.bytes, first, first_size);
        free(w.bytes);
    }
    free(first);
}

static void refused(struct written *w, size_t size, uint64_t binding, const char *reason)
{
    struct image m;
    const char *why = NULL;
    BASE_FREE uint8_t *exact = xmemdup(w->bytes, size);
    assert_false(image_open(exact, size, binding, &m, &why));
    assert_string_equal(why, reason);
}

static void test_refused_images(void **state)
{
    (void)state;
    struct written w = two_parts();
    struct image_header *h = (struct image_header *)w.bytes, good = *h;
    for (size_t size = 0; size < w.size; size++)
        refused(&w, size, 5, "it is truncated");
    refused(&w, w.size, 6, "it is for another file");
    h->magic[7] ^= 1;
    refused(&w, w.size, 5, "it is no name index");
    *h = good;
    h->version++;
    refused(&w, w.size, 5, "it is of another version");
    *h = good;
    h->byte_order = 0x04030201;
    refused(&w, w.size, 5, "it is of another version");
    *h = good;
    h->checksum ^= 1;
    refused(&w, w.size, 5, "its checksum does not fit");
    *h = good;
    for (size_t i = offsetof(struct image_header, binding); i < w.size; i++) {
        w.bytes[i] ^= 0x10;
        struct image m;
        const char *why;
        assert_false(image_open(w.bytes, w.size, 5, &m, &why));
        w.bytes[i] ^= 0x10;
    }
    free(w.bytes);
}

/* Every part must lie in the image; a checksum is no proof of that. */
static void test_parts_outside(void **state)
{
    (void)state;
    struct written w = two_parts();
    struct image_header *h = (struct image_header *)w.bytes, good = *h;
    uint32_t size = (uint32_t)w.size;
    for (size_t i = 0; i < IMAGE_PART_COUNT; i++) {
        const struct {
            uint32_t offset, size;
        } rows[] = {{good.offsets[i] + 4, good.sizes[i]},
                    {sizeof *h - 8, good.sizes[i]},
                    {0, 0},
                    {(size + 8) & ~7u, 0},
                    {good.offsets[i], size - good.offsets[i] + 1},
                    {good.offsets[i], size - good.offsets[i] + 24},
                    {good.offsets[i], UINT32_MAX},
                    {0xfffffff8, 8}};
        for (size_t k = 0; k < ARRAY_LENGTH(rows); k++) {
            h->offsets[i] = rows[k].offset;
            h->sizes[i] = rows[k].size;
            image_header_finish(w.bytes, w.size, 5);
            refused(&w, w.size, 5, "its parts are damaged");
            *h = good;
        }
        static const size_t elements[] = {4, 8, 8, 1, 1, 24, 8};
        for (uint32_t less = 1; less < elements[i] && good.sizes[i]; less++) {
            h->sizes[i] = good.sizes[i] - less;
            image_header_finish(w.bytes, w.size, 5);
            refused(&w, w.size, 5, "its parts are damaged");
            *h = good;
        }
    }
    h->sizes[IMAGE_HASHES] -= 4; /* fewer hashes than names */
    image_header_finish(w.bytes, w.size, 5);
    refused(&w, w.size, 5, "its parts are damaged");
    *h = good;
    h->sizes[IMAGE_TEXT]--; /* the last string does not end */
    image_header_finish(w.bytes, w.size, 5);
    refused(&w, w.size, 5, "its parts are damaged");
    *h = good;
    h->sizes[IMAGE_TEXT] = 0;                            /* without any text there is nothing to end */
    h->offsets[IMAGE_RANGES] = h->offsets[IMAGE_HASHES]; /* parts may overlap: who cares */
    image_header_finish(w.bytes, w.size, 5);
    struct image m;
    const char *why = "";
    assert_true(image_open(w.bytes, w.size, 5, &m, &why));
    assert_null(why);
    assert_string_equal(image_text(&m, IMAGE_OWN_TEXT), "");
    free(w.bytes);
}

static void test_importers(void **state)
{
    (void)state;
    static const struct image_import list[] = {{2, 1}, {2, 9}, {4, 3}, {7, 1}, {7, 2}, {7, 3}, {8, 1}};
    for (size_t count = 0; count <= ARRAY_LENGTH(list); count++)
        for (uint32_t unit = 0; unit < 10; unit++) {
            struct image m = {.imports = list, .import_count = count};
            const struct image_import *ret = NULL;
            size_t first = 0, n = 0;
            while (first < count && list[first].unit < unit)
                first++;
            while (first + n < count && list[first + n].unit == unit)
                n++;
            assert_int_equal(image_importers(&m, unit, &ret), n);
            assert_ptr_equal(ret, list + first);
        }
}

static void test_texts(void **state)
{
    (void)state;
    static const char own[] = "x\0yz";
    struct image m = {
        .text = own, .text_size = sizeof own, .strings = strings, .strings_size = sizeof strings};
    assert_string_equal(image_text(&m, 0), "");
    assert_string_equal(image_text(&m, BETA), "beta");
    assert_string_equal(image_text(&m, sizeof strings - 2), "1");
    assert_string_equal(image_text(&m, IMAGE_OWN_TEXT | 2), "yz");
    assert_string_equal(image_text(&m, IMAGE_OWN_TEXT | 3), "z");
    assert_string_equal(image_text(&m, IMAGE_OWN_TEXT | sizeof own), "");
    assert_string_equal(image_text(&m, sizeof strings), "");
    m.text_size = 2;
    assert_string_equal(image_text(&m, IMAGE_OWN_TEXT | 2), "");
    m.strings_size = BETA;
    assert_string_equal(image_text(&m, BETA), "");
}

static void test_postings(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0x08, 0x81, 0x01, /* variable, 0x81 further */
                                    0x57, 0x02, 0x02, /* function, declared, scope 2 */
                                    0x61, 0x00, 0x03, /* structure, linkage, no such scope */
                                    0x80, 0x05,       /* the last */
                                    0x00, 0x01};      /* another name's */
    struct image m = {.scope_count = 3};
    struct cursor c = cursor_of(bytes, sizeof bytes, false);
    struct posting p = {.die = 0x1000};
    static const struct posting wanted[] = {{0x1081, 0, DW_TAG_variable, false, false},
                                            {0x1083, 2, DW_TAG_subprogram, true, false},
                                            {0x1083, 0, DW_TAG_structure_type, false, true},
                                            {0x1088, 0, DW_TAG_base_type, false, false}};
    for (size_t i = 0; i < ARRAY_LENGTH(wanted); i++) {
        assert_true(image_posting_next(&m, &c, &p));
        assert_int_equal(p.die, wanted[i].die);
        assert_int_equal(p.scope, wanted[i].scope);
        assert_int_equal(p.tag, wanted[i].tag);
        assert_int_equal(p.declaration, wanted[i].declaration);
        assert_int_equal(p.linkage, wanted[i].linkage);
    }
    assert_false(image_posting_next(&m, &c, &p));
    for (uint8_t tag = 9; tag <= 15; tag++) {
        const uint8_t unknown[] = {tag, 1};
        c = cursor_of(unknown, sizeof unknown, false);
        assert_false(image_posting_next(&m, &c, &p));
    }
    for (size_t cut = 1; cut <= 2; cut++) {
        c = cursor_of(bytes, cut, false);
        assert_false(image_posting_next(&m, &c, &p));
        c = cursor_of(bytes + 3, cut, false);
        assert_false(image_posting_next(&m, &c, &p));
    }
}

/* -- searches --------------------------------------------------------------------------------------- */

/* A name's entries as "qualified!" when exact and "qualified" otherwise, in the order in which they come. */
static void finds(const struct dwarf_index *x, const char *name, const char *wanted)
{
    struct index_search s = index_search_begin(x, name);
    BASE_BUF struct buf b = {0};
    for (struct index_entry e; index_search_next(&s, &e);) {
        buf_add_text(&b, b.length ? " " : "");
        index_qualified(x, &e, &b);
        buf_printf(&b, "%s%s%s", e.exact ? "!" : "", e.linkage ? "@" : "", e.declaration ? "?" : "");
    }
    struct index_entry e;
    assert_false(index_search_next(&s, &e));
    if (strcmp(buf_text(&b), wanted) != 0)
        fail_msg("%s: %s, not %s", name, buf_text(&b), wanted);
}

static void test_searches(void **state)
{
    (void)state;
    struct index_part p;
    index_part_init(&p, strings, sizeof strings);
    uint32_t f = part_name_of(&p, "f"), of_int = part_name_of(&p, "f<int>"), t = part_name_of(&p, "t<int>");
    uint32_t ns = part_scope(&p, 0, part_name_of(&p, "ns"));
    uint32_t inner = part_scope(&p, ns, part_name_of(&p, "inner"));
    uint32_t hidden = part_scope(&p, ns, part_name_of(&p, "(anonymous namespace)"));
    uint32_t v1 = part_scope(&p, ns, part_name_of(&p, "v1"));
    uint32_t outermost = part_scope(&p, 0, part_name_of(&p, "v1"));
    uint32_t other = part_scope(&p, 0, part_name_of(&p, "other"));
    uint32_t templated = part_scope(&p, other, part_name_of(&p, "box<char>"));
    p.scopes[v1].exported = p.scopes[outermost].exported = true;
    add(&p, 0x100, f, 0, IMAGE_FUNCTION, 0);
    add(&p, 0x201, f, ns, IMAGE_FUNCTION, 0);
    add(&p, 0x302, f, inner, IMAGE_FUNCTION, 0);
    add(&p, 0x403, f, hidden, IMAGE_FUNCTION, 0);
    add(&p, 0x504, f, v1, IMAGE_FUNCTION, 0);
    add(&p, 0x605, f, templated, IMAGE_FUNCTION, 0);
    add(&p, 0x706, of_int, other, IMAGE_FUNCTION, 0);
    add(&p, 0x707, t, other, 1, ENTRY_DECLARATION);
    add(&p, 0x708, part_name_of(&p, "_Z1fv"), 0, IMAGE_FUNCTION, ENTRY_LINKAGE);
    add(&p, 0x709, part_name_of(&p, "g"), outermost, IMAGE_VARIABLE, 0);
    add(&p, 0x70a, part_name_at(&p, COSTARRING), 0, IMAGE_VARIABLE, 0);
    add(&p, 0x70b, part_name_at(&p, LIQUID), 0, IMAGE_VARIABLE, 0);
    struct written w = merge_parts(&p, 1, &(struct merge_input){.ranges = NULL});
    struct dwarf_index x = {.ready = true, .image = w.image};
    finds(&x, "f",
          "f! ns::f ns::inner::f ns::(anonymous namespace)::f ns::v1::f other::box<char>::f other::f<int>");
    finds(&x, "::f", "f!");
    finds(&x, "ns::f", "ns::f! ns::(anonymous namespace)::f ns::v1::f");
    finds(&x, "::ns::f", "ns::f! ns::(anonymous namespace)::f ns::v1::f");
    finds(&x, "inner::f", "ns::inner::f");
    finds(&x, "::inner::f", "");
    finds(&x, "ns::inner::f", "ns::inner::f!");
    finds(&x, "ns :: inner :: f", "ns::inner::f!");
    finds(&x, "ns::v1::f", "ns::v1::f!");
    finds(&x, "x::ns::f", "");
    finds(&x, "x::f", "");
    finds(&x, "other::box::f", "other::box<char>::f!");
    finds(&x, "other::box<char>::f", "other::box<char>::f!");
    finds(&x, "other::box<int>::f", "");
    finds(&x, "f<int>", "other::f<int>");
    finds(&x, "other::f", "other::f<int>");
    finds(&x, "other::f<int>", "other::f<int>!");
    finds(&x, "f<long>", "");
    finds(&x, "t", ""); /* a type has its arguments */
    finds(&x, "t<int>", "other::t<int>?");
    finds(&x, "other::t< int >", "other::t<int>!?");
    finds(&x, "_Z1fv", "_Z1fv!@");
    finds(&x, "_Z1f v", "");
    finds(&x, "::_Z1fv", "");
    finds(&x, "g", "v1::g");
    finds(&x, "::g", "v1::g");
    finds(&x, "v1::g", "v1::g!");
    finds(&x, "liquid", "liquid!"); /* the same hash as the next */
    finds(&x, "costarring", "costarring!");
    finds(&x, "nothing", "");
    finds(&x, "", "");
    finds(NULL, "f", "");
    const char *list[4] = {NULL};
    assert_int_equal(dwarf_index_exported(&x, list, 4), 1); /* each once */
    assert_string_equal(list[0], "v1");
    assert_int_equal(dwarf_index_exported(&x, list, 0), 0);
    const struct image_range *ranges;
    assert_int_equal(dwarf_index_ranges(NULL, &ranges), 0);
    assert_null(ranges);
    assert_int_equal(dwarf_index_ranges(&x, &ranges), 0);
    assert_ptr_equal(ranges, x.image.ranges);
    const struct image_import *imports;
    assert_int_equal(dwarf_index_importers(NULL, 1, &imports), 0);
    dwarf_index_walk(NULL, NULL, NULL);
    free(w.bytes);
    index_part_free(&p);
}

static void test_exported(void **state)
{
    (void)state;
    struct index_part p;
    index_part_init(&p, strings, sizeof strings);
    for (int i = 0; i < 6; i++) {
        BASE_FREE char *name = xasprintf("v%d", i / 2);
        uint32_t scope = part_scope(&p, i % 2 ? 1 : 0, part_name_of(&p, name));
        p.scopes[scope].exported = i != 0;
    }
    struct written w = merge_parts(&p, 1, &(struct merge_input){.ranges = NULL});
    struct dwarf_index x = {.ready = true, .image = w.image};
    for (size_t limit = 0; limit <= 5; limit++) {
        const char *list[6] = {0};
        size_t n = dwarf_index_exported(&x, list, limit);
        assert_int_equal(n, limit < 3 ? limit : 3);
        assert_null(list[n]);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(list[i][0], 'v');
            for (size_t k = 0; k < i; k++)
                assert_string_not_equal(list[i], list[k]);
        }
    }
    free(w.bytes);
    index_part_free(&p);
    static const struct image_scope one[] = {{0, 0}, {IMAGE_EXPORTED, V1}}; /* the first there can be */
    x.image =
        (struct image){.scopes = one, .scope_count = 2, .strings = strings, .strings_size = sizeof strings};
    const char *name = NULL;
    assert_int_equal(dwarf_index_exported(&x, &name, 1), 1);
    assert_string_equal(name, "v1");
}

/* Scopes that name themselves or what is behind them are the file's; deep ones are cut. */
static void test_damaged_scopes(void **state)
{
    (void)state;
    struct image_scope scopes[100] = {{0, 0}, {2, NS}, {1, V1}, {3, NS}, {99, V1}};
    struct dwarf_index x = {
        .image = {.scopes = scopes, .scope_count = 5, .strings = strings, .strings_size = sizeof strings}};
    static const char *const wanted[] = {"f", "ns::f", "ns::v1::f", "ns::f", "v1::f"};
    for (uint32_t i = 0; i < 5; i++) {
        BASE_BUF struct buf b = {0};
        index_qualified(&x, &(struct index_entry){.name = "f", .scope = i}, &b);
        assert_string_equal(buf_text(&b), wanted[i]);
    }
    for (uint32_t i = 1; i < 100; i++)
        scopes[i] = (struct image_scope){.parent = i - 1, .text = NS};
    x.image.scope_count = 100;
    for (uint32_t depth = 60; depth < 70; depth++) {
        BASE_BUF struct buf b = {0};
        index_qualified(&x, &(struct index_entry){.name = "f", .scope = depth}, &b);
        assert_int_equal(b.length, 1 + 4 * (depth < 64 ? depth : 64));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hashes),         cmocka_unit_test(test_checksums),
        cmocka_unit_test(test_tags),           cmocka_unit_test(test_number_table),
        cmocka_unit_test(test_part_names),     cmocka_unit_test(test_huge_strings),
        cmocka_unit_test(test_part_scopes),    cmocka_unit_test(test_part_entries),
        cmocka_unit_test(test_written_image),  cmocka_unit_test(test_empty_image),
        cmocka_unit_test(test_too_large),      cmocka_unit_test(test_order_of_parts),
        cmocka_unit_test(test_refused_images), cmocka_unit_test(test_parts_outside),
        cmocka_unit_test(test_importers),      cmocka_unit_test(test_texts),
        cmocka_unit_test(test_postings),       cmocka_unit_test(test_searches),
        cmocka_unit_test(test_exported),       cmocka_unit_test(test_damaged_scopes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
