/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rsp/wire_log.h - every packet, both ways, timed, as JSON Lines; and a stub that answers from such a log.
 *
 * One object a line: {"t": seconds since the log was opened, "dir": "out"|"in", "kind": "packet"|"ack"|
 * "nak"|"interrupt"|"notification"|"stray"|"bad-checksum"|"torn"|"oversize", "data": payload with bytes
 * outside printable ASCII, `"` and `\` as \u00XX (Latin-1)}. The first line is {"wire-log": 1, "target":
 * SPEC}. Writing: one owner, one thread. When a line cannot be written (the disk is full) logging stops and
 * that is told once, at that moment.
 */
#ifndef ALLSTOP_RSP_WIRE_LOG_H
#define ALLSTOP_RSP_WIRE_LOG_H

#include <stddef.h>
#include <stdbool.h>

#include "base/error.h"

struct wire_log;

/* Called at most once, on the writer's thread; the error is only lent. */
typedef void wire_log_failed(void *context, const struct error *e);

/* ERR_USAGE when the file cannot be made, or not even its first line be written. */
struct error *wire_log_create(const char *path, const char *target, wire_log_failed *failed, void *context,
                              struct wire_log **ret) BASE_MUST_CHECK;
void wire_log_write(struct wire_log *log, bool out, const char *kind, const char *data, size_t n);
/* NULL is fine. */
void wire_log_close(struct wire_log *log);

/*
 * Serves one client on `listen` ("127.0.0.1:0", ":PORT", "unix:PATH"), answering each request as the log did:
 * the next recorded exchange with the same request, or the first such one, or an empty packet. The address is
 * printed to standard error as "listening on tcp:127.0.0.1:PORT". Returns when the client has gone. cancel_fd
 * ends it.
 */
struct error *wire_log_serve(const char *path, const char *listen, int cancel_fd) BASE_MUST_CHECK;

#endif
