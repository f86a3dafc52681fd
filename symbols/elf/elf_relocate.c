/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Relocatable files (kernel modules, objects): sections are relocated against the addresses that elf_layout.c
 * gave them.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "symbols/elf/elf_image.h"

enum reloc_kind { RELOC_NONE, RELOC_SET, RELOC_PC, RELOC_ADD, RELOC_SUB };

struct reloc_rule {
    unsigned machine, type;
    enum reloc_kind kind;
    unsigned size;
};

/* What compilers emit for data and debug sections, and x86's calls. */
static const struct reloc_rule rules[] = {
    {EM_X86_64, R_X86_64_64, RELOC_SET, 8},
    {EM_X86_64, R_X86_64_32, RELOC_SET, 4},
    {EM_X86_64, R_X86_64_32S, RELOC_SET, 4},
    {EM_X86_64, R_X86_64_PC32, RELOC_PC, 4},
    {EM_X86_64, R_X86_64_PC64, RELOC_PC, 8},
    {EM_X86_64, R_X86_64_PLT32, RELOC_PC, 4},
    {EM_X86_64, R_X86_64_DTPOFF32, RELOC_SET, 4},
    {EM_X86_64, R_X86_64_DTPOFF64, RELOC_SET, 8},
    {EM_386, R_386_32, RELOC_SET, 4},
    {EM_386, R_386_PC32, RELOC_PC, 4},
    {EM_386, R_386_PLT32, RELOC_PC, 4},
    {EM_AARCH64, R_AARCH64_ABS64, RELOC_SET, 8},
    {EM_AARCH64, R_AARCH64_ABS32, RELOC_SET, 4},
    {EM_AARCH64, R_AARCH64_PREL32, RELOC_PC, 4},
    {EM_AARCH64, R_AARCH64_PREL64, RELOC_PC, 8},
    {EM_ARM, R_ARM_ABS32, RELOC_SET, 4},
    {EM_ARM, R_ARM_REL32, RELOC_PC, 4},
    {EM_RISCV, R_RISCV_64, RELOC_SET, 8},
    {EM_RISCV, R_RISCV_32, RELOC_SET, 4},
    {EM_RISCV, R_RISCV_SET8, RELOC_SET, 1},
    {EM_RISCV, R_RISCV_SET16, RELOC_SET, 2},
    {EM_RISCV, R_RISCV_SET32, RELOC_SET, 4},
    {EM_RISCV, R_RISCV_32_PCREL, RELOC_PC, 4},
    {EM_RISCV, R_RISCV_ADD8, RELOC_ADD, 1},
    {EM_RISCV, R_RISCV_ADD16, RELOC_ADD, 2},
    {EM_RISCV, R_RISCV_ADD32, RELOC_ADD, 4},
    {EM_RISCV, R_RISCV_ADD64, RELOC_ADD, 8},
    {EM_RISCV, R_RISCV_SUB8, RELOC_SUB, 1},
    {EM_RISCV, R_RISCV_SUB16, RELOC_SUB, 2},
    {EM_RISCV, R_RISCV_SUB32, RELOC_SUB, 4},
    {EM_RISCV, R_RISCV_SUB64, RELOC_SUB, 8},
    {EM_PPC64, R_PPC64_ADDR64, RELOC_SET, 8},
    {EM_PPC64, R_PPC64_ADDR32, RELOC_SET, 4},
    {EM_PPC64, R_PPC64_REL32, RELOC_PC, 4},
    {EM_PPC64, R_PPC64_REL64, RELOC_PC, 8},
    {EM_PPC, R_PPC_ADDR32, RELOC_SET, 4},
    {EM_PPC, R_PPC_REL32, RELOC_PC, 4},
    {EM_S390, R_390_64, RELOC_SET, 8},
    {EM_S390, R_390_32, RELOC_SET, 4},
    {EM_S390, R_390_PC32, RELOC_PC, 4},
    {EM_S390, R_390_PC64, RELOC_PC, 8},
};

static const struct reloc_rule *rule_for(unsigned machine, uint64_t type)
{
    for (size_t i = 0; i < ARRAY_LENGTH(rules); i++)
        if (rules[i].machine == machine && rules[i].type == type)
            return &rules[i];
    return NULL;
}

/* The address of symbol `index` of the symbol table a relocation section links to. */
static bool symbol_address(struct elf_image *e, uint32_t link, uint64_t index, uint64_t *ret)
{
    struct elf_section *table = link < e->section_count ? &e->sections[link] : NULL;
    size_t size;
    const uint8_t *bytes = elf_image_bytes(e, table, &size);
    size_t entry = e->is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
    if (!bytes || index >= size / entry)
        return false;
    struct cursor c = cursor_from(bytes, size, index * entry, e->big);
    cursor_u32(&c);
    uint64_t value;
    uint16_t section;
    if (e->is64) {
        cursor_u16(&c);
        section = cursor_u16(&c);
        value = cursor_u64(&c);
    } else {
        value = cursor_u32(&c);
        cursor_u32(&c);
        cursor_u16(&c);
        section = cursor_u16(&c);
    }
    if (section == SHN_UNDEF)
        return false;
    *ret = value + (section < e->section_count ? e->sections[section].address : 0);
    return true;
}

static void store(uint8_t *at, uint64_t value, unsigned size, bool big)
{
    for (unsigned i = 0; i < size; i++)
        at[big ? size - 1 - i : i] = (uint8_t)(value >> (8 * i));
}

static void apply(struct elf_image *e, struct elf_section *s, const struct reloc_rule *rule, uint64_t offset,
                  uint64_t value, bool addend_in_place)
{
    if (offset > s->bytes_size || rule->size > s->bytes_size - offset)
        return;
    uint8_t *at = s->owned + offset;
    struct cursor c = cursor_of(at, rule->size, e->big);
    uint64_t old = cursor_unsigned(&c, rule->size);
    if (addend_in_place)
        value += (uint64_t)sign_extend(old, rule->size);
    if (rule->kind == RELOC_PC)
        value -= s->address + offset;
    else if (rule->kind == RELOC_ADD)
        value = old + value;
    else if (rule->kind == RELOC_SUB)
        value = old - value;
    store(at, value, rule->size, e->big);
}

static void apply_table(struct elf_image *e, struct elf_section *s, struct elf_section *table)
{
    size_t size;
    const uint8_t *bytes = elf_image_bytes(e, table, &size);
    bool addend = table->type == SHT_RELA;
    struct cursor c = cursor_of(bytes, size, e->big);
    size_t word = e->is64 ? 8 : 4;
    while (cursor_left(&c) >= word * (addend ? 3 : 2)) {
        uint64_t offset = cursor_unsigned(&c, (unsigned)word);
        uint64_t info = cursor_unsigned(&c, (unsigned)word);
        uint64_t value = 0, a = addend ? cursor_unsigned(&c, (unsigned)word) : 0;
        const struct reloc_rule *rule = rule_for(e->machine, e->is64 ? info & 0xffffffff : info & 0xff);
        if (rule && symbol_address(e, table->link, e->is64 ? info >> 32 : info >> 8, &value))
            apply(e, s, rule, offset, value + (uint64_t)sign_extend(a, (unsigned)word), !addend);
    }
}

void elf_relocate(struct elf_image *e, struct elf_section *s)
{
    bool wanted = strncmp(s->name, ".debug_", 7) == 0 || strncmp(s->name, ".zdebug_", 8) == 0 ||
                  (s->flags & SHF_ALLOC && s->type == SHT_PROGBITS);
    for (size_t i = 1; wanted && i < e->section_count; i++) {
        struct elf_section *table = &e->sections[i];
        if ((table->type != SHT_RELA && table->type != SHT_REL) || table->info != s->index || table == s)
            continue;
        if (!s->owned) {
            s->owned = xcalloc(s->bytes_size + 16, 1);
            memcpy(s->owned, s->bytes, s->bytes_size);
            s->bytes = s->owned;
        }
        apply_table(e, s, table);
    }
}
