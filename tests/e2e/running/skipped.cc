/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls that a step goes into, or is told not to. */
#include "skipped.h"

static volatile int sink;

namespace shop
{
struct box {
    int held;
    __attribute__((noinline)) int get() const
    {
        return held;
    }
};
} // namespace shop

__attribute__((noinline)) static int twice(int n)
{
    sink += n;
    return n * 2;
}

__attribute__((noinline)) static int through(int n)
{
    return twice(n) + 1;
}

int main()
{
    shop::box b = {3};
    sink = twice(b.get());                     /* two calls */
    sink = through(from_header(2));            /* of a header */
    sink = always_inlined(4) + twice(b.get()); /* inlined first */
    return 0;                                  /* ends */
}
