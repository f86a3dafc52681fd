/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

bool output_broken(void)
{
    return ferror(stdout) != 0;
}

static void tell(int number)
{
    fprintf(stderr, "allstop: standard output cannot be written: %s\n", strerror(number));
}

void output_write(const char *bytes, size_t n)
{
    if (output_broken())
        return;
    if (fwrite(bytes, 1, n, stdout) == n)
        output_flush();
    else
        tell(errno);
}

bool output_flush(void)
{
    if (output_broken())
        return false;
    if (fflush(stdout) == 0)
        return true;
    tell(errno);
    return false;
}
