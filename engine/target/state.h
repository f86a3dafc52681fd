/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/state.h - the states of a target (engine/target/target.h), for the faces too.
 */
#ifndef ALLSTOP_ENGINE_TARGET_STATE_H
#define ALLSTOP_ENGINE_TARGET_STATE_H

enum target_state { TARGET_DISCONNECTED, TARGET_STOPPED, TARGET_RUNNING, TARGET_EXITED };

#endif
