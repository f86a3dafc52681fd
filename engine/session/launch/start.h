/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/session/launch/start.h - where a program that we start is let stand first: at its entry (the dynamic
 * linker's first instruction, as a rule), at `main`, or nowhere.
 *
 * The process is made at its entry in any case; for the other two it is let run from there, so that starting
 * ends with a plan under way (engine/control/run/plan.h), like any run command. Where something else comes
 * first (a breakpoint in a constructor, the end) that is the stop. Engine thread. Errors: those of
 * plan_start().
 */
#ifndef ALLSTOP_ENGINE_SESSION_LAUNCH_START_H
#define ALLSTOP_ENGINE_SESSION_LAUNCH_START_H

#include <stdbool.h>

#include "base/error.h"

struct session;
struct symbol_file;

enum start_at { START_ENTRY, START_MAIN, START_NOWHERE };

/* The contract's words: `entry`, `main`, `none`. False: it is none of them. */
bool start_at_parse(const char *word, enum start_at *ret);
const char *start_at_name(enum start_at at);

/* The function that the language of this program begins with, as gdb's `start` finds it; malloc'd, NULL:
 * there is none. The binder of Ada leaves its name; D, Go and Fortran have names of their own; Rust's is the
 * function `main` of its crate; else it is `main`. */
char *start_main_name(struct symbol_file *f);

/* Standing at the entry: goes on from there. *told: the stop at the entry is the one to tell, as nothing
 * runs. */
struct error *start_from_entry(struct session *s, enum start_at at, bool *told) BASE_MUST_CHECK;

#endif
