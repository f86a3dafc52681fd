/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Z and z: points inserted and removed one by one. */
#include "rsp/remote_private.h"

#include <inttypes.h>

#include "base/alloc.h"

/* gdb manual, "Packets", Z and z. */
static struct error *change_point(struct rsp_connection *c, char letter, int type, uint64_t address,
                                  unsigned kind)
{
    if (type < 0 || type > 4)
        return error_new(ERR_USAGE, "inserting a breakpoint: there is no type Z%d", type);
    struct rsp_feature_state *state = &c->features.state[FEATURE_Z0 + type];
    BASE_FREE char *attempt =
        xasprintf("%s Z%d at 0x%" PRIx64, letter == 'Z' ? "inserting" : "removing", type, address);
    if (state->works == TRI_NO)
        return error_new(ERR_UNSUPPORTED, "%s: the stub does not support Z%d", attempt, type);
    BASE_BUF struct buf reply = {0};
    TRY(rsp_call(c, RSP_GRAMMAR_OK, RSP_MUTATES, &reply, "%c%d,%" PRIx64 ",%x", letter, type, address, kind));
    struct error *e = remote_check_ok(&reply, attempt);
    if (!e)
        state->works = TRI_YES;
    else if (e->code == ERR_UNSUPPORTED && letter == 'Z' && state->works == TRI_UNKNOWN)
        state->works = TRI_NO;
    return e;
}

struct error *rsp_insert_point(struct rsp_connection *c, int type, uint64_t address, unsigned kind)
{
    return change_point(c, 'Z', type, address, kind);
}

struct error *rsp_remove_point(struct rsp_connection *c, int type, uint64_t address, unsigned kind)
{
    return change_point(c, 'z', type, address, kind);
}
