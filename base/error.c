/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

enum { MESSAGE_LIMIT = 2048 };

static const char *const code_names[ERR_CODE_COUNT] = {
    [ERR_USAGE] = "usage",
    [ERR_NO_SYMBOL] = "no-symbol",
    [ERR_AMBIGUOUS] = "ambiguous",
    [ERR_NO_TYPE] = "no-type",
    [ERR_NO_MEMBER] = "no-member",
    [ERR_SYNTAX] = "syntax",
    [ERR_TYPE_MISMATCH] = "type-mismatch",
    [ERR_NO_MEMORY] = "no-memory",
    [ERR_UNSUPPORTED] = "unsupported",
    [ERR_REFUSED] = "refused",
    [ERR_NO_SLOT] = "no-slot",
    [ERR_NOT_STOPPED] = "not-stopped",
    [ERR_NOT_RUNNING] = "not-running",
    [ERR_NOT_CONNECTED] = "not-connected",
    [ERR_NO_THREAD] = "no-thread",
    [ERR_TIMEOUT] = "timeout",
    [ERR_LOST] = "lost",
    [ERR_VIOLATION] = "violation",
    [ERR_OPTIMISED_OUT] = "optimised-out",
    [ERR_HISTORY_END] = "history-end",
    [ERR_NO_SNAPSHOT] = "no-snapshot",
    [ERR_CANCELLED] = "cancelled",
    [ERR_DIVIDE_BY_ZERO] = "divide-by-zero",
    [ERR_NO_SOURCE] = "no-source",
    [ERR_CALL_STOPPED] = "call-stopped",
    [ERR_INTERNAL] = "internal",
};

static char *format_message(const char *format, va_list args)
{
    char raw[MESSAGE_LIMIT];
    vsnprintf(raw, sizeof raw, format, args);
    return text_visible(raw, strlen(raw));
}

struct error *error_new(enum error_code code, const char *format, ...)
{
    struct error *e = xcalloc(1, sizeof *e);
    e->code = code;
    va_list args;
    va_start(args, format);
    e->message = format_message(format, args);
    va_end(args);
    return e;
}

struct error *error_hint(struct error *e, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    free(e->hint);
    e->hint = format_message(format, args);
    va_end(args);
    return e;
}

struct error *error_while(struct error *e, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *attempt = format_message(format, args);
    va_end(args);
    char *joined = xasprintf("%s: %s", attempt, e->message);
    free(attempt);
    free(e->message);
    e->message = joined;
    return e;
}

void error_free(struct error *e)
{
    if (!e)
        return;
    free(e->message);
    free(e->hint);
    free(e);
}

void error_cleanup(struct error **e)
{
    error_free(*e);
}

bool error_is(const struct error *e, enum error_code code)
{
    return e && e->code == code;
}

const char *error_code_name(enum error_code code)
{
    return (unsigned)code < ERR_CODE_COUNT ? code_names[code] : "internal";
}

bool error_ends_asking(const struct error *e)
{
    return error_is(e, ERR_LOST) || error_is(e, ERR_TIMEOUT) || error_is(e, ERR_CANCELLED);
}
