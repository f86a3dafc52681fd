/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/control/stop/run_hooks.h - what a recorded past has to do with running on: installed once, by time.
 *
 * Engine thread. Errors are the connection's, and those of putting back what was inserted.
 */
#ifndef ALLSTOP_ENGINE_CONTROL_STOP_RUN_HOOKS_H
#define ALLSTOP_ENGINE_CONTROL_STOP_RUN_HOOKS_H

#include <stdbool.h>

#include "base/error.h"
#include "engine/target/stop.h"

struct control;
struct rsp_stop;

struct run_hooks {
    /* Before a plan begins; *ended: the record has no more. */
    struct error *(*before_run)(struct control *c, bool *ended);
    struct error *(*before_step)(struct control *c, bool *ended);
    /* The target has left where it stood. */
    void (*moved)(struct control *c);
    /* *ret: the stop is that of the guard at the end of the record. */
    struct error *(*guard_hit)(struct control *c, const struct rsp_stop *stop, bool *ret);
    struct error *(*end_of_record)(struct control *c, const struct rsp_stop *stop, struct stop *final);
    /* A watchpoint told of an access before it was made: it is made. */
    struct error *(*finish_access)(struct control *c, struct stop *final);
};

#endif
