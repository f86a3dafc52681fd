/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ELF symbol table. The first few questions are answered by passing over it as it stands in the file
 * (half a millisecond for a kernel's 150,000 symbols, and no memory); then it is read once, sorted by value
 * with a radix sort, as comparing would take five times as long.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "symbols/elf/plt.h"
#include "symbols/elf/raw_symbols.h"
#include "symbols/limits.h"

enum { PASSES = 8 };

/* Mapping symbols of Arm, AArch64 and RISC-V (`$a`, `$d.12`, `$xrv64…`) and assembler-local labels. */
static bool is_marker(unsigned machine, const char *name)
{
    if (name[0] == '.' && name[1] == 'L')
        return true;
    return name[0] == '$' && (machine == EM_ARM || machine == EM_AARCH64 || machine == EM_RISCV) &&
           strchr("axtd", name[1]) != NULL;
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

/* What the upper bits of st_other say in bytes. */
static uint8_t local_entry(uint8_t other)
{
    return (uint8_t)((1u << (other >> 5)) >> 2 << 2);
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
    bool has_local = from->machine == EM_PPC64 && function && from->flags & 2;
    s->local_entry = has_local ? local_entry(s->local_entry) : 0;
    if (from->machine == EM_PPC64 && function && placed && !(from->flags & 2))
        through_descriptor(f, s);
    return true;
}

/* That file's sections are numbered on their own. */
static void place_by_address(struct symbol_file *f, struct elf_symbol *s)
{
    for (size_t i = 1; i < f->image->section_count; i++) {
        const struct elf_section *here = &f->image->sections[i];
        if (here->flags & SHF_ALLOC && s->value - here->address < here->size)
            s->section = (uint16_t)i;
    }
}

static void read_table(struct symbol_file *f)
{
    struct raw_table t, mini;
    struct elf_symbol s;
    bool has = raw_symbols_open(f, &t), has_mini = raw_symbols_open_mini(f, &mini);
    size_t room = (has ? cursor_left(&t.entries) / t.entry : 0) +
                  (has_mini ? cursor_left(&mini.entries) / mini.entry : 0);
    f->symbols = xreallocarray(NULL, room + 1, sizeof *f->symbols);
    while (has && raw_symbols_next(&t, &s))
        if (accept(f, t.from, &s))
            f->symbols[f->symbol_count++] = s;
    while (has_mini && raw_symbols_next(&mini, &s)) {
        place_by_address(f, &s);
        if (accept(f, mini.from, &s))
            f->symbols[f->symbol_count++] = s;
    }
}

/* May this question be answered by passing over the table? Where accept() changes values it may not. */
static bool may_pass(struct symbol_file *f)
{
    unsigned machine = f->image->machine;
    if (f->symbols_read || f->mini || f->image->type == ET_REL || machine == EM_ARM || machine == EM_PPC64 ||
        f->symbol_passes >= PASSES)
        return false;
    f->symbol_passes++;
    return true;
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
    read_table(f);
    if (f->symbol_count)
        sort_by_value(f->symbols, f->symbol_count);
}

size_t symbol_file_symbols(struct symbol_file *f, const struct elf_symbol **ret)
{
    elf_symbols_read(f);
    *ret = f->symbols;
    return f->symbol_count;
}

long elf_symbols_last(const struct elf_symbol *list, size_t count, uint64_t address)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (list[mid].value <= address)
            low = mid + 1;
        else
            high = mid;
    }
    return (long)low - 1;
}

long elf_symbols_below(struct symbol_file *f, uint64_t address)
{
    elf_symbols_read(f);
    return elf_symbols_last(f->symbols, f->symbol_count, address);
}

/* Which of two symbols at the same place people mean. */
static int rank(const struct elf_symbol *s)
{
    int r = s->type == STT_FUNC || s->type == STT_OBJECT || s->type == STT_GNU_IFUNC ? 8 : 0;
    r += s->size ? 4 : 0;
    r += s->bind == STB_GLOBAL ? 2 : s->bind == STB_WEAK ? 1 : 0;
    return r;
}

/* Does `s` come before `best` as the symbol of an address both are good for? Later ones win, as they do in
 * the walk down from the end. */
static bool is_nearer(const struct elf_symbol *s, const struct elf_symbol *best, bool ranked)
{
    if (!best->name || s->value != best->value)
        return !best->name || s->value > best->value;
    return !ranked || rank(s) >= rank(best);
}

/* elf_symbols_nearest() without the sorted table. */
static const struct elf_symbol *pass_nearest(struct symbol_file *f, uint64_t address)
{
    const struct symbol_section *section = file_section_at(f, address);
    uint64_t floor = section ? section->address : 0;
    struct elf_symbol best = {0}, label = {0}, s;
    struct raw_table t;
    if (!raw_symbols_open(f, &t))
        return NULL;
    while (raw_symbols_next(&t, &s)) {
        if (s.value > address || s.value < floor || s.section >= f->image->section_count)
            continue;
        bool covers = s.size && address - s.value < s.size;
        struct elf_symbol *slot = covers ? &best : &label;
        if ((covers || (!s.size && section)) && is_nearer(&s, slot, covers) && accept(f, t.from, &s))
            *slot = s;
    }
    if (!best.name && !label.name)
        return NULL;
    struct elf_symbol *kept = intern_alloc(&f->strings, sizeof *kept);
    *kept = best.name ? best : label;
    return kept;
}

static inline bool is_named(const struct elf_symbol *s, const char *name, size_t n)
{
    return s->name && s->name[0] == name[0] && strncmp(s->name, name, n) == 0 &&
           (!s->name[n] || s->name[n] == '.' || s->name[n] == '@');
}

static int by_value(const void *a, const void *b)
{
    const struct elf_symbol *x = a, *y = b;
    return x->value < y->value ? -1 : x->value > y->value;
}

static size_t find_named(struct symbol_file *f, const char *name, struct elf_symbol **ret)
{
    size_t count = 0, capacity = 0, n = strlen(name);
    struct raw_table t;
    struct elf_symbol s;
    *ret = NULL;
    if (may_pass(f)) {
        for (bool there = raw_symbols_open(f, &t); there && raw_symbols_next(&t, &s);) {
            if (!is_named(&s, name, n) || !accept(f, t.from, &s))
                continue;
            ARRAY_RESERVE(*ret, count, capacity);
            (*ret)[count++] = s;
        }
        if (count)
            qsort(*ret, count, sizeof **ret, by_value);
        return count;
    }
    elf_symbols_read(f);
    for (size_t i = 0; i < f->symbol_count; i++) {
        if (!is_named(&f->symbols[i], name, n))
            continue;
        ARRAY_RESERVE(*ret, count, capacity);
        (*ret)[count++] = f->symbols[i];
    }
    return count;
}

/* Is it a variable, an enumerator, a function? The same name is asked for several times in a row. */
size_t elf_symbols_named(struct symbol_file *f, const char *name, const struct elf_symbol **ret)
{
    if (!f->named || strcmp(f->named, name) != 0) {
        free(f->named);
        free(f->named_list);
        f->named = xstrdup(name);
        f->named_count = find_named(f, name, &f->named_list);
    }
    *ret = f->named_list;
    return f->named_count;
}

bool elf_symbols_only_function(struct symbol_file *f, const char *name)
{
    const struct elf_symbol *list;
    size_t count = elf_symbols_named(f, name, &list);
    bool function = false, other = false;
    for (size_t i = 0; i < count; i++) {
        bool same = strcmp(list[i].name, name) == 0;
        function |= same && list[i].type == STT_FUNC;
        other |= same && list[i].type != STT_FUNC;
    }
    return function && !other;
}

/* elf_symbols_nearest() with the sorted table: down from the address. */
static const struct elf_symbol *walk_nearest(struct symbol_file *f, uint64_t address)
{
    const struct symbol_section *section = file_section_at(f, address);
    const struct elf_symbol *best = NULL, *label = NULL;
    long i = elf_symbols_below(f, address);
    for (long steps = 0; i >= 0 && steps < SYMBOL_WALK_LIMIT; i--, steps++) {
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

const struct elf_symbol *elf_symbols_nearest(struct symbol_file *f, uint64_t address)
{
    const struct elf_symbol *stub = plt_at(f, address);
    if (stub)
        return stub;
    return may_pass(f) ? pass_nearest(f, address) : walk_nearest(f, address);
}

bool elf_symbols_thread_local(struct symbol_file *f, const char *name, uint64_t *ret)
{
    struct raw_table t;
    struct elf_symbol s;
    unsigned found = 0;
    bool there = raw_symbols_open(f, &t);
    while (there && raw_symbols_next(&t, &s))
        if (s.type == STT_TLS && s.section != SHN_UNDEF && s.name && strcmp(s.name, name) == 0) {
            *ret = s.value;
            found++;
        }
    return found == 1;
}
