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
/* The same of any two texts, as parameter lists are. */
bool spelled_same(const char *a, size_t n, const char *b, size_t m);
/* The name with its template arguments in the spelling of the demangler (`vec<char const*, long>`), which gdb
 * shows whatever the compiler writes; malloc'd, or NULL where it is so already. */
char *template_canonical(const char *name);
/* Is `part`, as `vector<int>`, the name without its last arguments, which default ones can be? */
bool template_begins(const char *part, size_t n, const char *name);

#endif
