/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/values/scope.h - names to values: variables of the selected frame, statics and globals,
 * functions, enumerators, registers. Engine thread; nothing is kept beyond one evaluation.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_VALUES_SCOPE_H
#define ALLSTOP_ENGINE_INSPECT_VALUES_SCOPE_H

#include "engine/inspect/frames/expression.h"
#include "engine/inspect/values/value.h"
#include "symbols/variable.h"

struct node;

/* The selected frame and what lies under it; fetched when a name first needs it. */
struct scope_frame {
    bool tried, found, tried_longer;
    struct frame_list list;
    struct frame_list longer; /* as far as values at entry may need it */
    unsigned level;           /* in the list */
    unsigned inlined;         /* how many inlined frames lie below it in the same function */
};
void scope_frame_free(struct scope_frame *f);

struct evaluation {
    struct pool pool;
    struct scope_frame frame;
};
/* Begins an evaluation in the selected thread and frame (or without any, when there is no stopped target).
 * ERR_LOST: the connection was lost over it, and nothing has begun. */
struct error *evaluation_begin(struct target *target, struct evaluation *e) BASE_MUST_CHECK;
void evaluation_end(struct evaluation *e);

/* -- for scope.c and locate.c ------------------------------------------------------------------------- */

/* Reads the stack as far as the selected frame's caller. */
struct error *scope_need_frame(struct evaluation *e) BASE_MUST_CHECK;
const struct frame *scope_selected(const struct evaluation *e); /* NULL: none */
void scope_context(struct evaluation *e, struct frame_context *ret);
/* The selected frame and as many callers as values may depend on; `owner` is the evaluation. */
const struct frame_list *scope_callers(void *owner);
/* pool.implicit */
struct error *scope_implicit(struct pool *p, struct value *pointer, struct value **ret) BASE_MUST_CHECK;
/* pool.settle (settle.c) */
struct error *scope_settle(struct pool *p, struct value **v) BASE_MUST_CHECK;
/* pool.shared, pool.method, pool.truth_type (scope_class.c) */
struct error *scope_shared(struct pool *p, struct type *class, const struct type_static *member,
                           struct value **ret) BASE_MUST_CHECK;
struct error *scope_method(struct pool *p, struct type *class, const struct type_method *method,
                           struct value **ret) BASE_MUST_CHECK;
struct type *scope_truth_type(struct pool *p);
/* Makes `v` what a register (DWARF number) holds in the selected frame. */
struct error *scope_in_register(struct evaluation *e, unsigned number, struct value *v) BASE_MUST_CHECK;

/* -- names ----------------------------------------------------------------------------------------------- */

/* A variable of the selected frame; *ret is NULL where it has none of this name. */
struct error *scope_local(struct evaluation *e, const char *name, struct value **ret) BASE_MUST_CHECK;
/* The same of the functions that the selected frame's function stands in, where they run (enclosing.c). */
struct error *scope_enclosing(struct evaluation *e, const char *name, struct value **ret) BASE_MUST_CHECK;
/* `file` may be NULL. ERR_NO_SYMBOL with a near name. */
struct error *scope_name(struct evaluation *e, const char *file, const char *name,
                         struct value **ret) BASE_MUST_CHECK;
/* `true`, `false` and, in C++ alone, `nullptr`, where the language of the code at `pc` (UINT64_MAX: none) has
 * them. */
bool scope_is_constant(const struct target *target, uint64_t pc, const char *name);
struct error *scope_register(struct evaluation *e, const char *name, struct value **ret) BASE_MUST_CHECK;
/* A variable's value where it lives in the selected frame. */
struct error *scope_variable(struct evaluation *e, const struct variable *v,
                             struct value **ret) BASE_MUST_CHECK;
/* All variables of the selected frame, *ret malloc'd; none: *count 0. */
struct error *scope_variables(struct evaluation *e, struct variable **ret, size_t *count) BASE_MUST_CHECK;
/* A type written as in C and C++, with declarators: "struct x *", "int[3]", "ns::list &", "int A::*";
 * ERR_NO_TYPE. */
struct error *scope_type(struct evaluation *e, const char *text, struct type **ret) BASE_MUST_CHECK;
/* The language that an expression is read in: that of the selected frame, or of the program. */
enum symbols_language scope_language(struct evaluation *e);
/* The tree of an expression, in which names are what they are here; for node_free(). */
struct error *scope_parse(struct evaluation *e, const char *text, struct node **ret) BASE_MUST_CHECK;

/* -- members without an object (scope_class.c): *ret is NULL where the name means none ------------------- */

/* A member of the object that the selected frame's method works on, by its name alone. */
struct error *scope_this_member(struct evaluation *e, const char *name, struct value **ret) BASE_MUST_CHECK;
/* Class::name: a static member, a method, or a member of this frame's object. */
struct error *scope_class_member(struct evaluation *e, const char *name, struct value **ret) BASE_MUST_CHECK;
/* &Class::name, where it is a member of objects or a method of them. */
struct error *scope_member_pointer(struct evaluation *e, const char *name,
                                   struct value **ret) BASE_MUST_CHECK;

#endif
