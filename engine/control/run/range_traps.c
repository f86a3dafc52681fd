/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Traps of the program's own in a line. gdbserver that steps a range takes the SIGTRAP of such an instruction
 * for the end of its step, is still in the range, and executes it for ever (gdbserver 13.1): there it is
 * stepped one by one. The code is read from the file, so that nothing is asked; what no file has is not
 * looked at.
 */
#include "engine/control/control.h"
#include "engine/control/limits.h"
#include "engine/control/run/step_parts.h"
#include "engine/inspect/disassembly/decoder.h"

/* Whether an instruction begins there: else the bytes of the trap are a part of another one. Who cannot tell
 * says yes. */
static bool begins_instruction(struct target *target, const unsigned char *code, size_t n, uint64_t low,
                               size_t at)
{
    struct decoder *d = decoder_open(target);
    size_t i = 0;
    unsigned size = 1;
    while (d && i < at && size) {
        size = decoder_size(d, code + i, n - i, low + i);
        i += size;
    }
    decoder_close(d);
    return !d || !size || i == at;
}

bool range_holds_trap(struct control *c, const struct address_range *range)
{
    const struct arch *arch = c->target->arch;
    unsigned char code[RANGE_CODE_MOST];
    uint64_t n = range->high - range->low;
    if (!arch || !arch->traps || !arch->pc_behind_trap || n > sizeof code ||
        !memory_from_file(c->target, range->low, code, (size_t)n))
        return false;
    for (size_t i = 0; i < n; i++)
        if (arch_trap_at(arch, c->target->big_endian, false, code + i, (size_t)n - i) &&
            begins_instruction(c->target, code, (size_t)n, range->low, i))
            return true;
    return false;
}
