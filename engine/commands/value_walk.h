/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/commands/value_walk.h - between value_json.c (the walk through a value) and value_rust.c (what Rust
 * has).
 */
#ifndef ALLSTOP_ENGINE_COMMANDS_VALUE_WALK_H
#define ALLSTOP_ENGINE_COMMANDS_VALUE_WALK_H

#include <cjson/cJSON.h>

#include "engine/commands/container_json.h"
#include "engine/inspect/values/value.h"

struct error *json_at(struct pool *p, struct value *v, unsigned depth, bool *truncated,
                      cJSON **ret) BASE_MUST_CHECK;
/* References to slices, and arrays of D; *ret stays NULL where the value is none. */
struct error *slice_json(struct pool *p, struct value *v, unsigned depth, bool *truncated,
                         cJSON **ret) BASE_MUST_CHECK;
/* Rust's structs, tuples, enumerations and references to slices. */
struct error *rust_json(struct pool *p, struct value *v, unsigned depth, bool *truncated,
                        cJSON **ret) BASE_MUST_CHECK;

#endif
