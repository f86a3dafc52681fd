/* SPDX-License-Identifier: GPL-3.0-or-later */
/* read, write, find. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/text.h"
#include "engine/commands/args.h"
#include "engine/commands/limits.h"

enum { FIND_STEP = 1 << 16 };

static struct error *run_read(struct session *s, const cJSON *args, cJSON **ret)
{
    uint64_t address, length;
    TRY(arg_address(s, args, "addr", &address));
    TRY(arg_unsigned(args, "length", 0, &length));
    if (length == 0 || length > MEMORY_READ_LIMIT)
        return error_new(ERR_USAGE, "read: `length` is 1 to %d bytes", MEMORY_READ_LIMIT);
    BASE_FREE unsigned char *bytes = xmalloc(length);
    if (s->target->state == TARGET_STOPPED)
        TRY(memory_read(s->target, address, bytes, length));
    else if (!memory_from_file(s->target, address, bytes, length))
        return target_need_stopped(s->target);
    BASE_BUF struct buf hex = {0};
    BASE_BUF struct buf text = {0};
    hex_encode(&hex, bytes, length);
    text_add_visible(&text, (const char *)bytes, strnlen((const char *)bytes, length), false);
    *ret = cJSON_CreateObject();
    json_add_address(*ret, "address", address);
    cJSON_AddStringToObject(*ret, "hex", buf_text(&hex));
    cJSON_AddStringToObject(*ret, "text", buf_text(&text));
    return NULL;
}

static void read_text(const cJSON *result, struct buf *out)
{
    json_append(out, "", result, "address", ": ");
    json_append(out, "", result, "hex", "\n");
}

static const struct command_arg read_args[] = {
    {"addr", ARG_ADDRESS, true, NULL, "an address or an expression"},
    {"length", ARG_UNSIGNED, true, NULL, "bytes"},
    {0}};

const struct command command_read = {
    .name = "read",
    .group = "data",
    .aliases = "",
    .usage = "ADDRESS LENGTH",
    .about = "memory as hex",
    .args = read_args,
    .run = run_read,
    .text = read_text,
};

static struct error *bytes_of(const cJSON *args, unsigned char **ret, size_t *n)
{
    const char *hex = arg_text(args, "hex"), *text = arg_text(args, "text");
    if ((hex == NULL) == (text == NULL))
        return error_new(ERR_USAGE, "give either `hex` or `text`");
    size_t length = strlen(hex ? hex : text);
    if (length > MEMORY_WRITE_LIMIT || length == 0)
        return error_new(ERR_USAGE, "1 to %d bytes can be given", MEMORY_WRITE_LIMIT);
    *ret = xmalloc(length);
    *n = length;
    if (text) {
        memcpy(*ret, text, length);
        return NULL;
    }
    long decoded = hex_decode(hex, length, *ret, length);
    if (decoded > 0) {
        *n = (size_t)decoded;
        return NULL;
    }
    free(*ret);
    *ret = NULL;
    return error_new(ERR_USAGE, "`hex` is no even number of hex digits: %s", hex);
}

static struct error *run_write(struct session *s, const cJSON *args, cJSON **ret)
{
    uint64_t address;
    unsigned char *bytes = NULL;
    size_t n = 0;
    TRY(arg_address(s, args, "addr", &address));
    TRY(bytes_of(args, &bytes, &n));
    struct error *e = memory_write(s->target, address, bytes, n);
    if (!e) {
        BASE_BUF struct buf hex = {0};
        hex_encode(&hex, bytes, n);
        *ret = cJSON_CreateObject();
        json_add_address(*ret, "address", address);
        cJSON_AddStringToObject(*ret, "hex", buf_text(&hex));
    }
    free(bytes);
    return e;
}

static const struct command_arg write_args[] = {
    {"addr", ARG_ADDRESS, true, NULL, "an address or an expression"},
    {"hex", ARG_TEXT, false, NULL, "bytes as hex digits"},
    {"text", ARG_TEXT, false, NULL, "or as text (no NUL is added)"},
    {0}};

const struct command command_write = {
    .name = "write",
    .group = "data",
    .aliases = "",
    .usage = "ADDRESS HEX",
    .about = "write bytes to memory",
    .args = write_args,
    .flags = COMMAND_NEEDS_STOPPED,
    .run = run_write,
    .text = read_text,
};

/* *end: how much was searched. */
static struct error *find_in(struct session *s, uint64_t from, uint64_t length, const unsigned char *what,
                             size_t n, cJSON *list, uint64_t *end)
{
    *end = length;
    if (!what || n == 0)
        return error_new(ERR_USAGE, "find: there is nothing to look for");
    BASE_FREE unsigned char *window = xmalloc(FIND_STEP + n);
    for (uint64_t at = 0; at < length; at += FIND_STEP) {
        size_t want = length - at < FIND_STEP ? (size_t)(length - at) : FIND_STEP, got;
        want = want + n - 1 > length - at ? (size_t)(length - at) : want + n - 1;
        TRY(memory_read_some(s->target, from + at, window, want, &got));
        const unsigned char *p = window;
        while (got >= n && (p = memmem(p, got - (size_t)(p - window), what, n)) != NULL) {
            cJSON_AddItemToArray(list, json_address(from + at + (uint64_t)(p - window)));
            if (cJSON_GetArraySize(list) >= MEMORY_FOUND_MOST || ++p + n > window + got)
                break;
        }
        *end = got < want ? at + got : length;
        if (got < want || cJSON_GetArraySize(list) >= MEMORY_FOUND_MOST)
            return NULL;
    }
    return NULL;
}

static struct error *run_find(struct session *s, const cJSON *args, cJSON **ret)
{
    uint64_t from, length;
    unsigned char *what = NULL;
    size_t n = 0;
    TRY(arg_address(s, args, "from", &from));
    TRY(arg_unsigned(args, "length", 0, &length));
    if (length == 0 || length > MEMORY_FIND_LIMIT)
        return error_new(ERR_USAGE, "find: `length` is 1 to %d bytes", MEMORY_FIND_LIMIT);
    TRY(bytes_of(args, &what, &n));
    *ret = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(*ret, "addresses");
    uint64_t end = length;
    struct error *e = n <= length && n <= FIND_STEP ? find_in(s, from, length, what, n, list, &end) : NULL;
    free(what);
    if (!e && end < length)
        json_add_address(*ret, "unreadable", from + end);
    return e;
}

static void find_text(const cJSON *result, struct buf *out)
{
    const cJSON *address, *list = cJSON_GetObjectItemCaseSensitive(result, "addresses");
    cJSON_ArrayForEach (address, list)
        buf_printf(out, "%s\n", address->valuestring);
    int count = cJSON_GetArraySize(list);
    const char *unreadable = json_text_or_null(result, "unreadable");
    if (count >= MEMORY_FOUND_MOST)
        buf_printf(out, "%d places; there may be more\n", count);
    else if (count)
        buf_printf(out, "%d place%s\n", count, count == 1 ? "" : "s");
    else
        buf_add_text(out, "not found\n");
    if (unreadable)
        buf_printf(out, "nothing can be read at %s: the search ended there\n", unreadable);
}

static const struct command_arg find_args[] = {{"from", ARG_ADDRESS, true, NULL, "where to begin"},
                                               {"length", ARG_UNSIGNED, true, NULL, "bytes to search"},
                                               {"hex", ARG_TEXT, false, NULL, "bytes as hex digits"},
                                               {"text", ARG_TEXT, false, NULL, "or as text"},
                                               {0}};

const struct command command_find_bytes = {
    .name = "find",
    .group = "data",
    .aliases = "",
    .usage = "FROM LENGTH HEX",
    .about = "search memory for bytes (at most 1000 places)",
    .args = find_args,
    .flags = COMMAND_NEEDS_STOPPED,
    .run = run_find,
    .text = find_text,
};
