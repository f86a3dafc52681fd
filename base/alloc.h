/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * base/alloc.h - memory that is there or the program ends.
 *
 * Every size that a target, a file or a script can choose is bounded before it comes here, so running out
 * of memory is the machine's state and not somebody's input: a line on standard error, then abort().
 * Ownership is the caller's; free with free().
 */
#ifndef ALLSTOP_BASE_ALLOC_H
#define ALLSTOP_BASE_ALLOC_H

#include <stddef.h>

void *xmalloc(size_t size) __attribute__((malloc, returns_nonnull));
void *xcalloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
void *xrealloc(void *old, size_t size) __attribute__((returns_nonnull));
/* Array form: `count * size` with overflow checked. */
void *xreallocarray(void *old, size_t count, size_t size) __attribute__((returns_nonnull));
char *xstrdup(const char *s) __attribute__((malloc, returns_nonnull));
char *xstrndup(const char *s, size_t n) __attribute__((malloc, returns_nonnull));
/* NULL in, NULL out. */
char *xstrdup_or_null(const char *s);
void *xmemdup(const void *p, size_t n) __attribute__((malloc, returns_nonnull));
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2), malloc, returns_nonnull));

/* free(*p) at the end of a scope: `BASE_FREE char *name = …`. */
void alloc_cleanup(void *p);
#define BASE_FREE __attribute__((cleanup(alloc_cleanup)))

/* A larger `array`, moved if need be: *capacity elements of `size` bytes are doubled, or 8 for a start. */
void *array_grow(void *array, size_t *capacity, size_t size) __attribute__((returns_nonnull));

/*
 * Makes room for one more element in `array` (a pointer variable), `count` used of `capacity` (size_t
 * variables): grows when full. `array[count++] = x` is then safe.
 */
#define ARRAY_RESERVE(array, count, capacity)                                                                \
    do {                                                                                                     \
        if ((count) == (capacity))                                                                           \
            (array) = array_grow((array), &(capacity), sizeof *(array));                                     \
    } while (0)

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#endif
