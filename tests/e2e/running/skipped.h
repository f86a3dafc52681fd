/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Of a file of its own. */
static int in_header;

__attribute__((noinline)) static int from_header(int n)
{
    in_header += n;
    return n + in_header;
}

static inline __attribute__((always_inline)) int always_inlined(int n)
{
    in_header += n;
    in_header += n;
    return in_header;
}
