/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line-mode prompt: its loop, and what is printed around it. */
#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/descriptor.h"
#include "base/json.h"
#include "base/output.h"
#include "base/text.h"
#include "engine/commands/command.h"
#include "ui/cli_program.h"
#include "ui/editor.h"
#include "ui/face.h"
#include "ui/limits.h"
#include "ui/line_reader.h"
#include "base/signal_pipe.h"
#include "ui/talk.h"
#include "ui/ui.h"

enum { CLI_MESSAGES = 256 }; /* printed before the prompt is shown again */

/* What is awaited before the next prompt. */
enum cli_asked {
    ASKED_NOTHING,
    ASKED_LINE, /* a command */
    ASKED_VIEW, /* nothing more, but the view of the stop that was just told */
};

struct cli {
    struct worker *worker;
    struct signal_pipe signals;
    struct talk talk;
    bool terminal;
    struct cli_program program;
    bool has_program, running; /* of the last view: one that can be typed at is there; the target runs */
    bool had_program;          /* one was there, which may be started again */
    struct editor editor;      /* at a terminal */
    struct line_reader reader; /* else */

    bool ready, opening_failed;
    enum cli_asked asked;
    uint64_t id;  /* of the answer awaited */
    double epoch; /* of the view awaited */
    char *line;   /* the command that is being answered */
    char *repeat;
    bool hurried; /* Ctrl-C was pressed, and what it breaks off has not been answered yet */
    bool in_line; /* what was printed last did not end its line */
    enum face_ending ending;
    int ended_by;
};

static bool is_lent(const struct cli *c)
{
    return c->program.lent && c->running;
}

static bool may_type(const struct cli *c)
{
    return is_lent(c) || (c->ready && c->asked == ASKED_NOTHING);
}

static void hide_prompt(struct cli *c)
{
    if (c->terminal)
        editor_hide(&c->editor);
}

static void on_print(void *context, enum style style, const char *text)
{
    struct cli *c = context;
    FILE *stream = style == STYLE_ERROR || style == STYLE_HINT ? stderr : stdout;
    size_t n = strlen(text);
    hide_prompt(c);
    if (c->in_line && style != STYLE_TARGET)
        putchar('\n');
    output_flush();
    if (stream == stdout)
        output_write(text, n);
    else
        fwrite(text, 1, n, stream);
    c->in_line = n > 0 && text[n - 1] != '\n' && stream == stdout;
}

/* Nobody is there to be asked: a program that was started for this session ends with it. */
static void end_unattended(struct cli *c)
{
    c->ending = ENDING_LEAVE;
}

static void quit(struct cli *c)
{
    struct view *v = worker_view(c->worker);
    if (c->terminal && face_has_sites(v))
        editor_ask(&c->editor, FACE_QUIT_QUESTION);
    else
        end_unattended(c);
    view_unref(v);
}

static void answer_question(struct cli *c, const char *text)
{
    bool giving_up = strcmp(c->editor.question, FACE_GIVE_UP_QUESTION) == 0;
    if (giving_up && *text == 'g')
        worker_give_up(c->worker);
    else if (!giving_up && *text == 'd')
        c->ending = ENDING_DETACH;
    else if (!giving_up && *text == 'k')
        c->ending = ENDING_KILL;
    editor_ask(&c->editor, NULL);
}

/* Whoever presses a key wants to see what becomes of that, and not first what was said long before it. */
static void skip_unseen(struct cli *c)
{
    if (c->terminal)
        worker_skip_text(c->worker, CLI_UNSEEN_BYTES);
}

/* A program that has ended is started again by these. */
static bool starts_program(const char *line)
{
    static const char *const words[] = {"r", "run", "start", "starti", "restart"};
    size_t n = strcspn(line, " \t");
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strlen(words[i]) == n && strncmp(words[i], line, n) == 0)
            return true;
    return false;
}

static void do_line(struct cli *c, const char *line)
{
    line += strspn(line, " \t");
    if (!*line && c->repeat)
        line = c->repeat;
    if (!*line)
        return;
    if (face_is_quit(line)) {
        quit(c);
        return;
    }
    skip_unseen(c);
    char *copy = xstrdup(line);
    free(c->line);
    c->line = copy;
    c->asked = ASKED_LINE;
    c->id = worker_post_line(c->worker, copy);
    talk_posted(&c->talk);
    hide_prompt(c);
    if (c->terminal && (c->has_program || (c->had_program && starts_program(line))))
        cli_program_lend(&c->program);
}

static void on_line(void *context, char *text)
{
    struct cli *c = context;
    hide_prompt(c); /* shown again when there is something to answer it */
    if (!text) {
        putchar('\n');
        end_unattended(c);
    } else if (c->editor.question) {
        answer_question(c, text);
    } else {
        do_line(c, text);
    }
    free(text);
}

static void on_words(void *context, char *const *words)
{
    struct cli *c = context;
    struct winsize size = {0};
    BASE_BUF struct buf text = {0};
    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    face_words(words, size.ws_col ? size.ws_col : 80, &text);
    on_print(c, STYLE_TEXT, buf_text(&text));
}

static void on_problem(void *context, const char *text)
{
    BASE_FREE char *line = xasprintf("%s\n", text);
    on_print(context, STYLE_HINT, line);
}

/* The line of source at which the target stands, as gdb shows it. */
static void print_source(struct cli *c, const struct view *v)
{
    size_t n = 0;
    const char *line = v->source && v->source_line ? source_line(v->source, v->source_line, &n) : NULL;
    if (!line || v->state != TARGET_STOPPED)
        return;
    BASE_BUF struct buf text = {0};
    buf_printf(&text, "%u\t", v->source_line);
    text_add_visible(&text, line, n < CLI_SOURCE_BYTES ? n : CLI_SOURCE_BYTES, true);
    buf_add_char(&text, '\n');
    on_print(c, STYLE_TEXT, buf_text(&text));
}

/* Shows where the target stands once the view of that stop is there. */
static void on_view(struct cli *c)
{
    struct view *v = worker_view(c->worker);
    c->has_program = v && v->has_terminal;
    c->running = v && v->state == TARGET_RUNNING;
    c->had_program = c->had_program || c->has_program;
    if (v && c->asked == ASKED_VIEW && (double)v->epoch >= c->epoch) {
        c->asked = ASKED_NOTHING;
        print_source(c, v);
    }
    view_unref(v);
}

static void on_answer(struct cli *c, const struct worker_message *m)
{
    if (c->asked != ASKED_LINE || m->id != c->id)
        return;
    c->asked = ASKED_NOTHING;
    c->hurried = false;
    cli_program_take_back(&c->program);
    bool runs = m->command && (m->command->flags & COMMAND_RUNS);
    const cJSON *epoch = cJSON_GetObjectItemCaseSensitive(m->result, "epoch");
    talk_answer(&c->talk, m, true);
    free(c->repeat);
    bool again = runs && !(m->command->flags & COMMAND_STARTS);
    c->repeat = again ? c->line : NULL;
    if (again)
        c->line = NULL;
    if (runs && cJSON_IsNumber(epoch)) {
        c->asked = ASKED_VIEW;
        c->epoch = epoch->valuedouble;
        on_view(c);
    }
}

static void on_ready(struct cli *c, const struct worker_message *m)
{
    c->ready = true;
    c->hurried = false;
    c->opening_failed = m->error != NULL;
    talk_ready(&c->talk, m->error);
    struct view *v = worker_view(c->worker);
    if (v)
        print_source(c, v);
    view_unref(v);
}

/* What the program printed goes to a terminal as it came, to anything else as its event says it. */
static bool is_printed_raw(const struct cli *c, const cJSON *event)
{
    const char *name = json_text_or_null(event, "event");
    return c->terminal && name && strcmp(name, "program") == 0;
}

static void print_program(struct cli *c, const struct worker_message *m)
{
    BASE_BUF struct buf text = {0};
    cli_program_text(&c->program, m->text, m->length, &text);
    if (c->terminal && text.length)
        on_print(c, STYLE_TARGET, buf_text(&text));
}

static void take_message(struct cli *c, const struct worker_message *m)
{
    if (m->kind == WORKER_ANSWER) {
        on_answer(c, m);
    } else if (m->kind == WORKER_EVENT) {
        if (!is_printed_raw(c, m->event))
            talk_event(&c->talk, m->event);
    } else if (m->kind == WORKER_PROGRAM) {
        print_program(c, m);
    } else if (m->kind == WORKER_READY) {
        on_ready(c, m);
    } else if (m->kind == WORKER_VIEW) {
        on_view(c);
    }
}

/* A target may say more than can be printed, without an end: signals and keys do not wait for that. */
static void take_messages(struct cli *c)
{
    struct worker_message m;
    bool pressed = false;
    if (c->hurried)
        skip_unseen(c);
    for (int i = 0; i < CLI_MESSAGES && !pressed && worker_take(c->worker, &m); i++) {
        take_message(c, &m);
        worker_message_free(&m);
        pressed = fd_is_readable(c->signals.fd) || (may_type(c) && fd_is_readable(STDIN_FILENO));
    }
}

/* Ctrl-C at the prompt: the line is thrown away, a target that runs behind it is stopped, and nothing more is
 * read to be shown. */
static void interrupt_prompt(struct cli *c)
{
    struct view *v = worker_view(c->worker);
    editor_discard(&c->editor);
    hide_prompt(c);
    puts("^C");
    editor_ask(&c->editor, face_is_deaf(v) ? FACE_GIVE_UP_QUESTION : NULL);
    if (!face_is_deaf(v))
        worker_interrupt(c->worker);
    view_unref(v);
}

static void on_signals(struct cli *c)
{
    struct signals_seen seen = signal_pipe_take(&c->signals);
    if (seen.resized)
        cli_program_size(c->worker);
    if (seen.ended_by) {
        c->ended_by = seen.ended_by;
        end_unattended(c);
    } else if (seen.interrupt && (c->asked != ASKED_NOTHING || !c->ready)) {
        c->hurried = true;
        worker_interrupt(c->worker);
    } else if (seen.interrupt && c->terminal) {
        skip_unseen(c);
        interrupt_prompt(c);
    } else if (seen.interrupt) {
        end_unattended(c);
        c->ended_by = SIGINT;
    }
}

/* Shows the prompt, or takes the lines that are there, when nothing is being answered. */
static void go_on(struct cli *c)
{
    while (c->ready && c->asked == ASKED_NOTHING && c->ending == ENDING_NONE) {
        if (c->terminal) {
            if (c->in_line)
                putchar('\n');
            c->in_line = false;
            editor_show(&c->editor);
            return;
        }
        BASE_FREE char *line = line_reader_next(&c->reader);
        if (line)
            do_line(c, line);
        else if (c->reader.over)
            end_unattended(c);
        else
            return;
    }
}

/* What is typed while the program has the terminal, unless that was taken back meanwhile. A window that was
 * resized before is told before: its signal came while the poll was on its way back. */
static void read_for_program(struct cli *c)
{
    if (fd_is_readable(c->signals.fd))
        on_signals(c);
    if (c->ending == ENDING_NONE && c->program.lent && !cli_program_read(&c->program, c->worker))
        end_unattended(c);
}

static void read_line(struct cli *c)
{
    if (c->terminal)
        editor_read(&c->editor);
    else
        line_reader_fill(&c->reader);
}

static void loop(struct cli *c)
{
    for (;;) {
        go_on(c);
        if (output_broken()) /* nobody reads the answers any more; main() tells it */
            end_unattended(c);
        if (c->ending != ENDING_NONE)
            return;
        bool lent = is_lent(c);
        struct pollfd waits[] = {
            {.fd = may_type(c) ? STDIN_FILENO : -1, .events = POLLIN},
            {.fd = worker_fd(c->worker), .events = POLLIN},
            {.fd = c->signals.fd, .events = POLLIN},
        };
        if (poll(waits, ARRAY_LENGTH(waits), -1) < 0)
            continue;
        if (waits[2].revents)
            on_signals(c);
        if (waits[1].revents)
            take_messages(c);
        if (waits[0].revents && lent)
            read_for_program(c);
        else if (waits[0].revents)
            read_line(c);
    }
}

static void open_cli(struct cli *c, const struct ui_options *options)
{
    struct worker_options worker = *options->worker;
    worker.last_words = face_last_words;
    worker.views = true;
    worker.capture_output = true;
    c->talk = (struct talk){.print = on_print, .context = c};
    c->terminal = isatty(STDIN_FILENO);
    c->reader = (struct line_reader){.fd = STDIN_FILENO};
    c->worker = worker_start(&worker);
    /* Neither is asked of the target. */
    worker_set_needs(c->worker, &(struct view_needs){.source = 1, .breakpoints = FACE_BREAKPOINTS});
    cli_program_size(c->worker);
    if (!c->terminal)
        return;
    struct editor_options editor = {
        .worker = c->worker,
        .line = on_line,
        .words = on_words,
        .problem = on_problem,
        .context = c,
    };
    editor_prepare(false);
    editor_open(&c->editor, &editor);
}

int ui_run_cli(const struct ui_options *options)
{
    setlocale(LC_CTYPE, "");
    struct cli c = {0};
    if (!signal_pipe_open(&c.signals, true)) {
        fprintf(stderr, "allstop: cannot start: %s\n", strerror(errno));
        return 5;
    }
    open_cli(&c, options);
    loop(&c);
    cli_program_take_back(&c.program);
    if (c.terminal)
        editor_close(&c.editor);
    face_end(c.worker, c.ending);
    signal_pipe_close(&c.signals);
    talk_free(&c.talk);
    line_reader_free(&c.reader);
    free(c.line);
    free(c.repeat);
    if (c.ended_by)
        return 128 + c.ended_by;
    return c.opening_failed && !c.terminal ? 3 : 0;
}
