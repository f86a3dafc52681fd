/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The unwinding instructions (IHI 0038, section 10.3), as the rules of a row.
 *
 * They move a virtual stack pointer, which begins as the frame's own or as another register, and take
 * registers from where it is; a row says the same from its end. Each instruction is at least a byte long and
 * takes 16 registers at most, so their number bounds all that is done.
 */
#include "symbols/dwarf/exidx.h"

#include <string.h>

#include "symbols/limits.h"

/* DWARF numbers (DWARF for the Arm Architecture, section 4.1). */
enum { SP = 13, LR = 14, PC = 15, DOUBLE = 256, DOUBLES = 32 };

struct run {
    struct cursor code;
    struct cfi_row *row;
    unsigned base;  /* the virtual stack pointer is this register ... */
    int64_t offset; /* ... and that */
    bool popped, done, bad;
    bool took_sp; /* it was taken from the stack: nothing is known of what follows */
};

static void move(struct run *r, int64_t by)
{
    r->offset += by;
    if (r->offset > EXIDX_FRAME_MOST || r->offset < -EXIDX_FRAME_MOST || r->took_sp)
        r->bad = true;
}

static void take(struct run *r, unsigned column, unsigned bytes)
{
    if (column >= CFI_REGISTERS) {
        r->bad = true;
        return;
    }
    r->row->rules[column] = (struct cfi_rule){.kind = CFI_OFFSET, .offset = r->offset};
    r->popped = true;
    move(r, bytes);
}

/* Core registers of a mask, the lowest first. What is taken as the stack pointer is one when all are. */
static void take_core(struct run *r, unsigned mask)
{
    for (unsigned i = 0; i < 16; i++)
        if (mask >> i & 1)
            take(r, i, 4);
    r->took_sp = r->took_sp || mask >> SP & 1;
}

static void take_doubles(struct run *r, unsigned first, unsigned count, bool with_format)
{
    if (first + count > DOUBLES) {
        r->bad = true;
        return;
    }
    for (unsigned i = 0; i < count; i++)
        take(r, symbols_register_column(DOUBLE + first + i), 8);
    if (with_format) /* FSTMFDX stores a word more */
        move(r, 4);
}

/* Of Intel's wireless MMX nothing is shown: they are passed over. */
static void pass(struct run *r, unsigned bytes)
{
    r->popped = true;
    move(r, bytes);
}

static void begin_at(struct run *r, unsigned reg)
{
    if (reg == SP || reg == PC || r->popped) { /* reserved; or what was taken has another beginning */
        r->bad = true;
        return;
    }
    r->base = reg;
    r->offset = 0;
}

/* 1000iiii iiiiiiii: r4 to r15; with none of them it is forbidden to unwind. */
static void take_high(struct run *r, unsigned op)
{
    unsigned mask = (op & 15) << 8 | cursor_u8(&r->code);
    if (mask == 0)
        r->bad = true;
    take_core(r, mask << 4);
}

static void take_low(struct run *r)
{
    unsigned mask = cursor_u8(&r->code);
    if (mask == 0 || mask > 15)
        r->bad = true;
    take_core(r, mask);
}

static void move_far(struct run *r)
{
    uint64_t n = cursor_uleb(&r->code);
    if (n > EXIDX_FRAME_MOST)
        r->bad = true;
    else
        move(r, 0x204 + (int64_t)(n << 2));
}

/* 1011nnnn */
static void run_b(struct run *r, unsigned op)
{
    unsigned list;
    switch (op) {
    case 0xb0:
        r->done = true;
        return;
    case 0xb1:
        take_low(r);
        return;
    case 0xb2:
        move_far(r);
        return;
    case 0xb3:
        list = cursor_u8(&r->code);
        take_doubles(r, list >> 4, (list & 15) + 1, true);
        return;
    case 0xb4: /* the code that authenticates the return address */
        pass(r, 4);
        return;
    case 0xb5: /* the stack pointer that it was made with: no register changes */
        return;
    default:
        if (op < 0xb8)
            r->bad = true; /* spare */
        else
            take_doubles(r, 8, (op & 7) + 1, true);
    }
}

/* 11nnnnnn */
static void run_c(struct run *r, unsigned op)
{
    unsigned list;
    if (op >= 0xd0 && op <= 0xd7) {
        take_doubles(r, 8, (op & 7) + 1, false);
    } else if (op == 0xc8 || op == 0xc9) {
        list = cursor_u8(&r->code);
        take_doubles(r, (list >> 4) + (op == 0xc8 ? 16 : 0), (list & 15) + 1, false);
    } else if (op == 0xc6) {
        pass(r, ((cursor_u8(&r->code) & 15u) + 1) * 8);
    } else if (op == 0xc7) {
        list = cursor_u8(&r->code);
        if (list == 0 || list > 15)
            r->bad = true;
        pass(r, 4 * (unsigned)__builtin_popcount(list & 15));
    } else if (op <= 0xc5) {
        pass(r, ((op & 7) + 1) * 8);
    } else {
        r->bad = true; /* spare */
    }
}

static void run_one(struct run *r)
{
    unsigned op = cursor_u8(&r->code);
    if (op < 0x40)
        move(r, ((int64_t)(op & 0x3f) << 2) + 4);
    else if (op < 0x80)
        move(r, -(((int64_t)(op & 0x3f) << 2) + 4));
    else if (op < 0x90)
        take_high(r, op);
    else if (op < 0xa0)
        begin_at(r, op & 15);
    else if (op < 0xb0) /* r4 to r[4+n], and the link register */
        take_core(r, ((2u << (op & 7)) - 1) << 4 | (op & 8 ? 1u << LR : 0));
    else if (op < 0xc0)
        run_b(r, op);
    else
        run_c(r, op);
}

bool exidx_run(const uint8_t *code, size_t size, struct cfi_row *ret)
{
    memset(ret, 0, sizeof *ret);
    for (unsigned i = 0; i < CFI_REGISTERS; i++)
        ret->rules[i].kind = CFI_SAME;
    ret->section = ".ARM.exidx";
    ret->at_calls = true;
    struct run r = {.code = cursor_of(code, size, true), .row = ret, .base = SP};
    while (!r.done && !r.bad && !r.code.bad && cursor_left(&r.code) > 0)
        run_one(&r);
    if (r.bad || r.code.bad)
        return false;
    ret->cfa = (struct cfi_rule){.kind = CFI_REGISTER, .reg = r.base, .offset = r.offset};
    for (unsigned i = 0; i < CFI_REGISTERS; i++)
        if (ret->rules[i].kind == CFI_OFFSET)
            ret->rules[i].offset -= r.offset;
    ret->return_register = ret->rules[PC].kind == CFI_OFFSET ? PC : LR;
    return true;
}
