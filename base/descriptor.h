/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * base/descriptor.h - descriptors that wake somebody, and all bytes of a file in one call.
 *
 * No state; any thread, and descriptors stay their owner's. -1 is no descriptor: nothing is readable there
 * and nothing to be drained.
 */
#ifndef ALLSTOP_BASE_DESCRIPTOR_H
#define ALLSTOP_BASE_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>

/* Makes an eventfd() readable. */
void fd_signal(int fd);
/* Takes what is there from a pipe or an eventfd() that does not block; that there is nothing is fine. */
void fd_drain(int fd);
/* Something can be read now, without waiting for it. */
bool fd_is_readable(int fd);

/* Reads until there are `n` bytes, the file ends, or reading fails; the number of bytes. */
size_t fd_read_all(int fd, void *bytes, size_t n);
/* Writes all of it; 0, or the errno of what went wrong. */
int fd_write_all(int fd, const void *bytes, size_t n);

#endif
