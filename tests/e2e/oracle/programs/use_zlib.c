/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work for zlib: text that is packed at three levels and unpacked by small pieces, and sums over it. */
#include <stdio.h>
#include <string.h>

#include "zlib.h"

static unsigned char plain[6000], packed[8000], again[6000];

static void fill(void)
{
    unsigned seed = 7;
    for (size_t i = 0; i < sizeof plain; i++) {
        seed = seed * 1103515245u + 12345u;
        plain[i] = (unsigned char)("the quick brown fox "[i % 20] + (seed >> 16) % 3);
    }
}

static int round_trip(int level, int strategy)
{
    z_stream out = {0}, in = {0};
    if (deflateInit2(&out, level, Z_DEFLATED, level == 9 ? 31 : 15, 8, strategy) != Z_OK)
        return -1;
    out.next_in = plain;
    out.avail_in = sizeof plain;
    out.next_out = packed;
    out.avail_out = sizeof packed;
    deflate(&out, Z_FINISH);
    deflateEnd(&out);
    inflateInit2(&in, 47);
    in.next_in = packed;
    in.next_out = again;
    while (in.total_in < out.total_out) {
        in.avail_in = 100;
        in.avail_out = (unsigned)(sizeof again - in.total_out);
        if (inflate(&in, Z_NO_FLUSH) != Z_OK)
            break;
    }
    inflateEnd(&in);
    return memcmp(plain, again, sizeof plain);
}

int main(void)
{
    int bad = 0;
    fill();
    bad |= round_trip(1, Z_DEFAULT_STRATEGY);
    bad |= round_trip(6, Z_FILTERED);
    bad |= round_trip(9, Z_DEFAULT_STRATEGY);
    printf("%d %lx %lx\n", bad, crc32(0, plain, sizeof plain), adler32(1, again, sizeof again));
    return bad;
}
