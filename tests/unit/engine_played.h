/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A session that is connected to a stub which a thread of the test plays (stub_played.h). Included by tests
 * of engine/ only.
 */
#ifndef ALLSTOP_TESTS_UNIT_ENGINE_PLAYED_H
#define ALLSTOP_TESTS_UNIT_ENGINE_PLAYED_H

#include "stub_played.h"

#include "engine/commands/event_json.h"
#include "engine/session/session_private.h"
#include "engine/target/registers.h"

static struct session *session;
static struct buf events; /* as JSON, a line each */

static UNUSED_FUNCTION void on_event(void *context, struct session *s, const struct event *event)
{
    (void)context;
    cJSON *o = event_to_json(s, event);
    char *text = cJSON_PrintUnformatted(o);
    buf_printf(&events, "%s\n", text);
    free(text);
    cJSON_Delete(o);
}

static UNUSED_FUNCTION void sent_nothing_yet(void)
{
    stub_forget_sent();
    buf_clear(&events);
}

static UNUSED_FUNCTION bool told(const char *part)
{
    return strstr(buf_text(&events), part) != NULL;
}

/* A session and the machine, not connected yet: rules may be given first. The place to connect to, malloc'd.
 */
static UNUSED_FUNCTION char *played_prepare(const char *features, const char *vcont)
{
    const struct session_options options = {.cancel_fd = -1, .event = on_event};
    char *spec = stub_start(features, vcont);
    session = session_create(&options);
    session_set_deadline(session, in_seconds(20));
    return spec;
}

/* A session that is connected to the machine: `features` and `vcont` as in struct played. */
static UNUSED_FUNCTION void played_start(const char *features, const char *vcont)
{
    BASE_FREE char *spec = played_prepare(features, vcont);
    must(session_connect(session, spec));
    session_set_deadline(session, in_seconds(20));
    sent_nothing_yet();
}

static UNUSED_FUNCTION int played_end(void **state)
{
    (void)state;
    session_destroy(session);
    stub_end();
    buf_free(&events);
    return 0;
}

/* A machine whose stub knows threads. */
static UNUSED_FUNCTION int played_machine(void **state)
{
    (void)state;
    played_start("", "vCont;c;C;s;S");
    return 0;
}

/* A process of an operating system; its stub names what stopped it. */
static UNUSED_FUNCTION int played_process(void **state)
{
    (void)state;
    played_start(";qXfer:auxv:read+;swbreak+;hwbreak+", "vCont;c;C;s;S");
    rule("qXfer:auxv:read", "l");
    return 0;
}

/* One that has neither threads nor reasons, as kgdb is. */
static UNUSED_FUNCTION int played_plain(void **state)
{
    (void)state;
    played_start("", "");
    return 0;
}

/* A breakpoint; whatever is not given is 0. */
static UNUSED_FUNCTION struct breakpoint *breakpoint(const struct breakpoint_request *request)
{
    struct breakpoint *b = NULL;
    must(breakpoint_set(session->control, request, &b));
    return b;
}
#define BREAK(...)          breakpoint(&(struct breakpoint_request){__VA_ARGS__})

#define TEST_ON(machine, f) cmocka_unit_test_setup_teardown(f, machine, played_end)

#endif
