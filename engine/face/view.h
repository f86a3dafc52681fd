/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/face/view.h - what the panes show: an immutable snapshot that the engine publishes.
 *
 * The engine builds a view after every stop, resume and command that changes something, fetching only what
 * the screen says it needs, in one batch. A view is reference-counted (atomic) and never changes after it
 * is published, so the screen draws from it while the engine goes on. All strings are harmless to a
 * terminal (control characters made visible) and owned by the view.
 */
#ifndef ALLSTOP_ENGINE_FACE_VIEW_H
#define ALLSTOP_ENGINE_FACE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/session/session.h"
#include "symbols/source.h"

/* What the visible panes need; the screen sets it (worker_set_needs()). Counts are rows, 0: not shown. */
struct view_needs {
    unsigned source, disassembly, registers, threads, breakpoints, frames, locals, memory, time;
    unsigned threads_from;     /* rows scrolled away above those of `threads` */
    bool all_registers;        /* else the general ones */
    bool code_for_source;      /* where there is no source the rows of `source` have the code */
    uint64_t disassembly_from; /* 0: around the pc */
    char memory_at[128];       /* expression for the memory pane, "" : the stack pointer */
    char source_file[512];     /* a file the user browses instead of the stop's, "": follow the stop */
};

/* The means of a breakpoint, as its mark on the screen: ● H M ○ ! */
enum view_mark {
    MARK_NONE,
    MARK_SOFTWARE,
    MARK_HARDWARE,
    MARK_MEMORY,
    MARK_PLANNED,
    MARK_FAILED,
    MARK_BOOKMARK
};

struct view_register {
    char *name;
    char *value; /* hex digits without 0x, or "unavailable" */
    char *old;   /* value at the previous stop where it differs, else NULL */
    int group;   /* enum rsp_register_class */
};
struct view_thread {
    unsigned number;
    char *id;       /* "p1.3" */
    char *name;     /* or NULL */
    char *state;    /* stopped running held exited unknown */
    char *where;    /* "worker.c:42", "pthread_join+0x1a", or NULL: not fetched */
    char *function; /* or NULL */
    char *reason;   /* "breakpoint 1", or NULL */
    bool selected;
    bool reported; /* the one whose stop this is */
};
struct view_instruction {
    uint64_t address;
    char *bytes; /* "e8 d5 fe ff ff" */
    char *text;  /* "call 0x401010 <lock>" */
    char *place; /* "main+4" */
    unsigned line;
    enum view_mark mark;
    bool current;
};
struct view_frame {
    unsigned level;
    uint64_t pc;
    bool exact;     /* the pc is the very instruction, and not the one behind a call */
    char *function; /* or NULL */
    char *where;    /* "worker.c:42" or NULL */
    char *file;     /* full path or NULL */
    unsigned line;
    char *rule; /* cfi frame-pointer prologue signal … */
    bool inlined, selected;
};
struct view_local {
    char *name, *type, *value;
    char *old; /* or NULL */
    bool argument;
};
struct view_breakpoint {
    int id;
    enum view_mark mark;
    char *what;   /* "worker.c:42", "*0x401136" */
    char *kind;   /* software hardware memory watch */
    char *state;  /* armed planned failed disabled … */
    char *reason; /* or NULL */
    uint64_t hits;
    char *file; /* full path or NULL */
    unsigned line;
    uint64_t address;
    bool enabled;
};
struct view_memory_row {
    uint64_t address;
    char *hex; /* 16 bytes, "--" where unreadable */
    char *text;
};
struct view_bookmark {
    uint64_t id, position;
    char *name;
    char *where; /* "main.c:42", "inner+4", or NULL */
    char *note;  /* or NULL */
    bool snapshot, stale;
};
/* The recording, or whatever else can be gone back in. */
struct view_time {
    bool shown;                      /* it was asked for */
    char *problem;                   /* why there is no time line, or NULL */
    char *unit;                      /* "instructions" */
    uint64_t position, total;        /* total 0: not known */
    struct view_bookmark *bookmarks; /* in time order */
    size_t bookmark_count;
    uint64_t *snapshots;
    size_t snapshot_count;
    uint64_t *stops; /* positions of stops seen with this line shown, the newest last */
    size_t stop_count;
    uint64_t epoch; /* of the newest of them */
};
struct view_line_mark {
    unsigned line;
    enum view_mark mark;
};

struct view {
    unsigned references; /* atomic */
    uint64_t serial;     /* grows with each published view */
    enum target_state state;
    uint64_t epoch;
    bool launched;            /* the program ends with this session */
    bool deaf;                /* it runs, and was interrupted in vain */
    bool can_run;             /* `restart` has something to start */
    int64_t running_since_ns; /* CLOCK_MONOTONIC, while running */
    char *stop_text;          /* "breakpoint 1 · p1.3" in plain words, or NULL */
    char *stop_thread, *stop_reason;
    uint64_t pc;
    uint64_t place; /* whose function and line that is: of a caller the call, which may be the end of its
                       function */
    bool has_pc;

    struct source_file *source; /* referenced; NULL: none */
    char *source_path;          /* as DWARF says, or NULL */
    char *last_source_path;     /* the last one that was shown, this one or of a view before; or NULL */
    unsigned source_line;       /* of the selected frame */
    char *source_problem;       /* why there is no source, or NULL */
    bool source_newer;          /* than the program: its lines may not fit */
    struct view_line_mark *line_marks;
    size_t line_mark_count;

    struct view_instruction *instructions;
    size_t instruction_count;
    char *disassembly_problem;
    struct view_register *registers;
    size_t register_count;
    struct view_thread *threads;
    size_t thread_count, thread_total;
    bool thrifty; /* bytes are dear: only the rows asked for were fetched, and no thread stands for others */
    struct view_frame *frames;
    size_t frame_count;
    char *frames_end; /* why the backtrace ended, or NULL */
    struct view_local *locals;
    size_t local_count;
    struct view_breakpoint *breakpoints;
    size_t breakpoint_count;
    struct view_memory_row *memory;
    size_t memory_count;

    struct view_time time;

    /* status line */
    char *target;      /* "qemu-x86_64 · tcp:127.0.0.1:1234", or NULL */
    char *program;     /* base name or NULL */
    bool has_terminal; /* it was started here, and can be typed at */
    uint64_t violations, stops;
    uint64_t stop_turns, stop_bytes; /* what the last stop cost, with its panes */
    int64_t stop_ns;
    char *progress;                         /* "index 41/100", or NULL */
    unsigned hardware_used, hardware_total; /* total 0: not learnt */
};

struct view *view_ref(struct view *v);
void view_unref(struct view *v); /* NULL is fine */

/*
 * Builds a view; on the engine's thread. Never fails: what could not be had is missing and says why. NULL:
 * somebody waits (`is_awaited`, which may be called at any time meanwhile), and it took longer than a moment.
 */
struct view *view_build(struct session *s, const struct view_needs *needs, const struct view *previous,
                        bool (*is_awaited)(void *context), void *context);

#endif
