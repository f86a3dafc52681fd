/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/inspect/disassembly/code.h"

#include "engine/inspect/disassembly/decoder.h"
#include "engine/target/target.h"

size_t code_room(struct code *c, uint64_t address, size_t left)
{
    if (!c->asked || address >= c->end) {
        enum code_kind kind = symbols_code_kind(c->target->map, address, &c->end);
        c->asked = c->end > address; /* else it is only known of this address */
        c->is_data = kind == CODE_DATA;
        if (kind == CODE_THUMB || kind == CODE_USUAL)
            decoder_thumb(c->decoder, kind == CODE_THUMB);
    }
    return c->asked && c->end - address < left ? (size_t)(c->end - address) : left;
}
