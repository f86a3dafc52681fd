/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/values/calls.h - functions of the program in an expression: which one is meant, what is
 * passed to it, and the way to whoever lets the program run it.
 *
 * Values stand below what makes a target run: a command that may call installs `struct call_rules` in the
 * target for the time that it evaluates, and everything else that evaluates (conditions, panes, watches) is
 * refused. Where only a type is asked for (sizeof, `type`) nothing is called. Engine thread, target stopped.
 * Errors: ERR_UNSUPPORTED where calls are not allowed, or an argument cannot be passed; ERR_TYPE_MISMATCH,
 * ERR_USAGE what is called is no function, its type is not known, or the arguments are not those it takes;
 * ERR_AMBIGUOUS several functions of that name would do; and those of the call.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_VALUES_CALLS_H
#define ALLSTOP_ENGINE_INSPECT_VALUES_CALLS_H

#include "engine/inspect/values/scope.h"
#include "engine/target/limits.h"

struct node;

struct call_argument {
    struct type *type;   /* as it is passed */
    struct value *value; /* loaded, of that type */
    bool is_named;       /* the prototype has a parameter for it */
    bool in_memory;      /* the value's bytes are put into memory, and `type` is the address of those */
};

struct call {
    const char *name; /* as it was written, or found; for what is told */
    uint64_t code;    /* its first instruction; on Arm with the bit that says Thumb, where that is known */
    struct type *result;
    bool is_variadic;
    size_t count;
    struct call_argument arguments[CALL_ARGUMENTS_MOST];
};

struct call_rules {
    /* Lets the program run it; *ret is what it returned, and lives nowhere in the target. */
    struct error *(*call)(void *context, struct evaluation *e, const struct call *call, struct value **ret);
    void *context;
};

/* NODE_CALL. `as`: what a cast around it says that a function returns of which nobody else knows it; or
 * NULL. */
struct error *evaluate_call(struct evaluation *e, const struct node *n, struct type *as,
                            struct value **ret) BASE_MUST_CHECK;

/* -- between call.c, call_arguments.c and call_function.c ----------------------------------------------- */

/* A function, and the object that it is a method of. */
struct callee {
    struct value *function; /* of a function type, at its code */
    bool has_this;
    uint64_t object; /* what `this` is to be */
};

/* What stands in front of the parentheses; the arguments choose among functions of one name. */
struct error *call_find(struct evaluation *e, const struct node *n, struct value *const *values, size_t count,
                        struct callee *ret) BASE_MUST_CHECK;
/* Makes the values that were written what the function takes. */
struct error *call_pass(struct evaluation *e, const struct callee *callee, struct value *const *values,
                        size_t count, struct call *ret) BASE_MUST_CHECK;
/* How far the values are from what a function takes: 0 exactly, more by each conversion; -1: it does not take
 * them. `first`: its parameter that the first value is for. */
int call_distance(struct type *function, size_t first, struct value *const *values, size_t count);

#endif
