/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/arch/abi_call.h - where a caller puts the arguments of a function, by the processor's calling
 * convention: the counterpart of engine/target/arch/abi.h, by whose classes it goes.
 *
 * struct arch has its own convention in `call`; one file for each family, with the ABI's document that it
 * follows. An argument becomes slots: parts of it in registers, or on the stack. Those of objects that C++
 * passes by their address alone are not asked for (type_is_by_reference()). Nothing here has state, talks to
 * a target or fails: what no rule covers leaves `failed` set.
 */
#ifndef ALLSTOP_ENGINE_TARGET_ARCH_ABI_CALL_H
#define ALLSTOP_ENGINE_TARGET_ARCH_ABI_CALL_H

#include "engine/target/arch/abi.h"
#include "engine/target/limits.h"

struct abi_argument {
    struct type *type; /* stripped, with a size */
    bool is_named;     /* the prototype has a parameter for it; else it is one of the `...` */
};

struct abi_signature {
    struct abi_program program;
    bool tells_memory; /* the first argument is the address where the function puts what it returns */
    size_t count;
    struct abi_argument items[CALL_ARGUMENTS_MOST];
};

/* What is above a number in what it is written to. */
enum abi_fill { ABI_FILL_NONE, ABI_FILL_ZERO, ABI_FILL_SIGN, ABI_FILL_ONES };

/* Bytes [offset, offset + size) of an argument; of one that is passed by its address, of that. */
struct abi_slot {
    unsigned argument;
    uint64_t offset, size;
    bool on_stack;
    uint64_t at;     /* on_stack: bytes above the place of the first argument */
    unsigned number; /* else the register, by its DWARF number */
    bool is_float;   /* a floating-point number, as that register has them */
    bool is_left;    /* at the register's lowest-addressed bytes; else its lowest bits */
    enum abi_fill fill;
    unsigned width; /* bytes that are written, where `fill` says how */
};

struct abi_call {
    size_t count;
    struct abi_slot slots[CALL_SLOTS_MOST];
    bool by_address[CALL_ARGUMENTS_MOST]; /* a copy is made, and its address is what is passed */
    unsigned header; /* bytes from the stack pointer, as it is at the call, to the first argument's place */
    uint64_t stack;  /* bytes of arguments there */
    int counter;     /* DWARF number of a register that wants to know how many vector registers have
                        arguments, ABI_NO_REGISTER: none does */
    unsigned vectors;
    bool failed;
    unsigned failed_at; /* the argument */
};

/* Fills *ret, which is zeroed. */
typedef void abi_placed(const struct abi_signature *s, struct abi_call *ret);
abi_placed abi_call_amd64, abi_call_i386, abi_call_aarch64, abi_call_arm, abi_call_riscv, abi_call_power,
    abi_call_s390, abi_call_mips;

/* -- for those ------------------------------------------------------------------------------------------ */

/* How far the arguments have come. */
struct abi_placing {
    const struct abi_signature *s;
    struct abi_call *ret;
    unsigned argument;
    unsigned word;             /* bytes */
    unsigned integers, floats; /* registers in use */
    uint64_t stack;            /* bytes in use */
};

void abi_placing_begin(struct abi_placing *p, const struct abi_signature *s, struct abi_call *ret);
/* Of the argument that is being placed: bytes in a register, and on the stack. */
struct abi_slot *abi_to_register(struct abi_placing *p, unsigned number, uint64_t offset, uint64_t size);
struct abi_slot *abi_to_stack(struct abi_placing *p, uint64_t at, uint64_t offset, uint64_t size);
/* Takes room on the stack, in whole words: where it begins. */
uint64_t abi_take_stack(struct abi_placing *p, uint64_t size, uint64_t alignment);
/* All of the argument on the stack. A number that is smaller than a word fills one. */
void abi_all_to_stack(struct abi_placing *p, struct type *t, uint64_t alignment);
/* Word by word in registers from `first` on, `most` of them in all, and what does not fit on the stack. */
void abi_words(struct abi_placing *p, struct type *t, unsigned first, unsigned most, bool is_left);
/* Makes it an argument that is passed by its address: the type of that. */
struct type *abi_by_address(struct abi_placing *p, struct type *t);
/* An integer, enumeration or pointer fills what it is written to, `width` bytes. */
void abi_fill(struct abi_slot *slot, struct type *t, unsigned width);
/* The natural alignment of a type, bytes: that of the most demanding of its leaves, at most `most`. */
uint64_t abi_alignment(struct type *t, uint64_t most);
void abi_no_rule(struct abi_placing *p);
/* Where the type would be returned: ABI_MEMORY, or the registers of its class. */
void abi_class_of(abi_returned *returned, const struct abi_placing *p, struct type *t, struct abi_place *ret);
/* A struct of nothing but one floating-point number. */
bool abi_is_single_float(struct type *t, uint64_t *size);

#endif
