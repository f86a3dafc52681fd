/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/face/view/build.h - the parts of building a view (engine/face/view.h), one file for what needs the
 * target's code and registers, one for the rest. Engine thread.
 */
#ifndef ALLSTOP_ENGINE_FACE_VIEW_BUILD_H
#define ALLSTOP_ENGINE_FACE_VIEW_BUILD_H

#include "engine/session/session_private.h"
#include "engine/face/view.h"

/* A deep copy with one reference. */
struct view *view_clone(const struct view *from);
/* A malloc'd copy that is harmless to a terminal; NULL stays NULL. */
char *view_text(const char *text);
/* The mark of what is inserted for this breakpoint. */
enum view_mark view_mark_of(const struct breakpoint *b);
/* "main+4" of an address. */
char *view_place(struct session *s, uint64_t address);

void view_build_code(struct session *s, struct view *v, const struct view_needs *needs);
void view_build_registers(struct session *s, struct view *v, const struct view_needs *needs,
                          struct thread *t);
void view_build_memory(struct session *s, struct view *v, const struct view_needs *needs, struct thread *t);
void view_build_frames(struct session *s, struct view *v, const struct view_needs *needs, struct thread *t);
void view_build_locals(struct session *s, struct view *v, const struct view *previous);
void view_build_threads(struct session *s, struct view *v, const struct view_needs *needs);

/* -- time.c -- */
void view_build_time(struct session *s, struct view *v, const struct view *previous);
void view_time_free(struct view_time *t);
/* Replaces what `t` shares with the view it was copied from by copies. */
void view_time_own(struct view_time *t);

#endif
