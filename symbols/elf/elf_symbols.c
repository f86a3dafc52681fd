/*
 * The ELF symbol table: read once, sorted by value with a radix sort (a kernel has 150,000 symbols, and
 * comparing would take five times as long).
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "symbols/file_internal.h"

enum { WALK_LIMIT = 256 };

static struct elf_section *find_table(struct elf_image *e, uint32_t type)
{
    for (size_t i = 1; e && i < e->section_count; i++)
        if (e->sections[i].type == type && e->sections[i].size > 0)
            return &e->sections[i];
    return NULL;
}

/* Mapping symbols of Arm, AArch64 and RISC-V (`$a`, `$d.12`, `$xrv64…`) and assembler-local labels. */
static bool is_marker(unsigned machine, const char *name)
{
    if (name[0] == '.' && name[1] == 'L')
        return true;
    return name[0] == '$' && (machine == EM_ARM || machine == EM_AARCH64 || machine == EM_RISCV) &&
           strchr("axtd", name[1]) != NULL;
}

static bool read_one(struct elf_image *e, struct cursor *c, struct elf_symbol *s, uint32_t *name)
{
    uint8_t info;
    *name = cursor_u32(c);
    if (e->is64) {
        info = cursor_u8(c);
        cursor_u8(c);
        s->section = cursor_u16(c);
        s->value = cursor_u64(c);
        s->size = cursor_u64(c);
    } else {
        s->value = cursor_u32(c);
        s->size = cursor_u32(c);
        info = cursor_u8(c);
        cursor_u8(c);
        s->section = cursor_u16(c);
    }
    s->type = ELF64_ST_TYPE(info);
    s->bind = ELF64_ST_BIND(info);
    return !c->bad;
}

/* ELFv1 powerpc64: a function symbol names its descriptor in .opd, whose first word is the code address. */
static void through_descriptor(struct symbol_file *f, struct elf_symbol *s)
{
    const struct elf_section *opd = &f->image->sections[s->section];
    uint8_t word[8];
    if (strcmp(opd->name, ".opd") != 0 || symbol_file_read(f, s->value, word, 8) != 8)
        return;
    struct cursor c = cursor_of(word, 8, f->image->big);
    s->value = cursor_u64(&c);
    for (unsigned i = 1; i < f->image->section_count; i++) {
        const struct elf_section *code = &f->image->sections[i];
        if (code->flags & SHF_ALLOC && s->value - code->address < code->size)
            s->section = (uint16_t)i;
    }
}

/* Makes a symbol of the table one of ours; false: not wanted. */
static bool accept(struct symbol_file *f, struct elf_image *from, struct elf_symbol *s)
{
    if (s->section == SHN_UNDEF || s->type == STT_FILE || s->type == STT_SECTION || s->type == STT_TLS)
        return false;
    if (!s->name || !*s->name || is_marker(from->machine, s->name))
        return false;
    bool placed = s->section < f->image->section_count;
    if (from->type == ET_REL && placed)
        s->value += from->sections[s->section].address;
    bool function = s->type == STT_FUNC || s->type == STT_GNU_IFUNC;
    if (from->machine == EM_ARM && function && s->value & 1) {
        s->thumb = true;
        s->value &= ~1ull;
    }
    if (from->machine == EM_PPC64 && function && placed && !(from->flags & 2))
        through_descriptor(f, s);
    return true;
}

static void read_table(struct symbol_file *f, struct elf_image *e, struct elf_section *table)
{
    size_t size;
    const uint8_t *bytes = elf_image_bytes(e, table, &size);
    size_t entry = e->is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
    if (table->link >= e->section_count || !bytes) {
        elf_image_complain(e, "the symbol table of %s is damaged", e->path);
        return;
    }
    struct elf_section *strings = &e->sections[table->link];
    struct cursor c = cursor_of(bytes, size, e->big);
    f->symbols = xreallocarray(NULL, size / entry + 1, sizeof *f->symbols);
    while (cursor_left(&c) >= entry) {
        struct elf_symbol s = {0};
        uint32_t name;
        if (!read_one(e, &c, &s, &name))
            break;
        s.name = elf_image_string(e, strings, name);
        if (accept(f, e, &s))
            f->symbols[f->symbol_count++] = s;
    }
}

/* Least significant digit first, 16 bits at a time; a digit that all share is skipped. Stable. */
static void sort_by_value(struct elf_symbol *symbols, size_t n)
{
    struct elf_symbol *from = symbols, *to = xreallocarray(NULL, n, sizeof *to);
    struct elf_symbol *spare = to;
    size_t *counts = xcalloc(1 << 16, sizeof *counts);
    for (unsigned shift = 0; shift < 64; shift += 16) {
        memset(counts, 0, sizeof *counts << 16);
        for (size_t i = 0; i < n; i++)
            counts[from[i].value >> shift & 0xffff]++;
        if (counts[from[0].value >> shift & 0xffff] == n)
            continue;
        size_t at = 0;
        for (size_t d = 0; d < 1 << 16; d++) {
            size_t here = counts[d];
            counts[d] = at;
            at += here;
        }
        for (size_t i = 0; i < n; i++)
            to[counts[from[i].value >> shift & 0xffff]++] = from[i];
        struct elf_symbol *swap = from;
        from = to;
        to = swap;
    }
    if (from != symbols)
        memcpy(symbols, from, n * sizeof *symbols);
    free(spare);
    free(counts);
}

void elf_symbols_read(struct symbol_file *f)
{
    if (f->symbols_read)
        return;
    f->symbols_read = true;
    struct elf_section *table;
    if ((table = find_table(f->image, SHT_SYMTAB)))
        read_table(f, f->image, table);
    else if ((table = find_table(f->debug, SHT_SYMTAB)))
        read_table(f, f->debug, table);
    else if ((table = find_table(f->image, SHT_DYNSYM)))
        read_table(f, f->image, table);
    if (f->symbol_count)
        sort_by_value(f->symbols, f->symbol_count);
}

size_t symbol_file_symbols(struct symbol_file *f, const struct elf_symbol **ret)
{
    elf_symbols_read(f);
    *ret = f->symbols;
    return f->symbol_count;
}

long elf_symbols_below(struct symbol_file *f, uint64_t address)
{
    elf_symbols_read(f);
    size_t low = 0, high = f->symbol_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (f->symbols[mid].value <= address)
            low = mid + 1;
        else
            high = mid;
    }
    return (long)low - 1;
}

/* Which of two symbols at the same place people mean. */
static int rank(const struct elf_symbol *s)
{
    int r = s->type == STT_FUNC || s->type == STT_OBJECT || s->type == STT_GNU_IFUNC ? 8 : 0;
    r += s->size ? 4 : 0;
    r += s->bind == STB_GLOBAL ? 2 : s->bind == STB_WEAK ? 1 : 0;
    return r;
}

const struct elf_symbol *elf_symbols_nearest(struct symbol_file *f, uint64_t address)
{
    const struct symbol_section *section = file_section_at(f, address);
    const struct elf_symbol *best = NULL, *label = NULL;
    long i = elf_symbols_below(f, address);
    for (long steps = 0; i >= 0 && steps < WALK_LIMIT; i--, steps++) {
        const struct elf_symbol *s = &f->symbols[i];
        if (section && s->value < section->address)
            break;
        if (s->section >= f->image->section_count)
            continue;
        if (best && s->value != best->value)
            break;
        if (s->size && address - s->value < s->size) {
            if (!best || rank(s) > rank(best))
                best = s;
        } else if (!s->size && !label && section) {
            label = s;
        }
    }
    return best ? best : label;
}
