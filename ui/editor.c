/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/editor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <fcntl.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "base/alloc.h"
#include "engine/face/worker.h"
#include "ui/history.h"
#include "ui/limits.h"

enum { COMPLETION_WAIT_MS = 150 };

/* readline's callbacks have no context argument. */
static struct editor *active;

static void keep_in_history(struct editor *e, const char *text)
{
    HIST_ENTRY *last = history_length ? history_get(history_base + history_length - 1) : NULL;
    if (text[strspn(text, " \t")] == '\0' || (last && strcmp(last->line, text) == 0))
        return;
    add_history(text);
    if (!e->history || e->history_broken)
        return;
    BASE_ERROR struct error *problem = history_append(e->history, text, false);
    if (problem) {
        e->history_broken = true;
        e->options.problem(e->options.context, problem->message);
    }
}

static void enter(char *text)
{
    struct editor *e = active;
    e->entering = true;
    if (text && strlen(text) > EDITOR_LINE_BYTES)
        text[EDITOR_LINE_BYTES] = '\0';
    if (text && !e->question)
        keep_in_history(e, text);
    e->options.line(e->options.context, text);
    e->entering = false;
}

size_t editor_common_prefix(char *const *words)
{
    size_t length = words[0] ? strlen(words[0]) : 0;
    for (size_t i = 1; words[0] && words[i]; i++) {
        size_t same = 0;
        while (same < length && words[i][same] == words[0][same])
            same++;
        length = same;
    }
    /* Not in the middle of a character. */
    while (length && words[0][length] && ((unsigned char)words[0][length] & 0xc0) == 0x80)
        length--;
    return length;
}

static void replace_word(size_t start, const char *with, size_t n, bool whole)
{
    BASE_FREE char *text = xasprintf("%.*s%s", (int)n, with, whole ? " " : "");
    rl_begin_undo_group();
    rl_delete_text((int)start, rl_point);
    rl_point = (int)start;
    rl_insert_text(text);
    rl_end_undo_group();
}

/* A unique word ends with a blank, unless it is a folder or a file that a line number follows. */
static bool ends_word(const char *word)
{
    size_t n = strlen(word);
    return n > 0 && !strchr("/:.*&(", word[n - 1]);
}

static int complete(int count, int key)
{
    (void)count;
    (void)key;
    struct editor *e = active;
    size_t start = 0, point = (size_t)rl_point;
    char **words = worker_complete(e->options.worker, rl_line_buffer, point, COMPLETION_WAIT_MS, &start);
    if (!words)
        return 0;
    if (!words[0] || start > point) {
        worker_words_free(words);
        return 0;
    }
    size_t common = editor_common_prefix(words);
    bool unique = !words[1];
    if (unique)
        replace_word(start, words[0], common, ends_word(words[0]));
    else if (common > point - start)
        replace_word(start, words[0], common, false);
    else
        e->options.words(e->options.context, words);
    worker_words_free(words);
    return 0;
}

static int next_byte(FILE *stream)
{
    (void)stream;
    struct buf *input = &active->input;
    if (input->length == 0)
        return EOF;
    unsigned char c = (unsigned char)input->data[0];
    buf_drop(input, 1);
    return c;
}

static int input_waits(void)
{
    return active->input.length > 0;
}

static void show_nothing(void)
{
    /* The screen draws from editor_view(). */
}

/* A stream that has nothing to read and never will: readline must not look at the keyboard itself. */
static FILE *silent_input(void)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return NULL;
    return fdopen(ends[0], "r"); /* the other end stays open, so this one never ends */
}

static int delete_key(int count, int key)
{
    /* Unlike Ctrl-D it must not mean end of input on an empty line. */
    return rl_end > rl_point ? rl_delete(count, key) : 0;
}

void editor_prepare(bool in_screen)
{
    rl_readline_name = "allstop";
    rl_catch_signals = 0;
    rl_catch_sigwinch = in_screen ? 0 : 1;
    rl_change_environment = 0;
    if (in_screen) {
        rl_instream = silent_input();
        rl_outstream = fopen("/dev/null", "we");
        rl_getc_function = next_byte;
        rl_input_available_hook = input_waits;
        rl_redisplay_function = show_nothing;
        rl_prep_term_function = NULL;
        rl_deprep_term_function = NULL;
    } else {
        rl_instream = stdin;
        rl_outstream = stdout;
        rl_getc_function = rl_getc;
        rl_input_available_hook = NULL;
        rl_redisplay_function = rl_redisplay;
        rl_prep_term_function = rl_prep_terminal;
        rl_deprep_term_function = rl_deprep_terminal;
    }
    rl_initialize();
    rl_variable_bind("bell-style", "none");
    rl_variable_bind("enable-bracketed-paste", in_screen ? "off" : "on");
    rl_bind_key('\t', complete);
    rl_bind_keyseq("\\e[3~", delete_key);
}

void editor_open(struct editor *e, const struct editor_options *options)
{
    *e = (struct editor){.options = *options};
    active = e;
    using_history();
    stifle_history(HISTORY_LINES);
    e->history = history_path();
    BASE_ERROR struct error *problem = e->history ? history_load(e->history, add_history) : NULL;
    if (problem) {
        e->history_broken = true;
        options->problem(options->context, problem->message);
    }
    if (options->in_screen)
        editor_show(e);
}

void editor_close(struct editor *e)
{
    editor_hide(e);
    clear_history();
    buf_free(&e->input);
    free(e->history);
    free(e->kept);
    active = NULL;
}

void editor_show(struct editor *e)
{
    if (e->installed)
        return;
    e->installed = true;
    rl_callback_handler_install(e->question ? e->question : EDITOR_PROMPT, enter);
    if (e->kept) {
        rl_insert_text(e->kept);
        rl_point = e->kept_cursor;
        rl_redisplay();
        free(e->kept);
        e->kept = NULL;
    }
}

void editor_hide(struct editor *e)
{
    if (!e->installed)
        return;
    e->installed = false;
    if (!e->entering && !e->options.in_screen) {
        e->kept = rl_copy_text(0, rl_end);
        e->kept_cursor = rl_point;
        rl_clear_visible_line();
    }
    rl_callback_handler_remove();
}

void editor_ask(struct editor *e, const char *question)
{
    editor_hide(e);
    free(e->kept);
    e->kept = NULL;
    e->question = question;
}

void editor_feed(struct editor *e, const char *bytes, size_t n)
{
    buf_add(&e->input, bytes, n);
    while (e->input.length)
        rl_callback_read_char();
}

void editor_read(struct editor *e)
{
    if (e->installed)
        rl_callback_read_char();
}

struct editor_view editor_view(const struct editor *e)
{
    (void)e;
    return (struct editor_view){
        .prompt = rl_display_prompt ? rl_display_prompt : EDITOR_PROMPT,
        .text = rl_line_buffer ? rl_line_buffer : "",
        .cursor = rl_point > 0 ? (size_t)rl_point : 0,
    };
}

void editor_discard(struct editor *e)
{
    (void)e;
    rl_free_line_state();
    rl_callback_sigcleanup();
    rl_replace_line("", 1);
    rl_point = rl_mark = rl_end = 0;
}
