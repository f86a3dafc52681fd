/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The arithmetic types of C and C++: nodes for those that no CU describes.
 */
#include <string.h>

#include "base/alloc.h"
#include "symbols/types/type_internal.h"

struct builtin {
    const char *name;
    enum type_kind kind;
    unsigned size; /* 0: of a `long`, 255: of a long double */
    bool is_signed;
};

enum { SIZE_OF_LONG = 0, SIZE_OF_LONG_DOUBLE = 255 };

static const struct builtin builtins[] = {
    {"void", TYPE_VOID, 1, false},
    {"_Bool", TYPE_BOOL, 1, false},
    {"bool", TYPE_BOOL, 1, false},
    {"char16_t", TYPE_CHAR, 2, false},
    {"char32_t", TYPE_CHAR, 4, false},
    {"char", TYPE_CHAR, 1, true},
    {"signed char", TYPE_CHAR, 1, true},
    {"unsigned char", TYPE_CHAR, 1, false},
    {"short", TYPE_INTEGER, 2, true},
    {"unsigned short", TYPE_INTEGER, 2, false},
    {"int", TYPE_INTEGER, 4, true},
    {"unsigned int", TYPE_INTEGER, 4, false},
    {"long", TYPE_INTEGER, SIZE_OF_LONG, true},
    {"unsigned long", TYPE_INTEGER, SIZE_OF_LONG, false},
    {"long long", TYPE_INTEGER, 8, true},
    {"unsigned long long", TYPE_INTEGER, 8, false},
    {"__int128", TYPE_INTEGER, 16, true},
    {"unsigned __int128", TYPE_INTEGER, 16, false},
    {"float", TYPE_FLOAT, 4, true},
    {"double", TYPE_FLOAT, 8, true},
    {"long double", TYPE_FLOAT, SIZE_OF_LONG_DOUBLE, true},
};

_Static_assert(ARRAY_LENGTH(builtins) == BUILTIN_TYPES, "the map keeps one node for each");

/* Plain char is unsigned in these machines' ABIs. */
static bool char_is_unsigned(unsigned machine)
{
    return machine == EM_ARM || machine == EM_AARCH64 || machine == EM_PPC || machine == EM_PPC64 ||
           machine == EM_S390 || machine == EM_RISCV;
}

static unsigned size_of(const struct builtin *b, bool is64, unsigned machine)
{
    if (b->size == SIZE_OF_LONG)
        return is64 ? 8 : 4;
    if (b->size != SIZE_OF_LONG_DOUBLE)
        return b->size;
    return machine == EM_386 ? 12 : machine == EM_ARM ? 8 : 16;
}

struct type *type_builtin(struct symbol_map *m, const char *canonical)
{
    const struct symbol_file *f = m->count ? m->entries[0].file : NULL;
    bool is64 = !f || symbol_file_is_64(f);
    unsigned machine = f ? symbol_file_machine(f) : EM_X86_64;
    for (size_t i = 0; i < ARRAY_LENGTH(builtins); i++) {
        const struct builtin *b = &builtins[i];
        if (strcmp(b->name, canonical) != 0)
            continue;
        if (m->builtins[i])
            return m->builtins[i];
        struct type *t = type_make(&m->arena, NULL, b->kind);
        t->name = b->name;
        t->is_signed = b->is_signed && !(strcmp(b->name, "char") == 0 && char_is_unsigned(machine));
        t->inside->map = m;
        t->inside->size = size_of(b, is64, machine);
        return m->builtins[i] = t;
    }
    return NULL;
}
