/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/index/demangle.h - names of C++ and Rust functions as people write them.
 *
 * A thin face of libiberty's demanglers (the ones gdb and nm use), for names that come from a file: length
 * and output are bounded, and what is not a mangled name is left alone. Thread: any, with its own `set`.
 */
#ifndef ALLSTOP_SYMBOLS_INDEX_DEMANGLE_H
#define ALLSTOP_SYMBOLS_INDEX_DEMANGLE_H

#include "symbols/text/intern.h"

/* `ns::Class::method(int) const`, Rust paths without their hash; kept in `set`. `name` itself when it is not
 * mangled, NULL when it is NULL. */
const char *demangled(struct intern *set, const char *name);

#endif
