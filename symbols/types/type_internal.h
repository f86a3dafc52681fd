/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/types/type_internal.h - behind symbols/type.h, for type*.c and variables*.c only.
 */
#ifndef ALLSTOP_SYMBOLS_TYPE_INTERNAL_H
#define ALLSTOP_SYMBOLS_TYPE_INTERNAL_H

#include "symbols/limits.h"
#include "symbols/map_internal.h"
#include "symbols/text/arithmetic.h"
#include "symbols/type.h"

struct type_inside {
    enum symbols_language language;
    struct intern *arena;   /* where this node's memory comes from */
    struct symbol_map *map; /* to look for definitions; NULL: only in the own file */
    uint64_t size;          /* as the DIE says; 0: not */
    uint64_t target_die;    /* NO_OFFSET: none */
    uint64_t class_die;     /* of a pointer to members: NO_OFFSET: none */
    uint64_t bound_unit;    /* arrays: the DIE whose unit the expressions of `dynamic` belong to */
    struct type *settled;   /* type_settled() as it was asked for last */
    struct type *target;
    struct type *pointer;    /* type_pointer_to() this */
    struct type *class;      /* type_containing() */
    const char *scope;       /* "ns::Class::", once it was asked for */
    bool scoped_enumerators; /* enum class */
    bool target_read, children_read, resolved;
    struct type *definition; /* of an incomplete type */
    struct type_member *members;
    size_t member_count;
    struct type_part *parts;
    size_t part_count;
    struct type_variant *variants;
    size_t variant_count;
    struct type_static *statics;
    size_t static_count;
    uint64_t
        *definitions; /* of each: its DIE in the same file; 0: not looked for, NO_OFFSET: there is none */
    struct type_method *methods;
    size_t method_count;
    struct type_alias *aliases;
    size_t alias_count;
    struct type_alias *arguments;
    size_t argument_count;
    struct type_enumerator *enumerators;
    size_t enumerator_count;
    struct type **parameters;
    size_t parameter_count,
        made_up; /* the first so many are the compiler's: `this`, whether a base is whole */
};

/* The node of a DIE; never NULL. Units stay open. */
struct type *type_of_die(struct symbol_file *f, uint64_t die);
/* The type a DIE's DW_AT_type names; void where it has none. */
struct type *type_of_attr(struct symbol_file *f, const struct attr *a);
struct type *type_make(struct intern *arena, struct symbol_file *f, enum type_kind kind);
/* What stands in front of the name, "ns::Class::" or "" (type_scope.c). */
const char *type_scope(struct type *t);
/* Is it of a language whose names have scopes, and whose tags need no keyword? */
bool type_has_scopes(const struct type *t);
/* Reads members, enumerators or parameters once (type_children.c). */
void type_read_children(struct type *t);
/* The same of a class's static members and methods (type_class.c), from one of its children. */
struct class_parts {
    struct type_static *statics;
    struct type_method *methods;
    struct type_alias *aliases, *arguments;
    size_t static_capacity, method_capacity, alias_capacity, argument_capacity;
};
/* What of a class's children is read where: members and the rest (type_children.c), variants and what is in
 * them (type_variant.c). */
struct collector {
    struct type *type;
    struct class_parts parts;
    size_t member_capacity, enumerator_capacity, parameter_capacity, part_capacity, variant_capacity;
    struct type_member *members;
    struct type_enumerator *enumerators;
    struct type **parameters;
    struct type_part *variant_parts;
    struct type_variant *variants;
    size_t variant; /* that is being read, as in type_member */
    size_t part;
    unsigned depth; /* of parts in parts */
};
/* Reads one child of a class; `context` is a collector. */
void type_visit_child(void *context, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag);
/* A member of objects as its entry has it. */
void type_read_member(struct type *t, struct dwarf_unit *u, const struct die_attrs *a,
                      struct type_member *ret);
void type_visit_part(struct collector *k, struct dwarf_unit *u, Dwarf_Die die);
/* Who may use what an entry of a class describes. */
enum type_access type_access_of(const struct type *t, const struct die_attrs *a);
void type_add_static(struct type *t, struct class_parts *parts, struct dwarf_unit *u,
                     const struct die_attrs *a, uint64_t die);
void type_add_method(struct type *t, struct class_parts *parts, struct dwarf_unit *u,
                     const struct die_attrs *a, uint64_t die);
void type_add_alias(struct type *t, struct class_parts *parts, struct dwarf_unit *u,
                    const struct die_attrs *a, uint64_t die);
void type_add_argument(struct type *t, struct class_parts *parts, struct dwarf_unit *u,
                       const struct die_attrs *a);
/* What the parts become: kept as long as the type. */
void type_keep_parts(struct type *t, struct class_parts *parts);
/* `this` as the language has it, a constant: DWARF says so of definitions alone. */
struct type *type_constant(struct type *t);
/* The dimensions of an array type, `t` being the outermost, or the length of a text (type_array.c). */
void type_read_array(struct type *t, struct dwarf_unit *u, Dwarf_Die die, uint16_t tag);
/* The definition of an incomplete type by its name (type_find.c), or NULL. */
struct type *type_find_definition(struct type *t);
/* The name of a class with its template arguments, where the compiler leaves them out; malloc'd, or NULL
 * where it has none (type_template.c). */
char *type_template_name(struct dwarf_unit *u, Dwarf_Die die, const char *name);
/* `vector<string>` with what typedefs among its arguments stand for (type_arguments.c); malloc'd, or NULL
 * where there are none. */
char *type_expand_arguments(struct symbol_map *m, const char *name, uint64_t pc);
/* A built-in type of a map by canonical name, or NULL. */
struct type *type_builtin(struct symbol_map *m, const char *canonical);

#endif
