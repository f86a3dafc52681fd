/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rsp/stop_reply.h"

#include <stddef.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "rsp/limits.h"

/* -- thread ids ------------------------------------------------------------------------------------ */

/* One hex number or -1. */
static bool parse_id(const char **s, const char *end, int64_t *ret)
{
    if (end - *s >= 2 && (*s)[0] == '-' && (*s)[1] == '1') {
        *s += 2;
        *ret = -1;
        return true;
    }
    uint64_t value;
    if (!hex_parse_u64(s, end, &value) || value > INT64_MAX)
        return false;
    *ret = (int64_t)value;
    return true;
}

bool ptid_parse(const char **s, const char *end, struct ptid *ret)
{
    const char *p = *s;
    struct ptid id = {.pid = 0, .tid = -1};
    if (p < end && *p == 'p') {
        p++;
        if (!parse_id(&p, end, &id.pid))
            return false;
        if (p < end && *p == '.') {
            p++;
            if (!parse_id(&p, end, &id.tid))
                return false;
        }
    } else if (!parse_id(&p, end, &id.tid)) {
        return false;
    }
    *s = p;
    *ret = id;
    return true;
}

static void encode_id(struct buf *b, int64_t id)
{
    if (id < 0)
        buf_add_text(b, "-1");
    else
        buf_printf(b, "%llx", (unsigned long long)id);
}

void ptid_encode(struct buf *b, struct ptid id)
{
    if (id.pid != 0) {
        buf_add_char(b, 'p');
        encode_id(b, id.pid);
        buf_add_char(b, '.');
    }
    encode_id(b, id.tid);
}

size_t ptid_hash(struct ptid id)
{
    uint64_t h = (uint64_t)id.pid * 0x9e3779b97f4a7c15u ^ (uint64_t)id.tid;
    h *= 0xff51afd7ed558ccdu;
    return (size_t)(h ^ h >> 32);
}

/* -- pairs ----------------------------------------------------------------------------------------- */

struct pair {
    const char *key, *key_end;
    const char *value, *end;
    bool closed; /* a `;` stands behind it */
};

static bool key_is(const struct pair *p, const char *name)
{
    size_t n = (size_t)(p->key_end - p->key);
    return n == strlen(name) && memcmp(p->key, name, n) == 0;
}

/* HEX of the grammar: hex_parse_u64() takes no more than sixteen digits, and leading zeros are none. */
static bool parse_number(const char **s, const char *end, uint64_t *ret)
{
    const char *p = *s;
    while (end - p > 1 && p[0] == '0' && hex_digit(p[1]) >= 0)
        p++;
    if (!hex_parse_u64(&p, end, ret))
        return false;
    *s = p;
    return true;
}

/* A key that is all hex digits is a register's number, so no later name may be ("ea" would be one). */
static bool register_key(const struct pair *p, uint64_t *number)
{
    const char *s = p->key;
    return parse_number(&s, p->key_end, number) && s == p->key_end;
}

static bool parse_hex_value(const struct pair *p, uint64_t *ret)
{
    const char *s = p->value;
    return parse_number(&s, p->end, ret) && s == p->end;
}

static bool parse_thread_value(const struct pair *p, struct ptid *ret)
{
    const char *s = p->value;
    return ptid_parse(&s, p->end, ret) && s == p->end;
}

/* A value that was left out, and not one that the packet lost where it breaks off. */
static bool is_left_out(const struct pair *p)
{
    return p->value == p->end && p->closed;
}

/* Values that are missing ("xxxx"), too long or too many are no error: `g` has them all. */
static bool read_register(const struct pair *p, uint64_t number, struct rsp_stop *ret)
{
    size_t digits = (size_t)(p->end - p->value);
    for (size_t i = 0; i < digits; i++)
        if (hex_digit(p->value[i]) < 0 && p->value[i] != 'x')
            return false;
    if (digits % 2 || digits == 0)
        return false;
    if (ret->expedited_count == RSP_EXPEDITED_MAX || number > UINT32_MAX)
        return true;
    struct rsp_expedited *r = &ret->expedited[ret->expedited_count];
    long size = hex_decode(p->value, digits, r->bytes, sizeof r->bytes);
    if (size < 0)
        return true;
    r->number = (uint32_t)number;
    r->size = (uint8_t)size;
    ret->expedited_count++;
    return true;
}

static bool read_path(const struct pair *p, struct rsp_stop *ret)
{
    size_t digits = (size_t)(p->end - p->value);
    size_t most = (sizeof ret->path - 1) * 2;
    long n = hex_decode(p->value, digits < most ? digits : most, ret->path, sizeof ret->path - 1);
    if (n < 0 || digits % 2)
        return false;
    ret->path[n] = '\0';
    return true;
}

enum value_kind {
    VALUE_NONE,
    VALUE_THREAD,
    VALUE_CORE,
    VALUE_ADDRESS,
    VALUE_CHILD,
    VALUE_PATH,
    VALUE_NUMBER,
    VALUE_HISTORY,
    VALUE_REASON,
    VALUE_DESCRIPTION,
};

/* gdb manual, "Stop Reply Packets": what `n` of an `n:r` pair can be when it is no register. */
static const struct {
    const char *name;
    enum rsp_stop_reason reason;
    enum value_kind value;
} keys[] = {
    {"thread", RSP_REASON_NONE, VALUE_THREAD},
    {"core", RSP_REASON_NONE, VALUE_CORE},
    {"watch", RSP_REASON_WATCH, VALUE_ADDRESS},
    {"rwatch", RSP_REASON_RWATCH, VALUE_ADDRESS},
    {"awatch", RSP_REASON_AWATCH, VALUE_ADDRESS},
    {"swbreak", RSP_REASON_SWBREAK, VALUE_NONE},
    {"hwbreak", RSP_REASON_HWBREAK, VALUE_NONE},
    {"library", RSP_REASON_LIBRARY, VALUE_NONE},
    {"fork", RSP_REASON_FORK, VALUE_CHILD},
    {"vfork", RSP_REASON_VFORK, VALUE_CHILD},
    {"vforkdone", RSP_REASON_VFORKDONE, VALUE_NONE},
    {"exec", RSP_REASON_EXEC, VALUE_PATH},
    {"create", RSP_REASON_CREATE, VALUE_NONE},
    {"syscall_entry", RSP_REASON_SYSCALL_ENTRY, VALUE_NUMBER},
    {"syscall_return", RSP_REASON_SYSCALL_RETURN, VALUE_NUMBER},
    {"replaylog", RSP_REASON_REPLAYLOG, VALUE_HISTORY},
    {"reason", RSP_REASON_NONE, VALUE_REASON},
    {"description", RSP_REASON_NONE, VALUE_DESCRIPTION},
};

static bool read_thread(const struct pair *p, struct rsp_stop *ret)
{
    if (is_left_out(p))
        return true;
    ret->has_thread = parse_thread_value(p, &ret->thread);
    return ret->has_thread;
}

static bool read_core(const struct pair *p, struct rsp_stop *ret)
{
    uint64_t number;
    if (is_left_out(p))
        return true;
    if (!parse_hex_value(p, &number))
        return false;
    ret->core = number < INT32_MAX ? (int)number : -1;
    return true;
}

static bool value_is(const struct pair *p, const char *word)
{
    size_t n = (size_t)(p->end - p->value);
    return n == strlen(word) && memcmp(p->value, word, n) == 0;
}

/* LLVM's stub names a watchpoint by this and its description, in whichever order. */
static void note_watch(struct rsp_stop *ret)
{
    if (ret->says_watch && ret->has_address && ret->reason == RSP_REASON_NONE)
        ret->reason = RSP_REASON_WATCH;
}

static void read_reason(const struct pair *p, struct rsp_stop *ret)
{
    if (value_is(p, "exec") && ret->reason == RSP_REASON_NONE)
        ret->reason = RSP_REASON_EXEC;
    ret->says_watch = value_is(p, "watchpoint");
    note_watch(ret);
}

/* The first word is a number in decimal, or it is a text for people. */
static void read_description(const struct pair *p, struct rsp_stop *ret)
{
    char text[64] = "";
    size_t digits = (size_t)(p->end - p->value), most = 2 * (sizeof text - 1);
    long n = hex_decode(p->value, digits < most ? digits : most, text, sizeof text - 1);
    char *word_end = text + strcspn(text, " ");
    bool is_number = n > 0 && text[strspn(text, "0123456789")] == *word_end && word_end > text;
    *word_end = '\0';
    if (ret->reason != RSP_REASON_NONE || !is_number || !text_parse_u64(text, &ret->address))
        return;
    ret->has_address = true;
    note_watch(ret);
}

static bool read_value(const struct pair *p, enum value_kind kind, struct rsp_stop *ret)
{
    switch (kind) {
    case VALUE_THREAD:
        return read_thread(p, ret);
    case VALUE_CORE:
        return read_core(p, ret);
    case VALUE_ADDRESS:
        ret->has_address = parse_hex_value(p, &ret->address);
        return ret->has_address;
    case VALUE_CHILD:
        return parse_thread_value(p, &ret->related);
    case VALUE_PATH:
        return read_path(p, ret);
    case VALUE_NUMBER:
        return parse_hex_value(p, &ret->number);
    case VALUE_HISTORY:
        ret->history_begin = p->end - p->value == 5 && memcmp(p->value, "begin", 5) == 0;
        break;
    case VALUE_REASON:
        read_reason(p, ret);
        break;
    case VALUE_DESCRIPTION:
        read_description(p, ret);
        break;
    case VALUE_NONE:
        break;
    }
    return true;
}

/* The beginning of a T or S packet at s, up to and with the colon of a key that we know. */
static bool begins_stop(const char *s, const char *end)
{
    if (end - s < 3 || (s[0] != 'T' && s[0] != 'S') || hex_digit(s[1]) < 0 || hex_digit(s[2]) < 0)
        return false;
    for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
        size_t n = strlen(keys[i].name);
        if ((size_t)(end - s) > 3 + n && memcmp(s + 3, keys[i].name, n) == 0 && s[3 + n] == ':')
            return true;
    }
    return false;
}

/* Two stop replies melted into one, or bytes that no stub writes into one. */
static bool is_torn(const struct pair *p)
{
    for (const char *s = p->key; s < p->end; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7f || *s == '$' || *s == '#' || begins_stop(s, p->end))
            return true;
    return p->key == p->key_end;
}

/* A word that has no other letters than hex digits, in capitals or not: a key of some stub's own. */
static bool is_word(const struct pair *p)
{
    enum { LEAST = 3 }; /* shorter ones are registers */
    if (p->key_end - p->key < LEAST)
        return false;
    for (const char *s = p->key; s < p->key_end; s++)
        if (*s >= '0' && *s <= '9')
            return false;
    return !is_torn(p);
}

static bool read_pair(const struct pair *p, struct rsp_stop *ret)
{
    uint64_t number;
    if (register_key(p, &number))
        return read_register(p, number, ret) || is_word(p);
    if (is_torn(p))
        return false;
    for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
        if (!key_is(p, keys[i].name))
            continue;
        if (keys[i].value == VALUE_ADDRESS && is_left_out(p))
            return true;
        if (keys[i].reason != RSP_REASON_NONE)
            ret->reason = keys[i].reason;
        return read_value(p, keys[i].value, ret);
    }
    return true;
}

/* What stands behind the number of W and X. */
static bool read_end_pair(const struct pair *p, struct rsp_stop *ret)
{
    uint64_t pid;
    if (is_torn(p))
        return false;
    if (!key_is(p, "process") || p->value == p->end)
        return true;
    if (!parse_hex_value(p, &pid) || pid > INT64_MAX)
        return false;
    ret->has_thread = true;
    ret->thread = (struct ptid){.pid = (int64_t)pid, .tid = -1};
    return true;
}

static bool read_other_pair(const struct pair *p, struct rsp_stop *ret)
{
    (void)ret;
    return !is_torn(p);
}

typedef bool pair_reader(const struct pair *p, struct rsp_stop *ret);

static bool read_pairs(const char *s, const char *end, pair_reader *read, struct rsp_stop *ret)
{
    while (s < end) {
        const char *stop = memchr(s, ';', (size_t)(end - s));
        bool closed = stop != NULL;
        if (!closed)
            stop = end;
        const char *colon = memchr(s, ':', (size_t)(stop - s));
        const struct pair p = {
            .key = s, .key_end = colon, .value = colon ? colon + 1 : NULL, .end = stop, .closed = closed};
        if (s < stop && (!colon || !read(&p, ret)))
            return false;
        s = closed ? stop + 1 : end;
    }
    return true;
}

/* -- the kinds ------------------------------------------------------------------------------------- */

static bool read_signal(const char **s, const char *end, struct rsp_stop *ret)
{
    if (end - *s < 2 || hex_digit((*s)[0]) < 0 || hex_digit((*s)[1]) < 0)
        return false;
    ret->signal = hex_digit((*s)[0]) << 4 | hex_digit((*s)[1]);
    *s += 2;
    return true;
}

/* A signal alone, of any number of digits; else as T. */
static bool read_plain_stop(const char *s, const char *end, struct rsp_stop *ret)
{
    uint64_t number;
    const char *p = s;
    if (parse_number(&p, end, &number) && p == end) {
        ret->signal = (int)number;
        return number <= INT32_MAX;
    }
    return read_signal(&s, end, ret) && read_pairs(s, end, read_pair, ret);
}

/* What follows a number: nothing, or `;` and pairs. */
static bool read_rest(const char *s, const char *end, pair_reader *read, struct rsp_stop *ret)
{
    return s == end || (*s == ';' && read_pairs(s + 1, end, read, ret));
}

static bool read_exit(const char *s, const char *end, struct rsp_stop *ret)
{
    ret->has_status = parse_number(&s, end, &ret->status);
    return read_rest(s, end, read_end_pair, ret);
}

static bool read_death(const char *s, const char *end, struct rsp_stop *ret)
{
    uint64_t number = 0;
    if (parse_number(&s, end, &number) && number > INT32_MAX)
        return false;
    ret->signal = (int)number;
    return read_rest(s, end, read_end_pair, ret);
}

static bool read_thread_exit(const char *s, const char *end, struct rsp_stop *ret)
{
    ret->has_status = parse_number(&s, end, &ret->status);
    ret->has_thread = s < end && *s++ == ';' && ptid_parse(&s, end, &ret->thread);
    return ret->has_thread && read_rest(s, end, read_other_pair, ret);
}

/* Everything but the expedited registers, of which only the first `expedited_count` mean anything: clearing
 * their 4 KiB at every step would be felt. */
static void clear_stop(struct rsp_stop *stop)
{
    memset(stop, 0, offsetof(struct rsp_stop, expedited));
    stop->core = -1;
}

static bool parse(const char *payload, size_t n, struct rsp_stop *ret)
{
    const char *s = payload + 1;
    const char *end = payload + n;
    clear_stop(ret);
    if (n == 0)
        return false;
    switch (payload[0]) {
    case 'S':
        ret->kind = RSP_STOP_SIGNAL;
        return read_plain_stop(s, end, ret);
    case 'T':
        ret->kind = RSP_STOP_SIGNAL;
        return read_signal(&s, end, ret) && read_pairs(s, end, read_pair, ret);
    case 'W':
        ret->kind = RSP_STOP_EXITED;
        return read_exit(s, end, ret);
    case 'X':
        ret->kind = RSP_STOP_KILLED;
        return read_death(s, end, ret);
    case 'w':
        ret->kind = RSP_STOP_THREAD_EXITED;
        return read_thread_exit(s, end, ret);
    case 'N':
        ret->kind = RSP_STOP_NO_RESUMED;
        return read_rest(s, end, read_other_pair, ret);
    default:
        return false;
    }
}

bool rsp_is_stop_reply(const char *payload, size_t n)
{
    struct rsp_stop stop;
    return n > 0 && payload[0] && strchr("STWXwN", payload[0]) && parse(payload, n, &stop);
}

struct error *rsp_stop_parse(const char *payload, size_t n, struct rsp_stop *ret)
{
    if (parse(payload, n, ret))
        return NULL;
    return error_new(ERR_VIOLATION, "reading a stop reply: '%.*s' is none", (int)(n < 200 ? n : 200),
                     payload);
}
