/* Linked twice, at two addresses: what runs is not where the symbols are, as a kernel under KASLR. */
#include <stdio.h>

int moved = 5;

__attribute__((noinline)) int slid(int n)
{
    /* line 9 is the next one */
    moved += n;
    return moved;
}

int main(void)
{
    return slid(2) == 7 ? 0 : 1;
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
