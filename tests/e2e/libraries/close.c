/* Opens a library twice and closes it each time. Sessions refer to lines by number. */
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    int sum = 0;
    for (int i = 0; i < 2 && argc > 1; i++) {
        void *library = dlopen(argv[1], RTLD_NOW);
        int (*plug_it)(int) = library ? (int (*)(int))dlsym(library, "plug_it") : NULL;
        sum += plug_it ? plug_it(4) : 100;
        puts("loaded"); /* line 12 */
        if (library)
            dlclose(library);
        puts("closed"); /* line 15 */
    }
    return sum;
}
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
