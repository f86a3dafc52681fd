/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line: options to one of the faces. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/error.h"
#include "base/output.h"
#include "base/signal_pipe.h"
#include "base/text.h"
#include "rsp/transport.h"
#include "rsp/wire_log.h"
#include "scripts/script.h"
#include "ui/ui.h"

enum face { FACE_SCREEN, FACE_CLI, FACE_SCRIPT, FACE_JSONL, FACE_AUDIT, FACE_SERVE_LOG };

enum long_option {
    OPTION_JSONL = 256,
    OPTION_CLI,
    OPTION_AUDIT,
    OPTION_AUDIT_JSON,
    OPTION_WIRE_LOG,
    OPTION_BREAK_IN,
    OPTION_RUNNING,
    OPTION_SERVE_WIRE_LOG,
    OPTION_LISTEN,
    OPTION_SEED,
    OPTION_NO_CONFIG,
    OPTION_ARGS,
    OPTION_TTY,
    OPTION_STOP_AT,
    OPTION_VERSION,
};

struct arguments {
    enum face face;
    bool running;
    bool no_config;
    bool ended; /* --args: what follows is the program and its arguments */
    const char *tty, *stop_at;
    const char *program, *target, *script, *break_in, *wire_log, *audit_json, *serve_log, *listen;
    char **program_args;
    const char **symbols;
    size_t symbol_count, symbol_capacity;
    const char **defines;
    size_t define_count, define_capacity;
    uint64_t seed;
};

static const char usage_text[] =
    "usage: allstop [OPTIONS] [--] [PROGRAM [ARGS...]]\n"
    "\n"
    "A debugger for anything that speaks the GDB Remote Serial Protocol.\n"
    "\n"
    "  PROGRAM               an ELF file: its symbols are loaded. Without --target it is\n"
    "                        also started, and stands at main, under gdbserver or,\n"
    "                        for another processor, under qemu-ARCH\n"
    "      --args            PROGRAM and its arguments follow: no option does (-- says the same)\n"
    "      --tty PATH        the terminal of the program that is started; it gets one of its\n"
    "                        own otherwise, shown in a pane, or among the output of --cli\n"
    "      --stop-at PLACE   where the program that is started stands first: entry, main or\n"
    "                        none; main on the screen and with --cli, else entry\n"
    "  -t, --target SPEC     attach to a stub:\n"
    "                          HOST:PORT  :PORT  tcp:HOST:PORT  unix:PATH\n"
    "                          /dev/ttyS0[,BAUD[,8n1]]  serial:PATH[,BAUD]\n"
    "                          telnet:HOST:PORT    a serial line behind a terminal server\n"
    "                          exec:COMMAND ...    speaks on its stdin and stdout\n"
    "                          launch:COMMAND ...  started first; {port}, {socket} or {pty}\n"
    "                                              in it is where the stub is reached\n"
    "                          none                no target: the files alone\n"
    "      --running         a kernel runs there: send nothing before it is interrupted\n"
    "      --break-in HOW    how to stop it: auto, interrupt, break-g, sysrq,\n"
    "                        command:LINE or break-command:LINE\n"
    "  -s, --symbols FILE[@ADDRESS]  more symbols; @+OFFSET for a slide; may repeat\n"
    "  -S, --script FILE     run a JSON session without a screen ('-': standard input)\n"
    "      --jsonl           serve requests, one JSON object a line, on stdin and stdout\n"
    "      --cli             a line-mode prompt instead of the screen\n"
    "      --audit           put the stub through the checks of what an all-stop stub must do,\n"
    "                        print the report and exit; -D unsafe=true runs all of them,\n"
    "                        -D at=PLACE names a place that is hit often\n"
    "      --audit-json FILE the report as JSON ('-': standard output, without the table)\n"
    "      --wire-log FILE   every packet, both ways, timed, as JSON Lines\n"
    "      --serve-wire-log FILE [--listen SPEC]   be a stub that answers from a wire log\n"
    "  -D, --define NAME=VALUE   a variable for the script; may repeat\n"
    "      --seed N              of what is drawn at random: the orders of `explore`\n"
    "      --no-config       ignore the user's files of configuration\n"
    "      --version  --help\n"
    "\n"
    "Exit status of --script and --audit: 0 every expectation held, 1 one failed or a\n"
    "violation was found, 2 the command line or\n"
    "the script is wrong, 3 the target could not be reached or was lost, 4 a step ran out of\n"
    "time, 5 internal error, 6 the output or the wire log could not be written.\n"
    "SIGINT, SIGTERM and SIGHUP end every face with 128 and their number\n"
    "(SIGINT at the prompt and on the screen stops the target), after what was inserted is\n"
    "taken out and the target is left, or ended where it was started for this.\n";

static const struct option long_options[] = {
    {"target", required_argument, NULL, 't'},
    {"symbols", required_argument, NULL, 's'},
    {"script", required_argument, NULL, 'S'},
    {"jsonl", no_argument, NULL, OPTION_JSONL},
    {"cli", no_argument, NULL, OPTION_CLI},
    {"audit", no_argument, NULL, OPTION_AUDIT},
    {"audit-json", required_argument, NULL, OPTION_AUDIT_JSON},
    {"running", no_argument, NULL, OPTION_RUNNING},
    {"break-in", required_argument, NULL, OPTION_BREAK_IN},
    {"wire-log", required_argument, NULL, OPTION_WIRE_LOG},
    {"serve-wire-log", required_argument, NULL, OPTION_SERVE_WIRE_LOG},
    {"listen", required_argument, NULL, OPTION_LISTEN},
    {"define", required_argument, NULL, 'D'},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"args", no_argument, NULL, OPTION_ARGS},
    {"tty", required_argument, NULL, OPTION_TTY},
    {"stop-at", required_argument, NULL, OPTION_STOP_AT},
    {"no-config", no_argument, NULL, OPTION_NO_CONFIG},
    {"version", no_argument, NULL, OPTION_VERSION},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static void add(const char ***list, size_t *count, size_t *capacity, const char *text)
{
    ARRAY_RESERVE(*list, *count, *capacity);
    (*list)[(*count)++] = text;
}

/* Where the text of an option goes that says nothing else, or NULL. */
static const char **place_of_text(struct arguments *a, int option)
{
    switch (option) {
    case 't':
        return &a->target;
    case OPTION_AUDIT_JSON:
        return &a->audit_json;
    case OPTION_BREAK_IN:
        return &a->break_in;
    case OPTION_WIRE_LOG:
        return &a->wire_log;
    case OPTION_LISTEN:
        return &a->listen;
    case OPTION_TTY:
        return &a->tty;
    case OPTION_STOP_AT:
        return &a->stop_at;
    default:
        return NULL;
    }
}

/* One option; -1: go on, else the exit status. */
static int take_option(struct arguments *a, int option)
{
    const char **place = place_of_text(a, option);
    if (place) {
        *place = optarg;
        return -1;
    }
    switch (option) {
    case 's':
        add(&a->symbols, &a->symbol_count, &a->symbol_capacity, optarg);
        return -1;
    case 'D':
        add(&a->defines, &a->define_count, &a->define_capacity, optarg);
        return -1;
    case 'S':
        a->script = optarg;
        a->face = FACE_SCRIPT;
        return -1;
    case OPTION_JSONL:
        a->face = FACE_JSONL;
        return -1;
    case OPTION_CLI:
        a->face = FACE_CLI;
        return -1;
    case OPTION_AUDIT:
        a->face = FACE_AUDIT;
        return -1;
    case OPTION_RUNNING:
        a->running = true;
        return -1;
    case OPTION_SERVE_WIRE_LOG:
        a->serve_log = optarg;
        a->face = FACE_SERVE_LOG;
        return -1;
    case OPTION_SEED:
        if (text_parse_u64(optarg, &a->seed))
            return -1;
        fprintf(stderr, "allstop: --seed takes a whole number\n");
        return STATUS_WRONG;
    case OPTION_NO_CONFIG:
        a->no_config = true;
        return -1;
    case OPTION_ARGS:
        a->ended = true;
        return -1;
    case OPTION_VERSION:
        puts("allstop " ALLSTOP_VERSION);
        return STATUS_OK;
    case 'h':
        fputs(usage_text, stdout);
        return STATUS_OK;
    default:
        fputs("`allstop --help` shows the options.\n", stderr);
        return STATUS_WRONG;
    }
}

static int tell(struct error *e)
{
    fprintf(stderr, "allstop: %s\n", e->message);
    if (e->hint)
        fprintf(stderr, "  %s\n", e->hint);
    error_free(e);
    return STATUS_WRONG;
}

static int parse(struct arguments *a, int argc, char **argv)
{
    int option;
    /* '+': what follows PROGRAM is the program's. */
    while (!a->ended && (option = getopt_long(argc, argv, "+t:s:S:D:h", long_options, NULL)) != -1) {
        int status = take_option(a, option);
        if (status >= 0)
            return status;
    }
    if (optind < argc) {
        a->program = argv[optind];
        a->program_args = argv + optind + 1;
    }
    add(&a->symbols, &a->symbol_count, &a->symbol_capacity, NULL);
    add(&a->defines, &a->define_count, &a->define_capacity, NULL);
    if (a->target && strcmp(a->target, "none") != 0) {
        struct error *e = transport_check_spec(a->target);
        if (e)
            return tell(e);
    }
    enum start_at at;
    if (a->stop_at && !start_at_parse(a->stop_at, &at))
        return tell(error_new(ERR_USAGE, "--stop-at %s: it is entry, main or none", a->stop_at));
    if (a->stop_at && a->target)
        return tell(error_new(ERR_USAGE, "--stop-at goes with a program that is started, not with --target"));
    if (a->tty && a->target)
        return tell(error_new(ERR_USAGE, "--tty goes with a program that is started, not with --target"));
    if (a->listen && a->face != FACE_SERVE_LOG)
        return tell(error_new(ERR_USAGE, "--listen goes with --serve-wire-log"));
    if (a->audit_json && a->face != FACE_AUDIT)
        return tell(error_new(ERR_USAGE, "--audit-json goes with --audit"));
    return -1;
}

static int serve_log(const struct arguments *a, int cancel_fd)
{
    struct error *e = wire_log_serve(a->serve_log, a->listen ? a->listen : "127.0.0.1:0", cancel_fd);
    if (!e)
        return STATUS_OK;
    int status = e->code == ERR_USAGE || e->code == ERR_NO_SOURCE ? STATUS_WRONG : STATUS_LOST;
    tell(e);
    return status;
}

static bool has_own_signals(enum face face)
{
    return face == FACE_CLI || face == FACE_SCREEN;
}

static int run(const struct arguments *a)
{
    struct signal_pipe signals = {.fd = -1};
    if (!has_own_signals(a->face) && !signal_pipe_open(&signals, false))
        return tell(error_new(ERR_INTERNAL, "catching signals: %s", strerror(errno)));
    BASE_FREE char *printers = a->no_config ? NULL : file_config_path("printers");
    struct script_options script = {
        .file = a->script,
        .program = a->program,
        .args = a->program_args,
        .target = a->target,
        .symbols = a->symbols,
        .defines = a->defines,
        .break_in = a->break_in,
        .running = a->running,
        .wire_log = a->wire_log,
        .tty = a->tty,
        .printers = printers,
        .stop_at = a->stop_at,
        .seed = a->seed,
        .audit_json = a->audit_json,
        .signals = &signals,
    };
    struct worker_options worker = {
        .program = a->program,
        .args = a->program_args,
        .target = a->target,
        .symbols = a->symbols,
        .break_in = a->break_in,
        .running = a->running,
        .wire_log = a->wire_log,
        .tty = a->tty,
        .printers = printers,
        .stop_at = START_MAIN,
        .capture_output = true,
    };
    if (a->stop_at)
        start_at_parse(a->stop_at, &worker.stop_at);
    struct ui_options ui = {.worker = &worker};
    switch (a->face) {
    case FACE_SERVE_LOG:
        return serve_log(a, signals.fd);
    case FACE_SCRIPT:
        return script_run(&script);
    case FACE_AUDIT:
        return audit_report(&script);
    case FACE_JSONL:
        return jsonl_run(&script);
    case FACE_CLI:
        return ui_run_cli(&ui);
    case FACE_SCREEN:
        worker.views = true;
        return ui_run_screen(&ui);
    }
    return STATUS_INTERNAL;
}

/* Where one of them is closed, a file or the stub's connection would take its number, and what is printed
 * would go there. What is put in its place cannot be written, so that the loss is noticed. */
static void hold_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) < 0)
            _exit(STATUS_INTERNAL);
}

/* Who reads only the status must not take a session for good whose output was lost. */
static int check_output(int status)
{
    return output_flush() || status != STATUS_OK ? status : STATUS_UNWRITTEN;
}

int main(int argc, char **argv)
{
    struct arguments a = {.face = FACE_SCREEN, .seed = (uint64_t)clock_now_ns()};
    /* A peer that goes away or a file that may not grow is an error of the write, not our end. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    hold_standard_streams();
    int status = parse(&a, argc, argv);
    if (status < 0)
        status = run(&a);
    status = check_output(status);
    free(a.symbols);
    free(a.defines);
    return status;
}
