/*
 * engine/target/arch/arch.h - what differs from one processor to the next.
 *
 * One constant struct an architecture, one file each; arch_table in arch.c lists them. Nothing here has
 * state, talks to a target or fails.
 *
 * Checklist for adding one:
 *   1. a file engine/target/arch/NAME.c that fills `const struct arch arch_NAME`, and its row in arch_table
 * (arch.c);
 *   2. names: those the target description uses (gdb manual, "Standard Target Features"; QEMU's gdb-xml);
 *   3. dwarf_names: the ABI's register numbers for DWARF, as names above (NULL where we do not care);
 *   4. layout: the order and sizes of `g` where a stub sends no description (gdb's default layout);
 *   5. traps, the `kind` that Z0 wants (gdb manual, the architecture's "Breakpoint Kinds"), what the pc reads
 *      behind a trap that the stub did not rewind;
 *   6. where a return address is at a function's first instruction: link_register, or NULL for "on the
 * stack";
 *   7. Capstone's names, or CAPSTONE_NONE when the library has no such disassembler;
 *   8. the static program in tests/e2e under qemu-NAME, and a line in the table of doc/allstop.1.
 */
#ifndef ALLSTOP_ENGINE_TARGET_ARCH_ARCH_H
#define ALLSTOP_ENGINE_TARGET_ARCH_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* What a guest can see of it when it is stepped: a field of a register. */
struct arch_step_flag {
    const char *reg;   /* by its name in target descriptions; NULL: nothing is known that could be seen */
    const char *field; /* the manual's name */
    uint64_t mask;
};

/* Linux's kgdb on some processors steps with interrupts enabled, and only ever meets the next interrupt. */
struct arch_step_mask {
    const char *reg; /* the flags, by their name in target descriptions; NULL: there is no need to mask */
    uint64_t mask;   /* the bit that masks interrupts */
    /* An instruction (4 bytes, as a number) that does the same whether interrupts are masked or not. */
    bool (*is_plain)(uint32_t instruction);
};

/* Reads a register of the thread that executes, by its name in target descriptions; false: the stub has none
 * of that name, or does not tell it. */
typedef bool arch_read_register(void *context, const char *name, uint64_t *ret);

struct arch_tls;
struct arch_sigframe;
struct syscall_abi;
struct arch_linux_entry;

struct arch {
    const char *name;          /* ours: "x86-64" */
    const char *descriptions;  /* <architecture> texts that mean it, separated by blanks */
    unsigned elf_machine;      /* e_machine */
    unsigned elf_class;        /* 1: 32 bit, 2: 64 bit */
    const char *qemu_user;     /* suffix of its user emulator, little endian: "x86_64" */
    const char *qemu_user_big; /* the same, big endian, or NULL */
    const char *gnu_name; /* its name in a GNU system's name ("powerpc64le-linux-gnu"), little endian, where
                             that is not qemu_user's, or NULL */
    const char *gnu_name_big; /* the same, big endian */
    const char *machines;     /* uname -m of the machines that run its programs, separated by blanks */
    const char *family;       /* processors of one family go by each other's program files: a 64-bit x86 guest
                                 may be booted from a 32-bit ELF file. NULL: by its own alone */
    unsigned address_size;    /* bytes */
    unsigned code_align;      /* instructions start at multiples of this */

    const char *pc, *sp;
    const char *fp;             /* frame pointer by convention, or NULL */
    const char *link_register;  /* or NULL: a call pushes the return address */
    const char *const *general; /* what "general" shows when the description has no group, NULL-terminated, or
                                   NULL: all integers */
    const char *const *dwarf_names;
    unsigned dwarf_count;
    const struct arch_register *layout; /* name NULL ends it */

    /* Values and calls, by the processor's ABI. */
    enum arch_long_double long_double;
    enum dwarf_float_place float_place; /* of a 4-byte float in the registers float_first to float_last */
    unsigned float_first, float_last;   /* DWARF numbers; 0 and 0 with DWARF_FLOAT_LOW */
    unsigned beyond_first,
        beyond_count;           /* DWARF numbers behind dwarf_names that a frame's rules never speak of, and
                                   that are known in the innermost function alone; 0 and 0: none */
    const char *beyond_prefix;  /* beyond_first is called by this and 0, and so on */
    const char *first_argument; /* the register of a function's first argument, or NULL: not known */
    unsigned local_entry;       /* calls within a program enter a function so many bytes behind its first
                                   instruction; 0: at it */
    const char *descriptor_section; /* where what a function pointer has is not code but a descriptor, whose
                                       first word is the code's address; NULL: pointers lead to code */

    /* Frames, by the processor's ABI. */
    /* Registers (DWARF numbers) that a call may change, where compilers do not count on what a callee really
     * does, so that call frame information does not speak of them. NULL: what no rule speaks of is kept. */
    bool (*is_clobbered)(unsigned dwarf_number);
    unsigned cfa_above_sp;   /* bytes from the caller's stack pointer up to the CFA. With any, a stack pointer
                                that   no rule speaks of was not changed; with 0 the CFA is the caller's */
    bool frame_pointer_pair; /* `fp` points to the caller's, behind which the return address is */

    /* Programs of Linux; NULL: not known. */
    const struct arch_tls *tls;
    const struct syscall_abi *syscalls;
    const struct arch_sigframe *sigframes; /* the trampolines of signal handlers, `count` 0 ends them */

    unsigned breakpoint_kind;  /* of Z0 */
    const unsigned char *trap; /* in memory order of a little-endian target */
    unsigned trap_size;
    const unsigned char *short_trap; /* of two-byte instructions (Thumb, compressed RISC-V), or NULL */
    unsigned short_trap_size;        /* and the `kind` Z0 wants for it */
    /* An instruction's length, by its first byte in memory. NULL: that does not tell it, or all are of one.
     */
    unsigned (*instruction_size)(const unsigned char *code);
    bool has_thumb;          /* bit 0 of a code address, and symbols, say where instructions are Thumb's: with
                                short_trap,          capstone_mode_thumb */
    unsigned code_align_arm; /* with has_thumb: what code_align is where they are not */
    /* Four bytes in memory that begin with a return to the caller. NULL: the change of function alone tells.
     */
    bool (*is_return)(const unsigned char *code);
    unsigned pc_behind_trap;       /* a trap reported raw leaves the pc this far behind it */
    bool stops_before_access;      /* a watchpoint stops before the instruction that it watches is done */
    unsigned stack_alignment_slot; /* bytes a call pushes (the return address), 0 with a link register */

    /* Debug registers. */
    bool slots_shared;         /* breakpoints and watchpoints are held by the same ones */
    unsigned slots;            /* how many the processor has, 0: implementations differ */
    bool no_read_watch;        /* none stops at reads alone */
    bool linux_restores_slots; /* Linux puts the register that enables them back when its debugger leaves */

    /* Stepping. */
    struct arch_step_flag step_flag;
    struct arch_step_mask step_mask;
    /* Where code is entered by an exception: the vector's offset in the table, 0: none is there. NULL: not
     * known by the address. */
    uint64_t (*exception_vector)(uint64_t pc);
    uint64_t trace_vector; /* with exception_vector: that of the step itself */

    /* The kernel of Linux. */
    uint64_t kernel_slide_limit; /* it is moved by less than so many bytes from where it was linked; 0: not
                                    known */
    /* The handler in a gate of the interrupt table (ARCH_GATE_BYTES). NULL: there is no such table. */
    uint64_t (*gate_handler)(const unsigned char *gate);
    const struct arch_linux_entry
        *linux_entry;        /* what is on its stacks where it is entered, or NULL: not known */
    bool linux_leaves_traps; /* kgdb cannot take out the traps of before the text was made read-only */

    int capstone_arch;       /* cs_arch, or CAPSTONE_NONE */
    int capstone_mode;       /* without the endian bit */
    int capstone_mode_thumb; /* Arm: mode where the Thumb bit is set, else 0 */
    /* The cs_mode (without the endian bit) of what a thread executes now, by its registers. NULL: it is
     * always capstone_mode. */
    int (*capstone_mode_now)(const struct arch *arch, arch_read_register *read, void *context);
    unsigned longest_instruction; /* bytes */
};

extern const struct arch arch_x86_64, arch_i386, arch_aarch64, arch_arm, arch_riscv64, arch_riscv32,
    arch_ppc64, arch_s390x, arch_mips;

/* By the <architecture> of a target description; NULL: none. */
const struct arch *arch_by_description(const char *architecture);
/* By e_machine and class (1, 2) of an ELF file; NULL: none. */
const struct arch *arch_by_elf(unsigned machine, unsigned elf_class);
/* By our own name. */
const struct arch *arch_by_name(const char *name);
/* A machine that calls itself so (uname -m) runs its programs. */
bool arch_runs_on(const struct arch *arch, const char *machine);
/* The one of these two, or both of one family. */
bool arch_same_family(const struct arch *a, const struct arch *b);
/* The name that GNU systems have for what QEMU's user emulator calls so; the same where we know no other. */
const char *arch_gnu_name(const char *qemu_user);
/* Row i of the table, NULL behind the last. */
const struct arch *arch_row(size_t i);

/* A target-order number of at most 8 bytes. */
uint64_t arch_load(const unsigned char *bytes, size_t n, bool big_endian);
void arch_store(unsigned char *bytes, size_t n, bool big_endian, uint64_t value);

#endif
