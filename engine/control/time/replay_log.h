/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/time/replay_log.h - how long a QEMU recording is, read from its own file.
 *
 * QEMU's monitor tells the position but not the end, and a replay that runs into the end of its log is gone
 * (`W00`). The log is a list of events, each with a fixed shape; the instruction counts between them add up
 * to the end (QEMU replay/replay-internal.h, docs/devel/replay.rst). Only the layout of REPLAY_VERSION
 * 0xe0200c (QEMU 5.2 to 9) is known. No state; any thread.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_TIME_REPLAY_LOG_H
#define ALLSTOP_ENGINE_CONTROL_TIME_REPLAY_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Instructions in the log, up to the first shutdown: what ran behind that (a slice more, when it was ended by
 * QMP or a signal) no replay comes to, as it ends there. False when the bytes are no log of a known version
 * or are damaged. A log that was cut short (a recording that was killed) counts up to its last whole event.
 */
bool replay_log_length(const unsigned char *bytes, size_t n, uint64_t *ret);
/* The same for a file. */
bool replay_log_file_length(const char *path, uint64_t *ret);

#endif
