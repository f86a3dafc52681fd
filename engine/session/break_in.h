/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/session/break_in.h - how a running target is made to stop.
 *
 * One way is in use at a time: the one the user named, else the one that fits the transport and who was found
 * there. `interrupt` goes that way; rsp/ sends what has to be sent, and calls back for a command of the
 * user's. Owned by the session, engine thread. Errors: ERR_USAGE for a way that does not exist, and whatever
 * becomes of the user's command, each with the other ways in its hint.
 */
#ifndef ALLSTOP_ENGINE_SESSION_BREAK_IN_H
#define ALLSTOP_ENGINE_SESSION_BREAK_IN_H

#include <stdbool.h>

#include "base/error.h"

struct session;

enum break_way {
    BREAK_AUTO,
    BREAK_INTERRUPT,     /* 0x03 */
    BREAK_G,             /* SysRq-g: a BREAK and the letter */
    BREAK_SYSRQ,         /* typed at the console: a root shell */
    BREAK_COMMAND,       /* a command that makes the kernel stop */
    BREAK_BREAK_COMMAND, /* a command that makes the BREAK; then the letter */
    BREAK_WAYS
};

struct break_in_way {
    const char *name;
    bool takes_line; /* its name is followed by ":LINE" */
    const char *about;
};

struct break_in {
    enum break_way named;
    char *line; /* of a command, or NULL */
};

/* "auto", "interrupt", "break-g", "sysrq", "command:LINE", "break-command:LINE". */
struct error *break_in_name(struct session *s, const char *how) BASE_MUST_CHECK;
/* Before the target is interrupted; of the session. */
void break_in_prepare(void *context);
/* The callback of the connection. */
struct error *break_in_call(void *context) BASE_MUST_CHECK;
/* What is known of one; lives for ever. */
const struct break_in_way *break_in_way(enum break_way way);
/* The way in use, and *why in words, which live for ever. */
enum break_way break_in_used(struct session *s, const char **why);
/* What to try when the way in use did not help; malloc'd. */
char *break_in_advice(struct session *s);
void break_in_free(struct break_in *b);

#endif
