/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/text/path.h - paths of source files, as debug information has them and as people name them.
 */
#ifndef ALLSTOP_SYMBOLS_TEXT_PATH_H
#define ALLSTOP_SYMBOLS_TEXT_PATH_H

#include <stdbool.h>

/* Does a path end in the components of `wanted`? NULL does not. */
bool file_matches(const char *path, const char *wanted);

#endif
