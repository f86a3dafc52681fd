/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/pane_disassembly.h - what the running keys ask of the disassembly pane.
 */
#ifndef ALLSTOP_UI_PANE_DISASSEMBLY_H
#define ALLSTOP_UI_PANE_DISASSEMBLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct screen;

struct view;
struct row;

/* Instruction `index` of the view as a row; the source pane shows them where there is no source. */
void pane_disassembly_row(const struct view *v, size_t index, int width, struct row *out);
/* The address of the instruction under the cursor; false when there is none. */
bool pane_disassembly_address(const struct screen *s, uint64_t *ret);

#endif
