/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/target/event.h - what happens and nobody asked for: told upwards as it happens.
 *
 * An event is plain data, lent for the time of the call, made by the room in which it happens and handed to
 * the session's face through a hook (struct target_hooks). The words that the faces show are made in
 * engine/commands/event_json.h. What a pointer leads to belongs to the room that its type is of; only that
 * room and those above can look inside. Engine thread.
 */
#ifndef ALLSTOP_ENGINE_TARGET_EVENT_H
#define ALLSTOP_ENGINE_TARGET_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct audit_finding;
struct breakpoint;
struct command_told;
struct error;
struct stop;
struct target;
struct thread;

enum event_kind {
    EVENT_OUTPUT,  /* `text`: what we or a stub have to say */
    EVENT_CONSOLE, /* `text`: what came over the console's line, as it came */
    EVENT_PROGRAM, /* `text`: what the program printed */
    EVENT_CONNECTED,
    EVENT_LOST,     /* `problem` */
    EVENT_WIRE_LOG, /* `problem`: it is not written any more */
    EVENT_STOPPED,  /* `stop` */
    EVENT_PROCESS_EXITED,
    EVENT_THREAD_STARTED,
    EVENT_THREAD_EXITED,
    EVENT_LIBRARY,  /* `path`: a library or module has come */
    EVENT_KERNEL,   /* it was found where it runs, or not */
    EVENT_PROGRESS, /* of something long */
    EVENT_BREAKPOINT_CHANGED,
    EVENT_VIOLATION,
    EVENT_COMMAND, /* a step that a user attached to a breakpoint has run */
};

/* A kernel's file, and where it was found; or what runs there in its stead. */
struct event_kernel {
    const char *file;
    bool found;
    uint64_t slide;
    const char *checked_by; /* what proves it */
    const char *banner;     /* of the file, where it was not found */
    const char *target_banner;
};

struct event {
    enum event_kind kind;
    union {
        struct {
            const char *bytes;
            size_t length;
        } text; /* as it came: may hold anything */
        struct {
            const char *message, *hint; /* no hint: NULL */
        } problem;
        struct {
            const char *what;
            uint64_t done, total;
            bool no_total; /* how much there is in all is not known */
        } progress;
        struct {
            int64_t pid;
            bool has_exit_code;
            uint64_t exit_code;
        } process;
        bool running; /* CONNECTED: it runs, and was not spoken to yet */
        const char *path;
        struct event_kernel kernel;
        const struct thread *thread;
        const struct stop *stop;
        const struct breakpoint *breakpoint;
        const struct audit_finding *finding;
        const struct command_told *command;
    };
};

void target_emit(struct target *target, const struct event *event);
/* OUTPUT, CONSOLE or PROGRAM. */
void target_emit_text(struct target *target, enum event_kind kind, const char *bytes, size_t n);
/* OUTPUT of a whole text. */
void target_say(struct target *target, const char *text);
void target_emit_library(struct target *target, const char *path);
/* How far something long has come; the last one, where `done` is `total`, takes the bar away. */
void target_emit_progress(struct target *target, const char *what, uint64_t done, uint64_t total);
/* An event with the message and hint of an error, which stays the caller's. */
void target_emit_problem(struct target *target, enum event_kind kind, const struct error *e);

#endif
