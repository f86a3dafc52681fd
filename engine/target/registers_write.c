/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing a register: by `P`, or `g` with it changed by `G`. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/target/registers.h"
#include "engine/target/registers_private.h"
#include "engine/target/target.h"

/* `G` carries all of them: one that the stub did not tell would be written as zero. */
static struct error *check_all_known(const struct target *target, const struct thread *t,
                                     const struct rsp_register *written)
{
    for (size_t i = 0; i < target->description->count; i++) {
        const struct rsp_register *r = &target->description->registers[i];
        if (r == written || r->offset >= t->g_size)
            continue;
        if (r->offset + r->size > t->g_size || !t->known[r->offset])
            return error_hint(
                error_new(ERR_UNSUPPORTED,
                          "the stub writes all registers at once or none (no `P`), and the value of "
                          "%s is not known: it would be lost",
                          r->name),
                "where that register is available, the write is possible");
    }
    return NULL;
}

/* Bytes of `g` that nothing describes go back as they came, or not at all. */
static struct error *check_rest_known(const struct rsp_g *g, size_t described)
{
    if (g->size <= described || !memchr(g->known + described, 0, g->size - described))
        return NULL;
    return error_hint(error_new(ERR_UNSUPPORTED,
                                "the stub writes all registers at once or none (no `P`), and it does not "
                                "tell all bytes of its `g` behind the %zu that are known: they would be lost",
                                described),
                      "where they are available, the write is possible");
}

/*
 * All that `G` takes, malloc'd. A `g` that is longer than the registers that are known (those of an
 * architecture that was set) is read once more for it: what nothing describes is not kept for each thread.
 */
static struct error *whole_g(struct target *target, struct thread *t, unsigned char **ret)
{
    if (t->g_size <= t->size) {
        *ret = xmemdup(t->bytes, t->g_size);
        return NULL;
    }
    struct rsp_g g = {0};
    TRY(target_check(target, rsp_read_g(target->connection, t->id, &g)));
    struct error *e = check_rest_known(&g, t->size);
    if (!e && g.size != t->g_size)
        e = error_new(ERR_VIOLATION, "the stub's `g` had %zu bytes, and in the same stop it has %zu",
                      t->g_size, g.size);
    if (!e)
        *ret = xmemdup(g.bytes, g.size);
    rsp_g_free(&g);
    return e;
}

/* A stub that says no PacketSize takes as much as it has said to `g`. */
struct error *registers_check_fits(const struct target *target, const struct thread *t)
{
    size_t needed = 1 + 2 * t->g_size, taken = rsp_packet_size(target->connection);
    bool said = rsp_features(target->connection)->state[FEATURE_PACKET_SIZE].advertised == TRI_YES;
    if (!said || needed <= taken)
        return NULL;
    return error_hint(
        error_new(ERR_UNSUPPORTED,
                  "the stub writes all registers at once or none (no `P`): that needs a packet of "
                  "%zu bytes, and it takes %zu (its PacketSize)",
                  needed, taken),
        "its registers can be read and not written");
}

static struct error *write_whole_g(struct target *target, struct thread *t, const struct rsp_register *r,
                                   const unsigned char *bytes)
{
    TRY(registers_fetch(target, t));
    TRY(registers_check_fits(target, t));
    TRY(check_all_known(target, t, r));
    if (r->offset + r->size > t->g_size)
        return error_new(ERR_UNSUPPORTED, "the stub knows no `P`, and its `G` has not this register");
    BASE_FREE unsigned char *whole = NULL;
    TRY(whole_g(target, t, &whole));
    memcpy(whole + r->offset, bytes, r->size);
    return target_check(target, rsp_write_g(target->connection, t->id, whole, t->g_size));
}

struct error *register_write(struct target *target, struct thread *t, const struct rsp_register *r,
                             const unsigned char *bytes)
{
    TRY(target_need_stopped(target));
    registers_make_room(target, t);
    struct error *e =
        target_check(target, rsp_write_register(target->connection, t->id, r->number, bytes, r->size));
    if (error_is(e, ERR_UNSUPPORTED)) {
        error_free(e);
        e = write_whole_g(target, t, r, bytes);
    }
    if (e)
        return error_while(e, "write register %s", r->name);
    register_store(t, r, bytes, true);
    /* A write to pc may leave the site that was reported there. */
    if (target->arch && strcmp(r->name, target->arch->pc) == 0)
        t->at_site = false;
    return NULL;
}

struct error *register_write_value(struct target *target, struct thread *t, const char *name, uint64_t value)
{
    const struct rsp_register *r;
    TRY(register_find_number(target, t->id.pid, name, &r));
    unsigned char bytes[8];
    arch_store(bytes, r->size, target->big_endian, value);
    return register_write(target, t, r, bytes);
}
