/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/arch/arch.h - what differs from one processor to the next.
 *
 * One constant struct a processor, one file each; arch_table in arch.c lists them. Nothing here has state,
 * talks to a target or fails, and nothing outside of this folder names a processor (tests/floors/names.py):
 * whoever has to tell one from another asks for a member of struct arch, or adds one.
 */
#ifndef ALLSTOP_ENGINE_TARGET_ARCH_ARCH_H
#define ALLSTOP_ENGINE_TARGET_ARCH_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/target/arch/abi.h"
#include "engine/target/arch/abi_call.h"
#include "symbols/expression.h"

enum { CAPSTONE_NONE = -1, ARCH_GATE_BYTES = 16 };

/* What a 16-byte `long double` is. */
enum arch_long_double {
    LONG_DOUBLE_QUAD, /* binary128 of IEEE 754 */
    LONG_DOUBLE_X87,  /* the 80 bits of x87, padded */
    LONG_DOUBLE_PAIR, /* the sum of two binary64 */
};

/* A register of the built-in `g` layout, in order. */
struct arch_register {
    const char *name;
    unsigned size; /* bytes */
};

/* An instruction that stops at a debugger: so many bytes that are, as a number, `value` under `mask`. */
struct arch_trap {
    uint32_t value, mask;
    unsigned size; /* 0 ends a list */
};

/* What a guest can see of it when it is stepped: a field of a register (engine/control/run/step_flags.h). */
struct arch_step_flag {
    const char *reg;   /* by its name in target descriptions; NULL: nothing is known that could be seen */
    const char *field; /* the manual's name */
    uint64_t mask;
};

/* Where Linux's kgdb steps with interrupts enabled, and only ever meets the next one
 * (engine/control/run/step_flags.h). */
struct arch_step_mask {
    const char *reg; /* the flags, by their name in target descriptions; NULL: there is no need to mask */
    uint64_t mask;   /* the bit that masks interrupts */
    /* An instruction (4 bytes, as a number) that does the same whether interrupts are masked or not. */
    bool (*is_plain)(uint32_t instruction);
};

/* Reads a register of the thread that executes, by its name in target descriptions; false: the stub has none
 * of that name, or does not tell it. */
typedef bool arch_read_register(void *context, const char *name, uint64_t *ret);

/* Registers whose DWARF numbers follow each other; `count` 0 ends a list. */
struct arch_bank {
    unsigned first, count; /* DWARF numbers */
    const char *prefix;    /* what their names have before their number */
    unsigned from;         /* the number in the first one's name */
    unsigned share;        /* so many numbers share one of them, the first its lowest bits; 0 is 1 */
};

/* How a value goes on that is wider than its register; `of` NULL ends a list, and rows of one register stand
 * in order. */
struct arch_wide {
    const char *of; /* registers whose names are this and a number */
    const char *prefix,
        *suffix; /* around the same number: what goes on. NULL: the register of the next number */
    bool is_low; /* with bits that are worth less than those of `of`, else more */
    /* Not where this bit is set in that register: what goes on is not told then. NULL: always. */
    const char *unless;
    unsigned unless_bit;
};

/* Registers whose names count from the top of a stack. QEMU tells them by their place in the processor
 * instead, and says no tag of them (target/i386/gdbstub.c): where `tags` is 0, which is that all are in use,
 * and the top is not at 0, they are taken to be told so. */
struct arch_stack {
    const char *prefix;     /* NULL: there is none */
    unsigned count;         /* a power of two */
    const char *top, *tags; /* registers */
    unsigned top_bit;       /* where the number of the top begins */
};

/* Where the register of a DWARF number is. */
struct arch_place {
    char name[16];         /* by target descriptions */
    unsigned index, share; /* it is part `index` of `share` equal ones, 0 being the lowest bits */
};

struct arch_effects;
struct arch_tls;
struct arch_sigframe;
struct syscall_abi;
struct arch_linux_entry;

/*
 * Checklist for adding a processor:
 *   1. a file engine/target/arch/NAME.c that fills `const struct arch arch_NAME`, its declaration below, its
 *      row in arch_table (arch.c). What is large gets a file of its own beside it, what two processors share
 *      as well (x86.c, riscv.c);
 *   2. go through the members from the first to the last: every one either gets its value or is left out
 *      because what 0 or NULL means for it is true. What must be filled is in the first two groups, and
 *      code_align, longest_instruction, breakpoint_kind, trap and capstone_arch; the rest may follow later,
 *      and what is missing till then is what its comment says;
 *   3. next to each value that is not plain, the manual or ABI that has it;
 *   4. make unit: test_engine_tables checks each row for what members ask of each other, test_engine_audit
 *      the system calls;
 *   5. the static program in tests/e2e under qemu-NAME (CROSS in the Makefile), and a line in the table of
 *      doc/allstop.1.
 *
 * Names of registers are those of target descriptions (gdb manual, "Standard Target Features"; QEMU's
 * gdb-xml), numbers of registers those of DWARF.
 */
/* What LLVM calls a processor (llvm-c/Disassembler.h), for what Capstone lacks. */
struct arch_llvm {
    const char *target;   /* as in LLVMInitialize…Disassembler */
    const char *cpu;      /* "": a general one */
    const char *features; /* what that lacks; all that are named here are known since LLVM 14 */
    bool second_syntax;   /* the one wanted is its second */
    struct {
        int mode; /* Capstone's, without the endian bit */
        bool big_endian;
        const char *triple; /* NULL: no more */
    } modes[4];
    /* The last operand of this mnemonic is a distance. NULL: of none. */
    bool (*is_branch)(const char *mnemonic, size_t length);
};

struct arch {
    /* -- what it is called ------------------------------------------------------------------------- */

    const char *name;          /* ours: "x86-64" */
    const char *descriptions;  /* <architecture> texts that mean it, gdb's and LLVM's, separated by blanks */
    unsigned elf_machine;      /* e_machine */
    unsigned elf_class;        /* 1: 32 bit, 2: 64 bit */
    const char *qemu_user;     /* suffix of its user emulator, little endian: "x86_64" */
    const char *qemu_user_big; /* the same, big endian, or NULL */
    /* What it is called in a GNU system's name ("powerpc64le-linux-gnu"), little and big endian, where that
     * is not the emulator's suffix; or NULL. */
    const char *gnu_name, *gnu_name_big;
    const char *machines; /* uname -m of the machines that run its programs, separated by blanks */
    /* Processors of one family go by each other's program files: a 64-bit x86 guest may be booted from a
     * 32-bit ELF file. NULL: by its own alone. */
    const char *family;

    /* -- registers --------------------------------------------------------------------------------- */

    unsigned address_size; /* bytes */
    const char *pc, *sp;
    const char *fp; /* frame pointer by convention, or NULL */
    /* Has the return address at a function's first instruction; NULL: a call pushes that. */
    const char *link_register;
    unsigned stack_alignment_slot; /* bytes that a call pushes (the return address), 0 with a link register */
    /* What "general" shows when the description has no group, NULL-terminated; NULL: all integers. */
    const char *const *general;
    /* The ABI's numbers for DWARF, as names (NULL where we do not care). */
    const char *const *dwarf_names;
    unsigned dwarf_count;
    /* The order and sizes of `g` where a stub sends no description (gdb's default layout); a name of NULL
     * ends it. */
    const struct arch_register *layout;

    /* -- values and calls: the processor's ABI ------------------------------------------------------- */

    enum arch_long_double long_double;
    bool decimal_packed; /* the digits of _Decimal64 and its like are packed three to ten bits */
    enum dwarf_float_place float_place; /* of a float in the registers float_first to float_last */
    unsigned float_first, float_last;   /* both 0 with DWARF_FLOAT_LOW */
    const struct arch_bank *banks;      /* registers that are in no dwarf_names; NULL: there are none */
    struct arch_stack stack;
    const struct arch_wide *wide; /* values wider than one register; NULL: there are none */
    /* Registers named by the first of these and a number may be described by those of the second alone, whose
     * lowest bytes they are; or both NULL. */
    const char *narrow, *wider;
    /* Bytes that are saved of a register of more than 8: AArch64's calls keep the lowest 8. 0: all. */
    unsigned saved_bytes;
    abi_returned *returned;   /* where functions leave what they return; NULL: not known */
    abi_placed *call;         /* where a caller puts arguments; NULL: not known, nothing can be called */
    unsigned stack_alignment; /* bytes: of the stack pointer at a call, as the caller has it; with `call` */
    unsigned red_zone;        /* bytes below the stack pointer that belong to the function all the same */
    const char *called_register; /* has the function's own address as it is entered; NULL: none */
    const char *table_register;  /* with `descriptor_section`: has the second word of the descriptor */
    const char *thumb_flags; /* with has_thumb: where the processor's state says Thumb, and by which bit */
    uint64_t thumb_bit;
    /* Tells a kernel that a system call was interrupted, which it begins anew at the next resume: set to this
     * value it does not, and the pc stays what it is. NULL: it needs no telling. */
    const char *restart;
    int64_t no_restart;
    const char *first_argument; /* register of a function's first argument; NULL: not known */
    /* The same of the second; NULL with `stack_alignment_slot`: on the stack behind the first. */
    const char *second_argument;
    /* Calls within a program enter a function so many bytes behind its first instruction; 0: at it. */
    unsigned local_entry;
    /* The section in which a function pointer finds not code but a descriptor, whose first word is the code's
     * address; NULL: pointers lead to code. */
    const char *descriptor_section;

    /* -- frames: the processor's ABI ----------------------------------------------------------------- */

    /* Registers that a call may change, where compilers do not count on what a callee really does, so that
     * call frame information does not speak of them. NULL: what no rule speaks of is kept. */
    bool (*is_clobbered)(unsigned dwarf_number);
    /* Bytes from the caller's stack pointer up to the CFA. 0: they are the same; with any, a stack pointer
     * that no rule speaks of was not changed. */
    unsigned cfa_above_sp;
    const struct arch_effects *effects; /* of instructions, on a frame (effects.h) */
    bool frame_pointer_pair; /* `fp` points to the caller's, and behind that is the return address */

    /* -- programs of Linux (linux_user.h); NULL: not known -------------------------------------------- */

    const struct arch_tls *tls;            /* where thread-local variables are */
    const struct arch_sigframe *sigframes; /* trampolines of signal handlers; `count` 0 ends them */
    const struct syscall_abi *syscalls;

    /* -- code and traps ------------------------------------------------------------------------------ */

    unsigned code_align;             /* bytes: instructions start at multiples of this */
    unsigned longest_instruction;    /* bytes */
    unsigned breakpoint_kind;        /* that Z0 wants (gdb manual, "Breakpoint Kinds") */
    const unsigned char *trap;       /* in memory order of a little-endian target */
    unsigned trap_size;              /* bytes */
    const unsigned char *short_trap; /* of two-byte instructions (Thumb, compressed RISC-V), or NULL */
    unsigned short_trap_size;        /* bytes, and the kind that Z0 wants for it */
    /* All of them, in every encoding that compilers, run-time libraries and stubs are known to use. */
    const struct arch_trap *traps;
    unsigned pc_behind_trap; /* a trap reported raw leaves the pc so many bytes behind it */
    /* Which code has the short trap: has_thumb, else instruction_size tells. */
    bool has_thumb; /* bit 0 of a code address, and symbols, say where instructions are Thumb's */
    /* C++: which word of a pointer to a method says in bit 0 that it is virtual: the second, or the first
     * (GCC's TARGET_PTRMEMFUNC_VBIT_LOCATION). */
    bool virtual_bit_second;
    unsigned code_align_arm; /* with has_thumb: what code_align is where they are not */
    /* An instruction's length in bytes, by its first byte in memory. NULL: that does not tell it, or all have
     * one length. */
    unsigned (*instruction_size)(const unsigned char *code);
    /* Four bytes of memory begin with a return to the caller. NULL: the change of function alone tells. */
    bool (*is_return)(const unsigned char *code);

    /* -- disassembly: Capstone, and for what it lacks LLVM --------------------------------------------- */

    int capstone_arch;       /* cs_arch, or CAPSTONE_NONE where the library has no such decoder */
    int capstone_mode;       /* cs_mode, without the endian bit */
    int capstone_mode_thumb; /* the same, of Thumb code; 0 without has_thumb */
    /* The mode of what a thread executes now, by its registers. NULL: it is always capstone_mode. */
    int (*capstone_mode_now)(const struct arch *arch, arch_read_register *read, void *context);
    /* The length of an instruction that no decoder knows, by its encoding alone, of code of that mode (with
     * the endian bit); 0: it is none, or part of one. NULL: instruction_size tells, or all have one length.
     */
    unsigned (*unknown_size)(const unsigned char *code, size_t n, int mode);
    const struct arch_llvm *llvm; /* NULL: not asked */

    /* -- debug registers ------------------------------------------------------------------------------ */

    bool slots_shared;        /* breakpoints and watchpoints are held by the same ones */
    unsigned slots;           /* how many the processor has; 0: implementations differ */
    bool no_read_watch;       /* none stops at reads alone */
    bool stops_behind_access; /* and behind it: what stands there then is what was written */
    bool stops_before_access; /* a watchpoint stops before the instruction that it watches is done */
    /* Linux saves the register that enables them as its debugger is entered, and puts it back as it is left
     * (engine/control/breakpoints/dr7.h). */
    bool linux_restores_slots;

    /* -- stepping ------------------------------------------------------------------------------------- */

    struct arch_step_flag step_flag;
    struct arch_step_mask step_mask;
    /* The offset of the exception vector that a pc is at, 0: it is at none. NULL: the pc does not tell. */
    uint64_t (*exception_vector)(uint64_t pc);
    uint64_t trace_vector; /* with exception_vector: the one of single steps */

    /* -- the kernel of Linux --------------------------------------------------------------------------- */

    /* It is moved by less than so many bytes from where it was linked; 0: not known. */
    uint64_t kernel_slide_limit;
    /* The handler in a gate (ARCH_GATE_BYTES) of the interrupt table. NULL: there is no such table. */
    uint64_t (*gate_handler)(const unsigned char *gate);
    /* What is on its stacks where it is entered (linux_kernel.h). NULL: not known, stacks end there. */
    const struct arch_linux_entry *linux_entry;
    /* kgdb cannot take out traps from before the text was made read-only
     * (engine/control/kernel/sealed_text.h). */
    bool linux_leaves_traps;
};

extern const struct arch arch_x86_64, arch_i386, arch_aarch64, arch_arm, arch_riscv64, arch_riscv32,
    arch_ppc64, arch_s390x, arch_mips;

/* By the <architecture> of a target description; NULL: none. */
const struct arch *arch_by_description(const char *architecture);
/* By e_machine and class (1, 2) of an ELF file; NULL: none. */
const struct arch *arch_by_elf(unsigned machine, unsigned elf_class);
/* One that is in no table, of what its description says; the texts stay the caller's. False: too little. */
bool arch_from_description(const char *architecture, const char *pc, const char *sp, unsigned address_size,
                           struct arch *ret);
/* The order of bytes in a number, where only the <architecture> is known that is in no table. */
bool arch_is_big(const char *architecture);
/* Its numbers are big-endian, whatever runs there. NULL: no. */
bool arch_has_big_only(const struct arch *arch);
/* By our own name. */
const struct arch *arch_by_name(const char *name);
/* A machine that calls itself so (uname -m) runs its programs. */
bool arch_runs_on(const struct arch *arch, const char *machine);
/* The one of these two, or both of one family. */
bool arch_same_family(const struct arch *a, const struct arch *b);
/* The name that GNU systems have for what QEMU's user emulator calls so; the same where we know no other. */
const char *arch_gnu_name(const char *qemu_user);
/* Where the register of a DWARF number is; false: there is none that we know. */
bool arch_dwarf_place(const struct arch *arch, unsigned number, struct arch_place *ret);
/* How that register has a float that is narrower than it. */
enum dwarf_float_place arch_float_place(const struct arch *arch, unsigned number);
/* Row i of the table, NULL behind the last. */
const struct arch *arch_row(size_t i);

/* The length of the trap instruction that these bytes begin with, 0: they are none. On a
 * processor with Thumb `is_short` says which length counts. */
unsigned arch_trap_at(const struct arch *arch, bool big_endian, bool is_short, const unsigned char *bytes,
                      size_t n);
/* Bytes `from` to `to` are those of this trap. */
bool arch_trap_is(const struct arch_trap *trap, bool big_endian, const unsigned char *bytes, size_t from,
                  size_t to);

/* A target-order number of at most 8 bytes. */
uint64_t arch_load(const unsigned char *bytes, size_t n, bool big_endian);
void arch_store(unsigned char *bytes, size_t n, bool big_endian, uint64_t value);

#endif
