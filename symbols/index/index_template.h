/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/index/index_template.h - template arguments as different compilers and people spell them.
 */
#ifndef ALLSTOP_SYMBOLS_INDEX_TEMPLATE_H
#define ALLSTOP_SYMBOLS_INDEX_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

/* Do two names mean the same but for spaces, the spelling of integer types (`long int`, `long`), the side
 * that `const` stands on, and suffixes of numbers (`3u`)? Names without template arguments are not looked at.
 */
bool template_same(const char *a, size_t n, const char *b, size_t m);
/* Is `part`, as `vector<int>`, the name without its last arguments, which default ones can be? */
bool template_begins(const char *part, size_t n, const char *name);

#endif
