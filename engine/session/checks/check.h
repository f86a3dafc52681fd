/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/session/checks/check.h - what the checks of `--audit` share. Only this room includes it.
 *
 * A check asks with check_ask() and lets the target run with check_run(): both keep what was sent and what
 * came as the proof of its line, the last of each. It gives its verdict with check_says(); without one it is
 * ok. An error that it returns becomes a verdict too: a stub that does not answer, or not what was asked, is
 * a violation. Engine thread.
 */
#ifndef ALLSTOP_ENGINE_SESSION_CHECKS_CHECK_H
#define ALLSTOP_ENGINE_SESSION_CHECKS_CHECK_H

#include "engine/session/checks/report.h"
#include "engine/session/session_private.h"

struct checking {
    struct session *s;
    const struct audit_options *options;
    enum audit_verdict verdict;
    bool told; /* a verdict was given */
    struct buf note, sent, received;

    uint64_t at; /* a place that is hit again and again */
    bool has_at;
    bool moves;      /* the second look found that it does not stand still */
    unsigned silent; /* checks in a row that got no answer */
};

struct audit_check {
    const char *name; /* NULL ends a table */
    const char *group;
    const char *about;
    bool safe;
    struct error *(*run)(struct checking *c);
};

/* Runs one: *ret is the line it made, to be freed with the report. */
void check_line(struct checking *c, const struct audit_check *check, struct audit_line *ret);

extern const struct audit_check audit_checks_query[], audit_checks_state[], audit_checks_points[],
    audit_checks_threads[], audit_checks_run[];

/* The first verdict given stays, unless a later one is worse. */
void check_says(struct checking *c, enum audit_verdict verdict, const char *format, ...) BASE_PRINTF(3, 4);
/* Asks; the reply is in `reply`. */
struct error *check_ask(struct checking *c, enum rsp_grammar grammar, struct buf *reply, const char *format,
                        ...) BASE_PRINTF(4, 5) BASE_MUST_CHECK;
/* Other bytes than those of the last question are the proof. */
void check_proof(struct checking *c, const char *sent, size_t n, const struct buf *received);
bool check_is_error(const struct buf *reply);
bool check_is_ok(const struct buf *reply);
bool check_advertised(const struct checking *c, enum rsp_feature_id id);
/* Selects the current thread and gives its registers. */
struct error *check_registers(struct checking *c, struct buf *hex) BASE_MUST_CHECK;
/* `length` bytes of RAM, if possible such that nobody uses: below the stack, else the end of a file's data.
 * False: none is known. */
bool check_ram(struct checking *c, size_t length, uint64_t *ret);
struct error *check_pc(struct checking *c, uint64_t *ret) BASE_MUST_CHECK;

struct check_stop {
    struct stop stop;
    struct rsp_stop raw;
    bool interrupted; /* it did not stop by itself in time */
    bool ended;       /* the program did */
};
/* Lets the target run: c, or s of the current thread, in the words this stub knows. */
struct error *check_continue(struct checking *c, int64_t most_ns, struct check_stop *ret) BASE_MUST_CHECK;
struct error *check_step(struct checking *c, struct check_stop *ret) BASE_MUST_CHECK;
struct error *check_run(struct checking *c, const char *packet, int64_t most_ns,
                        struct check_stop *ret) BASE_MUST_CHECK;

#endif
