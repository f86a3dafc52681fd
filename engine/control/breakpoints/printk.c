/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/control/breakpoints/printk.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/control/control.h"

static const struct {
    const char *text; /* up to the address */
    bool hardware;
} messages[] = {
    {"KGDB: BP install failed: ", false},
    {"KGDB: BP remove failed: ", false},
    {"KGDB: breakpoint remove failed: ", false},
    {"KGDB: Critical breakpoint error, kernel memory destroyed at: ", false},
    {"KGDB: re-enter error: breakpoint removed ", false},
    {"Cannot remove hw breakpoint at ", true},
    {"KGDB: hw bpt remove failed ", true},
};

/* Past "[   12.345678] " or "[   12.345678][  T123] ", which printk.time and printk.caller put in front. */
static const char *past_stamps(const char *at, const char *end)
{
    const char *from = at;
    while (at < end && *at == '[') {
        const char *close = memchr(at, ']', (size_t)(end - at));
        if (!close)
            return from;
        at = close + 1;
    }
    return at > from && at < end && *at == ' ' ? at + 1 : from;
}

/* %lx, and nothing behind it. */
static bool read_address(const char *at, const char *end, uint64_t *ret)
{
    *ret = 0;
    if (at == end || end - at > 16 || (*at == '0' && end - at > 1))
        return false;
    for (; at < end; at++) {
        bool decimal = *at >= '0' && *at <= '9';
        if (!decimal && (*at < 'a' || *at > 'f'))
            return false;
        *ret = *ret << 4 | (uint64_t)(decimal ? *at - '0' : *at - 'a' + 10);
    }
    return true;
}

bool printk_match(const char *line, size_t n, uint64_t *address, bool *hardware)
{
    const char *end = line + n, *at = past_stamps(line, end);
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        size_t length = strlen(messages[i].text);
        if ((size_t)(end - at) > length && memcmp(at, messages[i].text, length) == 0) {
            *hardware = messages[i].hardware;
            return read_address(at + length, end, address);
        }
    }
    return false;
}

/* It may be removed for a step off it just now: it is the removal that failed then. */
static bool is_meant(const struct site *p, uint64_t address, bool hardware)
{
    bool trap = p->type == SITE_SOFTWARE;
    return p->address == address && (p->inserted || p->users) && (hardware ? site_in_hardware(p) : trap);
}

static void mark(struct control *c, struct site *p, const char *line, size_t n)
{
    BASE_FREE char *said = text_visible(line, n);
    free(p->reason);
    p->reason = xasprintf("accepted, but then the kernel said: %s", said);
    p->state = SITE_FAILED;
    p->code = ERR_REFUSED;
    for (size_t i = 0; i < p->count; i++) {
        const struct breakpoint *b = breakpoint_find(c, p->breakpoint_ids[i]);
        if (b)
            breakpoint_emit_changed(c, b);
    }
}

/* What the kernel says of that comes late, once it runs again. */
static bool made_good(struct site *p)
{
    bool ret = p->was_stuck;
    p->was_stuck = false;
    return ret;
}

static void take_line(struct control *c, const char *line, size_t n)
{
    const struct site_table *t = &c->breakpoints.sites;
    uint64_t address;
    bool hardware;
    if (n && line[n - 1] == '\r')
        n--;
    if (!printk_match(line, n, &address, &hardware))
        return;
    for (size_t i = 0; i < t->count; i++)
        if (is_meant(t->items[i], address, hardware) && t->items[i]->state != SITE_FAILED &&
            !made_good(t->items[i]))
            mark(c, t->items[i], line, n);
}

void printk_feed(struct control *c, const char *bytes, size_t n)
{
    struct printk_line *l = &c->breakpoints.printk;
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] == '\n') {
            if (l->length < sizeof l->text)
                take_line(c, l->text, l->length);
            l->length = 0;
        } else if (l->length < sizeof l->text) {
            l->text[l->length++] = bytes[i];
        }
    }
}
