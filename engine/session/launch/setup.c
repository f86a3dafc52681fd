/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/session/launch/setup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "rsp/transport.h"

/* -- lists of texts -------------------------------------------------------------------------------- */

void setup_list_free(char **list)
{
    words_free(list);
}

static char **copy_list(char *const *from)
{
    size_t count = 0;
    while (from && from[count])
        count++;
    char **list = xcalloc(count + 1, sizeof *list);
    for (size_t i = 0; i < count; i++)
        list[i] = xstrdup(from[i]);
    return list;
}

static void replace(char **where, char *with)
{
    free(*where);
    *where = with;
}

static void clear_variables(struct program_setup *p)
{
    for (size_t i = 0; i < p->variable_count; i++) {
        free(p->variables[i].name);
        free(p->variables[i].value);
    }
    p->variable_count = 0;
}

void setup_free(struct program_setup *p)
{
    setup_list_free(p->args);
    clear_variables(p);
    free(p->variables);
    free(p->folder);
    free(p->input);
    free(p->output);
    free(p->errors);
    free(p->tty);
    *p = (struct program_setup){0};
}

/* -- arguments ------------------------------------------------------------------------------------- */

void setup_set_args(struct program_setup *p, char *const *args)
{
    char **list = copy_list(args);
    setup_list_free(p->args);
    p->args = list;
}

static void no_files(struct program_setup *p)
{
    replace(&p->input, NULL);
    replace(&p->output, NULL);
    replace(&p->errors, NULL);
    p->append_output = p->append_errors = p->errors_to_output = false;
}

/* `operator` is one of those that shell_words_split() knows. */
static void redirect(struct program_setup *p, const char *operator, const char * file)
{
    bool append = strstr(operator, ">>") != NULL;
    if (*operator== '<') {
        replace(&p->input, xstrdup(file));
    } else if (*operator== '2') {
        replace(&p->errors, xstrdup(file));
        p->append_errors = append;
        p->errors_to_output = false;
    } else {
        replace(&p->output, xstrdup(file));
        p->append_output = append;
    }
}

static struct error *take_words(struct program_setup *p, const struct shell_word *words, size_t count)
{
    char **args = xcalloc(count + 1, sizeof *args);
    struct error *e = NULL;
    size_t n = 0;
    no_files(p);
    for (size_t i = 0; i < count && !e; i++) {
        if (!words[i].is_operator) {
            args[n++] = xstrdup(words[i].text);
        } else if (strcmp(words[i].text, "2>&1") == 0) {
            replace(&p->errors, NULL);
            p->errors_to_output = true;
        } else if (i + 1 < count && !words[i + 1].is_operator) {
            redirect(p, words[i].text, words[i + 1].text);
            i++;
        } else {
            e = error_hint(error_new(ERR_USAGE, "the arguments: no file is named behind %s", words[i].text),
                           "quote it ('%s') to hand it to the program", words[i].text);
        }
    }
    setup_list_free(p->args);
    p->args = args;
    return e;
}

struct error *setup_set_line(struct program_setup *p, const char *line)
{
    struct shell_word *words;
    size_t count;
    TRY(shell_words_split(line, &words, &count));
    struct error *e = take_words(p, words, count);
    shell_words_free(words, count);
    return e;
}

static void add_file(struct buf *out, const char *operator, const char * file)
{
    if (!file)
        return;
    buf_printf(out, "%s%s ", out->length ? " " : "", operator);
    words_quote(out, file);
}

void setup_add_line(const struct program_setup *p, struct buf *out)
{
    BASE_BUF struct buf line = {0};
    for (size_t i = 0; p->args && p->args[i]; i++) {
        if (i)
            buf_add_char(&line, ' ');
        words_quote(&line, p->args[i]);
    }
    add_file(&line, "<", p->input);
    add_file(&line, p->append_output ? ">>" : ">", p->output);
    add_file(&line, p->append_errors ? "2>>" : "2>", p->errors);
    if (p->errors_to_output)
        buf_add_text(&line, line.length ? " 2>&1" : "2>&1");
    buf_add(out, buf_text(&line), line.length);
}

/* -- environment ----------------------------------------------------------------------------------- */

static struct setup_variable *find(const struct program_setup *p, const char *name, size_t n)
{
    for (size_t i = 0; i < p->variable_count; i++)
        if (strlen(p->variables[i].name) == n && strncmp(p->variables[i].name, name, n) == 0)
            return &p->variables[i];
    return NULL;
}

struct error *setup_set_variable(struct program_setup *p, const char *name, const char *value)
{
    if (!*name || strchr(name, '='))
        return error_new(ERR_USAGE, "`%s` is no name for a variable of the environment", name);
    struct setup_variable *v = find(p, name, strlen(name));
    if (!v) {
        ARRAY_RESERVE(p->variables, p->variable_count, p->variable_capacity);
        v = &p->variables[p->variable_count++];
        *v = (struct setup_variable){.name = xstrdup(name)};
    }
    replace(&v->value, value ? xstrdup(value) : NULL);
    return NULL;
}

void setup_clear_environment(struct program_setup *p)
{
    clear_variables(p);
    p->bare = true;
}

bool setup_is_loaders(const char *name)
{
    return strncmp(name, "LD_", 3) == 0;
}

char **setup_environment(const struct program_setup *p, bool apart)
{
    size_t ours = 0, n = 0;
    while (!p->bare && environ && environ[ours])
        ours++;
    char **list = xcalloc(ours + p->variable_count + 1, sizeof *list);
    for (size_t i = 0; i < ours; i++) {
        const struct setup_variable *v = find(p, environ[i], strcspn(environ[i], "="));
        if (!v || (apart && setup_is_loaders(v->name)))
            list[n++] = xstrdup(environ[i]);
    }
    for (size_t i = 0; i < p->variable_count; i++) {
        const struct setup_variable *v = &p->variables[i];
        if (v->value && !(apart && setup_is_loaders(v->name)))
            list[n++] = xasprintf("%s=%s", v->name, v->value);
    }
    return list;
}

/* -- files ----------------------------------------------------------------------------------------- */

char *setup_path(const struct program_setup *p, const char *name)
{
    return p->folder && *name != '/' ? xasprintf("%s/%s", p->folder, name) : xstrdup(name);
}

struct error *setup_set_folder(struct program_setup *p, const char *folder)
{
    BASE_FREE char *home = folder[0] == '~' && (folder[1] == '/' || !folder[1]) && getenv("HOME")
                               ? xasprintf("%s%s", getenv("HOME"), folder + 1)
                               : NULL;
    BASE_FREE char *path = setup_path(p, home ? home : folder);
    char *absolute = realpath(path, NULL);
    struct stat st;
    if (!absolute || stat(absolute, &st) != 0 || !S_ISDIR(st.st_mode)) {
        struct error *e = error_new(ERR_NO_SOURCE, "the folder %s for the program: %s", path,
                                    absolute ? strerror(ENOTDIR) : strerror(errno));
        free(absolute);
        return e;
    }
    replace(&p->folder, absolute);
    return NULL;
}

static struct error *check_input(const struct program_setup *p)
{
    BASE_FREE char *path = setup_path(p, p->input);
    if (access(path, R_OK) == 0)
        return NULL;
    return error_new(ERR_NO_SOURCE, "the program's standard input, %s: %s", path, strerror(errno));
}

/* It is made where it is not there yet. */
static struct error *check_output(const struct program_setup *p, const char *name, const char *what)
{
    BASE_FREE char *path = setup_path(p, name);
    const char *slash = strrchr(path, '/');
    BASE_FREE char *folder = slash ? xstrndup(path, slash > path ? (size_t)(slash - path) : 1) : xstrdup(".");
    bool there = access(path, F_OK) == 0;
    if (access(there ? path : folder, W_OK) == 0)
        return NULL;
    return error_new(ERR_NO_SOURCE, "the program's standard %s, %s: %s", what, path, strerror(errno));
}

static struct error *check_tty(const char *tty)
{
    int fd = open(tty, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return error_new(ERR_NO_SOURCE, "%s as the program's terminal: %s", tty, strerror(errno));
    bool is_terminal = isatty(fd);
    close(fd);
    if (is_terminal)
        return NULL;
    return error_hint(error_new(ERR_USAGE, "%s is no terminal", tty), "`tty`, typed in one, says its name");
}

struct error *setup_check(const struct program_setup *p)
{
    if (p->folder && access(p->folder, X_OK) != 0)
        return error_new(ERR_NO_SOURCE, "the folder %s for the program: %s", p->folder, strerror(errno));
    if (p->input)
        TRY(check_input(p));
    if (p->output)
        TRY(check_output(p, p->output, "output"));
    if (p->errors)
        TRY(check_output(p, p->errors, "error"));
    return p->tty ? check_tty(p->tty) : NULL;
}
