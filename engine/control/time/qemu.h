/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/time/qemu.h - what QEMU's monitor says about time, for its two drivers.
 *
 * Text of QEMU 7.2's human monitor, which is all that its stub passes on. Engine thread; errors are those of
 * driver.h.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_TIME_QEMU_H
#define ALLSTOP_ENGINE_CONTROL_TIME_QEMU_H

#include "engine/control/time/driver.h"

/* "Replaying execution 'rr.bin': instruction count = 7000000" with mode "Replaying"; `file` (malloc'd) may be
 * NULL. False: it says something else. */
bool time_qemu_info(const struct buf *text, const char *mode, char **file, uint64_t *position);
struct error *time_qemu_save(struct control *c, const char *name) BASE_MUST_CHECK;
struct error *time_qemu_remove(struct control *c, const char *name) BASE_MUST_CHECK;
/* `info snapshots`: those that every drive has. Names with blanks are left out. */
struct error *time_qemu_list(struct control *c, struct time_snapshot **ret, size_t *count) BASE_MUST_CHECK;

#endif
