/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/commands/container_json.h - strings, vectors, maps and their like as JSON: between value_json.c (the
 * walk through a value) and container_json.c. doc/jsonl.md says what becomes what.
 *
 * What is returned is the caller's. Engine thread; errors: those that end all asking.
 */
#ifndef ALLSTOP_ENGINE_COMMANDS_CONTAINER_JSON_H
#define ALLSTOP_ENGINE_COMMANDS_CONTAINER_JSON_H

#include <cjson/cJSON.h>

#include "engine/inspect/values/value.h"

/* *ret stays NULL where nothing describes the object, or where it is damaged: it is told as it is laid out.
 */
struct error *container_to_json(struct pool *p, struct value *v, unsigned depth, bool *truncated,
                                cJSON **ret) BASE_MUST_CHECK;

/* Of value_json.c: what is in another value; null where it cannot be read. */
struct error *inner_to_json(struct pool *p, struct value *v, unsigned depth, bool *truncated,
                            cJSON **ret) BASE_MUST_CHECK;
/* Bytes as UTF-8; what is none becomes U+FFFD. */
cJSON *bytes_to_json(const char *bytes, size_t n);

#endif
