/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rsp/native_signals.h"

#include "rsp/remote_private.h"

enum {
    UNKNOWN = 143, /* GDB_SIGNAL_UNKNOWN */
    PLAIN = 32,    /* below are the signals that have names of their own */
    REALTIME_32 = 77,
    REALTIME_33 = 45,
    REALTIME_64 = 78,
    LAST = 64,
};

/* By Linux' number. 16, SIGSTKFLT, is nobody else's. */
static const unsigned char from_linux[PLAIN] = {
    0,       1,  2,  3,  4,  5,  6,  10, 8,  9,  30, 11, 31, 13, 14, 15,
    UNKNOWN, 20, 19, 17, 18, 21, 22, 16, 24, 25, 26, 27, 28, 23, 32, 12,
};

static bool sends_native(const struct rsp_connection *c)
{
    return c->features.state[FEATURE_NATIVE_SIGNALS].advertised == TRI_YES;
}

static int from_native(int number)
{
    if (number >= 0 && number < PLAIN)
        return from_linux[number];
    if (number == PLAIN)
        return REALTIME_32;
    if (number == LAST)
        return REALTIME_64;
    return number > PLAIN && number < LAST ? number - PLAIN - 1 + REALTIME_33 : UNKNOWN;
}

int rsp_signal_from_stub(const struct rsp_connection *c, int number)
{
    return sends_native(c) ? from_native(number) : number;
}

int rsp_signal_to_stub(const struct rsp_connection *c, int number)
{
    if (!sends_native(c))
        return number;
    int native = 0;
    while (native <= LAST && from_native(native) != number)
        native++;
    return native <= LAST ? native : 0;
}
