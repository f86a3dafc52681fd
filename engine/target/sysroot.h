/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/sysroot.h - where a program of a processor runs on this machine: by itself or under which
 * emulator, and where its libraries are then.
 *
 * No state. Nothing fails: NULL where there is nothing of the kind.
 */
#ifndef ALLSTOP_ENGINE_TARGET_SYSROOT_H
#define ALLSTOP_ENGINE_TARGET_SYSROOT_H

#include <stdbool.h>

struct arch;
struct target;

/* This machine's processor runs it. */
bool arch_runs_here(const struct arch *arch);
/* The name of qemu's user emulator behind `qemu-`. */
const char *arch_emulator(const struct arch *arch, bool big_endian);
/* Where Debian's cross packages put the dynamic linker and libraries of such a processor; malloc'd. */
char *sysroot_of_emulator(const char *emulated);
/* The same of the target, where it is one for another processor; malloc'd. */
char *target_sysroot(const struct target *target);

#endif
