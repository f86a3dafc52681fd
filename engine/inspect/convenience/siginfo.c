/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * $_siginfo: what the kernel told of the signal that the selected thread stopped with, read by
 * `qXfer:siginfo:read` (gdb's manual, "General Query Packets"). It is the siginfo_t of Linux, 128 bytes, laid
 * out by the target's words (include/uapi/asm-generic/siginfo.h; MIPS has the code in front of the error).
 */
#include <string.h>

#include "base/alloc.h"
#include "engine/inspect/convenience/kept.h"
#include "engine/target/target.h"

enum { SIGINFO_BYTES = 128, SIGINFO_HEAD_WORDS = 3, PLAIN_MEMBERS = 8 };

/* The types that the members have. */
struct kinds {
    struct evaluation *e;
    struct type *number, *unsigned_number, *word, *pointer;
    unsigned word_size;
};

static struct type *type_for(const struct kinds *k, char letter)
{
    return letter == 'u'   ? k->unsigned_number
           : letter == 'l' ? k->word
           : letter == 'p' ? k->pointer
                           : k->number;
}

/* A struct or union of plain members: "i si_pid", "u si_uid", "l si_utime", "p si_addr"; `last` may be NULL.
 */
static struct type *plain(const struct kinds *k, enum type_kind kind, const char *name,
                          const char *const *members, const struct type_member *last)
{
    struct type_member list[PLAIN_MEMBERS] = {{0}};
    size_t count = 0;
    for (; members[count]; count++)
        list[count] =
            (struct type_member){.name = members[count] + 2, .type = type_for(k, members[count][0])};
    if (last)
        list[count++] = *last;
    return type_struct_of(k->number, kind, name, list, count, k->word_size);
}

static struct type *fields(const struct kinds *k)
{
    static const char *const value[] = {"i sival_int", "p sival_ptr", NULL};
    static const char *const kill[] = {"i si_pid", "u si_uid", NULL};
    static const char *const timer[] = {"i si_tid", "i si_overrun", NULL};
    static const char *const child[] = {"i si_pid",   "u si_uid",   "i si_status",
                                        "l si_utime", "l si_stime", NULL};
    static const char *const bounds[] = {"p _lower", "p _upper", NULL};
    static const char *const fault[] = {"p si_addr", "i _addr_lsb", NULL};
    static const char *const poll[] = {"l si_band", "i si_fd", NULL};
    static const char *const call[] = {"p _call_addr", "i _syscall", "u _arch", NULL};
    struct type_member sigval = {.name = "si_sigval", .type = plain(k, TYPE_UNION, "sigval", value, NULL)};
    struct type_member limits = {.name = "_addr_bnd", .type = plain(k, TYPE_STRUCT, NULL, bounds, NULL)};
    size_t pad = (SIGINFO_BYTES - (k->word_size == 8 ? 4 : SIGINFO_HEAD_WORDS) * 4) / 4;
    struct type_member list[] = {
        {.name = "_pad", .type = type_array_of(k->number, pad)},
        {.name = "_kill", .type = plain(k, TYPE_STRUCT, NULL, kill, NULL)},
        {.name = "_timer", .type = plain(k, TYPE_STRUCT, NULL, timer, &sigval)},
        {.name = "_rt", .type = plain(k, TYPE_STRUCT, NULL, kill, &sigval)},
        {.name = "_sigchld", .type = plain(k, TYPE_STRUCT, NULL, child, NULL)},
        {.name = "_sigfault", .type = plain(k, TYPE_STRUCT, NULL, fault, &limits)},
        {.name = "_sigpoll", .type = plain(k, TYPE_STRUCT, NULL, poll, NULL)},
        {.name = "_sigsys", .type = plain(k, TYPE_STRUCT, NULL, call, NULL)},
    };
    return type_struct_of(k->number, TYPE_UNION, NULL, list, ARRAY_LENGTH(list), k->word_size);
}

static struct type *make_type(struct evaluation *e)
{
    const struct arch *arch = e->pool.target->arch;
    struct kinds k = {
        .e = e,
        .number = basic_type(&e->pool, "int"),
        .unsigned_number = basic_type(&e->pool, "unsigned int"),
        .word_size = arch->address_size,
        .word = basic_type(&e->pool, arch->address_size == 8 ? "long long" : "int"),
        .pointer = type_pointer_to(basic_type(&e->pool, "void")),
    };
    struct type_member list[] = {{.name = "si_signo", .type = k.number},
                                 {.name = "si_errno", .type = k.number},
                                 {.name = "si_code", .type = k.number},
                                 {.name = "_sifields", .type = fields(&k)}};
    if (strncmp(arch->name, "mips", 4) == 0) {
        list[1].name = "si_code";
        list[2].name = "si_errno";
    }
    return type_struct_of(k.number, TYPE_STRUCT, "siginfo", list, ARRAY_LENGTH(list), k.word_size);
}

static struct type *siginfo_type(struct evaluation *e)
{
    struct siginfo_layout *layout = siginfo_layout(e->pool.target);
    const struct type *number = basic_type(&e->pool, "int");
    uint64_t closings = symbol_map_closings(e->pool.target->map);
    if (!layout->type || layout->number != number || layout->closings != closings)
        *layout = (struct siginfo_layout){make_type(e), number, closings};
    return layout->type;
}

struct error *siginfo_value(struct evaluation *e, struct value **ret)
{
    struct target *target = e->pool.target;
    TRY(target_need_stopped(target));
    if (!target->arch || !target->connection ||
        !rsp_feature_usable(rsp_features(target->connection), FEATURE_XFER_SIGINFO))
        return error_hint(error_new(ERR_UNSUPPORTED, "the stub tells nothing of signals' details"),
                          "`features` lists what it can; gdbserver has them");
    BASE_BUF struct buf bytes = {0};
    TRY(target_check(target, rsp_select_thread(target->connection, target->threads.current)));
    TRY(target_check(target, rsp_xfer_read(target->connection, "siginfo", "", SIGINFO_BYTES, &bytes)));
    struct value *v = *ret = value_new(&e->pool, siginfo_type(e));
    if (bytes.length < v->size)
        return error_new(ERR_UNSUPPORTED, "the stub's signal details have %zu bytes, of Linux' they are %zu",
                         bytes.length, v->size);
    v->bytes = xmemdup(bytes.data, v->size);
    return NULL;
}
