/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols/text/path.h"

#include <string.h>

bool file_matches(const char *path, const char *wanted)
{
    while (wanted[0] == '.' && wanted[1] == '/')
        wanted += 2;
    size_t n = path ? strlen(path) : 0, w = strlen(wanted);
    if (!path || !w || w > n || strcmp(path + n - w, wanted) != 0)
        return false;
    return w == n || wanted[0] == '/' || path[n - w - 1] == '/';
}
