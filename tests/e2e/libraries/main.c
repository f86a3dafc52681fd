/* Opens a library by name and calls into it. Sessions refer to lines by number. */
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    void *library = argc > 1 ? dlopen(argv[1], RTLD_NOW) : NULL;
    int (*plug_it)(int) = library ? (int (*)(int))dlsym(library, "plug_it") : NULL;
    if (!plug_it)
        return 2;
    puts("loaded"); /* line 11 */
    return plug_it(4) == 7 ? 0 : 1;
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
