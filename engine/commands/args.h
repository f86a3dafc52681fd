/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/commands/args.h - small helpers that the commands share, and the list of all commands.
 *
 * Reading checked JSON arguments, writing addresses. Engine thread; nothing is kept.
 */
#ifndef ALLSTOP_ENGINE_COMMANDS_ARGS_H
#define ALLSTOP_ENGINE_COMMANDS_ARGS_H

#include "engine/commands/command.h"
#include "engine/session/session_private.h"
#include "base/json.h"

/* A string argument, or NULL. */
const char *arg_text(const cJSON *args, const char *name);
/* A number, or a string that is one; `fallback` when it is not there. ERR_USAGE otherwise. */
struct error *arg_unsigned(const cJSON *args, const char *name, uint64_t fallback,
                           uint64_t *ret) BASE_MUST_CHECK;
bool arg_true(const cJSON *args, const char *name);
bool arg_given(const cJSON *args, const char *name);
/* A number, a place or an expression. */
struct error *arg_address(struct session *s, const cJSON *args, const char *name,
                          uint64_t *ret) BASE_MUST_CHECK;
/* The thread named by argument `thread`, else the selected one. */
struct error *arg_thread(struct session *s, const cJSON *args, struct thread **ret) BASE_MUST_CHECK;
/* A thread as a number or a string names it; ERR_NO_THREAD. */
struct error *thread_by_json(struct session *s, const cJSON *id, struct thread **ret) BASE_MUST_CHECK;
/* function file line, as far as known: of an address, and of a place that was looked up. */
void json_add_place(struct session *s, cJSON *o, uint64_t address);
struct symbol_place;
void json_add_symbol_place(cJSON *o, const struct symbol_place *place);
/* A thread as it is named everywhere: "p1.2", "cpu0". */
void json_add_thread(cJSON *o, const char *name, struct ptid id);
/* Appends `name` of `o` when it is there, with text around it. */
void json_append(struct buf *out, const char *before, const cJSON *o, const char *name, const char *after);
/* Cuts the first word off *text: malloc'd, or NULL at the end. */
char *prompt_word(const char **text);
/* Puts an optional "/FORMAT" in front of *text into `format` (at most n-1 characters), "" when there is none.
 */
void prompt_format(const char **text, char *format, size_t n);

/* What became of a way through time that was cut short: interrupted, it ends with a stop as any other. */
struct error *time_cut_short(struct session *s, struct error *e, cJSON **ret) BASE_MUST_CHECK;

/* What starts a plan: nothing else moves the target meanwhile. */
enum { RUN_FLAGS = COMMAND_NEEDS_TARGET | COMMAND_NEEDS_STOPPED | COMMAND_RUNS };
/* engine/commands/run.c: starts it on the thread, and as often, as the arguments say. */
struct error *run_plan(struct session *s, const cJSON *args, struct plan *plan) BASE_MUST_CHECK;

/* engine/commands/target.c: the same target again: what we launched is started anew, a stub that listens is
 * attached to again. */
struct error *target_again(struct session *s, bool kill, bool running, enum start_at at,
                           cJSON **ret) BASE_MUST_CHECK;
/* The program is started; *ret stays NULL where it is on its way from its entry. */
struct error *target_start(struct session *s, enum start_at at, cJSON **ret) BASE_MUST_CHECK;

extern const struct command command_run, command_start, command_starti, command_settings, command_input;
extern const struct command command_connect, command_launch, command_detach, command_kill, command_restart,
    command_reconnect, command_features, command_monitor, command_wire, command_signals, command_summary,
    command_sstep, command_follow, command_console, command_break_in, command_kdb;
extern const struct command command_symbols, command_lookup, command_type, command_list, command_sources,
    command_maps, command_modules, command_ps, command_dmesg;
extern const struct command command_break, command_rbreak, command_watch, command_breakpoints, command_enable,
    command_disable, command_delete, command_slots, command_verify, command_recover;
extern const struct command command_continue, command_step, command_next, command_stepi, command_nexti,
    command_finish, command_until, command_advance, command_skip, command_wait, command_interrupt,
    command_schedule, command_hold, command_release;
extern const struct command command_reverse_continue, command_reverse_step, command_reverse_next,
    command_reverse_stepi, command_reverse_nexti, command_reverse_finish;
extern const struct command command_position, command_bookmark, command_bookmarks, command_goto,
    command_unbookmark, command_autobookmark, command_last_write, command_first_write, command_last_call;
extern const struct command command_threads, command_thread, command_stacks, command_audit;
extern const struct command command_backtrace, command_frame, command_locals, command_eval, command_set,
    command_printers, command_registers, command_read, command_write, command_examine, command_disassemble,
    command_find_bytes;
extern const struct command command_interleave, command_explore;
extern const struct command command_repeat, command_assert, command_echo, command_sleep, command_include;
extern const struct command command_help_word, command_quit;

#endif
