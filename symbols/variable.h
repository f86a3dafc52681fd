/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/variable.h - which variables are in scope at an address, and where they live.
 *
 * Addresses are the target's. A location is chosen from location lists for the given pc; for a caller's frame
 * give the address of the call (return address minus one). Nothing here needs the target: expressions are
 * evaluated by the caller (symbols/expression.h). Names, types and expression bytes live as long as the file
 * stays in the map; arrays are malloc'd and the caller's.
 */
#ifndef ALLSTOP_SYMBOLS_VARIABLE_H
#define ALLSTOP_SYMBOLS_VARIABLE_H

#include "symbols/expression.h"
#include "symbols/type.h"

enum variable_where {
    VARIABLE_LOCATION,      /* `expression` */
    VARIABLE_CONSTANT,      /* `constant`, or bytes when `expression.bytes` is not NULL */
    VARIABLE_OPTIMISED_OUT, /* no location at this pc */
};

struct variable {
    const char *name;
    struct type *type;
    bool argument;
    bool artificial; /* made by the compiler (`this`, the length of an array) */
    bool external;
    unsigned depth; /* blocks between it and the function: 0 arguments and outermost locals */
    const char *file;
    unsigned line;
    enum variable_where where;
    struct dwarf_expression expression;
    uint64_t constant;
    struct symbol_file *owner;
    uint64_t die;
};

/*
 * Arguments in order, then locals, innermost block first, of the function at `pc`: with `inlined` 0 of the
 * innermost one, inlined or not, with 1 of the function it was inlined into, and so on (as
 * symbol_place.inlined). *ret is malloc'd. False: no function with DWARF there.
 */
bool symbols_variables_at(struct symbol_map *m, uint64_t pc, unsigned inlined, struct variable **ret,
                          size_t *count);
/* DW_AT_frame_base of the function around `pc`, for dwarf_callbacks.frame_base; false: it has none. */
bool symbols_frame_base(struct symbol_map *m, uint64_t pc, struct dwarf_expression *ret);
/* DW_AT_static_link of it, which gives the frame base of the function that it stands in; false: it stands in
 * none, or needs nothing of it. */
bool symbols_static_link(struct symbol_map *m, uint64_t pc, struct dwarf_expression *ret);
/*
 * A variable at file scope: of the CU at `pc` (UINT64_MAX: none) first, then of any. `file.c:name` and
 * 'file.c'::name restrict it. False: no DWARF knows it (symbols_find_name() may know the bare symbol).
 */
bool symbols_find_variable(struct symbol_map *m, const char *name, uint64_t pc, struct variable *ret);
/* The type that a variable is declared with where no DWARF defines it (assembler, linker scripts): in the CU
 * at `pc` (UINT64_MAX: none) first, then in any, of the first DECLARING_UNITS_MOST. NULL: nobody declares it.
 */
struct type *symbols_declared_type(struct symbol_map *m, const char *name, uint64_t pc);
/* The variable a DIE describes (type_number.die, piece.die), located for `pc`. */
bool symbols_variable_at_die(struct symbol_map *m, struct symbol_file *f, uint64_t die, uint64_t pc,
                             struct variable *ret);
/* The expression that computes a number of an array type; false: it has none. */
bool symbols_type_expression(struct symbol_map *m, struct type *t, const struct type_number *n,
                             struct dwarf_expression *ret);
/* The expression that computes where a member of `t` is, from the object's address, which it finds on the
 * stack; false: it has none. */
bool symbols_member_location(struct symbol_map *m, struct type *t, const struct type_member *member,
                             struct dwarf_expression *ret);
/* The variable that a static member is: its definition, or the constant that the class says it is; where
 * there is neither it is VARIABLE_OPTIMISED_OUT. The CU at `pc` (UINT64_MAX: none) is looked at as well as
 * the class's. */
void symbols_static_member(struct symbol_map *m, struct type *class, const struct type_static *member,
                           uint64_t pc, struct variable *ret);
/* The entry of a method's code; false: there is none of its own. */
bool symbols_method(struct symbol_map *m, struct type *class, const struct type_method *method,
                    uint64_t *ret);
/* The linkage name of a method, demangled, or NULL; lives as long as the file. */
const char *symbols_method_name(struct type *class, const struct type_method *method);
/* The type of the function at `pc` (innermost `inlined` as above), or NULL. */
struct type *symbols_function_type(struct symbol_map *m, uint64_t pc, unsigned inlined);
/* Does a function stand inside of another one? Both as symbols_function_type() has them. */
bool symbols_stands_in(struct type *inner, struct type *outer);
/* What was passed to a function: in a register, or for a parameter that has none any more. */
struct call_site_key {
    unsigned dwarf_register;
    uint64_t parameter; /* offset of its DIE in the callee's .debug_info; 0: it is the register */
};
/*
 * What a register held when the function around `callee` was entered by the call that returns to
 * `return_address` (DW_TAG_call_site_parameter), as expressions over the caller's frame. Where that call is
 * of another function, which jumped to this one from the only place where it jumps, `jumper` is its entry and
 * the expression is over what it was passed in turn (DW_OP_entry_value). False: it is not known. UINT64_MAX:
 * of whichever function.
 */
struct call_site_value {
    struct dwarf_expression value;
    bool has_target; /* an indirect call: it is of this function if `target` is `callee_entry` */
    struct dwarf_expression target;
    uint64_t callee_entry;
    uint64_t jumper; /* 0: none */
};
bool symbols_call_site_value(struct symbol_map *m, uint64_t return_address, uint64_t callee,
                             const struct call_site_key *key, struct call_site_value *ret);

#endif
