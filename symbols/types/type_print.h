/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/types/type_print.h - between type_print.c (names and declarators) and type_body.c (definitions).
 */
#ifndef ALLSTOP_SYMBOLS_TYPE_PRINT_H
#define ALLSTOP_SYMBOLS_TYPE_PRINT_H

#include "base/text.h"
#include "symbols/type.h"

struct type_layout {
    int expand;     /* levels of named definitions to write out; below 0 anonymous ones are {...} too */
    bool offsets;   /* the columns of ptype /o in front of every member */
    unsigned level; /* columns of indentation */
    unsigned depth; /* of recursion */
    struct type
        *inside;     /* a class of C++ whose typedefs and template parameters have no scope in it, or NULL */
    uint64_t origin; /* bit offset of the struct being written in the outermost one */
};

/* `name` declared as `t`, its base type written out as `how` says. */
void type_print_declaration(struct type *t, const char *name, const struct type_layout *how, struct buf *ret);
/* "struct x {...}", "enum x {A, B}". */
void type_print_body(struct type *t, const struct type_layout *how, struct buf *ret);
/* A named type's name with its scopes. */
void type_print_tag(struct type *t, struct buf *ret);
/* The same in the body of a class, with its template parameters for what they stand for. */
void type_print_tag_inside(struct type *t, struct type *class, struct buf *ret);
bool type_has_body(const struct type *t);
/* The members of a class of C++, from what stands behind its name on (type_body_class.c). */
void type_print_class(struct type *t, const struct type_layout *how, struct buf *ret);
bool type_is_cplus(const struct type *t);

/* -- Rust (type_print_rust.c) -------------------------------------------------------------------------- */

/* `name: T`, or T alone. */
void type_print_rust(struct type *t, const char *name, unsigned depth, struct buf *ret);
/* The definition of a struct, union, tuple or an enumeration whose variants have fields. */
void type_rust_body(struct type *t, struct buf *ret);

/* -- Fortran (type_print_fortran.c) -------------------------------------------------------------------- */

/* `T :: name`, or T alone. */
void type_print_fortran(struct type *t, const char *name, unsigned depth, struct buf *ret);
/* type_print_declaration() in C's way, whatever the language (type_print.c). */
void type_print_c(struct type *t, const char *name, const struct type_layout *how, struct buf *ret);

/* -- one line of a body, and its end (type_body.c) --------------------------------------------------- */

enum { TYPE_COLUMNS = 27, TYPE_INDENT = 4 }; /* of what gdb heads "offset" and "size" */
void type_print_member(struct type *t, const struct type_member *m, const struct type_layout *how,
                       uint64_t *end, struct buf *ret);
void type_print_end(struct type *t, const struct type_layout *how, uint64_t end, struct buf *ret);

#endif
