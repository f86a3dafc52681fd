/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/commands/value_walk.h - the walk through a value as JSON, between value_json.c (which begins it),
 * value_rust.c (what Rust has) and container_json.c (strings, vectors, maps and their like). doc/jsonl.md
 * says what becomes what.
 *
 * What is returned is the caller's. Engine thread; errors: those that end all asking.
 */
#ifndef ALLSTOP_ENGINE_COMMANDS_VALUE_WALK_H
#define ALLSTOP_ENGINE_COMMANDS_VALUE_WALK_H

#include <cjson/cJSON.h>

#include "engine/inspect/values/value.h"

/* Of value_json.c: a value, and one that is in another: null where it cannot be read. */
struct error *json_at(struct pool *p, struct value *v, unsigned depth, bool *truncated,
                      cJSON **ret) BASE_MUST_CHECK;
struct error *inner_to_json(struct pool *p, struct value *v, unsigned depth, bool *truncated,
                            cJSON **ret) BASE_MUST_CHECK;

/* Of container_json.c: *ret stays NULL where nothing describes the object, or where it is damaged: it is told
 * as it is laid out. */
struct error *container_to_json(struct pool *p, struct value *v, unsigned depth, bool *truncated,
                                cJSON **ret) BASE_MUST_CHECK;
/* Bytes as UTF-8; what is none becomes U+FFFD. */
cJSON *bytes_to_json(const char *bytes, size_t n);

/* Of value_rust.c: references to slices, arrays of D, strings and slices of Go; *ret stays NULL where the
 * value is none. */
struct error *slice_json(struct pool *p, struct value *v, unsigned depth, bool *truncated,
                         cJSON **ret) BASE_MUST_CHECK;
/* Rust's structs, tuples, enumerations and references to slices. */
struct error *rust_json(struct pool *p, struct value *v, unsigned depth, bool *truncated,
                        cJSON **ret) BASE_MUST_CHECK;

#endif
