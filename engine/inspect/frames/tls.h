/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/frames/tls.h - where a thread keeps its copy of a thread-local variable.
 *
 * Computed from the thread pointer and the program's PT_TLS segment as the C library lays out the block of
 * the main program (Ulrich Drepper, "ELF Handling For Thread-Local Storage", section 3: variants I and II).
 * A shared library's is found in the thread's own table (dtv), by the number that glibc gave the library.
 * Engine thread, target stopped. Errors: ERR_UNSUPPORTED where the processor's thread pointer cannot be had,
 * or the C library is one that does not tell that number; ERR_NO_MEMORY where the thread has no such
 * block yet.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_FRAMES_TLS_H
#define ALLSTOP_ENGINE_INSPECT_FRAMES_TLS_H

#include "engine/target/threads.h"
#include "symbols/file.h"

/* The address of what is at `offset` in the TLS block that `f` defines. */
struct error *tls_address(struct target *target, const struct symbol_file *f, uint64_t offset,
                          uint64_t *ret) BASE_MUST_CHECK;

#endif
