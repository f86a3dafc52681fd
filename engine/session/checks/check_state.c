/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Registers and memory: read twice, written back as they are, and asked for where there are none. */
#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "engine/session/checks/check.h"
#include "engine/session/limits.h"
#include "engine/target/registers.h"

enum { WRITTEN = 64 };

static struct error *stands_still(struct checking *c)
{
    uint64_t looks = c->s->control->audit.checks, findings = c->s->control->audit.findings;
    TRY(audit_look(c->s->control));
    if (c->s->control->audit.checks == looks)
        check_says(c, AUDIT_SKIPPED, "the second look was not finished");
    c->moves = c->s->control->audit.findings > findings;
    return NULL;
}

/* What does not stand still may need the very bytes that would be written back. */
static bool moves(struct checking *c)
{
    if (c->moves)
        check_says(c, AUDIT_SKIPPED, "nothing is written to a target that moves");
    return c->moves;
}

/* -- registers ------------------------------------------------------------------------------------- */

static struct error *registers_stand(struct checking *c)
{
    BASE_BUF struct buf first = {0};
    BASE_BUF struct buf second = {0};
    TRY(check_registers(c, &first));
    TRY(check_registers(c, &second));
    if (first.length == 0 || check_is_error(&first))
        check_says(c, AUDIT_VIOLATION, "the registers cannot be read");
    else if (first.length != second.length || memcmp(first.data, second.data, first.length) != 0)
        check_says(c, AUDIT_VIOLATION, "two answers to g differ");
    return NULL;
}

static struct error *registers_fit(struct checking *c)
{
    BASE_BUF struct buf hex = {0};
    const struct rsp_tdesc *d = c->s->target->description;
    if (!d) {
        check_says(c, AUDIT_SKIPPED, "there is no description");
        return NULL;
    }
    TRY(check_registers(c, &hex));
    if (hex.length > 2 * d->g_size)
        check_says(c, AUDIT_DIFFERS, "g has %zu bytes, %zu are described", hex.length / 2, d->g_size);
    else if (hex.length < 2 * d->g_size)
        check_says(c, AUDIT_DIFFERS, "g has %zu of %zu described bytes: the rest is asked for by p",
                   hex.length / 2, d->g_size);
    return NULL;
}

/* The pc: its row of the description, and its digits in g. */
static struct error *find_pc(struct checking *c, struct buf *g, const struct rsp_register **ret)
{
    *ret = c->s->target->arch ? register_find(c->s->target, c->s->target->arch->pc) : NULL;
    TRY(check_registers(c, g));
    if (!*ret || 2 * ((*ret)->offset + (*ret)->size) > g->length) {
        check_says(c, AUDIT_SKIPPED, "where the pc is in g is not known");
        *ret = NULL;
    }
    return NULL;
}

static struct error *one_register(struct checking *c)
{
    BASE_BUF struct buf g = {0};
    BASE_BUF struct buf reply = {0};
    const struct rsp_register *pc;
    TRY(find_pc(c, &g, &pc));
    if (!pc)
        return NULL;
    TRY(check_ask(c, RSP_GRAMMAR_HEX, &reply, "p%x", pc->number));
    if (reply.length == 0)
        check_says(c, AUDIT_UNSUPPORTED, "all registers are read at once");
    else if (reply.length != 2 * (size_t)pc->size ||
             memcmp(reply.data, g.data + 2 * pc->offset, reply.length) != 0)
        check_says(c, AUDIT_VIOLATION, "p of the pc is not what g has");
    return NULL;
}

static struct error *write_register(struct checking *c)
{
    if (moves(c))
        return NULL;
    BASE_BUF struct buf before = {0};
    BASE_BUF struct buf reply = {0};
    BASE_BUF struct buf after = {0};
    const struct rsp_register *pc;
    TRY(find_pc(c, &before, &pc));
    if (!pc)
        return NULL;
    TRY(check_ask(c, RSP_GRAMMAR_OK, &reply, "P%x=%.*s", pc->number, (int)(2 * pc->size),
                  before.data + 2 * pc->offset));
    if (reply.length == 0)
        check_says(c, AUDIT_UNSUPPORTED, "registers are written all at once");
    else if (!check_is_ok(&reply))
        check_says(c, AUDIT_VIOLATION, "the pc cannot be written");
    if (c->told)
        return NULL;
    TRY(target_check(c->s->target, rsp_call(c->s->target->connection, RSP_GRAMMAR_HEX, 0, &after, "g")));
    if (after.length != before.length || memcmp(after.data, before.data, after.length) != 0)
        check_says(c, AUDIT_VIOLATION, "the pc was written with its own value, and g is another");
    return NULL;
}

static struct error *write_all(struct checking *c)
{
    if (moves(c))
        return NULL;
    BASE_BUF struct buf before = {0};
    BASE_BUF struct buf reply = {0};
    BASE_BUF struct buf after = {0};
    TRY(check_registers(c, &before));
    if (memchr(buf_text(&before), 'x', before.length)) {
        check_says(c, AUDIT_SKIPPED, "some registers are unavailable");
        return NULL;
    }
    TRY(check_ask(c, RSP_GRAMMAR_OK, &reply, "G%s", buf_text(&before)));
    if (reply.length == 0)
        check_says(c, AUDIT_UNSUPPORTED, "registers are written one by one");
    else if (!check_is_ok(&reply))
        check_says(c, AUDIT_VIOLATION, "what g gave is refused by G");
    TRY(target_check(c->s->target, rsp_call(c->s->target->connection, RSP_GRAMMAR_HEX, 0, &after, "g")));
    if (after.length != before.length || memcmp(after.data, before.data, after.length) != 0)
        check_says(c, AUDIT_VIOLATION, "the registers were written as they were, and are others");
    return NULL;
}

static struct error *bad_register(struct checking *c)
{
    BASE_BUF struct buf reply = {0};
    TRY(check_ask(c, RSP_GRAMMAR_HEX, &reply, "pfff"));
    if (reply.length && !check_is_error(&reply) && strspn(reply.data, "x") != reply.length)
        check_says(c, AUDIT_VIOLATION, "a register that does not exist has a value");
    return NULL;
}

/* -- memory ---------------------------------------------------------------------------------------- */

static bool need_ram(struct checking *c, uint64_t *ret)
{
    if (check_ram(c, WRITTEN, ret))
        return true;
    check_says(c, AUDIT_SKIPPED, "no memory is known to be RAM: name a program with symbols");
    return false;
}

static struct error *read_memory(struct checking *c)
{
    BASE_BUF struct buf whole = {0};
    BASE_BUF struct buf half = {0};
    uint64_t at;
    if (!need_ram(c, &at))
        return NULL;
    TRY(check_ask(c, RSP_GRAMMAR_HEX, &whole, "m%" PRIx64 ",20", at));
    if (whole.length != 0x40) {
        check_says(c, AUDIT_VIOLATION, "0x20 bytes of RAM were asked for");
        return NULL;
    }
    TRY(check_ask(c, RSP_GRAMMAR_HEX, &half, "m%" PRIx64 ",7", at + 9));
    if (half.length != 14 || memcmp(half.data, whole.data + 18, 14) != 0)
        check_says(c, AUDIT_VIOLATION, "a part of it, at an odd place, is not the same");
    return NULL;
}

static struct error *reads_back(struct checking *c, uint64_t at, const struct buf *before)
{
    BASE_BUF struct buf after = {0};
    TRY(target_check(c->s->target, rsp_call(c->s->target->connection, RSP_GRAMMAR_HEX, 0, &after,
                                            "m%" PRIx64 ",%x", at, (unsigned)WRITTEN)));
    if (after.length != before->length || memcmp(after.data, before->data, after.length) != 0)
        check_says(c, AUDIT_VIOLATION, "bytes were written as they were, and are others");
    return NULL;
}

static struct error *write_hex(struct checking *c)
{
    BASE_BUF struct buf before = {0};
    BASE_BUF struct buf reply = {0};
    uint64_t at;
    if (moves(c) || !need_ram(c, &at))
        return NULL;
    TRY(check_ask(c, RSP_GRAMMAR_HEX, &before, "m%" PRIx64 ",%x", at, (unsigned)WRITTEN));
    if (check_is_error(&before) || before.length == 0) {
        check_says(c, AUDIT_SKIPPED, "the memory below the stack cannot be read");
        return NULL;
    }
    TRY(check_ask(c, RSP_GRAMMAR_OK, &reply, "M%" PRIx64 ",%x:%s", at, (unsigned)WRITTEN, before.data));
    if (!check_is_ok(&reply))
        check_says(c, AUDIT_VIOLATION, "RAM cannot be written");
    return c->told ? NULL : reads_back(c, at, &before);
}

/* The payload is raw: rsp_call() is given text, so bytes that are NUL are not written. */
static struct error *write_binary(struct checking *c)
{
    BASE_BUF struct buf before = {0};
    BASE_BUF struct buf reply = {0};
    uint64_t at;
    if (moves(c) || !need_ram(c, &at))
        return NULL;
    TRY(check_ask(c, RSP_GRAMMAR_OK, &reply, "X%" PRIx64 ",0:", at));
    if (reply.length == 0) {
        check_says(c, AUDIT_UNSUPPORTED, "memory is written in hex");
        return NULL;
    }
    TRY(check_ask(c, RSP_GRAMMAR_HEX, &before, "m%" PRIx64 ",%x", at, (unsigned)WRITTEN));
    unsigned char bytes[WRITTEN];
    if (hex_decode(buf_text(&before), before.length, bytes, sizeof bytes) != WRITTEN) {
        check_says(c, AUDIT_SKIPPED, "the memory below the stack cannot be read");
        return NULL;
    }
    BASE_BUF struct buf packet = {0};
    buf_printf(&packet, "X%" PRIx64 ",%x:", at, (unsigned)WRITTEN);
    buf_add(&packet, bytes, sizeof bytes);
    struct rsp_request r = {
        .payload = packet.data, .length = packet.length, .grammar = RSP_GRAMMAR_OK, .flags = RSP_MUTATES};
    struct error *e = target_check(c->s->target, rsp_call_batch(c->s->target->connection, &r, 1));
    if (!e && (r.error || !check_is_ok(&r.reply)))
        check_says(c, AUDIT_VIOLATION, "X of no bytes is answered with OK, of %d it is not", WRITTEN);
    check_proof(c, packet.data, packet.length, &r.reply);
    rsp_request_free(&r);
    TRY(e);
    return c->told ? NULL : reads_back(c, at, &before);
}

static struct error *unreadable(struct checking *c)
{
    BASE_BUF struct buf reply = {0};
    if (!c->s->target->is_process) {
        check_says(c, AUDIT_SKIPPED, "address 0 may be a device");
        return NULL;
    }
    TRY(check_ask(c, RSP_GRAMMAR_HEX, &reply, "m0,4"));
    if (!check_is_error(&reply))
        check_says(c, AUDIT_VIOLATION, "address 0 of a process is not answered with an error");
    return NULL;
}

/* -- limits ---------------------------------------------------------------------------------------- */

/* A read-only section of a file whose bytes are known and that fills a packet. */
static bool known_bytes(struct checking *c, size_t n, uint64_t *at, unsigned char *bytes)
{
    for (size_t i = 0; i < symbol_map_count(c->s->target->map); i++) {
        uint64_t offset;
        const struct symbol_section *sections;
        size_t count = symbol_file_sections(symbol_map_file(c->s->target->map, i, &offset), &sections);
        for (size_t k = 0; k < count; k++) {
            *at = sections[k].address + offset;
            if (sections[k].address && sections[k].size >= n && memory_from_file(c->s->target, *at, bytes, n))
                return true;
        }
    }
    return false;
}

/* Else the deep end of a process's stack, in two halves. */
static struct error *stack_bytes(struct checking *c, size_t n, uint64_t *at, unsigned char *bytes, bool *ret)
{
    uint64_t top;
    *ret = false;
    if (!c->s->target->is_process || !check_ram(c, WRITTEN, &top) || top < n)
        return NULL;
    *at = top - n;
    struct rsp_read halves[] = {{.address = *at, .length = n / 2, .bytes = bytes},
                                {.address = *at + n / 2, .length = n - n / 2, .bytes = bytes + n / 2}};
    TRY(target_check(c->s->target, rsp_read_memory(c->s->target->connection, c->s->target->threads.current,
                                                   halves, 2, false)));
    *ret = halves[0].got == halves[0].length && halves[1].got == halves[1].length;
    error_free(halves[0].error);
    error_free(halves[1].error);
    return NULL;
}

static void compare_read(struct checking *c, const struct buf *reply, const unsigned char *bytes, size_t n)
{
    BASE_BUF struct buf expected = {0};
    hex_encode(&expected, bytes, n);
    bool same =
        reply->length <= expected.length && memcmp(buf_text(reply), expected.data, reply->length) == 0;
    if (check_is_error(reply))
        check_says(c, AUDIT_DIFFERS, "%zu bytes are refused", n);
    else if (!same)
        check_says(c, AUDIT_VIOLATION, "the bytes are not those that are there");
    else if (reply->length < expected.length)
        check_says(c, AUDIT_DIFFERS, "%zu of %zu bytes came", reply->length / 2, n);
}

static struct error *read_of(struct checking *c, size_t more)
{
    size_t most = rsp_packet_size(c->s->target->connection) / 2 + more;
    if (most > AUDIT_READ_MOST)
        most = AUDIT_READ_MOST;
    BASE_FREE unsigned char *bytes = xmalloc(most);
    BASE_BUF struct buf reply = {0};
    uint64_t at;
    bool known = known_bytes(c, most, &at, bytes);
    if (!known)
        TRY(stack_bytes(c, most, &at, bytes, &known));
    if (!known) {
        check_says(c, AUDIT_SKIPPED, "no %zu bytes of known memory", most);
        return NULL;
    }
    TRY(check_ask(c, RSP_GRAMMAR_HEX, &reply, "m%" PRIx64 ",%zx", at, most));
    compare_read(c, &reply, bytes, most);
    return NULL;
}

static struct error *full_read(struct checking *c)
{
    return read_of(c, 0);
}

static struct error *overfull_read(struct checking *c)
{
    return read_of(c, 1);
}

const struct audit_check audit_checks_state[] = {
    {"second-look", "all-stop", "registers and memory stand still while stopped", true, stands_still},
    {"registers-stand", "registers", "g twice is the same", true, registers_stand},
    {"registers-fit", "registers", "g has the size that is described", true, registers_fit},
    {"p", "registers", "one register is what g has", true, one_register},
    {"P", "registers", "the pc is written with its own value", true, write_register},
    {"G", "registers", "all registers are written as they are (hidden state may change)", false, write_all},
    {"bad-register", "errors", "a register that does not exist", true, bad_register},
    {"m", "memory", "RAM is read, whole and in part", true, read_memory},
    {"M", "memory", "unused RAM is written as it is", true, write_hex},
    {"X", "memory", "the same in binary", true, write_binary},
    {"bad-address", "errors", "memory that is not there", true, unreadable},
    {"full-read", "limits", "a read whose answer fills a packet", true, full_read},
    {"overfull-read", "limits", "one byte more (kgdb overruns a buffer of its kernel)", false, overfull_read},
    {0},
};
