/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symbols/elf/probes.h"

#include <ctype.h>

enum { NOTE_STAPSDT = 3, NOTE_ALIGN = 4 };

struct probe_notes probes_open(struct elf_image *e)
{
    size_t size = 0;
    struct elf_section *s = elf_image_section(e, ".note.stapsdt");
    const struct elf_section *base = elf_image_section(e, ".stapsdt.base");
    const uint8_t *bytes = s && s->type == SHT_NOTE ? elf_image_bytes(e, s, &size) : NULL;
    return (struct probe_notes){.left = cursor_of(bytes, bytes ? size : 0, e->big),
                                .word = e->is64 ? 8 : 4,
                                .base = base ? base->address : 0};
}

static bool read_probe(const struct probe_notes *n, struct cursor *c, struct elf_probe *ret)
{
    uint64_t address = cursor_unsigned(c, n->word), base = cursor_unsigned(c, n->word);
    cursor_unsigned(c, n->word); /* a semaphore, which says that somebody listens */
    ret->provider = cursor_string(c);
    ret->name = cursor_string(c);
    ret->arguments = cursor_string(c);
    ret->address = base && n->base ? address + n->base - base : address;
    return !c->bad;
}

/* The next so many bytes, and what fills them up; the last may lack that. */
static struct cursor take_padded(struct cursor *c, uint32_t size)
{
    struct cursor part = cursor_part(c, size);
    size_t fill = -(size_t)size % NOTE_ALIGN;
    cursor_take(c, fill < cursor_left(c) ? fill : cursor_left(c));
    return part;
}

bool probes_next(struct probe_notes *n, struct elf_probe *ret)
{
    while (cursor_left(&n->left)) {
        uint32_t name_size = cursor_u32(&n->left), size = cursor_u32(&n->left), type = cursor_u32(&n->left);
        struct cursor name = take_padded(&n->left, name_size), described = take_padded(&n->left, size);
        const char *owner = cursor_string(&name);
        if (!n->left.bad && owner && type == NOTE_STAPSDT && strcmp(owner, "stapsdt") == 0 &&
            read_probe(n, &described, ret))
            return true;
    }
    return false;
}

/* "-4@%esi": size, and operand. A number alone is a register of Power. */
static bool register_of(const char *operand, size_t n, char *ret, size_t size)
{
    const char *at = memchr(operand, '@', n);
    const char *name = at ? at + 1 : operand, *end = operand + n;
    if (name < end && *name == '%')
        name++;
    size_t length = (size_t)(end - name), digits = 0, plain = 0;
    while (plain < length && isalnum((unsigned char)name[plain]))
        digits += isdigit((unsigned char)name[plain++]) != 0;
    bool number = digits == length;
    if (!length || plain != length || length + number >= size)
        return false;
    *ret = 'r';
    memcpy(ret + number, name, length);
    ret[number + length] = '\0';
    return true;
}

bool probe_argument(const char *arguments, unsigned number, char *ret, size_t size)
{
    for (const char *at = arguments; number; number--) {
        at += strspn(at, " ");
        size_t n = strcspn(at, " ");
        if (!n)
            return false;
        if (number == 1)
            return register_of(at, n, ret, size);
        at += n;
    }
    return false;
}
