/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/disassembly/decoder.h - one machine instruction after the other, for the session's
 * processor.
 *
 * Capstone reads them; what it lacks, a whole processor or a newer extension, is asked of LLVM's library
 * where that is installed (llvm.h). What neither knows has the length that the processor's encoding tells. A
 * decoder belongs to one piece of work: it is opened for it and closed. Engine thread; nothing here fails.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_DISASSEMBLY_DECODER_H
#define ALLSTOP_ENGINE_INSPECT_DISASSEMBLY_DECODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct decoder;
struct target;

enum { DECODED_TEXT = 192 };
struct decoded {
    unsigned size;
    bool known;
    bool has_target;         /* of a branch or call that names a place */
    uint64_t branch;         /* that place */
    char text[DECODED_TEXT]; /* empty where it is not known; harmless to a terminal */
};

/* For code as the current thread executes it, or as the file has it. */
struct decoder *decoder_open(struct target *target);
void decoder_close(struct decoder *d); /* NULL is fine */
/* The code from here on is Thumb, or is not. */
void decoder_thumb(struct decoder *d, bool thumb);
/* The instruction that `n` bytes at `address` begin with; size 0: they are none, or part of one. */
void decoder_read(struct decoder *d, const unsigned char *bytes, size_t n, uint64_t address,
                  struct decoded *ret);
/* Its size alone, which asks LLVM for nothing; 0 where it is not known. */
unsigned decoder_size(struct decoder *d, const unsigned char *bytes, size_t n, uint64_t address);
/* True for what always goes on behind itself: no branch, call, return, trap or wait; *size is its size. False
 * where that is not known. */
bool decoder_falls_through(struct decoder *d, const unsigned char *bytes, size_t n, uint64_t address,
                           unsigned *size);

/* Why nothing is read for this processor, and what to install; NULL: it is. */
const char *decoder_missing(struct target *target);

#endif
