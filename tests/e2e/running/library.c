/* A library whose functions are called through the linker's stubs. */
int from_afar(int a)
{
    int twice = a * 2;
    return twice + 1;
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
