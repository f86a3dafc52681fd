/*
 * ui/pane_disassembly.h - what the running keys ask of the disassembly pane.
 */
#ifndef ALLSTOP_UI_PANE_DISASSEMBLY_H
#define ALLSTOP_UI_PANE_DISASSEMBLY_H

#include <stdbool.h>
#include <stdint.h>

struct screen;

/* The address of the instruction under the cursor; false when there is none. */
bool pane_disassembly_address(const struct screen *s, uint64_t *ret);

#endif
