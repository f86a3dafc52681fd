/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/values/strided.h - arrays whose elements do not lie one behind the other: sections of other
 * arrays. Engine thread.
 */
#ifndef ALLSTOP_ENGINE_INSPECT_VALUES_STRIDED_H
#define ALLSTOP_ENGINE_INSPECT_VALUES_STRIDED_H

#include "base/error.h"
#include "symbols/type.h"

struct target;

bool strided(struct type *t);
/* The elements one behind the other, `size` bytes of them. ERR_UNSUPPORTED: they are too far from each other,
 * and too many. */
struct error *strided_load(struct target *target, struct type *t, uint64_t address, unsigned char *bytes,
                           size_t size) BASE_MUST_CHECK;

#endif
