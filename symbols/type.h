/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/type.h - C types as DWARF describes them: a graph of nodes, each read from its DIE when reached.
 *
 * A node is made once per DIE and owned by the file it came from (built-in ones by the map): pointers stay
 * valid as long as the file stays in its map, and two of them are equal when they come from the same DIE. The
 * graph has cycles (struct node { struct node *next; }) and, in damaged files, nonsense: follow it with
 * type_target() and type_strip() only, which never go on for ever. Nothing here fails: what cannot be read is
 * a type of kind TYPE_UNKNOWN or of size 0, or a member list cut short, with a complaint in the file.
 * Thread: one at a time, as the file.
 */
#ifndef ALLSTOP_SYMBOLS_TYPE_H
#define ALLSTOP_SYMBOLS_TYPE_H

#include "base/buf.h"
#include "symbols/map.h"

enum type_kind {
    TYPE_UNKNOWN,
    TYPE_VOID,
    TYPE_BOOL,
    TYPE_CHAR, /* character types, and what is one byte and named so */
    TYPE_INTEGER,
    TYPE_FLOAT,
    TYPE_COMPLEX,
    TYPE_ENUM,
    TYPE_POINTER,
    TYPE_REFERENCE,
    TYPE_RVALUE_REFERENCE,
    TYPE_MEMBER_POINTER,
    TYPE_ARRAY,
    TYPE_STRUCT,
    TYPE_CLASS,
    TYPE_UNION,
    TYPE_FUNCTION,
    TYPE_TYPEDEF,
    TYPE_CONST,
    TYPE_VOLATILE,
    TYPE_RESTRICT,
    TYPE_ATOMIC,
};

/* A number that DWARF says itself, has an expression for (symbols_type_expression()) or a variable. */
struct type_number {
    enum { NUMBER_NONE, NUMBER_CONSTANT, NUMBER_EXPRESSION, NUMBER_VARIABLE } kind;
    int64_t constant;
    const uint8_t *bytes;
    size_t size;
    uint64_t die; /* of the variable (symbols_variable_at_die()) */
};
/* Of an array. Without `count` it is `upper` - `lower` + 1. */
struct type_dynamic {
    struct type_number lower, upper, count, stride;
    /* Of the outermost dimension: where the elements are, and whether there are any. */
    struct type_number location, allocated, associated;
    /* Of a text: where its length stands, in so many bytes. A variable is that number itself. */
    struct type_number length;
    unsigned length_bytes;
    /* The dimensions are as many as this says; the expressions find the number of theirs on the stack. */
    struct type_number rank;
};

struct type {
    enum type_kind kind;
    const char
        *name; /* the tag or name alone (`node`, not `struct node`), integers in gdb's spelling; NULL: none */
    bool is_signed;            /* integers, characters, enumerations */
    bool incomplete;           /* only declared; type_strip() finds the definition if some CU has it */
    bool prototyped, variadic; /* functions */
    bool decimal;              /* floats: _Decimal32, 64 or 128 */
    bool vector;               /* an array that is a SIMD vector */
    bool count_known;          /* arrays */
    uint64_t count;
    int64_t lower;  /* arrays: what the language calls the first element */
    int64_t stride; /* arrays: bytes from one element to the next; 0: the element's size */
    bool text;      /* an array of characters that is one value, Fortran's `character(5)` */
    const struct type_dynamic *dynamic; /* what of an array is computed while the program runs, or NULL */
    struct symbol_file *file;           /* NULL: built in */
    uint64_t die;                       /* 0: made up */
    struct type_inside *inside;
};

enum type_access { ACCESS_PUBLIC, ACCESS_PROTECTED, ACCESS_PRIVATE };

struct type_member {
    const char *name; /* "" for an anonymous struct or union */
    struct type *type;
    uint64_t bit_offset; /* from the start of the struct, DW_AT_data_bit_offset's way of counting */
    uint32_t bit_size;   /* bit-fields; 0: no bit-field */
    enum type_access access;
    bool artificial;   /* made by the compiler: the address of the virtual table */
    bool base;         /* a base class, its members are this class's */
    bool is_virtual;   /* a virtual base */
    bool known_offset; /* false: placed at run time, by `location` */
    /* A DWARF expression from the object's address to the member's (symbols_member_location()), or NULL. */
    const uint8_t *location;
    size_t location_size;
    size_t variant; /* 0: it is there in every object; else 1 + which of type_variants() has it */
};
/*
 * Members that are there in some objects only: of Rust's enumerations and Ada's variant records. The variants
 * of one part exclude each other, and a number in the object, the discriminant, says which one is there.
 */
struct type_part {
    struct type_member
        discriminant; /* its type is NULL: there is none, and the first variant is always there */
    size_t variant;   /* the variant that the part is in, as in type_member */
};
struct type_range {
    __int128 low, high; /* with the sign of the discriminant's type; low == high: one number */
};
struct type_variant {
    size_t part; /* of type_parts() */
    const struct type_range *ranges;
    size_t range_count; /* 0: it is there where no other one of its part is */
};
/* A member that all objects of a class share; symbols_static_member() says where it is. */
struct type_static {
    const char *name;
    struct type *type;
    enum type_access access;
    uint64_t die;
    size_t before; /* so many of type_members() are declared in front of it */
};
struct type_method {
    const char *name;
    struct type *type; /* with the parameter `this`, but for static ones */
    uint64_t die;
    int64_t slot; /* of a virtual one: which of the virtual table, if that is known; else -1 */
    enum type_access access;
    bool is_virtual, artificial;
    bool has_this; /* it is not static */
};
/* A typedef inside of a class, or with its name a template parameter and the type that it stands for. */
struct type_alias {
    const char *name;
    struct type *type;
    enum type_access access;
};
struct type_enumerator {
    const char *name;
    int64_t value; /* of unsigned enumerations as the same bits */
};

/* Bytes; 0: unknown, incomplete, void, function. */
uint64_t type_size(struct type *t);
/* What a pointer points to, an array's element, what a typedef or qualifier is of, what a function returns,
 * an enumeration's underlying type; a void type where DWARF says none. */
struct type *type_target(struct type *t);
/* Without typedefs and qualifiers, and defined rather than declared where a definition can be found. */
struct type *type_strip(struct type *t);
size_t type_members(struct type *t, const struct type_member **ret);
/* Variants in the order of DWARF, an outer part before those inside of it. */
size_t type_variants(struct type *t, const struct type_variant **ret);
size_t type_parts(struct type *t, const struct type_part **ret);
size_t type_statics(struct type *t, const struct type_static **ret);
size_t type_methods(struct type *t, const struct type_method **ret);
size_t type_aliases(struct type *t, const struct type_alias **ret);
size_t type_arguments(struct type *t, const struct type_alias **ret);
size_t type_enumerators(struct type *t, const struct type_enumerator **ret);
size_t type_parameters(struct type *t, struct type *const **ret);
/* C++ passes and returns such an object by its address, however small it is: it may not be copied byte by
 * byte. */
bool type_is_by_reference(struct type *t);
/* The class whose members a pointer to members points to, or NULL. */
struct type *type_containing(struct type *t);
/* Do both describe one struct, class or union? Each CU has its own description of what many include. */
bool type_same_class(struct type *a, struct type *b);
/* Where a bit-field is: the byte offset of its storage unit, and the bit from that unit's lowest-addressed
 * bit. For other members the byte offset and 0. */
void type_member_storage(const struct type_member *m, uint64_t *byte_offset, unsigned *bit_offset);

struct type *type_pointer_to(struct type *t);
struct type *type_array_of(struct type *t, uint64_t count);
/* A dynamic array as it is now: `count` elements of type `element`, from `lower` on. */
struct type *type_settled(struct type *dynamic, struct type *element, int64_t lower, uint64_t count,
                          int64_t stride);
struct type *type_reference_to(struct type *t, bool rvalue);
/* What points to members of `class` that are of type `t`, data or methods. */
struct type *type_member_pointer_to(struct type *class, struct type *t);
/* A struct or union that no file describes, with these members, copied, behind each other or all at 0 as C
 * lays them out on a machine that aligns each to its size, at most to `align` bytes. */
struct type *type_struct_of(struct type *near, enum type_kind kind, const char *name,
                            const struct type_member *members, size_t count, unsigned align);
/* A function returning `t`; without a prototype its parameters are unknown (count 0). */
struct type *type_function_of(struct type *t, struct type *const *parameters, size_t count, bool prototyped);
/* What a function is of which only the ELF symbol is known, under gdb's name for it. `near` is any type of
 * the map that it is to live with. */
struct type *type_bare_function(struct type *near);

/*
 * A type by name: `struct x`, `union x`, `enum x`, `class x`, a typedef, or an integer or floating type in
 * any spelling C allows (`unsigned`, `long unsigned int`); the CU at `pc` is asked first (UINT64_MAX: none).
 * Integer and floating types are always found, made up where no CU has them. NULL: no such type. Declarators
 * (`*`, `[3]`) are the caller's.
 */
struct type *symbols_find_type(struct symbol_map *m, const char *name, uint64_t pc);
/* The language of the CU at `pc`, or where nothing is known of that (UINT64_MAX) of the one that has `main`.
 */
enum symbols_language symbols_language(struct symbol_map *m, uint64_t pc);
/* The language of the CU that a type is described in; of what is made from another type that one's. Unknown
 * of built-in types, and of what dwz moved out of its CU. */
enum symbols_language type_language(struct type *t);
/* What comparing gives there: `bool` in C++, else `int`. */
struct type *symbols_truth_type(struct symbol_map *m, uint64_t pc);
/* An enumerator, anywhere; false: none. *type is its enumeration. */
bool symbols_find_enumerator(struct symbol_map *m, const char *name, struct type **type, int64_t *ret);
/* The name most like `name`, for a hint; malloc'd or NULL. */
char *symbols_near_type(struct symbol_map *m, const char *name);

/* -- as C text (type_print.c) ---------------------------------------------------------------------- */

/* The type's name as gdb's `whatis` prints it: "struct node *", "int (*)(int, char *)"; malloc'd. */
char *type_name(struct type *t);
/* `name` declared as this type: "int (*fn)(int)"; malloc'd. */
char *type_declaration(struct type *t, const char *name);
/* The definition as gdb's `ptype` prints it behind "type = ", or all of what `ptype /o` prints. */
void type_to_c(struct type *t, bool offsets, struct buf *ret);

#endif
