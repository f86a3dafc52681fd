/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/ui.h - the two faces for people: the screen and the line-mode prompt.
 *
 * Both run on the calling (main) thread, start a worker (engine/face/worker.h) of their own and stop it
 * before they return. They never wait for the engine: one poll() on the keyboard, the worker and a self-pipe
 * for signals. While they run they own SIGINT, SIGTERM, SIGHUP and SIGWINCH and readline's global state, so
 * one face runs at a time in a process. The terminal is given back as it was found, also when the program is
 * ended by a signal.
 *
 * Failures are shown to the user where they happen. What is returned is the exit status of the process: 0
 * after an orderly end, 3 when the opening failed and nobody sat at a terminal to do something about it,
 * 128 + N when signal N ended the session.
 */
#ifndef ALLSTOP_UI_UI_H
#define ALLSTOP_UI_UI_H

#include "engine/face/worker.h"

struct ui_options {
    /* What to open. `capture_output` and `views` are set by the face as it needs them. Must outlive the call.
     */
    const struct worker_options *worker;
};

/* The screen; falls back to ui_run_cli(), saying so, where curses cannot drive the terminal. */
int ui_run_screen(const struct ui_options *options);

/* Line mode: readline at a terminal, plain lines from anything else ("printf 'b main\nc\n' | …"). */
int ui_run_cli(const struct ui_options *options);

#endif
