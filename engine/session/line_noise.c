/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/session/line_noise.h"

#include <string.h>

#include "base/text.h"

/* How many bytes this one shows to be no text: itself, and a character that it cuts short. */
static unsigned odd_bytes(struct line_noise *n, unsigned char c)
{
    if (n->rest && c >= 0x80 && c < 0xc0) {
        n->rest--;
        return 0;
    }
    unsigned cut = n->rest ? 1 : 0;
    n->rest = text_utf8_expected(c) > 1 ? (unsigned)text_utf8_expected(c) - 1 : 0;
    if (n->rest)
        return cut;
    bool usual = (c >= 0x20 && c < 0x7f) || (c && strchr("\a\b\t\n\r\033", c));
    return cut + !usual;
}

bool line_noise_feed(struct line_noise *n, const char *bytes, size_t count)
{
    bool much = false;
    for (size_t i = 0; i < count; i++) {
        n->odd += odd_bytes(n, (unsigned char)bytes[i]);
        if (++n->bytes < LINE_NOISE_STRETCH)
            continue;
        much |= n->odd * 2 > n->bytes;
        n->bytes = n->odd = 0;
    }
    bool ret = much && !n->told;
    n->told |= much;
    return ret;
}
