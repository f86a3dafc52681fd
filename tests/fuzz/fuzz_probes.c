/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libFuzzer entry: any bytes as the notes of probes. The first byte says of which byte order and word.
 * Nothing is read outside of them, every string ends, and a name of a register fits.
 */
#include <stdlib.h>
#include <string.h>

#include "symbols/elf/probes.h"

enum { ARGUMENTS = 12, NAME = 12 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct elf_probe *p)
{
    char name[NAME];
    size_t all = strlen(p->provider) + strlen(p->name) + strlen(p->arguments);
    for (unsigned i = 0; i < ARGUMENTS; i++)
        if (probe_argument(p->arguments, i, name, sizeof name) && (strlen(name) >= sizeof name || all == 0))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    struct probe_notes n = {.left = cursor_of(data + 1, size - 1, data[0] & 1),
                            .word = data[0] & 2 ? 4 : 8,
                            .base = data[0] & 4 ? 0x1000 : 0};
    struct elf_probe p;
    size_t found = 0;
    while (probes_next(&n, &p)) {
        ask(&p);
        if (++found > size / 12) /* a note has a header of so many bytes */
            abort();
    }
    return 0;
}
