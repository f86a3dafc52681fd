/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A machine for the fake stub: memory full of one-byte instructions, breakpoints and slots that behave as
 * told.
 *
 *   "machine": {"memory": [{"start": "0x1000", "size": 4096, "rom": false, "bytes": "9090…"}, …],
 *               "pc": "0x1000", "end": "0x1f00",        the program ends when the pc gets there
 *               "loop": true,                           or begins again
 *               "slots": 4,                             of Z1 to Z4 together; left out: no end of them
 *               "Z0": "ok",                             ok, none (empty reply), refuse (E01), lie (OK and no
 * trap) "Z1": "ok", "Z2": "ok",                 the same; lie: accepted and never fires "writes": [{"pc":
 * "0x1010", "address": "0x2000", "value": 7}, …], "late": {"Z0": 200},                    milliseconds before
 * the answer "map": true}                            serves a memory map
 *
 * An instruction is 0x90 and does nothing but the writes; 0xcc is a trap, reported with the pc behind it. The
 * machine stays as it is when a client goes and another comes. Packets it does not know are left to the
 * rules.
 */
#ifndef ALLSTOP_TESTS_STUB_MACHINE_H
#define ALLSTOP_TESTS_STUB_MACHINE_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "base/buf.h"

struct machine;

struct machine *machine_create(const cJSON *description); /* NULL: there is none */
void machine_free(struct machine *m);
/* True when the packet is the machine's: `ret` is the reply. */
bool machine_answer(struct machine *m, const char *payload, struct buf *ret);

#endif
