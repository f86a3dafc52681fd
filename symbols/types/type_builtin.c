/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The arithmetic types of C: their many spellings, and nodes for those that no CU describes.
 */
#include <ctype.h>
#include <string.h>

#include "base/alloc.h"
#include "symbols/types/type_internal.h"

struct spelling {
    bool is_unsigned, is_signed, is_short, is_char, is_int, is_double, is_float, is_bool, is_int128,
        is_complex;
    unsigned longs;
};

static bool take_word(struct spelling *s, const char *w, size_t n)
{
    static const struct {
        const char *word;
        size_t offset;
    } words[] = {
        {"unsigned", offsetof(struct spelling, is_unsigned)},
        {"signed", offsetof(struct spelling, is_signed)},
        {"short", offsetof(struct spelling, is_short)},
        {"char", offsetof(struct spelling, is_char)},
        {"int", offsetof(struct spelling, is_int)},
        {"double", offsetof(struct spelling, is_double)},
        {"float", offsetof(struct spelling, is_float)},
        {"_Bool", offsetof(struct spelling, is_bool)},
        {"__int128", offsetof(struct spelling, is_int128)},
        {"complex", offsetof(struct spelling, is_complex)},
    };
    if (n == 4 && strncmp(w, "long", 4) == 0)
        return ++s->longs <= 2;
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        bool *flag = (bool *)((char *)s + words[i].offset);
        if (strlen(words[i].word) == n && strncmp(w, words[i].word, n) == 0) {
            bool twice = *flag;
            *flag = true;
            return !twice;
        }
    }
    return false;
}

static bool parse(const char *name, struct spelling *s)
{
    memset(s, 0, sizeof *s);
    size_t words = 0;
    while (*name) {
        size_t n = strcspn(name, " ");
        if (n && !take_word(s, name, n))
            return false;
        words += n > 0;
        name += n;
        name += strspn(name, " ");
    }
    return words > 0;
}

const char *type_canonical_name(const char *name)
{
    struct spelling s;
    if (!parse(name, &s) || s.is_complex || (s.is_unsigned && s.is_signed))
        return name;
    bool u = s.is_unsigned;
    if (s.is_bool)
        return "_Bool";
    if (s.is_char)
        return u ? "unsigned char" : s.is_signed ? "signed char" : "char";
    if (s.is_int128)
        return u ? "unsigned __int128" : "__int128";
    if (s.is_float)
        return "float";
    if (s.is_double)
        return s.longs ? "long double" : "double";
    if (s.is_short)
        return u ? "unsigned short" : "short";
    if (s.longs == 2)
        return u ? "unsigned long long" : "long long";
    if (s.longs == 1)
        return u ? "unsigned long" : "long";
    return u ? "unsigned int" : "int";
}

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
        t->inside->size = b->size == SIZE_OF_LONG          ? (is64 ? 8 : 4)
                          : b->size != SIZE_OF_LONG_DOUBLE ? b->size
                          : machine == EM_386              ? 12
                          : machine == EM_ARM              ? 8
                                                           : 16;
        return m->builtins[i] = t;
    }
    return NULL;
}
