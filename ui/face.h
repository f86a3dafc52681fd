/*
 * ui/face.h - small things that the screen and the line mode do alike.
 */
#ifndef ALLSTOP_UI_FACE_H
#define ALLSTOP_UI_FACE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct view;
struct worker_options;

/* As many breakpoints as are ever looked at. */
enum { FACE_BREAKPOINTS = 256 };
#define FACE_QUIT_QUESTION "d)etach and let the target run, k)ill it, or c)ancel? "

/* True when the target is a child of ours, which ends with us unless it is let go. */
bool face_launches(const struct worker_options *options);
/* True when quitting now would leave traps of ours in the target, or it is our child. NULL: no view yet. */
bool face_has_plants(const struct view *v, bool launched);
/* "quit", "q", "exit" and nothing else. */
bool face_is_quit(const char *line);
/* Completions side by side; of very many the first, and a line that says how many there are. */
void face_words(char *const *words, size_t width, struct buf *out);

#endif
