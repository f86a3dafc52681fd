/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/disassembly/code.h - the stretches of one kind that code is made of, by what the files say:
 * Thumb, the usual set, data.
 *
 * Asked for ascending addresses. Engine thread; nothing here fails.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_DISASSEMBLY_CODE_H
#define ALLSTOP_ENGINE_INSPECT_DISASSEMBLY_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct decoder;
struct target;

struct code {
    struct target *target;
    struct decoder *decoder; /* is told where Thumb begins and ends */
    uint64_t end;            /* of the stretch, where `asked` */
    bool asked, is_data;
};

/* Sets `is_data`; how many of `left` bytes belong to the stretch. */
size_t code_room(struct code *c, uint64_t address, size_t left);

#endif
