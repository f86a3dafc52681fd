/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/arch/abi.h - where a function leaves what it returns, by the processor's calling convention.
 *
 * A type is taken apart into leaves (numbers, pointers, vectors), and a convention looks at those. struct
 * arch has its own in `returned`; one file for each family, with the ABI's document that it follows. Nothing
 * here has state, talks to a target or fails: what no rule covers is ABI_UNKNOWN.
 */
#ifndef ALLSTOP_ENGINE_TARGET_ARCH_ABI_H
#define ALLSTOP_ENGINE_TARGET_ARCH_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "symbols/type.h"

enum { ABI_PARTS = 8, ABI_LEAVES = 64, ABI_NO_REGISTER = -1 };

/* What a convention depends upon besides the type. */
struct abi_program {
    bool big_endian;
    unsigned address_size; /* bytes */
    unsigned elf_flags;    /* e_flags of the file that the function is in */
    bool is_variadic;      /* it is declared with `...` */
};

enum abi_kind {
    ABI_UNKNOWN,
    ABI_REGISTERS, /* in `parts`; none of them: a value without contents */
    ABI_MEMORY,    /* where the caller said */
};

/* Bytes [offset, offset + size) of the value. */
struct abi_part {
    unsigned number; /* the register, by its DWARF number */
    unsigned offset, size;
    bool is_float; /* a floating-point number, as that register has them */
    bool is_left; /* at the register's lowest-addressed bytes, as memory would be loaded; else its lowest bits
                   */
};

struct abi_place {
    enum abi_kind kind;
    unsigned count;
    struct abi_part parts[ABI_PARTS];
    /* ABI_MEMORY: DWARF numbers of the registers that have the address as the function returns, and as it is
     * entered; ABI_NO_REGISTER: none is bound to. */
    int pointer, pointer_at_entry;
};

enum abi_class { ABI_INTEGER, ABI_FLOAT, ABI_VECTOR };

struct abi_leaf {
    enum abi_class class;
    uint64_t offset, size; /* bytes */
    bool is_quad;          /* ABI_FLOAT: named as one of 128 bits */
};

struct abi_leaves {
    size_t count;
    size_t looked_at;  /* types on the way, those without leaves included */
    bool too_many;     /* more than ABI_LEAVES, or it is too deep: those are not all */
    bool has_union;    /* or something that lies over something else */
    bool is_unaligned; /* a leaf is not at a multiple of its size */
    struct abi_leaf items[ABI_LEAVES];
};

void abi_leaves(struct type *t, struct abi_leaves *ret);
/* Struct, class, union, and arrays that are no vectors. */
bool abi_is_composite(struct type *t);
/* All leaves are floats (vectors) of one size, `most` of them at most: how many; 0: they are not. */
size_t abi_homogeneous(const struct abi_leaves *l, uint64_t size, size_t most);
/* Adds a part. */
void abi_add(struct abi_place *ret, unsigned number, uint64_t offset, uint64_t size);
void abi_add_float(struct abi_place *ret, unsigned number, uint64_t offset, uint64_t size);
/* Words of a value one after the other in registers `first`, `second`. */
void abi_add_words(struct abi_place *ret, unsigned first, unsigned second, uint64_t size, unsigned word,
                   bool is_left);
void abi_in_memory(struct abi_place *ret, int pointer, int pointer_at_entry);

/* 64-bit Power: the second of its ABIs. */
bool abi_power_is_second(const struct abi_program *program);

/* Each fills *ret, which is zeroed (ABI_UNKNOWN), for a type that is stripped and has a size. */
typedef void abi_returned(const struct abi_program *program, struct type *t, struct abi_place *ret);
abi_returned abi_returned_amd64, abi_returned_i386, abi_returned_aarch64, abi_returned_arm,
    abi_returned_riscv, abi_returned_power, abi_returned_s390, abi_returned_mips;

#endif
