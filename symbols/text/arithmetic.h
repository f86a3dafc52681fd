/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/text/arithmetic.h - the many spellings of C's arithmetic types. A pure function.
 */
#ifndef ALLSTOP_SYMBOLS_TEXT_ARITHMETIC_H
#define ALLSTOP_SYMBOLS_TEXT_ARITHMETIC_H

/* gdb's spelling of an integer or floating type ("unsigned long" of "long unsigned int"), or `name` itself.
 */
const char *arithmetic_name(const char *name);

#endif
