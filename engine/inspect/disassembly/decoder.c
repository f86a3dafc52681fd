/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/disassembly/decoder.h"

#include <capstone/capstone.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/disassembly/llvm.h"
#include "engine/target/registers.h"
#include "engine/target/target.h"

/* What reads one kind of code: each is opened when the first instruction wants it. */
struct reader {
    int mode; /* Capstone's, without its endian bit */
    csh capstone;
    bool has_capstone;
    bool llvm_asked;
    struct llvm *llvm;
};

struct decoder {
    struct target *target;
    bool thumb;
    struct reader readers[2]; /* by `thumb` */
};

/* A register of the current thread, where the stub has one of that name. */
static bool current_register(void *context, const char *name, uint64_t *ret)
{
    struct target *target = context;
    if (target->state != TARGET_STOPPED || !target->threads.has_current || !register_find(target, name))
        return false;
    struct thread *t = threads_find(&target->threads, target->threads.current);
    if (!t)
        return false;
    struct error *e = register_value(target, t, name, ret);
    error_free(e);
    return !e;
}

/* Where the processor tells what the current thread executes, that is what code is read as. */
static int mode_now(struct target *target)
{
    const struct arch *arch = target->arch;
    return arch->capstone_mode_now ? arch->capstone_mode_now(arch, current_register, target)
                                   : arch->capstone_mode;
}

static int endian(const struct target *target)
{
    return target->big_endian ? (int)CS_MODE_BIG_ENDIAN : 0;
}

static void open_reader(struct decoder *d, struct reader *r, int mode)
{
    const struct arch *arch = d->target->arch;
    r->mode = mode;
    r->has_capstone =
        arch->capstone_arch != CAPSTONE_NONE &&
        cs_open((cs_arch)arch->capstone_arch, (cs_mode)(mode | endian(d->target)), &r->capstone) == CS_ERR_OK;
}

struct decoder *decoder_open(struct target *target)
{
    const struct arch *arch = target->arch;
    int now = mode_now(target);
    struct decoder *d = xcalloc(1, sizeof *d);
    d->target = target;
    d->thumb = arch->has_thumb && now == arch->capstone_mode_thumb;
    open_reader(d, &d->readers[0], arch->has_thumb ? arch->capstone_mode : now);
    if (arch->has_thumb)
        open_reader(d, &d->readers[1], arch->capstone_mode_thumb);
    return d;
}

void decoder_close(struct decoder *d)
{
    for (size_t i = 0; d && i < ARRAY_LENGTH(d->readers); i++) {
        if (d->readers[i].has_capstone)
            cs_close(&d->readers[i].capstone);
        llvm_close(d->readers[i].llvm);
    }
    free(d);
}

void decoder_thumb(struct decoder *d, bool thumb)
{
    d->thumb = thumb && d->target->arch->has_thumb;
}

/* -- Capstone -------------------------------------------------------------------------------------------- */

/* Whether it branches takes a second look, with details. */
static bool is_branch(struct reader *r, const unsigned char *bytes, size_t n, uint64_t address)
{
    cs_insn *insn = NULL;
    cs_option(r->capstone, CS_OPT_DETAIL, CS_OPT_ON);
    bool ret =
        cs_disasm(r->capstone, bytes, n, address, 1, &insn) == 1 &&
        (cs_insn_group(r->capstone, insn, CS_GRP_JUMP) || cs_insn_group(r->capstone, insn, CS_GRP_CALL));
    cs_option(r->capstone, CS_OPT_DETAIL, CS_OPT_OFF);
    if (insn)
        cs_free(insn, 1);
    return ret;
}

/* A single operand that is a number, or the last one of a branch: `cbz x0, #0x1234`. */
static bool names_target(struct reader *r, const cs_insn *insn, const unsigned char *bytes, size_t n,
                         uint64_t *ret)
{
    const char *comma = strrchr(insn->op_str, ','), *last = comma ? comma + 1 : insn->op_str;
    last += strspn(last, " #");
    char *end;
    if (strncmp(last, "0x", 2) != 0)
        return false;
    *ret = strtoull(last, &end, 16);
    return !*end && (!comma || is_branch(r, bytes, n, insn->address));
}

static bool read_capstone(struct reader *r, const unsigned char *bytes, size_t n, uint64_t address,
                          struct decoded *ret)
{
    cs_insn *insn = NULL;
    if (!r->has_capstone || cs_disasm(r->capstone, bytes, n, address, 1, &insn) != 1)
        return false;
    ret->known = true;
    ret->size = insn->size;
    ret->has_target = names_target(r, insn, bytes, n, &ret->branch);
    snprintf(ret->text, sizeof ret->text, "%s%s%s", insn->mnemonic, *insn->op_str ? " " : "", insn->op_str);
    cs_free(insn, 1);
    return true;
}

/* -- LLVM ------------------------------------------------------------------------------------------------ */

/* Its C interface writes branches as distances: the last operand becomes the place. */
static void make_absolute(const struct arch *arch, uint64_t address, struct decoded *d)
{
    size_t length = strcspn(d->text, " ");
    if (!d->text[length] || !arch->llvm->is_branch || !arch->llvm->is_branch(d->text, length))
        return;
    char *last = strrchr(d->text, ' ') + 1, *end;
    long long distance = strtoll(last, &end, 0);
    if (end == last || *end)
        return;
    d->has_target = true;
    d->branch = address + (uint64_t)distance;
    if (arch->address_size < sizeof d->branch)
        d->branch &= (1ull << (8 * arch->address_size)) - 1;
    snprintf(last, sizeof d->text - (size_t)(last - d->text), "0x%llx", (unsigned long long)d->branch);
}

static bool read_llvm(struct decoder *d, struct reader *r, const unsigned char *bytes, size_t n,
                      uint64_t address, struct decoded *ret)
{
    if (!r->llvm_asked)
        r->llvm = llvm_open(d->target->arch, r->mode, d->target->big_endian);
    r->llvm_asked = true;
    size_t size = r->llvm ? llvm_read(r->llvm, bytes, n, address, ret->text, sizeof ret->text) : 0;
    if (!size)
        return false;
    ret->known = true;
    ret->size = (unsigned)size;
    make_absolute(d->target->arch, address, ret);
    return true;
}

/* -- what neither knows ---------------------------------------------------------------------------------- */

/* By the processor's encoding alone; 0: that tells nothing. */
static unsigned encoded_size(const struct decoder *d, const unsigned char *bytes, size_t n)
{
    const struct arch *arch = d->target->arch;
    unsigned size = 0;
    if (arch->unknown_size)
        size = arch->unknown_size(bytes, n, d->readers[d->thumb].mode | endian(d->target));
    else if (arch->instruction_size)
        size = n ? arch->instruction_size(bytes) : 0;
    else if (arch->longest_instruction == arch->code_align)
        size = arch->longest_instruction;
    return size <= n ? size : 0;
}

/* Where both tell a length and differ, Capstone has the wrong one: version 4 counts a byte too many of EVEX
 * instructions with a rounding of their own, and one too few of UD1. */
void decoder_read(struct decoder *d, const unsigned char *bytes, size_t n, uint64_t address,
                  struct decoded *ret)
{
    struct reader *r = &d->readers[d->thumb];
    unsigned size = encoded_size(d, bytes, n);
    *ret = (struct decoded){.size = 0};
    if (read_capstone(r, bytes, n, address, ret) && (!size || size == ret->size))
        return;
    *ret = (struct decoded){.size = 0};
    if (size && read_llvm(d, r, bytes, n, address, ret))
        return;
    *ret = (struct decoded){.size = size};
}

unsigned decoder_size(struct decoder *d, const unsigned char *bytes, size_t n, uint64_t address)
{
    struct decoded one = {.size = 0};
    unsigned size = encoded_size(d, bytes, n);
    if (!size && read_capstone(&d->readers[d->thumb], bytes, n, address, &one))
        size = one.size;
    return size;
}

/* Strings with a repeat prefix fall through too; `hlt` and its like wait, and are no good place. */
static bool goes_on(csh handle, const cs_insn *insn)
{
    static const unsigned leaves[] = {CS_GRP_JUMP, CS_GRP_CALL, CS_GRP_RET, CS_GRP_INT, CS_GRP_IRET};
    static const char *const waits[] = {"hlt", "wfi", "wfe", "mwait", "ud2", "udf", "brk", "int3", "pause"};
    for (size_t i = 0; i < ARRAY_LENGTH(leaves); i++)
        if (cs_insn_group(handle, insn, leaves[i]))
            return false;
    for (size_t i = 0; i < ARRAY_LENGTH(waits); i++)
        if (strcmp(insn->mnemonic, waits[i]) == 0)
            return false;
    return true;
}

bool decoder_falls_through(struct decoder *d, const unsigned char *bytes, size_t n, uint64_t address,
                           unsigned *size)
{
    struct reader *r = &d->readers[d->thumb];
    cs_insn *insn = NULL;
    if (!r->has_capstone)
        return false;
    cs_option(r->capstone, CS_OPT_DETAIL, CS_OPT_ON);
    bool ret = cs_disasm(r->capstone, bytes, n, address, 1, &insn) == 1 && goes_on(r->capstone, insn);
    cs_option(r->capstone, CS_OPT_DETAIL, CS_OPT_OFF);
    if (insn) {
        *size = insn->size;
        cs_free(insn, 1);
    }
    return ret;
}

const char *decoder_missing(struct target *target)
{
    const struct arch *arch = target->arch;
    if (!arch || arch->capstone_arch != CAPSTONE_NONE)
        return NULL;
    if (!arch->llvm)
        return "there is no disassembler for this processor; the bytes are shown";
    struct llvm *l = llvm_open(arch, arch->capstone_mode, target->big_endian);
    llvm_close(l);
    return l ? NULL
             : "Capstone reads no code of this processor, and LLVM's library, which does, is not installed "
               "(Debian 12: libllvm14): the bytes are shown";
}
