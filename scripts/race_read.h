/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scripts/race_read.h - reading a race from JSON: what race.c, with its points and orders, and race_threads.c
 * share. Errors are ERR_USAGE and say what is wrong. Main thread.
 */
#ifndef ALLSTOP_SCRIPTS_RACE_READ_H
#define ALLSTOP_SCRIPTS_RACE_READ_H

#include "scripts/race.h"

/* What a thread or a point may be called. */
bool race_is_name(const char *name);
/* A whole number from 1 called `key`; *ret is left alone where there is none. */
struct error *race_read_number(const cJSON *o, const char *key, const char *whose,
                               unsigned *ret) BASE_MUST_CHECK;
/* `keys` ends with NULL. */
struct error *race_only_keys(const cJSON *o, const char *whose, const char *const *keys) BASE_MUST_CHECK;
bool race_find_point(const struct race *race, const char *name, unsigned *ret);
/* race_threads.c */
struct error *race_read_threads(const cJSON *args, struct race *race) BASE_MUST_CHECK;

#endif
