/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/tail_calls.h - functions that are on no stack, as the last thing they did was a jump to another
 * one.
 *
 * The caller says which function it called (DWARF 5, section 3.4.1, DW_TAG_call_site), and each function
 * where it jumps to. Where more than one way leads from the one that was called to the one that was found,
 * only what all of them begin and end with is told, as gdb does (gdb manual, "Tail Call Frames"). Nothing is
 * made up: a jump whose target is not known ends the search with nothing. Nothing fails; a search is bounded.
 * Thread: one at a time, as the map.
 */
#ifndef ALLSTOP_SYMBOLS_TAIL_CALLS_H
#define ALLSTOP_SYMBOLS_TAIL_CALLS_H

#include "symbols/limits.h"
#include "symbols/map.h"

/* The jumps between the call that returns to `return_address` and the function around `callee_pc`, the last
 * one first: addresses behind the jump instructions, as return addresses are. Returns how many. */
size_t symbols_tail_calls(struct symbol_map *m, uint64_t return_address, uint64_t callee_pc,
                          uint64_t pcs[TAIL_CALLS_MOST]);

#endif
