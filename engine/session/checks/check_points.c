/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Z and z: taken, twice, removed, and nothing left behind. */
#include <inttypes.h>
#include <string.h>

#include "engine/session/checks/check.h"

struct point {
    int type;
    uint64_t address;
    unsigned kind;
    const char *behind; /* conditions or commands, or "" */
};

static struct error *change(struct checking *c, char letter, const struct point *p, struct buf *reply)
{
    return check_ask(c, RSP_GRAMMAR_OK, reply, "%c%d,%" PRIx64 ",%x%s", letter, p->type, p->address, p->kind,
                     letter == 'Z' ? p->behind : "");
}

static struct error *bytes_there(struct checking *c, const struct point *p, struct buf *ret)
{
    return target_check(c->s->target, rsp_call(c->s->target->connection, RSP_GRAMMAR_HEX, 0, ret,
                                               "m%" PRIx64 ",8", p->address));
}

/* The same without becoming the proof, unless it was not answered with OK. */
static struct error *change_too(struct checking *c, char letter, const struct point *p, bool *ok)
{
    BASE_BUF struct buf reply = {0};
    BASE_BUF struct buf packet = {0};
    buf_printf(&packet, "%c%d,%" PRIx64 ",%x", letter, p->type, p->address, p->kind);
    TRY(target_check(c->s->target, rsp_call(c->s->target->connection, RSP_GRAMMAR_OK, RSP_MUTATES, &reply,
                                            "%s", packet.data)));
    *ok = check_is_ok(&reply);
    if (!*ok)
        check_proof(c, packet.data, packet.length, &reply);
    return NULL;
}

/* However many there are: of two at one place the second z is refused, or answered with OK for nothing. */
static struct error *remove(struct checking *c, const struct point *p, bool again)
{
    bool ok;
    TRY(change_too(c, 'z', p, &ok));
    if (!ok)
        check_says(c, AUDIT_VIOLATION, "what was inserted cannot be removed");
    BASE_BUF struct buf second = {0};
    return again ? target_check(c->s->target,
                                rsp_call(c->s->target->connection, RSP_GRAMMAR_OK, RSP_MUTATES, &second,
                                         "z%d,%" PRIx64 ",%x", p->type, p->address, p->kind))
                 : NULL;
}

/* Tells, too, when it is not taken: then there is no more to be seen. */
static struct error *insert(struct checking *c, const struct point *p)
{
    BASE_BUF struct buf reply = {0};
    TRY(change(c, 'Z', p, &reply));
    if (reply.length == 0)
        check_says(c, AUDIT_UNSUPPORTED, "Z%d is not known", p->type);
    else if (!check_is_ok(&reply))
        check_says(c, AUDIT_DIFFERS, "Z%d is refused here", p->type);
    return NULL;
}

/* gdb manual, "Packets", Z: idempotent. */
static struct error *insert_again(struct checking *c, const struct point *p)
{
    bool taken;
    TRY(change_too(c, 'Z', p, &taken));
    if (!taken)
        check_says(c, AUDIT_DIFFERS, "the same once more is refused");
    return NULL;
}

static struct error *site_and_remove(struct checking *c, const struct point *p, bool again)
{
    BASE_BUF struct buf before = {0};
    BASE_BUF struct buf between = {0};
    BASE_BUF struct buf after = {0};
    TRY(bytes_there(c, p, &before));
    TRY(insert(c, p));
    if (c->told)
        return NULL;
    TRY(bytes_there(c, p, &between));
    if (again)
        TRY(insert_again(c, p));
    TRY(remove(c, p, again));
    TRY(bytes_there(c, p, &after));
    if (strcmp(buf_text(&before), buf_text(&after)) != 0)
        check_says(c, AUDIT_VIOLATION, "it was removed, and the memory is another: %s then %s",
                   buf_text(&before), buf_text(&after));
    else if (strcmp(buf_text(&before), buf_text(&between)) != 0)
        check_says(c, AUDIT_DIFFERS, "the trap is seen in memory while it is inserted");
    return NULL;
}

static struct error *code_point(struct checking *c, int type, const char *behind, bool again)
{
    struct point p = {
        .type = type, .kind = c->s->target->arch ? c->s->target->arch->breakpoint_kind : 1, .behind = behind};
    TRY(check_pc(c, &p.address));
    return site_and_remove(c, &p, again);
}

static struct error *data_point(struct checking *c, int type)
{
    struct point p = {.type = type, .kind = 4, .behind = ""};
    if (!check_ram(c, 16, &p.address)) {
        check_says(c, AUDIT_SKIPPED, "no memory is known to be RAM: name a program with symbols");
        return NULL;
    }
    return site_and_remove(c, &p, false);
}

static struct error *z0(struct checking *c)
{
    return code_point(c, 0, "", false);
}

static struct error *z0_twice(struct checking *c)
{
    return code_point(c, 0, "", true);
}

static struct error *z1(struct checking *c)
{
    return code_point(c, 1, "", false);
}

static struct error *z1_twice(struct checking *c)
{
    return code_point(c, 1, "", true);
}

static struct error *z2(struct checking *c)
{
    return data_point(c, 2);
}

static struct error *z3(struct checking *c)
{
    return data_point(c, 3);
}

static struct error *z4(struct checking *c)
{
    return data_point(c, 4);
}

static struct error *unknown_type(struct checking *c)
{
    struct point p = {.type = 9, .kind = 1, .behind = ""};
    BASE_BUF struct buf reply = {0};
    TRY(check_pc(c, &p.address));
    TRY(change(c, 'Z', &p, &reply));
    if (check_is_ok(&reply))
        check_says(c, AUDIT_VIOLATION, "a type that does not exist is taken");
    else if (reply.length)
        check_says(c, AUDIT_DIFFERS,
                   "a type that does not exist is refused: an empty answer says `not known`");
    return NULL;
}

static struct error *advertised_behind(struct checking *c, enum rsp_feature_id id, const char *behind)
{
    if (check_advertised(c, id))
        return code_point(c, 0, behind, false);
    check_says(c, AUDIT_UNSUPPORTED, "not advertised");
    return NULL;
}

/* const8 0; end (gdb manual, "Bytecode Descriptions"): never true. */
static struct error *conditional(struct checking *c)
{
    return advertised_behind(c, FEATURE_CONDITIONAL_BREAKPOINTS, ";X3,220027");
}

static struct error *commands(struct checking *c)
{
    return advertised_behind(c, FEATURE_BREAKPOINT_COMMANDS, ";cmds:0,X3,220027");
}

const struct audit_check audit_checks_points[] = {
    {"Z0", "breakpoints", "a software breakpoint at the pc, inserted and removed", true, z0},
    {"Z0-twice", "breakpoints", "the same twice is one", true, z0_twice},
    {"Z1", "breakpoints", "a hardware breakpoint at the pc", true, z1},
    {"Z1-twice", "breakpoints", "the same twice is one (kgdb takes a second slot)", false, z1_twice},
    {"Z2", "breakpoints", "a write watchpoint on unused RAM", true, z2},
    {"Z3", "breakpoints", "a read watchpoint", true, z3},
    {"Z4", "breakpoints", "an access watchpoint", true, z4},
    {"Z9", "errors", "a type that does not exist", true, unknown_type},
    {"Z0-condition", "breakpoints", "ConditionalBreakpoints: one that is never true", true, conditional},
    {"Z0-commands", "breakpoints", "BreakpointCommands", true, commands},
    {0},
};
