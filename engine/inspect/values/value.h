/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/values/value.h - typed values: bytes in target order, and where they came from.
 *
 * A value belongs to one evaluation; all of them are freed with its pool. Contents of lvalues are read when
 * first needed. Arithmetic follows C's conversions with the target's sizes. Engine thread.
 * Errors: those of engine/inspect/values/values.h.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_VALUES_VALUE_H
#define ALLSTOP_ENGINE_INSPECT_VALUES_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "engine/inspect/limits.h"
#include "engine/inspect/values/floats.h"
#include "symbols/type.h"

struct target;
struct rsp_register;

enum value_place {
    PLACE_NONE,     /* a result of computing */
    PLACE_MEMORY,   /* `address` */
    PLACE_REGISTER, /* `reg` */
    PLACE_PIECES,   /* `pieces`, from `piece_byte` on (engine/inspect/values/pieces.h) */
    PLACE_VARIABLE, /* `variable`, a $name of the user's (engine/inspect/values/variable_rules.h) */
};

struct value_pieces;
struct kept_variable;

struct value {
    struct value *next; /* in the pool */
    struct type *type;
    enum value_place place;
    uint64_t address;
    const struct rsp_register *reg;
    struct kept_variable *variable;
    unsigned char *bytes; /* type_size() bytes, or NULL: not read yet (PLACE_MEMORY) */
    size_t size;
    unsigned char *known; /* NULL: all of it; else a bit for each of `bytes`, 0 where it is optimised out */
    bool optimised_out;   /* there is no value to show */
    const char *absent;   /* of an array or text that is none now, "not allocated", or NULL */
    struct value_pieces *owned_pieces;
    const struct value_pieces *pieces;
    size_t piece_byte;
    /* A pointer that was optimised away: to the variable of this DIE (DW_OP_implicit_pointer), or NULL. */
    struct symbol_file *implicit_file;
    uint64_t implicit_die;
    int64_t implicit_offset;
    unsigned bit_size; /* a bit-field: its bits within `bytes`, counted from the lowest-addressed one */
    unsigned bit_offset;
    bool is_unsized_symbol; /* an object without a type */
};

/* Everything one evaluation makes; also what it needs to know. */
struct pool {
    struct target *target;
    /* What a pointer that was optimised away leads to. */
    struct error *(*implicit)(struct pool *p, struct value *pointer, struct value **ret);
    /* Makes an array whose bounds and place are computed what it is now, and of what Fortran means by a
     * pointer to a text that text. */
    struct error *(*settle)(struct pool *p, struct value **v);
    /* A static member of a class, and a method. */
    struct error *(*shared)(struct pool *p, struct type *class, const struct type_static *member,
                            struct value **ret);
    struct error *(*method)(struct pool *p, struct type *class, const struct type_method *method,
                            struct value **ret);
    /* What comparing has for a result: C++'s bool, or int. NULL: int. */
    struct type *(*truth_type)(struct pool *p);
    struct value *values;
    uint64_t pc; /* scope of names; has_pc false: none */
    bool has_pc;
    unsigned cpu; /* $cpu(N, …) is being evaluated, where has_cpu */
    bool has_cpu;
    size_t bytes;        /* allocated so far */
    bool raw;            /* containers are shown as they are laid out (engine/inspect/printers) */
    bool held;           /* what a smart pointer holds is being shown: those in it are by their address */
    uint64_t fetched_at; /* the last place that elements of containers were fetched from, 0: none */
    size_t followed;     /* elements of containers, in the value that is being shown */
    bool types_only;     /* no function is called: the type of what it returns is all that is wanted */
    unsigned calls;      /* functions of the program that this evaluation has called */
    unsigned settling;   /* arrays whose bounds are being computed, one for the other */
};

void pool_free(struct pool *p);
struct value *value_new(struct pool *p, struct type *type);
/* An lvalue in memory, not read yet. */
struct value *value_at(struct pool *p, struct type *type, uint64_t address);
/* A computed integer of this type; cut to its size. */
struct value *value_integer(struct pool *p, struct type *type, uint64_t number);
struct value *value_wide(struct pool *p, struct type *type, __int128 number);
struct value *value_float(struct pool *p, struct type *type, real number);
/* What an operator that compares gives. */
struct value *value_comparison(struct pool *p, bool truth);
/* The basic C type of this name ("int", "unsigned long", "char", "double"). */
struct type *basic_type(struct pool *p, const char *name);

/* Reads the contents if they were not read yet; ERR_OPTIMISED_OUT, ERR_NO_MEMORY, ERR_TYPE_MISMATCH when it
 * has no size. */
struct error *value_load(struct pool *p, struct value *v) BASE_MUST_CHECK;
/* The bytes of a loaded value from `from` on, `n` of them, in a part of it. */
void value_take_part(const struct value *whole, size_t from, struct value *part);
/* It lives in memory, at `address`, and begins with a byte there. */
bool value_has_address(const struct value *v);
/* The kind of the type without typedefs and qualifiers. */
enum type_kind value_kind(const struct value *v);
bool kind_is_integer(enum type_kind kind); /* bool, char, integer, enum */
bool kind_is_number(enum type_kind kind);
bool kind_is_pointer(enum type_kind kind);
bool kind_is_reference(enum type_kind kind);
bool kind_is_struct(enum type_kind kind);

/* As an integer with its sign extended to 64 bits: integers, pointers, references' addresses, functions and
 * arrays by their address, floats cut. */
struct error *value_as_integer(struct pool *p, struct value *v, uint64_t *ret) BASE_MUST_CHECK;
/* The same with all bits of a 128-bit integer. */
struct error *value_as_wide(struct pool *p, struct value *v, __int128 *ret) BASE_MUST_CHECK;
struct error *value_as_float(struct pool *p, struct value *v, real *ret) BASE_MUST_CHECK;
struct error *value_truth(struct pool *p, struct value *v, bool *ret) BASE_MUST_CHECK;
/* How a cast was written. */
enum cast_kind {
    CAST_PLAIN,       /* (T)v, static_cast: a pointer moves between a class and its bases */
    CAST_REINTERPRET, /* the address stays as it is */
    CAST_DYNAMIC,     /* what the object really is; null where it is none */
};
struct error *value_cast_as(struct pool *p, struct value *v, struct type *to, enum cast_kind how,
                            struct value **ret) BASE_MUST_CHECK;
/* C's cast. */
struct error *value_cast(struct pool *p, struct value *v, struct type *to,
                         struct value **ret) BASE_MUST_CHECK;
/* What a pointer, array or reference leads to. */
struct error *value_dereference(struct pool *p, struct value *v, struct value **ret) BASE_MUST_CHECK;
/* The first instruction of the function that a pointer means: of 64-bit Power's descriptors what they
 * describe. */
uint64_t function_code(struct target *target, uint64_t address);
struct error *value_member(struct pool *p, struct value *v, const char *name,
                           struct value **ret) BASE_MUST_CHECK;
/* A member by its description. */
struct error *value_of_member(struct pool *p, struct value *v, const struct type_member *m,
                              struct value **ret) BASE_MUST_CHECK;
struct error *value_index(struct pool *p, struct value *v, int64_t index, struct value **ret) BASE_MUST_CHECK;
/* The value as it is now, where its type has to be computed (pool.settle). */
struct error *value_settle(struct pool *p, struct value **v) BASE_MUST_CHECK;
/* Number of elements of an array; false: unknown. */
bool value_count(struct pool *p, struct value *v, uint64_t *ret);
struct error *value_binary(struct pool *p, int op, struct value *a, struct value *b,
                           struct value **ret) BASE_MUST_CHECK;
struct error *value_unary(struct pool *p, int op, struct value *a, struct value **ret) BASE_MUST_CHECK;
/* Writes `from`, converted, to where `to` lives. */
struct error *value_store(struct pool *p, struct value *to, struct value *from) BASE_MUST_CHECK;

#endif
