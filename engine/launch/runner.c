/* The target spec that starts the user's program: gdbserver for this machine, else the qemu user emulator. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/alloc.h"
#include "engine/core.h"

/* Quotes for words_split(): everything between single quotes is literal. */
static void add_word(struct buf *b, const char *word)
{
    buf_add_text(b, " '");
    for (; *word; word++) {
        if (*word == '\'')
            buf_add_text(b, "'\\''");
        else
            buf_add_char(b, *word);
    }
    buf_add_char(b, '\'');
}

static bool runs_here(const struct arch *arch)
{
    struct utsname u;
    if (uname(&u) != 0)
        return false;
    if (strcmp(u.machine, "x86_64") == 0)
        return arch == &arch_x86_64 || arch == &arch_i386;
    return strcmp(u.machine, arch->name) == 0 || strcmp(u.machine, arch->qemu_user) == 0;
}

/* Where Debian's cross packages put the dynamic linker and libraries of an architecture. */
static char *cross_folder(const char *emulated)
{
    static const char *const forms[] = {"gnu", "gnueabihf", "gnueabi"};
    const char *name = strcmp(emulated, "ppc64") == 0     ? "powerpc64"
                       : strcmp(emulated, "ppc64le") == 0 ? "powerpc64le"
                                                          : emulated;
    for (size_t i = 0; i < ARRAY_LENGTH(forms); i++) {
        char *path = xasprintf("/usr/%s-linux-%s", name, forms[i]);
        if (access(path, R_OK) == 0)
            return path;
        free(path);
    }
    return NULL;
}

static const char *emulator_of(const struct arch *arch, bool big)
{
    return big && arch->qemu_user_big ? arch->qemu_user_big : arch->qemu_user;
}

char *session_sysroot(const struct session *s)
{
    if (!s->arch || !s->arch->qemu_user || runs_here(s->arch))
        return NULL;
    return cross_folder(emulator_of(s->arch, s->big_endian));
}

struct error *session_launch_spec(struct session *s, char **ret)
{
    struct symbol_file *f = s->program && symbol_map_count(s->map) ? symbol_map_file(s->map, 0, NULL) : NULL;
    if (!f)
        return error_hint(error_new(ERR_USAGE, "there is no program to start"),
                          "name one on the command line, or `connect` to a stub");
    const struct arch *arch = arch_by_elf(symbol_file_machine(f), symbol_file_is_64(f) ? 2 : 1);
    if (!arch || symbol_file_type(f) == ET_REL || symbol_file_type(f) == ET_CORE)
        return error_new(ERR_UNSUPPORTED, "start %s: it is no program for a processor we know", s->program);
    struct buf b = {0};
    if (runs_here(arch)) {
        buf_add_text(&b, "launch:gdbserver --once --no-startup-with-shell 127.0.0.1:{port}");
    } else {
        const char *emulated = emulator_of(arch, symbol_file_is_big_endian(f));
        BASE_FREE char *sysroot = symbol_file_has_interpreter(f) ? cross_folder(emulated) : NULL;
        buf_printf(&b, "launch:qemu-%s -g {socket}", emulated);
        if (sysroot)
            buf_printf(&b, " -L %s", sysroot);
    }
    add_word(&b, symbol_file_path(f));
    for (size_t i = 0; s->program_args && s->program_args[i]; i++)
        add_word(&b, s->program_args[i]);
    *ret = buf_take(&b);
    return NULL;
}
