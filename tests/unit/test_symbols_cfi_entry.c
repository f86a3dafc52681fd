/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CIEs and FDEs byte by byte: encodings, versions, augmentations, and what is cut or wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "symbols/dwarf/cfi.h"

static struct cfi_section section(const void *bytes, size_t size, bool eh)
{
    return (struct cfi_section){
        .name = ".eh_frame", .bytes = bytes, .size = size, .address = 0x1000, .eh = eh, .word = 8};
}

static void test_pointers(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0x00, 0x00, 0x81, 0xf2, 0x03, 0x84, 0x05, 0x06, 0x07, 0x88};
    static const struct {
        uint8_t encoding;
        uint64_t value;
        size_t used;
    } rows[] = {
        {0x00, 0x880706058403f281, 8},
        {0x01, 0xf901, 3},
        {0x02, 0xf281, 2},
        {0x03, 0x8403f281, 4},
        {0x04, 0x880706058403f281, 8},
        {0x0c, 0x880706058403f281, 8},
        {0x09, 0xf901, 3},
        {0x0a, 0xfffffffffffff281, 2},
        {0x0b, 0xffffffff8403f281, 4},
        {0x12, 0x1002 + 0xf281, 2},
        {0x1b, 0x1002 + 0xffffffff8403f281, 4},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct cfi_section s = section(bytes, sizeof bytes, true);
        struct cursor c = cursor_from(bytes, sizeof bytes, 2, false);
        uint64_t wanted = rows[i].value;
        if (cfi_pointer(&s, &c, rows[i].encoding, 8) != wanted)
            fail_msg("encoding 0x%x", rows[i].encoding);
        assert_false(c.bad);
        assert_int_equal(c.at - bytes, 2 + rows[i].used);
        s.word = 4; /* addresses are cut */
        c = cursor_from(bytes, sizeof bytes, 2, false);
        assert_true(cfi_pointer(&s, &c, rows[i].encoding, 8) == (wanted & 0xffffffff));
    }
    struct cfi_section s = section(bytes, sizeof bytes, true);
    struct cursor c = cursor_from(bytes, sizeof bytes, 2, false);
    assert_int_equal(cfi_pointer(&s, &c, 0x00, 2), 0xf281); /* absolute: as wide as an address */
    static const uint8_t bad[] = {0x05, 0x06, 0x07, 0x08, 0x0d, 0x0e, 0x0f,
                                  0x20, 0x23, 0x30, 0x40, 0x50, 0x7b};
    for (size_t i = 0; i < sizeof bad; i++) {
        c = cursor_from(bytes, sizeof bytes, 2, false);
        cfi_pointer(&s, &c, bad[i], 8);
        if (!c.bad)
            fail_msg("encoding 0x%x was taken", bad[i]);
    }
}

/* -- entries ---------------------------------------------------------------------------------------- */

struct entry {
    const char *letters; /* the augmentation */
    const char *data;    /* its bytes */
    size_t data_size;
    uint8_t version, word, segment; /* of an address and a segment, from version 4 on */
    bool eh, wide;                  /* 64-bit DWARF */
};

static void number(struct buf *b, uint64_t v, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        buf_add_char(b, i < sizeof v ? (char)(v >> 8 * i & 0xff) : '\0');
}

static void length(struct buf *b, size_t n, bool wide)
{
    if (wide)
        number(b, 0xffffffff, 4);
    number(b, n, wide ? 8 : 4);
}

/* A CIE (code 1, data -8, return register 0x90, program 0xaa) and behind it an FDE of [0x2000, 0x2010),
 * program 0xbb. */
static void build(const struct entry *e, struct buf *ret, size_t *fde_at)
{
    BASE_BUF struct buf cie = {0};
    BASE_BUF struct buf fde = {0};
    unsigned offset = e->wide ? 8 : 4;
    number(&cie, e->eh ? 0 : UINT64_MAX, e->eh ? 4 : offset);
    number(&cie, e->version, 1);
    buf_add(&cie, e->letters, strlen(e->letters) + 1);
    if (e->version >= 4) {
        number(&cie, e->word, 1);
        number(&cie, e->segment, 1);
    }
    number(&cie, 1, 1);
    number(&cie, 0x78, 1);
    number(&cie, 0x90, 1);
    if (e->version != 1)
        number(&cie, 1, 1); /* LEB128: 0x90, 1 is 144 */
    if (*e->letters == 'z') {
        number(&cie, e->data_size, 1);
        buf_add(&cie, e->data, e->data_size);
    }
    number(&cie, 0xaa, 1);
    length(ret, cie.length, e->wide);
    buf_add(ret, cie.data, cie.length);
    *fde_at = ret->length;
    number(&fde, e->eh ? ret->length + (e->wide ? 12 : 4) : 0, e->eh ? 4 : offset);
    unsigned word = e->version >= 4 ? e->word : 8;
    number(&fde, 0x2000, word);
    number(&fde, 0x10, word);
    if (*e->letters == 'z') {
        number(&fde, 2, 1);
        number(&fde, 0xeeee, 2);
    }
    number(&fde, 0xbb, 1);
    length(ret, fde.length, e->wide);
    buf_add(ret, fde.data, fde.length);
}

static bool read_entry(const struct entry *e, struct cfi_fde *fde)
{
    BASE_BUF struct buf b = {0};
    size_t at;
    uint64_t next, first;
    build(e, &b, &at);
    BASE_FREE uint8_t *exact = xmemdup(b.data, b.length);
    struct cfi_section s = section(exact, b.length, e->eh);
    *fde = (struct cfi_fde){0};
    assert_false(cfi_read_fde(&s, 0, fde, &first)); /* the CIE is none */
    assert_int_equal(first, at);
    bool ok = cfi_read_fde(&s, at, fde, &next);
    assert_int_equal(next, b.length);
    if (!ok)
        return false;
    assert_int_equal(fde->low, 0x2000);
    assert_int_equal(fde->high, 0x2010);
    assert_int_equal(fde->program.end - fde->program.at, 1);
    assert_int_equal(*fde->program.at, 0xbb);
    assert_int_equal(fde->cie.code_align, 1);
    assert_int_equal(fde->cie.data_align, -8);
    assert_int_equal(fde->cie.return_register, 0x90);
    assert_int_equal(fde->cie.program.end - fde->cie.program.at, 1);
    assert_int_equal(*fde->cie.program.at, 0xaa);
    /* each byte less of the CIE too, but for the one of its program; and what is not marked as one is none */
    size_t length_at = e->wide ? 4 : 0, id_at = e->wide ? 12 : 4;
    size_t cie_length = (uint8_t)exact[length_at];
    for (size_t cut = 1; cut <= cie_length; cut++) {
        struct cfi_fde other = {0};
        exact[length_at] = (uint8_t)(cie_length - cut);
        assert_int_equal(cfi_read_fde(&s, at, &other, &next), cut == 1);
        exact[length_at] = (uint8_t)cie_length;
    }
    for (size_t i = 0; i < (e->eh || !e->wide ? 4 : 8); i++) {
        struct cfi_fde other = {0};
        exact[id_at + i] ^= 1;
        assert_false(cfi_read_fde(&s, at, &other, &next));
        exact[id_at + i] ^= 1;
    }
    /* each byte less of the section is one too few for the entry, and never read beyond */
    for (size_t cut = 1; cut <= b.length - at; cut++) {
        BASE_FREE uint8_t *less = xmemdup(b.data, b.length - cut);
        struct cfi_section shorter = section(less, b.length - cut, e->eh);
        struct cfi_fde other = {0};
        assert_false(cfi_read_fde(&shorter, at, &other, &next));
        assert_int_equal(next, 0);
    }
    return true;
}

static void test_versions(void **state)
{
    (void)state;
    struct cfi_fde fde;
    for (int kind = 0; kind < 4; kind++)
        for (uint8_t version = 0; version <= 6; version++) {
            struct entry e = {.letters = "", .version = version, .word = 8, .eh = kind & 1, .wide = kind & 2};
            if (read_entry(&e, &fde) != (version == 1 || version == 3 || version == 4))
                fail_msg("version %u, kind %d", version, kind);
        }
    for (uint8_t word = 0; word <= 9; word++) {
        if (word == 1)
            continue; /* what this FDE is about has no room there */
        struct entry e = {.letters = "", .version = 4, .word = word};
        assert_int_equal(read_entry(&e, &fde), word >= 2 && word <= 8);
        if (word >= 2 && word <= 8)
            assert_int_equal(fde.cie.word, word);
    }
    struct entry segments = {.letters = "", .version = 4, .word = 8, .segment = 2};
    assert_false(read_entry(&segments, &fde));
}

static void test_augmentations(void **state)
{
    (void)state;
    static const struct {
        struct entry e;
        bool ok, augmented, signal_frame;
        uint8_t encoding;
    } rows[] = {
        {{.letters = ""}, true, false, false, 0},
        {{.letters = "z", .data = ""}, true, true, false, 0},
        {{.letters = "zR", .data = "\x04", .data_size = 1}, true, true, false, 4},
        {{.letters = "zS", .data = ""}, true, true, true, 0},
        {{.letters = "zRS", .data = "\x04", .data_size = 1}, true, true, true, 4},
        {{.letters = "zLR", .data = "\x1b\x04", .data_size = 2}, true, true, false, 4},
        {{.letters = "zPR",
          .data = "\x9b"
                  "abcd\x04",
          .data_size = 6},
         true,
         true,
         false,
         4},
        {{.letters = "zPR", .data = "\xff\x04", .data_size = 2},
         true,
         true,
         false,
         4}, /* omitted: no pointer */
        {{.letters = "zPLR",
          .data = "\x03"
                  "abcd\x1b\x04",
          .data_size = 7},
         true,
         true,
         false,
         4},
        {{.letters = "zBR", .data = "\x04", .data_size = 1}, true, true, false, 4},
        {{.letters = "zGR", .data = "\x04", .data_size = 1}, true, true, false, 4},
        {{.letters = "zXR", .data = "\x04", .data_size = 1},
         true,
         true,
         false,
         0}, /* unknown: the rest is passed over */
        {{.letters = "zRRS", .data = "\x04", .data_size = 1},
         true,
         true,
         false,
         0}, /* nothing is read behind the end of the data */
        {{.letters = "zSX", .data = "\x04", .data_size = 1}, true, true, true, 0},
        {{.letters = "zRRRRRRRRRRRRR", .data = "\x04", .data_size = 1},
         true,
         true,
         false,
         0}, /* as many letters as there may be */
        {{.letters = "zRRRRRRRRRRRRRRR", .data = "\x04", .data_size = 1},
         false,
         false,
         false,
         0}, /* no end of letters */
        {{.letters = "eh"}, false, false, false, 0},
        {{.letters = "R"}, false, false, false, 0},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        for (int eh = 0; eh <= 1; eh++) {
            struct entry e = rows[i].e;
            struct cfi_fde fde;
            e.version = 1;
            e.eh = eh;
            if (read_entry(&e, &fde) != rows[i].ok)
                fail_msg("augmentation %s", e.letters);
            if (!rows[i].ok)
                continue;
            assert_int_equal(fde.cie.augmented, rows[i].augmented);
            assert_int_equal(fde.cie.signal_frame, rows[i].signal_frame);
            assert_int_equal(fde.cie.pointer_encoding, rows[i].encoding);
        }
}

/* Entries that are none, and how the reader goes on behind them. */
static void test_damage(void **state)
{
    (void)state;
    struct entry e = {.letters = "", .version = 1, .eh = true};
    BASE_BUF struct buf b = {0};
    size_t at;
    uint64_t next = 99;
    struct cfi_fde fde = {0};
    build(&e, &b, &at);
    struct cfi_section s = section(b.data, b.length, true);
    assert_false(cfi_read_fde(&s, b.length, &fde, &next));
    assert_int_equal(next, 0);
    b.data[at + 4] = 0x7f; /* its CIE would be in front of the section */
    assert_false(cfi_read_fde(&s, at, &fde, &next));
    assert_int_equal(next, b.length);
    b.data[at + 4] = (char)(at + 3); /* or no CIE */
    assert_false(cfi_read_fde(&s, at, &fde, &next));
    b.data[at + 4] = (char)(at + 4);
    assert_true(cfi_read_fde(&s, at, &fde, &next));
    memset(b.data + at + 16, 0, 8); /* no bytes of code */
    assert_false(cfi_read_fde(&s, at, &fde, &next));
    memset(b.data + at + 8, 0xff, 8); /* around the end of the address space */
    b.data[at + 16] = 1;
    assert_false(cfi_read_fde(&s, at, &fde, &next));
    static const uint8_t end[] = {0, 0, 0, 0, 1, 2, 3, 4};
    s = section(end, sizeof end, true);
    assert_false(cfi_read_fde(&s, 0, &fde, &next));
    assert_int_equal(next, 4);
    static const uint8_t reserved[] = {0xf0, 0xff, 0xff, 0xff, 0, 0, 0, 0};
    s = section(reserved, sizeof reserved, true);
    assert_false(cfi_read_fde(&s, 0, &fde, &next));
    assert_int_equal(next, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pointers),
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_augmentations),
        cmocka_unit_test(test_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
