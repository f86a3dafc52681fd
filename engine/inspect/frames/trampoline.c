#include "engine/inspect/frames/trampoline.h"

#include <string.h>

#include "base/alloc.h"
#include "engine/target/target.h"

/* Registers that lie one behind the other: DWARF numbers from `first` on, or those in `order`. */
struct saved_block {
    unsigned count;
    unsigned at; /* from the frame's start */
    unsigned first;
    const unsigned char *order;
};

struct sigframe {
    const struct arch *arch;
    unsigned unit;  /* bytes of what `code` lists: instructions in the target's order */
    unsigned count; /* how many of them */
    uint32_t code[9];
    unsigned pointer_at; /* the frame is where this word of the stack points, or 0 */
    unsigned stride;     /* from one register to the next */
    unsigned pc_at;
    struct saved_block blocks[2];
};

/* DWARF numbers in the order of struct sigcontext (linux, arch/x86/include/uapi/asm/sigcontext.h). */
static const unsigned char x86_64_order[] = {8, 9, 10, 11, 12, 13, 14, 15, 5, 4, 6, 3, 1, 0, 2, 7};
static const unsigned char i386_order[] = {7, 6, 5, 4, 3, 1, 2, 0}; /* edi esi ebp esp ebx edx ecx eax */

/* Offsets from the stack pointer that the handler returns with: each kernel's arch/ARCH/kernel/signal.c. */
static const struct sigframe sigframes[] = {
    /* mov $15, %rax; syscall: the context lies at the stack pointer */
    {&arch_x86_64,
     1,
     9,
     {0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05},
     0,
     8,
     40 + 16 * 8,
     {{16, 40, 0, x86_64_order}}},
    /* mov $173, %eax; int $0x80: the arguments of the handler, the third one points to the context */
    {&arch_i386, 1, 7, {0xb8, 0xad, 0, 0, 0, 0xcd, 0x80}, 8, 4, 20 + 56, {{8, 20 + 16, 0, i386_order}}},
    /* pop %eax; mov $119, %eax; int $0x80: the signal's number, then struct sigcontext */
    {&arch_i386, 1, 8, {0x58, 0xb8, 0x77, 0, 0, 0, 0xcd, 0x80}, 0, 4, 4 + 56, {{8, 4 + 16, 0, i386_order}}},
    /* mov x8, #139; svc 0 */
    {&arch_aarch64, 4, 2, {0xd2801168, 0xd4000001}, 0, 8, 568, {{31, 312, 0, NULL}, {1, 560, 31, NULL}}},
    /* li a7, 139; ecall: the pc stands where x0 would */
    {&arch_riscv64, 4, 2, {0x08b00893, 0x00000073}, 0, 8, 304, {{31, 312, 1, NULL}}},
    /* mov r7, #173 (with siginfo) or #119; svc: as Arm and as Thumb code */
    {&arch_arm, 4, 1, {0xe3a070ad}, 0, 4, 160 + 60, {{16, 160, 0, NULL}}},
    {&arch_arm, 4, 1, {0xe3a07077}, 0, 4, 32 + 60, {{16, 32, 0, NULL}}},
    {&arch_arm, 2, 3, {0xf04f, 0x07ad, 0xdf00}, 0, 4, 160 + 60, {{16, 160, 0, NULL}}},
    {&arch_arm, 2, 3, {0xf04f, 0x0777, 0xdf00}, 0, 4, 32 + 60, {{16, 32, 0, NULL}}},
    {&arch_arm, 2, 2, {0x27ad, 0xdf00}, 0, 4, 160 + 60, {{16, 160, 0, NULL}}},
    {&arch_arm, 2, 2, {0x2777, 0xdf00}, 0, 4, 32 + 60, {{16, 32, 0, NULL}}},
    /* li v0, 4193 or 4119; syscall: registers of 8 bytes, also on 32-bit processors */
    {&arch_mips, 4, 2, {0x24021061, 0x0000000c}, 0, 8, 184, {{32, 192, 0, NULL}}},
    {&arch_mips, 4, 2, {0x24021017, 0x0000000c}, 0, 8, 32, {{32, 40, 0, NULL}}},
    /* svc 173, and 119 with a pointer to the registers */
    {&arch_s390x, 2, 1, {0x0aad}, 0, 8, 344, {{16, 352, 0, NULL}}},
    {&arch_s390x, 2, 1, {0x0a77}, 168, 8, 8, {{16, 16, 0, NULL}}},
    /* li r0, 172; sc: QEMU's; addi r1, r1, 128 before it: the kernel's. A pointer to struct pt_regs. */
    {&arch_ppc64,
     4,
     2,
     {0x380000ac, 0x44000002},
     144 + 224,
     8,
     32 * 8,
     {{32, 0, 0, NULL}, {1, 36 * 8, 65, NULL}}},
    {&arch_ppc64,
     4,
     2,
     {0x38210080, 0x380000ac},
     128 + 224,
     8,
     32 * 8,
     {{32, 0, 0, NULL}, {1, 36 * 8, 65, NULL}}},
};

enum { CODE_BYTES = 12 };

static bool read_code(struct target *target, uint64_t pc, bool ask, unsigned char *bytes)
{
    if (memory_from_file(target, pc, bytes, CODE_BYTES))
        return true;
    struct error *e = ask ? memory_read(target, pc, bytes, CODE_BYTES) : NULL;
    bool got = ask && !e;
    error_free(e);
    return got;
}

static bool matches(const struct target *target, const struct sigframe *f, const unsigned char *bytes)
{
    for (unsigned i = 0; i < f->count; i++)
        if (arch_load(bytes + (size_t)i * f->unit, f->unit, target->big_endian) != f->code[i])
            return false;
    return true;
}

static bool load(struct target *target, uint64_t address, uint64_t *ret)
{
    struct error *e = memory_read_number(target, address, target->arch->address_size, ret);
    error_free(e);
    return !e;
}

/* A big-endian 32-bit processor's register in 8 bytes is in the second half. */
static uint64_t place(const struct target *target, const struct sigframe *f, uint64_t base, unsigned at)
{
    unsigned spare = f->stride > target->arch->address_size && target->big_endian
                         ? f->stride - target->arch->address_size
                         : 0;
    return base + at + spare;
}

static void take_registers(struct target *target, const struct sigframe *f, uint64_t base,
                           struct frame_registers *ret)
{
    for (size_t b = 0; b < ARRAY_LENGTH(f->blocks); b++) {
        const struct saved_block *block = &f->blocks[b];
        for (unsigned i = 0; i < block->count; i++) {
            unsigned number = block->order ? block->order[i] : block->first + i;
            uint64_t address = place(target, f, base, block->at + i * f->stride);
            ret->known[number] = load(target, address, &ret->value[number]);
            ret->saved_at[number] = ret->known[number] ? address : 0;
        }
    }
}

static bool take_frame(struct target *target, const struct sigframe *f, const struct frame_registers *from,
                       struct frame_registers *ret)
{
    uint64_t base = from->sp;
    if (f->pointer_at && !load(target, from->sp + f->pointer_at, &base))
        return false;
    memset(ret, 0, sizeof *ret);
    ret->thread = from->thread;
    if (!load(target, place(target, f, base, f->pc_at), &ret->pc))
        return false;
    take_registers(target, f, base, ret);
    for (unsigned i = 0; i < target->arch->dwarf_count && i < FRAME_REGISTERS; i++)
        if (target->arch->dwarf_names[i] && strcmp(target->arch->dwarf_names[i], target->arch->sp) == 0)
            ret->sp = ret->value[i];
    return true;
}

bool trampoline_step(struct target *target, const struct frame_registers *from, bool ask,
                     struct frame_registers *ret)
{
    unsigned char bytes[CODE_BYTES];
    bool has = false;
    for (size_t i = 0; i < ARRAY_LENGTH(sigframes) && !has; i++)
        has = sigframes[i].arch == target->arch;
    if (!has || !read_code(target, from->pc, ask, bytes))
        return false;
    for (size_t i = 0; i < ARRAY_LENGTH(sigframes); i++)
        if (sigframes[i].arch == target->arch && matches(target, &sigframes[i], bytes))
            return take_frame(target, &sigframes[i], from, ret);
    return false;
}
