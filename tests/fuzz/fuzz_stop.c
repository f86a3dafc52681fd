/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stop replies, thread ids and qSupported answers of any bytes, changed field by field. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "rsp/features.h"
#include "rsp/stop_reply.h"
#include "tests/fuzz/parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_stop(const char *payload, size_t n)
{
    struct rsp_stop stop;
    bool looks = rsp_is_stop_reply(payload, n);
    struct error *e = rsp_stop_parse(payload, n, &stop);
    if (looks != (e == NULL))
        abort();
    if (!e && (stop.expedited_count > RSP_EXPEDITED_MAX || !memchr(stop.path, '\0', sizeof stop.path)))
        abort();
    for (unsigned i = 0; !e && i < stop.expedited_count; i++)
        if (stop.expedited[i].size > RSP_EXPEDITED_BYTES)
            abort();
    error_free(e);
}

/* What was read is written the same way each time, and reads as itself. */
static void try_id(const char *s, const char *end)
{
    struct ptid id, again;
    if (!ptid_parse(&s, end, &id))
        return;
    struct buf b = {0};
    ptid_encode(&b, id);
    const char *t = b.data;
    if (!ptid_parse(&t, b.data + b.length, &again) || !ptid_equal(id, again))
        abort();
    buf_free(&b);
}

static void try_features(const char *reply, size_t n)
{
    struct rsp_features f = {0};
    uint64_t packet_size;
    rsp_features_read(&f, reply, n, &packet_size);
    for (size_t i = 0; i < FEATURE_COUNT; i++)
        if (f.state[i].value && strlen(f.state[i].value) > 64)
            abort();
    rsp_features_free(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *exact = xmemdup(data, size); /* so that reading one byte too far is seen */
    try_stop(exact, size);
    try_id(exact, exact + size);
    try_features(exact, size);
    free(exact);
    return 0;
}

static void make_field(struct buf *out, unsigned *seed)
{
    static const char *const keys[] = {
        "thread",  "threads", "thread-pcs", "core",      "watch",         "rwatch",         "awatch",
        "swbreak", "hwbreak", "library",    "replaylog", "fork",          "vfork",          "vforkdone",
        "exec",    "create",  "process",    "reason",    "syscall_entry", "syscall_return", "name",
        "07",      "10",      "ff",         "1f",        "description",   "memory",         "clone",
    };
    static const char *const values[] = {
        "",         "1",     "-1",    "0",        "p1.1",       "p-1.-1",
        "p1.0",     "begin", "end",   "xxxxxxxx", "2f62696e",   "ffffffffffffffff",
        "7fffffff", "0*,",   "1,2,3", "00100000", "breakpoint", "signal",
    };
    buf_printf(out, "%s:%s;", keys[parts_draw(seed, ARRAY_LENGTH(keys))],
               values[parts_draw(seed, ARRAY_LENGTH(values))]);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    enum { KIND = 3 }; /* T05 */
    struct parts p = {0};
    if (size < KIND || parts_draw(&seed, 3) == 0)
        return LLVMFuzzerMutate(data, size, most);
    parts_end(&p, KIND);
    for (size_t i = KIND; i < size; i++)
        if (data[i] == ';')
            parts_end(&p, i + 1);
    return parts_mutate(data, size, most, &p, 1, &seed, make_field);
}
