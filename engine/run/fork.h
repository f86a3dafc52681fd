/*
 * engine/run/fork.h - children and new programs of a process we debug.
 *
 * A child made by fork has our traps in its copy of memory and dies of SIGTRAP when nobody takes them out
 * (gdbserver 13), so the events are negotiated, and a child that is not followed is cleaned and detached.
 * A child made by vfork shares the parent's memory: the traps are out until it has called exec or ended.
 * After exec the plants are gone with the old program; wishes are resolved anew in the new one. Engine
 * thread.
 */
#ifndef ALLSTOP_ENGINE_RUN_FORK_H
#define ALLSTOP_ENGINE_RUN_FORK_H

#include "base/error.h"
#include "rsp/stop_reply.h"

struct session;

/* The stop told of a fork or vfork: takes our traps out of the child and lets it go. */
struct error *fork_release_child(struct session *s, const struct rsp_stop *stop) BASE_MUST_CHECK;
/* The vfork child is done: the parent's plants come back with the next resume. */
void fork_vfork_done(struct session *s);
/* The stop told of an exec: new symbols where the file can be read, plants again. */
struct error *fork_after_exec(struct session *s, const struct rsp_stop *stop) BASE_MUST_CHECK;

#endif
