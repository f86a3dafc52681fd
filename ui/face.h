/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ui/face.h - small things that the screen and the line mode do alike.
 */
#ifndef ALLSTOP_UI_FACE_H
#define ALLSTOP_UI_FACE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "ui/limits.h"

struct view;
struct worker;

#define FACE_QUIT_QUESTION    "d)etach and let the target run, k)ill it, or c)ancel? "
#define FACE_GIVE_UP_QUESTION "the target does not stop: g)ive it up and drop the connection, or w)ait? "

/* How the user ends it; LEAVE: nobody was asked. */
enum face_ending { ENDING_NONE, ENDING_LEAVE, ENDING_DETACH, ENDING_KILL };
/* For `last_words` of struct worker_options: to standard error. */
void face_last_words(const cJSON *event);
void face_end(struct worker *w, enum face_ending ending);

/* True when quitting now would take out traps of ours, or end what was started for us. NULL: no view yet. */
bool face_has_sites(const struct view *v);
/* The target runs and was interrupted in vain: Ctrl-C offers to give it up. */
bool face_is_deaf(const struct view *v);
/* "quit", "q", "exit" and nothing else. */
bool face_is_quit(const char *line);
/* Completions side by side; of very many the first, and a line that says how many there are. */
void face_words(char *const *words, size_t width, struct buf *out);

#endif
