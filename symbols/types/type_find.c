/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Types by name: the CU in question first, then the name index of every file, then C's own.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "symbols/index/dwarf_index.h"
#include "symbols/scoped.h"
#include "symbols/types/type_internal.h"

struct wanted {
    const char *name;
    uint16_t tags[2]; /* what a keyword asks for; 0: a typedef or base type, or in C++ a class */
    uint64_t die;     /* found, or NO_OFFSET */
    bool declaration; /* what was found is only a declaration */
};

static bool tag_matches(const struct wanted *w, uint16_t tag)
{
    if (w->tags[0])
        return tag == w->tags[0] || tag == w->tags[1];
    return tag == DW_TAG_typedef || tag == DW_TAG_base_type;
}

static void visit(void *context, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag)
{
    struct wanted *w = context;
    struct die_attrs a;
    if ((w->die != NO_OFFSET && !w->declaration) || !tag_matches(w, tag))
        return;
    die_attributes(u, die, &a);
    const struct attr *name = die_attr(&a, DW_AT_name), *declaration = die_attr(&a, DW_AT_declaration);
    const char *text = name ? attr_string(u->dwarf, u->head, name) : NULL;
    if (!text || strcmp(tag == DW_TAG_base_type ? arithmetic_name(text) : text, w->name) != 0)
        return;
    w->declaration = declaration && declaration->u;
    w->die = die_offset(u, die);
}

static struct type *find_in_unit(struct symbol_map *m, struct wanted w, uint64_t pc)
{
    uint64_t offset;
    struct symbol_file *f = pc == UINT64_MAX ? NULL : symbol_map_file_at(m, pc, &offset);
    struct dwarf_unit *u = f ? lookup_unit(f, pc - offset) : NULL;
    if (!u)
        return NULL;
    w.die = NO_OFFSET;
    die_walk_begin(u);
    die_children(u, u->root, visit, &w);
    if (w.die == NO_OFFSET || w.declaration)
        unit_imports(u, visit, &w);
    return w.die != NO_OFFSET && !w.declaration ? type_of_die(f, w.die) : NULL;
}

/* Has the type the template arguments that were written? */
static bool is_named(struct symbol_file *f, uint64_t die, const char *spelling)
{
    struct name_query q;
    const char *name = type_of_die(f, die)->name;
    name_query_parse(spelling, &q);
    return name && q.count &&
           name_same(q.parts[q.count - 1].text, q.parts[q.count - 1].length, name, strlen(name));
}

static struct type *find_in_index(struct symbol_file *f, const struct wanted *w, const char *spelling,
                                  bool declarations)
{
    struct dwarf *d = dwarf_of(f);
    const struct dwarf_index *x = d ? dwarf_index_of(d) : NULL;
    struct index_search s = index_search_begin(x, spelling);
    for (struct index_entry i; index_search_next(&s, &i);)
        if (tag_matches(w, i.tag) && (declarations || !i.declaration) &&
            (!i.bare || is_named(f, i.die, spelling)))
            return type_of_die(f, i.die);
    return NULL;
}

/* The DWARF spellings of an arithmetic type: gcc's "long unsigned int" and clang's "unsigned long". */
static const char *const spellings[][3] = {
    {"unsigned long", "unsigned long", "long unsigned int"},
    {"long", "long", "long int"},
    {"unsigned long long", "unsigned long long", "long long unsigned int"},
    {"long long", "long long", "long long int"},
    {"unsigned short", "unsigned short", "short unsigned int"},
    {"short", "short", "short int"},
    {"unsigned __int128", "unsigned __int128", "__int128 unsigned"},
};

static struct type *find_in_file(struct symbol_file *f, const struct wanted *w, bool declarations)
{
    for (size_t i = 0; !w->tags[0] && i < ARRAY_LENGTH(spellings); i++) {
        if (strcmp(spellings[i][0], w->name) != 0)
            continue;
        struct type *t = find_in_index(f, w, spellings[i][1], declarations);
        return t ? t : find_in_index(f, w, spellings[i][2], declarations);
    }
    return find_in_index(f, w, w->name, declarations);
}

/* Takes a keyword off the front of a name. */
static struct wanted parse(const char *name)
{
    static const struct {
        const char *word;
        uint16_t tags[2];
    } words[] = {
        {"struct", {DW_TAG_structure_type, DW_TAG_class_type}},
        {"class", {DW_TAG_class_type, DW_TAG_structure_type}},
        {"union", {DW_TAG_union_type, 0}},
        {"enum", {DW_TAG_enumeration_type, 0}},
        {"Type", {DW_TAG_structure_type, 0}}, /* as gdb names those of Fortran */
    };
    struct wanted w = {.die = NO_OFFSET};
    name += strspn(name, " \t");
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        size_t n = strlen(words[i].word);
        if (strncmp(name, words[i].word, n) != 0 || (name[n] != ' ' && name[n] != '\t'))
            continue;
        name += n;
        name += strspn(name, " \t");
        w.tags[0] = words[i].tags[0];
        w.tags[1] = words[i].tags[1];
        break;
    }
    w.name = w.tags[0] ? name : arithmetic_name(name);
    return w;
}

static void trim(struct symbol_map *m)
{
    for (size_t i = 0; i < m->count; i++)
        if (m->entries[i].file->dwarf)
            dwarf_units_trim(m->entries[i].file->dwarf, UNITS_KEPT);
}

/* Where the language is not known it counts as C. */
static bool is_of_c(const struct type *t)
{
    struct dwarf *d = dwarf_of(t->file);
    long unit = d ? dwarf_unit_holding(d, t->die) : -1;
    struct unit_head *head = unit >= 0 ? dwarf_head(d, (size_t)unit) : NULL;
    return !head || dwarf_is_c(head);
}

/* What is named without its keyword, as C++ may. */
static struct type *find_class(struct symbol_map *m, const char *name)
{
    static const char *const keywords[] = {"struct", "union", "enum"};
    for (size_t i = 0; i < ARRAY_LENGTH(keywords); i++) {
        BASE_FREE char *with = xasprintf("%s %s", keywords[i], name);
        struct wanted w = parse(with);
        for (size_t k = 0; k < m->count; k++) {
            struct type *t = find_in_file(m->entries[k].file, &w, false);
            if (t && !is_of_c(t))
                return t;
        }
    }
    return NULL;
}

/* Built into C++; in C it is what the program says. */
static bool is_library_name(const char *name)
{
    return strcmp(name, "bool") == 0 || strcmp(name, "char16_t") == 0 || strcmp(name, "char32_t") == 0;
}

static bool kind_matches(const struct wanted *w, const struct type *t)
{
    switch (w->tags[0]) {
    case 0:
        return true;
    case DW_TAG_enumeration_type:
        return t->kind == TYPE_ENUM;
    case DW_TAG_union_type:
        return t->kind == TYPE_UNION;
    default:
        return t->kind == TYPE_STRUCT || t->kind == TYPE_CLASS;
    }
}

/* What C++ means by the name there. */
static struct type *find_scoped(struct symbol_map *m, const struct wanted *w, uint64_t pc)
{
    struct scoped_name n;
    bool arithmetic = !w->tags[0] && !is_library_name(w->name) && type_builtin(m, w->name);
    if (arithmetic || !symbols_scoped(m, w->name, pc, true, &n))
        return NULL;
    return kind_matches(w, n.type) ? n.type : NULL;
}

static struct type *find(struct symbol_map *m, const char *name, uint64_t pc)
{
    struct wanted w = parse(name);
    trim(m);
    if (!*w.name)
        return NULL;
    struct type *t = find_scoped(m, &w, pc);
    if (!t)
        t = find_in_unit(m, w, pc);
    /* An arithmetic type is the same everywhere: no index for `int`. */
    if (!t && !w.tags[0] && !is_library_name(w.name))
        t = type_builtin(m, w.name);
    for (int declarations = 0; declarations < 2; declarations++)
        for (size_t i = 0; i < m->count && !t; i++)
            t = find_in_file(m->entries[i].file, &w, declarations);
    if (!t && !w.tags[0])
        t = find_class(m, w.name);
    return t || w.tags[0] ? t : type_builtin(m, w.name);
}

/* Class::name, where a base class of another CU, or in a type unit, has it. */
static struct type *find_in_class(struct symbol_map *m, const char *name, uint64_t pc)
{
    struct name_query q;
    struct scoped_name n;
    name_query_parse(name, &q);
    if (q.count < 2 || q.parameters)
        return NULL;
    const char *last = q.parts[q.count - 1].text;
    BASE_FREE char *around = xstrndup(name, (size_t)(last - name) - 2);
    struct type *class = find(m, around, pc);
    return class && symbols_scoped_in(m, class, last, true, &n) ? n.type : NULL;
}

/* Rust's integers and floats, where no CU happens to describe them. */
static struct type *rust_arithmetic(struct symbol_map *m, const char *name, uint64_t pc)
{
    static const char *const names[][2] = {{"i8", "signed char"}, {"u8", "unsigned char"},
                                           {"i16", "short"},      {"u16", "unsigned short"},
                                           {"i32", "int"},        {"u32", "unsigned int"},
                                           {"i64", "long long"},  {"u64", "unsigned long long"},
                                           {"i128", "__int128"},  {"u128", "unsigned __int128"},
                                           {"isize", "long"},     {"usize", "unsigned long"},
                                           {"f32", "float"},      {"f64", "double"}};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        if (strcmp(names[i][0], name) == 0 && symbols_language(m, pc) == LANGUAGE_RUST)
            return type_builtin(m, names[i][1]);
    return NULL;
}

struct type *symbols_find_type(struct symbol_map *m, const char *name, uint64_t pc)
{
    struct type *t = find(m, name, pc);
    BASE_FREE char *meant = t ? NULL : type_expand_arguments(m, name, pc);
    t = meant ? find(m, meant, pc) : t;
    t = t ? t : rust_arithmetic(m, name, pc);
    return t ? t : find_in_class(m, name, pc);
}

struct type *type_find_definition(struct type *t)
{
    struct wanted w = {.name = t->name};
    w.tags[0] = t->kind == TYPE_UNION  ? DW_TAG_union_type
                : t->kind == TYPE_ENUM ? DW_TAG_enumeration_type
                                       : DW_TAG_structure_type;
    w.tags[1] = t->kind == TYPE_STRUCT || t->kind == TYPE_CLASS ? DW_TAG_class_type : 0;
    if (!t->name || !t->file)
        return NULL;
    BASE_FREE char *scoped = xasprintf("%s%s", type_scope(t), t->name);
    w.name = scoped;
    struct type *found = find_in_file(t->file, &w, false);
    w.name = t->name;
    return found ? found : find_in_file(t->file, &w, false);
}

struct enumeration_search {
    uint64_t enumerator, found;
};

static void visit_enumeration(void *context, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag)
{
    struct enumeration_search *s = context;
    uint64_t here = die_offset(u, die);
    if (tag == DW_TAG_enumeration_type && here < s->enumerator)
        s->found = here;
    else if ((tag == DW_TAG_namespace || tag == DW_TAG_structure_type || tag == DW_TAG_class_type) &&
             here < s->enumerator)
        die_children(u, die, visit_enumeration, s);
}

/* DIEs do not know their parents: the last enumeration that begins before the enumerator. */
static uint64_t parent_enumeration(struct symbol_file *f, uint64_t enumerator)
{
    struct dwarf_unit *u = dwarf_unit_of_die(dwarf_of(f), enumerator);
    struct enumeration_search s = {.enumerator = enumerator, .found = NO_OFFSET};
    if (u) {
        die_walk_begin(u);
        die_children(u, u->root, visit_enumeration, &s);
    }
    return s.found;
}

/* Without the scopes in front. */
static const char *last_component(const char *name)
{
    for (const char *next; (next = strstr(name, "::")) != NULL;)
        name = next + 2;
    return name;
}

/* Ada's have their package in front in the index, "pkg__green". */
static bool is_enumerator(const char *name, const char *entry)
{
    size_t n = strlen(name), all = strlen(entry);
    return strcmp(name, entry) == 0 ||
           (all > n + 2 && strcmp(entry + all - n, name) == 0 && strncmp(entry + all - n - 2, "__", 2) == 0);
}

bool symbols_find_enumerator(struct symbol_map *m, const char *name, struct type **type, int64_t *ret)
{
    trim(m);
    for (size_t i = 0; i < m->count; i++) {
        struct symbol_file *f = m->entries[i].file;
        struct dwarf *d = elf_symbols_only_function(f, name) ? NULL : dwarf_of(f);
        const struct dwarf_index *x = d ? dwarf_index_of(d) : NULL;
        struct index_search s = index_search_begin(x, name);
        struct index_entry e;
        bool there;
        do
            there = index_search_next(&s, &e);
        while (there && e.tag != DW_TAG_enumerator);
        uint64_t parent = there ? parent_enumeration(f, e.die) : NO_OFFSET;
        if (parent == NO_OFFSET)
            continue;
        const struct type_enumerator *list;
        *type = type_of_die(f, parent);
        size_t count = type_enumerators(*type, &list);
        for (size_t k = 0; k < count; k++) {
            if (!is_enumerator(last_component(list[k].name), e.name))
                continue;
            *ret = list[k].value;
            return true;
        }
    }
    return false;
}

struct near_type {
    struct wanted wanted;
    struct near near;
};

static void offer_type(void *context, const struct index_entry *e)
{
    struct near_type *n = context;
    if (tag_matches(&n->wanted, e->tag))
        near_offer(&n->near, e->name);
}

char *symbols_near_type(struct symbol_map *m, const char *name)
{
    struct near_type n = {.wanted = parse(name)};
    n.near.name = n.wanted.name;
    for (size_t i = 0; i < m->count; i++) {
        struct dwarf *d = dwarf_of(m->entries[i].file);
        dwarf_index_walk(d ? dwarf_index_of(d) : NULL, offer_type, &n);
    }
    return n.near.best;
}
