/* The library that main.c opens. */
int plugged = 3;

int plug_it(int n)
{
    plugged += n;
    return plugged;
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
