/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stop replies, thread ids and qSupported answers of any bytes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "rsp/features.h"
#include "rsp/stop_reply.h"

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
