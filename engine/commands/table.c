/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one table of commands, and finding a row of it by its name. */
#include <string.h>

#include "base/alloc.h"
#include "engine/commands/args.h"
#include "engine/commands/command.h"

static const struct command *const table[] = {
    /* target */
    &command_connect,
    &command_launch,
    &command_detach,
    &command_kill,
    &command_run,
    &command_start,
    &command_starti,
    &command_restart,
    &command_reconnect,
    &command_settings,
    &command_input,
    &command_features,
    &command_monitor,
    &command_wire,
    &command_interrupt,
    &command_break_in,
    &command_console,
    &command_kdb,
    &command_signals,
    &command_sstep,
    &command_follow,
    &command_summary,
    /* symbols */
    &command_symbols,
    &command_modules,
    &command_lookup,
    &command_type,
    &command_list,
    &command_sources,
    &command_maps,
    /* breakpoints */
    &command_break,
    &command_rbreak,
    &command_watch,
    &command_breakpoints,
    &command_enable,
    &command_disable,
    &command_delete,
    &command_slots,
    &command_verify,
    &command_recover,
    /* run */
    &command_continue,
    &command_step,
    &command_next,
    &command_stepi,
    &command_nexti,
    &command_finish,
    &command_until,
    &command_advance,
    &command_skip,
    &command_wait,
    &command_schedule,
    &command_hold,
    &command_release,
    /* time */
    &command_reverse_continue,
    &command_reverse_step,
    &command_reverse_next,
    &command_reverse_stepi,
    &command_reverse_nexti,
    &command_reverse_finish,
    &command_last_write,
    &command_first_write,
    &command_last_call,
    /* bookmarks */
    &command_bookmark,
    &command_bookmarks,
    &command_goto,
    &command_unbookmark,
    &command_autobookmark,
    &command_position,
    /* threads */
    &command_threads,
    &command_thread,
    &command_stacks,
    &command_ps,
    &command_audit,
    /* data */
    &command_backtrace,
    &command_frame,
    &command_locals,
    &command_eval,
    &command_set,
    &command_printers,
    &command_registers,
    &command_read,
    &command_write,
    &command_examine,
    &command_disassemble,
    &command_find_bytes,
    &command_dmesg,
    /* scripts */
    &command_repeat,
    &command_interleave,
    &command_explore,
    &command_assert,
    &command_echo,
    &command_sleep,
    &command_include,
    /* prompt */
    &command_help_word,
    &command_quit,
};

const struct command *const *command_table(size_t *count)
{
    *count = ARRAY_LENGTH(table);
    return table;
}

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(table); i++)
        if (strcmp(table[i]->name, name) == 0 && !(table[i]->flags & COMMAND_PROMPT))
            return table[i];
    return NULL;
}
