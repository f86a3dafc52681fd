/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols/elf/plt.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "symbols/limits.h"

/* A slot in the table of addresses, and what is put there. */
struct slot {
    uint64_t address;
    const char *name;
    bool jump; /* its relocation is one of the stubs', which stand in their order */
};

struct slots {
    struct slot *items;
    size_t count, capacity;
};

/* How a processor's stubs are laid out where they do not tell their slot: the linker's usual header and size
 * (binutils bfd, elfNN-ARCH.c: PLT0 and PLT entries). */
static const struct {
    unsigned machine, size, header;
} layouts[] = {{EM_AARCH64, 16, 32}, {EM_ARM, 12, 20}, {EM_RISCV, 16, 32}, {EM_S390, 32, 32}};

static bool is_plt(const struct elf_section *s)
{
    return s->flags & SHF_EXECINSTR && s->type == SHT_PROGBITS &&
           (strncmp(s->name, ".plt", 4) == 0 || strcmp(s->name, ".iplt") == 0);
}

static bool is_jump(unsigned machine, uint32_t type)
{
    switch (machine) {
    case EM_X86_64:
        return type == R_X86_64_JUMP_SLOT || type == R_X86_64_IRELATIVE;
    case EM_386:
        return type == R_386_JMP_SLOT || type == R_386_IRELATIVE;
    case EM_AARCH64:
        return type == R_AARCH64_JUMP_SLOT || type == R_AARCH64_IRELATIVE;
    case EM_ARM:
        return type == R_ARM_JUMP_SLOT || type == R_ARM_IRELATIVE;
    case EM_RISCV:
        return type == R_RISCV_JUMP_SLOT || type == 58; /* IRELATIVE of its psABI */
    case EM_S390:
        return type == R_390_JMP_SLOT || type == R_390_IRELATIVE;
    default:
        return false;
    }
}

static const char *dynamic_name(struct elf_image *e, const struct elf_section *relocations, uint32_t symbol)
{
    if (!symbol || relocations->link >= e->section_count)
        return NULL;
    struct elf_section *table = &e->sections[relocations->link];
    size_t size, entry = e->is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
    const uint8_t *bytes = elf_image_bytes(e, table, &size);
    if (!bytes || symbol >= size / entry || table->link >= e->section_count)
        return NULL;
    struct cursor c = cursor_from(bytes, size, symbol * entry, e->big);
    return elf_image_string(e, &e->sections[table->link], cursor_u32(&c));
}

/* What chooses the function is known by the relocation's addend; REL has it in the slot. */
static const char *chooser_name(struct symbol_file *f, uint64_t address)
{
    const struct elf_symbol *s = address ? elf_symbols_nearest(f, address) : NULL;
    return s && s->value == address ? s->name : NULL;
}

static uint64_t in_slot(struct symbol_file *f, uint64_t address, unsigned size)
{
    uint8_t bytes[8];
    if (symbol_file_read(f, address, bytes, size) != size)
        return 0;
    struct cursor c = cursor_of(bytes, size, f->image->big);
    return cursor_unsigned(&c, size);
}

static void read_relocations(struct symbol_file *f, struct elf_section *s, struct slots *ret)
{
    struct elf_image *e = f->image;
    size_t size;
    const uint8_t *bytes = elf_image_bytes(e, s, &size);
    struct cursor c = cursor_of(bytes, bytes ? size : 0, e->big);
    unsigned word = e->is64 ? 8 : 4;
    size_t entry = (size_t)word * (s->type == SHT_RELA ? 3 : 2);
    while (cursor_left(&c) >= entry && ret->count < PLT_SLOTS_MOST) {
        uint64_t address = cursor_unsigned(&c, word), info = cursor_unsigned(&c, word);
        uint64_t addend = s->type == SHT_RELA ? cursor_unsigned(&c, word) : 0;
        uint32_t symbol = (uint32_t)(e->is64 ? info >> 32 : info >> 8);
        uint32_t type = (uint32_t)(e->is64 ? info & 0xffffffff : info & 0xff);
        bool jump = is_jump(e->machine, type);
        const char *name = dynamic_name(e, s, symbol);
        if (jump && !symbol)
            name = chooser_name(f, s->type == SHT_RELA ? addend : in_slot(f, address, word));
        if (!jump && !name)
            continue;
        ARRAY_RESERVE(ret->items, ret->count, ret->capacity);
        ret->items[ret->count++] = (struct slot){address, name, jump};
    }
}

static int by_address(const void *a, const void *b)
{
    const struct slot *x = a, *y = b;
    return x->address < y->address ? -1 : x->address > y->address;
}

static const char *slot_name(const struct slots *slots, uint64_t address)
{
    const struct slot wanted = {.address = address};
    const struct slot *found =
        slots->count ? bsearch(&wanted, slots->items, slots->count, sizeof wanted, by_address) : NULL;
    return found ? found->name : NULL;
}

static void add(struct symbol_file *f, const struct elf_section *s, uint64_t address, uint64_t size,
                const char *name)
{
    BASE_BUF struct buf text = {0};
    ARRAY_RESERVE(f->plt, f->plt_count, f->plt_capacity);
    buf_printf(&text, "%s@plt", name);
    f->plt[f->plt_count++] = (struct elf_symbol){.name = intern(&f->strings, buf_text(&text)),
                                                 .value = address,
                                                 .size = size,
                                                 .type = STT_FUNC,
                                                 .bind = STB_LOCAL,
                                                 .section = (uint16_t)s->index};
}

/* x86: `jmp *slot`, behind prefixes and marks that are skipped. */
static bool x86_slot(struct symbol_file *f, const uint8_t *code, size_t n, uint64_t address, uint64_t *ret)
{
    for (size_t i = 0; i + 6 <= n; i++) {
        bool relative = code[i] == 0xff && code[i + 1] == 0xa3; /* to the table, which ebx has */
        if (code[i] != 0xff || (code[i + 1] != 0x25 && !relative))
            continue;
        struct cursor c = cursor_of(code + i + 2, 4, false);
        uint64_t distance = (uint64_t)(int32_t)cursor_u32(&c);
        const struct elf_section *got = elf_image_section(f->image, ".got.plt");
        got = got || !relative ? got : elf_image_section(f->image, ".got");
        if (f->image->machine == EM_X86_64)
            *ret = address + i + 6 + distance;
        else
            *ret = (uint32_t)(distance + (relative && got ? got->address : 0));
        return true;
    }
    return false;
}

static void add_x86(struct symbol_file *f, struct elf_section *s, const struct slots *slots)
{
    size_t size;
    const uint8_t *bytes = elf_image_bytes(f->image, s, &size);
    uint64_t entry = s->entry_size == 8 ? 8 : 16;
    for (uint64_t at = 0; bytes && at + entry <= size; at += entry) {
        uint64_t slot;
        const char *name =
            x86_slot(f, bytes + at, entry, s->address + at, &slot) ? slot_name(slots, slot) : NULL;
        if (name)
            add(f, s, s->address + at, entry, name);
    }
}

/* Arm: in front of a stub that Thumb calls is `bx pc`, `nop`. */
static uint64_t thumb_entry(const struct symbol_file *f, const uint8_t *code, size_t n)
{
    static const uint8_t enter[] = {0x78, 0x47};
    return f->image->machine == EM_ARM && n >= 4 && memcmp(code, enter, sizeof enter) == 0 ? 4 : 0;
}

/* One stub behind the other, in the order of the relocations; whether they fill the section, and with `name`
 * they are named. */
static bool walk_in_order(struct symbol_file *f, struct elf_section *s, const struct slots *slots,
                          uint64_t at, uint64_t each, bool name)
{
    size_t size;
    const uint8_t *bytes = elf_image_bytes(f->image, s, &size);
    for (size_t i = 0; bytes && i < slots->count; i++) {
        if (!slots->items[i].jump)
            continue;
        if (at + each > size)
            return false;
        uint64_t length = each + thumb_entry(f, bytes + at, size - at);
        if (name && slots->items[i].name)
            add(f, s, s->address + at, length, slots->items[i].name);
        at += length;
    }
    return at == size;
}

static void add_in_order(struct symbol_file *f, struct elf_section *s, const struct slots *slots)
{
    for (size_t i = 0; i < ARRAY_LENGTH(layouts); i++) {
        if (layouts[i].machine != f->image->machine)
            continue;
        uint64_t begin =
            walk_in_order(f, s, slots, layouts[i].header, layouts[i].size, false) ? layouts[i].header : 0;
        if (begin || walk_in_order(f, s, slots, 0, layouts[i].size, false))
            walk_in_order(f, s, slots, begin, layouts[i].size, true);
    }
}

static int by_value(const void *a, const void *b)
{
    const struct elf_symbol *x = a, *y = b;
    return x->value < y->value ? -1 : x->value > y->value;
}

static void read_plt(struct symbol_file *f)
{
    struct slots slots = {0};
    struct elf_image *e = f->image;
    bool x86 = e->machine == EM_X86_64 || e->machine == EM_386;
    f->plt_read = true;
    for (size_t i = 1; i < e->section_count; i++)
        if (e->sections[i].flags & SHF_ALLOC &&
            (e->sections[i].type == SHT_RELA || e->sections[i].type == SHT_REL))
            read_relocations(f, &e->sections[i], &slots);
    if (x86 && slots.count)
        qsort(slots.items, slots.count, sizeof *slots.items, by_address);
    for (size_t i = 1; i < e->section_count; i++) {
        if (!is_plt(&e->sections[i]))
            continue;
        if (x86)
            add_x86(f, &e->sections[i], &slots);
        else
            add_in_order(f, &e->sections[i], &slots);
    }
    free(slots.items);
    if (f->plt_count)
        qsort(f->plt, f->plt_count, sizeof *f->plt, by_value);
}

const struct elf_symbol *plt_at(struct symbol_file *f, uint64_t address)
{
    const struct symbol_section *here = file_section_at(f, address);
    const struct elf_section *section = here ? f->section_source[here - f->sections] : NULL;
    if (f->image->type == ET_REL || !section || !is_plt(section))
        return NULL;
    if (!f->plt_read)
        read_plt(f);
    long i = elf_symbols_last(f->plt, f->plt_count, address);
    const struct elf_symbol *s = i >= 0 ? &f->plt[i] : NULL;
    return s && address - s->value < s->size ? s : NULL;
}

size_t plt_symbols(struct symbol_file *f, const struct elf_symbol **ret)
{
    if (!f->plt_read && f->image->type != ET_REL)
        read_plt(f);
    *ret = f->plt;
    return f->plt_count;
}
