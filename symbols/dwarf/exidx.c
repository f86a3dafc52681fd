/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding an address in the index, and the unwinding instructions of its entry. */
#include "symbols/dwarf/exidx.h"

#include <string.h>

#include "symbols/limits.h"

enum { ENTRY_BYTES = 8, WORD = 4, CANNOT_UNWIND = 1, ARM_EXIDX = 0x70000001 }; /* SHT_ and PT_ARM_EXIDX */

/* The most that one byte of a count says, behind a word. */
enum { CODE_BYTES = 255 * WORD + WORD };

struct index {
    uint64_t address, count;
};

static bool find_index(const struct symbol_file *f, struct index *ret)
{
    const struct elf_image *e = f->image;
    if (e->machine != EM_ARM || e->is64 || e->type == ET_REL) /* there the words are not relocated */
        return false;
    for (size_t i = 0; i < e->section_count; i++)
        if (e->sections[i].type == ARM_EXIDX) {
            *ret = (struct index){e->sections[i].address, e->sections[i].size / ENTRY_BYTES};
            return true;
        }
    for (size_t i = 0; i < e->segment_count; i++)
        if (e->segments[i].type == ARM_EXIDX) {
            *ret = (struct index){e->segments[i].address, e->segments[i].memory_size / ENTRY_BYTES};
            return true;
        }
    return false;
}

static bool word_at(const struct symbol_file *f, uint64_t address, uint32_t *ret)
{
    uint8_t bytes[WORD];
    if (symbol_file_read(f, address, bytes, sizeof bytes) != sizeof bytes)
        return false;
    struct cursor c = cursor_of(bytes, sizeof bytes, f->image->big);
    *ret = cursor_u32(&c);
    return true;
}

/* 31 bits, relative to where they stand. */
static uint64_t prel31(uint64_t place, uint32_t word)
{
    int64_t distance = (int64_t)(word & 0x7fffffff) - (word & 0x40000000 ? INT64_C(0x80000000) : 0);
    return (place + (uint64_t)distance) & 0xffffffff;
}

/* The entry of the last function that begins at or below the address. */
static bool find_entry(const struct symbol_file *f, const struct index *x, uint64_t pc, uint64_t *ret)
{
    uint64_t low = 0, high = x->count, begin = 0;
    while (low < high) {
        uint64_t mid = low + (high - low) / 2, place = x->address + mid * ENTRY_BYTES;
        uint32_t word;
        if (!word_at(f, place, &word))
            return false;
        if (prel31(place, word) <= pc) {
            begin = prel31(place, word);
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    /* The last function of a section has no end: what is in another one is not its code. */
    const struct symbol_section *s = file_section_at(f, pc);
    *ret = x->address + (low - 1) * ENTRY_BYTES;
    return low > 0 && s && s->executable && s == file_section_at(f, begin);
}

/* A word's bytes in the order in which they are executed: the highest first. */
static size_t add_word(uint8_t *code, size_t size, uint32_t word, unsigned from)
{
    for (unsigned i = from; i < WORD; i++)
        code[size++] = (uint8_t)(word >> (8 * (WORD - 1 - i)));
    return size;
}

static size_t add_words(const struct symbol_file *f, uint64_t address, unsigned count, uint8_t *code,
                        size_t size)
{
    uint32_t word;
    for (unsigned i = 0; i < count; i++) {
        if (!word_at(f, address + (uint64_t)i * WORD, &word))
            return 0;
        size = add_word(code, size, word, 0);
    }
    return size;
}

/*
 * The instructions of an entry of the other table; 0: none that are known. The compact model names one of
 * three routines: of the first they are the three bytes behind, of the others (and of gcc's and LLVM's own
 * personality routines, whose address stands in front) a byte says how many words follow.
 */
static size_t read_table(const struct symbol_file *f, uint64_t at, uint8_t *code)
{
    uint32_t word;
    if (!word_at(f, at, &word))
        return 0;
    if (!(word & 0x80000000)) {
        at += WORD;
        if (!word_at(f, at, &word))
            return 0;
        return add_words(f, at + WORD, word >> 24, code, add_word(code, 0, word, 1));
    }
    unsigned model = word >> 24 & 15;
    if (word >> 28 != 8 || model > 2)
        return 0;
    if (model == 0)
        return add_word(code, 0, word, 1);
    return add_words(f, at + WORD, word >> 16 & 0xff, code, add_word(code, 0, word, 2));
}

bool exidx_row(struct symbol_file *f, uint64_t pc, struct cfi_row *ret)
{
    uint8_t code[CODE_BYTES];
    struct index x;
    uint64_t entry;
    uint32_t word;
    if (!find_index(f, &x) || !find_entry(f, &x, pc, &entry) || !word_at(f, entry + WORD, &word))
        return false;
    if (word == CANNOT_UNWIND) {
        static const uint8_t nothing[] = {0xb0};
        exidx_run(nothing, sizeof nothing, ret);
        ret->rules[ret->return_register].kind = CFI_UNDEFINED;
        return true;
    }
    size_t size = 0;
    if (!(word & 0x80000000))
        size = read_table(f, prel31(entry + WORD, word), code);
    else if (word >> 24 == 0x80)
        size = add_word(code, 0, word, 1);
    return size > 0 && exidx_run(code, size, ret);
}
