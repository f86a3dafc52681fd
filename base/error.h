/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * base/error.h - the one error type of the whole tree.
 *
 * A function that can fail returns `struct error *`: NULL means that it succeeded, anything else is owned
 * by the caller, who handles it, passes it on, or frees it with error_free(). An error carries a code for
 * programs (the closed list of the JSON interface), a message for people that says what was attempted and
 * what came back, and a hint that says what to try next.
 *
 * Thread: no shared state; an error may be handed from one thread to another.
 * Failure: creating an error never fails; out of memory ends the program (see base/alloc.h).
 */
#ifndef ALLSTOP_BASE_ERROR_H
#define ALLSTOP_BASE_ERROR_H

#include <stdbool.h>

/* In the order of the documented list; error_code_name() gives the spelling used in JSON. */
enum error_code {
    ERR_USAGE,
    ERR_NO_SYMBOL,
    ERR_AMBIGUOUS,
    ERR_NO_TYPE,
    ERR_NO_MEMBER,
    ERR_SYNTAX,
    ERR_TYPE_MISMATCH,
    ERR_NO_MEMORY, /* target memory that cannot be read or written, not our own heap */
    ERR_UNSUPPORTED,
    ERR_REFUSED,
    ERR_NO_SLOT,
    ERR_NOT_STOPPED,
    ERR_NOT_RUNNING,
    ERR_NOT_CONNECTED,
    ERR_NO_THREAD,
    ERR_TIMEOUT,
    ERR_LOST,
    ERR_VIOLATION,
    ERR_OPTIMISED_OUT,
    ERR_HISTORY_END,
    ERR_NO_SNAPSHOT,
    ERR_CANCELLED,
    ERR_DIVIDE_BY_ZERO,
    ERR_NO_SOURCE,
    ERR_CALL_STOPPED, /* a function that an expression called has not returned: the program stopped in it */
    ERR_INTERNAL,
    ERR_CODE_COUNT
};

struct error {
    enum error_code code;
    char *message; /* one line, no trailing newline, already harmless to a terminal */
    char *hint;    /* what to try, or NULL */
};

#define BASE_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define BASE_MUST_CHECK        __attribute__((__warn_unused_result__))

/* Makes an error. The formatted message is cut at 2 KiB and its control characters are made visible. */
struct error *error_new(enum error_code code, const char *format, ...) BASE_PRINTF(2, 3) BASE_MUST_CHECK;

/* Sets (or replaces) the hint of `e` and returns `e`. */
struct error *error_hint(struct error *e, const char *format, ...) BASE_PRINTF(2, 3) BASE_MUST_CHECK;

/* Puts "what was attempted: " in front of the message of `e` and returns `e`. */
struct error *error_while(struct error *e, const char *format, ...) BASE_PRINTF(2, 3) BASE_MUST_CHECK;

/* Frees `e`; NULL is fine. */
void error_free(struct error *e);

/* Frees `*e` at the end of a scope: `BASE_ERROR struct error *e = …`. */
void error_cleanup(struct error **e);
#define BASE_ERROR __attribute__((cleanup(error_cleanup)))

/* True when `e` is an error with this code. */
bool error_is(const struct error *e, enum error_code code);
/* Whatever is asked next fails alike: ERR_LOST, ERR_TIMEOUT, ERR_CANCELLED. False for NULL. */
bool error_ends_asking(const struct error *e);

/* The name of a code as JSON spells it ("no-symbol"). */
const char *error_code_name(enum error_code code);

/* Returns early with the error of `call`, if it has one. */
#define TRY(call)                                                                                            \
    do {                                                                                                     \
        struct error *try_error_ = (call);                                                                   \
        if (try_error_)                                                                                      \
            return try_error_;                                                                               \
    } while (0)

#endif
