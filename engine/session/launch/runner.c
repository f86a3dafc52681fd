/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/session/launch/runner.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/session/session_private.h"
#include "engine/session/launch/starter.h"
#include "engine/target/sysroot.h"
#include "engine/inspect/location.h"

/* -- the program's descriptors --------------------------------------------------------------------- */

static void hold(struct runner *r, int fd)
{
    for (size_t i = 0; i < ARRAY_LENGTH(r->opened); i++) {
        if (r->opened[i] < 0) {
            r->opened[i] = fd;
            return;
        }
    }
    close(fd);
}

void runner_free(struct runner *r)
{
    for (size_t i = 0; i < ARRAY_LENGTH(r->opened); i++)
        if (r->opened[i] >= 0)
            close(r->opened[i]);
    setup_list_free(r->environment);
    free(r->spec);
}

/* *fd is `otherwise` where no file is named. */
static struct error *open_file(struct runner *r, const struct program_setup *p, const char *name, int flags,
                               int otherwise, int *fd)
{
    *fd = otherwise;
    if (!name)
        return NULL;
    BASE_FREE char *path = setup_path(p, name);
    *fd = open(path, flags | O_CLOEXEC | O_NOCTTY, 0666);
    if (*fd < 0)
        return error_new(ERR_REFUSED, "opening %s for the program: %s", path, strerror(errno));
    hold(r, *fd);
    return NULL;
}

static int output_flags(bool append)
{
    return O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC);
}

/* An emulator has the program's descriptors as its own. */
static struct error *open_files(struct session *s, struct runner *r)
{
    const struct program_setup *p = &s->setup;
    struct transport_child_options *c = &r->child;
    c->terminal = s->terminal.slave;
    if (p->tty)
        TRY(open_file(r, p, p->tty, O_RDWR, -1, &c->terminal));
    c->has_terminal = true;
    TRY(open_file(r, p, p->input, O_RDONLY, c->terminal, &c->input));
    TRY(open_file(r, p, p->output, output_flags(p->append_output), c->terminal, &c->output));
    return open_file(r, p, p->errors, output_flags(p->append_errors),
                     p->errors_to_output ? c->output : c->terminal, &c->error);
}

/* -- gdbserver ------------------------------------------------------------------------------------- */

/* gdbserver hands its wrapper to the shell that SHELL names, which must be one that every script knows. */
static char **with_shell(void)
{
    struct program_setup ours = {0};
    struct error *e = setup_set_variable(&ours, "SHELL", "/bin/sh");
    char **list = setup_environment(&ours, false);
    setup_free(&ours);
    error_free(e);
    return list;
}

static struct error *by_gdbserver(struct session *s, const char *name, struct runner *r)
{
    BASE_FREE char *program = realpath(name, NULL);
    if (!program)
        return error_new(ERR_NO_SOURCE, "starting %s: %s", name, strerror(errno));
    const char *terminal = s->setup.tty ? s->setup.tty : s->terminal.path;
    int description;
    TRY(starter_describe(&s->setup, terminal, program, &description));
    hold(r, description);
    r->child.has_input = true;
    r->child.input = description;
    r->environment = with_shell();
    BASE_BUF struct buf b = {0};
    /* our own binary by this name also where it has been built anew since */
    buf_printf(&b, "launch:gdbserver --once --wrapper /proc/%d/exe " STARTER_WORD " -- 127.0.0.1:{port} ",
               (int)getpid());
    words_quote(&b, program);
    r->spec = buf_take(&b);
    return NULL;
}

/* -- the emulator ---------------------------------------------------------------------------------- */

/* What is set for the dynamic linker is for the program's, not for the emulator's. It takes a list with
 * commas in between, so that a value that has one cannot be said. */
static struct error *add_loaders(const struct program_setup *p, struct buf *b)
{
    for (size_t i = 0; i < p->variable_count; i++) {
        const struct setup_variable *v = &p->variables[i];
        if (!setup_is_loaders(v->name))
            continue;
        if (v->value && strchr(v->value, ','))
            return error_new(ERR_UNSUPPORTED, "%s=%s: qemu's user emulator takes no comma there", v->name,
                             v->value);
        BASE_FREE char *setting = v->value ? xasprintf("%s=%s", v->name, v->value) : xstrdup(v->name);
        buf_add_text(b, v->value ? " -E " : " -U ");
        words_quote(b, setting);
    }
    return NULL;
}

static struct error *by_emulator(struct session *s, struct symbol_file *f, const char *emulated,
                                 struct runner *r)
{
    const char *name = symbol_file_path(f);
    const struct program_setup *p = &s->setup;
    BASE_FREE char *program = realpath(name, NULL);
    if (!program)
        return error_new(ERR_NO_SOURCE, "starting %s: %s", name, strerror(errno));
    BASE_FREE char *sysroot = symbol_file_has_interpreter(f) ? sysroot_of_emulator(emulated) : NULL;
    BASE_BUF struct buf b = {0};
    buf_printf(&b, "launch:qemu-%s -g {socket}", emulated);
    if (sysroot)
        buf_printf(&b, " -L %s", sysroot);
    TRY(add_loaders(p, &b));
    buf_add_char(&b, ' ');
    words_quote(&b, program);
    for (size_t i = 0; p->args && p->args[i]; i++) {
        buf_add_char(&b, ' ');
        words_quote(&b, p->args[i]);
    }
    r->environment = setup_environment(p, true);
    r->child.folder = p->folder;
    r->emulator = true;
    r->spec = buf_take(&b);
    return open_files(s, r);
}

/* -- both ------------------------------------------------------------------------------------------ */

static struct error *prepare(struct session *s, struct runner *r)
{
    struct symbol_file *f =
        s->program && symbol_map_count(s->target->map) ? symbol_map_file(s->target->map, 0, NULL) : NULL;
    if (!f)
        return error_hint(error_new(ERR_USAGE, "there is no program to start"),
                          "name one on the command line, or `connect` to a stub");
    const struct arch *arch = arch_by_elf(symbol_file_machine(f), symbol_file_is_64(f) ? 2 : 1);
    if (!arch || symbol_file_type(f) == ET_REL || symbol_file_type(f) == ET_CORE)
        return error_new(ERR_UNSUPPORTED, "start %s: it is no program for a processor we know", s->program);
    if (access(symbol_file_path(f), X_OK) != 0)
        return error_new(ERR_NO_SOURCE, "starting %s: %s", symbol_file_path(f), strerror(errno));
    TRY(setup_check(&s->setup));
    if (!s->setup.tty)
        TRY(pty_open(s));
    if (arch_runs_here(arch))
        TRY(by_gdbserver(s, symbol_file_path(f), r));
    else
        TRY(by_emulator(s, f, arch_emulator(arch, symbol_file_is_big_endian(f)), r));
    r->child.environment = r->environment;
    return NULL;
}

struct error *runner_prepare(struct session *s, struct runner *ret)
{
    *ret = (struct runner){.opened = {-1, -1, -1, -1}};
    struct error *e = prepare(s, ret);
    if (!e)
        return NULL;
    runner_free(ret);
    pty_close(s);
    return e;
}

/* -- specs of the user's --------------------------------------------------------------------------- */

static bool is_user_emulator(const char *name)
{
    return strncmp(name, "qemu-", 5) == 0 && strncmp(name, "qemu-system", 11) != 0;
}

/* The options that make valgrind wait for vgdb, in front of the user's, which may say otherwise. What it says
 * of itself goes to a descriptor of its own. */
static struct error *by_valgrind(struct session *s, char **words, struct runner *r)
{
    static const char *const options[] = {"--vgdb=yes", "--vgdb-error=0", STARTER_LOG_OPTION};
    struct program_setup setup = {0};
    size_t count = 0, n = 0;
    while (words[count])
        count++;
    char **args = xcalloc(count + ARRAY_LENGTH(options) + 1, sizeof *args);
    for (size_t i = 0; i < ARRAY_LENGTH(options); i++)
        args[n++] = (char *)(uintptr_t)options[i];
    for (size_t i = 1; i < count; i++)
        args[n++] = words[i];
    setup_set_args(&setup, args);
    free(args);
    int description;
    struct error *e = starter_describe(&setup, s->terminal.path, words[0], &description);
    setup_free(&setup);
    if (e)
        return e;
    hold(r, description);
    r->spec = xasprintf("exec:/proc/%d/exe " STARTER_VALGRIND_WORD " /proc/%d/fd/%d", (int)getpid(),
                        (int)getpid(), description);
    return NULL;
}

static struct error *for_words(struct session *s, const char *spec, char **words, struct runner *r,
                               bool *found)
{
    const char *name = path_base(words[0]);
    bool valgrind = strcmp(name, "valgrind") == 0;
    *found = valgrind || (strncmp(spec, "launch:", 7) == 0 && is_user_emulator(name));
    if (!*found)
        return NULL;
    TRY(pty_open(s));
    if (valgrind)
        return by_valgrind(s, words, r);
    int slave = s->terminal.slave;
    r->spec = xstrdup(spec);
    r->emulator = true;
    r->child = (struct transport_child_options){
        .has_terminal = true, .terminal = slave, .input = slave, .output = slave, .error = slave};
    return NULL;
}

struct error *runner_for_spec(struct session *s, const char *spec, struct runner *ret, bool *found)
{
    *ret = (struct runner){.opened = {-1, -1, -1, -1}};
    *found = false;
    if (strncmp(spec, "launch:", 7) != 0 && strncmp(spec, "exec:", 5) != 0)
        return NULL;
    char **words;
    TRY(words_split(strchr(spec, ':') + 1, &words));
    struct error *e = for_words(s, spec, words, ret, found);
    words_free(words);
    if (!e)
        return NULL;
    runner_free(ret);
    pty_close(s);
    return e;
}

struct error *runner_failed(struct session *s, struct error *e)
{
    pty_close(s);
    const struct buf *last = &s->terminal.last;
    if (!last->length)
        return e;
    BASE_FREE char *said = text_visible(last->data, last->length);
    return error_hint(e, "its terminal says: %s", said);
}
