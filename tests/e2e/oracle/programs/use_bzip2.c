/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work for bzip2: text that repeats and text that does not, packed, and unpacked both ways it knows. */
#include <stdio.h>
#include <string.h>

#include "bzlib.h"

static char plain[5000], packed[8000], again[5000];

void bz_internal_error(int code)
{
    printf("internal error %d\n", code);
}

static int round_trip(int repeats, int small)
{
    unsigned size = sizeof packed, length = sizeof again, seed = 11;
    for (size_t i = 0; i < sizeof plain; i++) {
        seed = seed * 1103515245u + 12345u;
        plain[i] = (char)('a' + (repeats ? i / 300 % 5 : (seed >> 16) % 26));
    }
    if (BZ2_bzBuffToBuffCompress(packed, &size, plain, sizeof plain, 1, 0, 30) != BZ_OK)
        return -1;
    if (BZ2_bzBuffToBuffDecompress(again, &length, packed, size, small, 0) != BZ_OK)
        return -2;
    return memcmp(plain, again, sizeof plain);
}

int main(void)
{
    int bad = 0;
    for (int i = 0; i < 4; i++)
        bad |= round_trip(i & 1, i >> 1);
    printf("%d\n", bad);
    return bad;
}
