/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/frames/expression.h - what DWARF expressions ask for, answered from one frame.
 *
 * A context lives on the stack of its user. Engine thread; errors are those of reading registers and memory.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_FRAMES_EXPRESSION_H
#define ALLSTOP_ENGINE_INSPECT_FRAMES_EXPRESSION_H

#include "engine/inspect/frames/frames.h"
#include "symbols/expression.h"

struct frame_context {
    struct target *target;
    const struct frame_registers *registers; /* of the frame; NULL: no frame, only constants and memory */
    const struct frame_list *frames; /* where the frame is, for entry values; NULL: they are not known */
    size_t level;
    /* More of the stack, beginning with the same frames, or NULL; asked where a caller is missing. */
    const struct frame_list *(*more)(void *owner);
    void *owner;
    unsigned jumps; /* how many functions that are gone lie between the frame and what is asked about */
    uint64_t cfa;
    bool has_cfa;
    const struct symbol_file *module; /* whose thread-local variables are meant, or NULL */
    uint64_t pc;                      /* for finding the frame base: the place looked up in the frame */
};

/* Fills in callbacks that answer from `context`. */
void frame_callbacks(struct frame_context *context, struct dwarf_callbacks *ret);

#endif
