/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A library that throws, and one that keeps it to itself. */
int from_library(int n)
{
    if (n)
        throw n; /* library throws */
    return 0;
}

int caught_in_library(int n)
{
    try {
        return from_library(n); /* library calls */
    } catch (int value) {       /* library catches */
        return value;           /* library caught */
    }
}
