/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rsp/connection_private.h"

#include "base/alloc.h"

/* Sets of states. */
#define BIT(state) (1u << (state))
enum {
    ASKS = BIT(CONN_PROBING) | BIT(CONN_OPENING) | BIT(CONN_ASKING) | BIT(CONN_PARTING),
    STANDS = BIT(CONN_IDLE) | ASKS,
    AWAY = BIT(CONN_RUNNING) | BIT(CONN_UNSPOKEN) | BIT(CONN_KDB),
    RUNS = BIT(CONN_LEAVING) | AWAY,
    SILENT = BIT(CONN_UNSPOKEN) | BIT(CONN_KDB),
    LENIENT = BIT(CONN_OPENING) | BIT(CONN_PARTING),
};

static bool is(enum conn_state state, unsigned set)
{
    return BIT(state) & set;
}

/* -- facts ----------------------------------------------------------------------------------------- */

enum rsp_state rsp_state(const struct rsp_connection *c)
{
    if (c->life.state == CONN_LOST)
        return RSP_STATE_LOST;
    return is(c->life.state, RUNS) ? RSP_STATE_RUNNING : RSP_STATE_STOPPED;
}

bool rsp_never_spoke(const struct rsp_connection *c)
{
    return is(c->life.state == CONN_LOST ? c->life.lost_in : c->life.state, SILENT);
}

bool conn_runs(const struct rsp_connection *c)
{
    return is(c->life.state, RUNS);
}

bool conn_is_lenient(const struct rsp_connection *c)
{
    return is(c->life.state, LENIENT);
}

/* -- ways ------------------------------------------------------------------------------------------ */

static void go(struct rsp_connection *c, unsigned from, enum conn_state to)
{
    if (is(c->life.state, from))
        c->life.state = to;
}

void conn_state_probe(struct rsp_connection *c)
{
    go(c, BIT(CONN_IDLE), CONN_PROBING);
}

void conn_state_open(struct rsp_connection *c)
{
    go(c, BIT(CONN_IDLE), CONN_OPENING);
}

void conn_state_ask(struct rsp_connection *c)
{
    go(c, BIT(CONN_IDLE), CONN_ASKING);
}

void conn_state_part(struct rsp_connection *c)
{
    go(c, BIT(CONN_IDLE), CONN_PARTING);
}

void conn_state_done(struct rsp_connection *c, enum conn_state what)
{
    go(c, BIT(what) & ASKS, CONN_IDLE);
}

void conn_state_resume(struct rsp_connection *c)
{
    go(c, BIT(CONN_IDLE), CONN_RUNNING);
}

void conn_state_leave(struct rsp_connection *c)
{
    go(c, BIT(CONN_IDLE), CONN_LEAVING);
}

void conn_state_left(struct rsp_connection *c)
{
    go(c, BIT(CONN_LEAVING), CONN_RUNNING);
}

void conn_state_mute(struct rsp_connection *c)
{
    go(c, BIT(CONN_OPENING), CONN_RUNNING);
}

void conn_state_unspoken(struct rsp_connection *c)
{
    go(c, STANDS | RUNS, CONN_UNSPOKEN);
}

void conn_state_kdb(struct rsp_connection *c)
{
    go(c, BIT(CONN_UNSPOKEN), CONN_KDB);
}

void conn_state_out_of_kdb(struct rsp_connection *c)
{
    go(c, BIT(CONN_KDB), CONN_UNSPOKEN);
}

void conn_state_stop(struct rsp_connection *c)
{
    go(c, BIT(CONN_IDLE) | AWAY, CONN_IDLE);
}

void conn_state_stop_late(struct rsp_connection *c)
{
    go(c, BIT(CONN_RUNNING), CONN_IDLE);
}

void conn_state_refuse(struct rsp_connection *c)
{
    go(c, AWAY, CONN_IDLE);
}

void conn_state_lose(struct rsp_connection *c, const struct error *why)
{
    if (c->life.state == CONN_LOST)
        return;
    c->life = (struct conn_life){
        .state = CONN_LOST,
        .lost_in = c->life.state,
        .lost_code = why->code,
        .lost_message = xstrdup(why->message),
    };
}
