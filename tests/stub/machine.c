/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "machine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"

enum { REGIONS = 8, POINTS = 20000, KINDS = 5, STEPS_MAX = 10000000, RIP = 16, REGISTERS = 17 };

struct region {
    uint64_t start, size;
    bool rom;
    unsigned char *bytes;
};

struct point {
    int kind;
    uint64_t address;
};

struct machine {
    const cJSON *description;
    struct region regions[REGIONS];
    size_t region_count;
    struct point *points;
    size_t point_count;
    uint64_t registers[REGISTERS], begin, end;
};

static const cJSON *get(const cJSON *o, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(o, name);
}

static uint64_t value_of(const cJSON *o, const char *name, uint64_t fallback)
{
    const cJSON *item = get(o, name);
    if (cJSON_IsString(item))
        return strtoull(item->valuestring, NULL, 16);
    return cJSON_IsNumber(item) ? (uint64_t)item->valuedouble : fallback;
}

static void add_region(struct machine *m, const cJSON *o)
{
    struct region *r = &m->regions[m->region_count++];
    const char *hex = cJSON_GetStringValue(get(o, "bytes"));
    *r = (struct region){.start = value_of(o, "start", 0), .size = value_of(o, "size", 4096)};
    r->rom = cJSON_IsTrue(get(o, "rom"));
    r->bytes = xmalloc(r->size);
    memset(r->bytes, 0x90, r->size);
    for (size_t i = 0; hex && hex[2 * i] && hex[2 * i + 1] && i < r->size; i++) {
        const char pair[] = {hex[2 * i], hex[2 * i + 1], '\0'};
        r->bytes[i] = (unsigned char)strtoul(pair, NULL, 16);
    }
}

struct machine *machine_create(const cJSON *description)
{
    const cJSON *o;
    if (!description)
        return NULL;
    struct machine *m = xcalloc(1, sizeof *m);
    m->description = description;
    m->points = xcalloc(POINTS, sizeof *m->points);
    cJSON_ArrayForEach (o, get(description, "memory")) {
        if (m->region_count < REGIONS)
            add_region(m, o);
    }
    m->begin = m->registers[RIP] = value_of(description, "pc", 0x1000);
    m->end = value_of(description, "end", UINT64_MAX);
    return m;
}

void machine_free(struct machine *m)
{
    for (size_t i = 0; m && i < m->region_count; i++)
        free(m->regions[i].bytes);
    if (m)
        free(m->points);
    free(m);
}

static unsigned char *byte_at(struct machine *m, uint64_t address, bool to_write)
{
    for (size_t i = 0; i < m->region_count; i++)
        if (address - m->regions[i].start < m->regions[i].size)
            return to_write && m->regions[i].rom ? NULL : &m->regions[i].bytes[address - m->regions[i].start];
    return NULL;
}

/* -- points ---------------------------------------------------------------------------------------- */

static const char *manner(const struct machine *m, int kind)
{
    char name[] = {'Z', (char)('0' + kind), '\0'};
    const char *text = cJSON_GetStringValue(get(m->description, name));
    return text ? text : "ok";
}

static bool has_point(const struct machine *m, int kind, uint64_t address)
{
    for (size_t i = 0; i < m->point_count; i++)
        if (m->points[i].kind == kind && m->points[i].address == address)
            return strcmp(manner(m, kind), "lie") != 0;
    return false;
}

static size_t slots_used(const struct machine *m)
{
    size_t n = 0;
    for (size_t i = 0; i < m->point_count; i++)
        n += m->points[i].kind != 0;
    return n;
}

static void insert(struct machine *m, int kind, uint64_t address, struct buf *ret)
{
    const char *how = manner(m, kind);
    char name[] = {'Z', (char)('0' + kind), '\0'};
    usleep((useconds_t)value_of(get(m->description, "late"), name, 0) * 1000);
    bool full = kind && slots_used(m) >= value_of(m->description, "slots", UINT64_MAX);
    if (strcmp(how, "none") == 0)
        return;
    if (strcmp(how, "refuse") == 0 || full || (kind == 0 && !byte_at(m, address, true)) ||
        m->point_count == POINTS) {
        buf_add_text(ret, full ? "E22" : "E01");
        return;
    }
    m->points[m->point_count++] = (struct point){kind, address};
    buf_add_text(ret, "OK");
}

static void take_out(struct machine *m, int kind, uint64_t address, struct buf *ret)
{
    for (size_t i = 0; i < m->point_count; i++)
        if (m->points[i].kind == kind && m->points[i].address == address) {
            m->points[i] = m->points[--m->point_count];
            buf_add_text(ret, "OK");
            return;
        }
    buf_add_text(ret, "E02");
}

/* -- running --------------------------------------------------------------------------------------- */

static void tell_stop(const struct machine *m, const char *more, struct buf *ret)
{
    buf_printf(ret, "T05%s10:", more);
    for (unsigned i = 0; i < 8; i++)
        buf_printf(ret, "%02x", (unsigned)(m->registers[RIP] >> 8 * i & 0xff));
    buf_add_text(ret, ";thread:1;");
}

/* What the instruction at the pc writes; true when that is watched. */
static bool write_something(struct machine *m, struct buf *ret)
{
    const cJSON *o;
    cJSON_ArrayForEach (o, get(m->description, "writes")) {
        uint64_t address = value_of(o, "address", 0);
        unsigned char *to = byte_at(m, address, true);
        if (value_of(o, "pc", 0) != m->registers[RIP] || !to)
            continue;
        *to = (unsigned char)value_of(o, "value", 0);
        if (!has_point(m, 2, address))
            continue;
        m->registers[RIP]++;
        BASE_FREE char *more = xasprintf("watch:%" PRIx64 ";", address);
        tell_stop(m, more, ret);
        return true;
    }
    return false;
}

/* True when it came to a stop, which is told. */
static bool execute(struct machine *m, bool checks, struct buf *ret)
{
    uint64_t pc = m->registers[RIP];
    const unsigned char *code = byte_at(m, pc, false);
    if (pc == m->end) {
        if (!cJSON_IsTrue(get(m->description, "loop"))) {
            buf_add_text(ret, "W00");
            return true;
        }
        pc = m->registers[RIP] = m->begin;
        code = byte_at(m, pc, false);
    }
    if (checks && (has_point(m, 0, pc) || has_point(m, 1, pc))) {
        tell_stop(m, "", ret);
        return true;
    }
    if (!code || *code == 0xcc) {
        m->registers[RIP] += code != NULL;
        tell_stop(m, "", ret);
        return true;
    }
    if (write_something(m, ret))
        return true;
    m->registers[RIP]++;
    return false;
}

static void run(struct machine *m, struct buf *ret)
{
    for (long i = 0; i < STEPS_MAX; i++)
        if (execute(m, true, ret))
            return;
    buf_add_text(ret, "W63"); /* the description has no end */
}

static void step(struct machine *m, struct buf *ret)
{
    if (!execute(m, false, ret))
        tell_stop(m, "", ret);
}

/* -- packets --------------------------------------------------------------------------------------- */

static void read_memory(struct machine *m, uint64_t address, uint64_t n, struct buf *ret)
{
    for (uint64_t i = 0; i < n && i < 4096; i++) {
        const unsigned char *b = byte_at(m, address + i, false);
        if (!b) {
            ret->length = 0;
            buf_add_text(ret, "E14");
            return;
        }
        buf_printf(ret, "%02x", *b);
    }
}

static void write_memory(struct machine *m, uint64_t address, uint64_t n, const char *hex, struct buf *ret)
{
    for (uint64_t i = 0; i < n; i++)
        if (!byte_at(m, address + i, true)) {
            buf_add_text(ret, "E14");
            return;
        }
    for (uint64_t i = 0; i < n && hex[2 * i] && hex[2 * i + 1]; i++) {
        const char pair[] = {hex[2 * i], hex[2 * i + 1], '\0'};
        *byte_at(m, address + i, true) = (unsigned char)strtoul(pair, NULL, 16);
    }
    buf_add_text(ret, "OK");
}

static void tell_registers(const struct machine *m, struct buf *ret)
{
    for (unsigned r = 0; r < REGISTERS; r++)
        for (unsigned i = 0; i < 8; i++)
            buf_printf(ret, "%02x", (unsigned)(m->registers[r] >> 8 * i & 0xff));
}

static void take_registers(struct machine *m, const char *hex, struct buf *ret)
{
    for (unsigned r = 0; r < REGISTERS && strlen(hex) >= 16; r++, hex += 16) {
        m->registers[r] = 0;
        for (unsigned i = 8; i-- > 0;) {
            const char pair[] = {hex[2 * i], hex[2 * i + 1], '\0'};
            m->registers[r] = m->registers[r] << 8 | strtoul(pair, NULL, 16);
        }
    }
    buf_add_text(ret, "OK");
}

static void describe(struct buf *ret)
{
    static const char *const names[] = {"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", "r8",
                                        "r9",  "r10", "r11", "r12", "r13", "r14", "r15", "rip"};
    buf_add_text(ret,
                 "<target><architecture>i386:x86-64</architecture><feature name=\"org.gnu.gdb.i386.core\">");
    for (unsigned i = 0; i < REGISTERS; i++)
        buf_printf(ret, "<reg name=\"%s\" bitsize=\"64\"/>", names[i]);
    buf_add_text(ret, "</feature></target>");
}

static void tell_map(const struct machine *m, struct buf *ret)
{
    buf_add_text(ret, "<memory-map>");
    for (size_t i = 0; i < m->region_count; i++)
        buf_printf(ret, "<memory type=\"%s\" start=\"0x%" PRIx64 "\" length=\"0x%" PRIx64 "\"/>",
                   m->regions[i].rom ? "rom" : "ram", m->regions[i].start, m->regions[i].size);
    buf_add_text(ret, "</memory-map>");
}

static bool starts(const char *payload, const char *with)
{
    return strncmp(payload, with, strlen(with)) == 0;
}

/* One chunk of a document: "…:OFFSET,LENGTH". */
static void serve(const struct buf *document, const char *payload, struct buf *ret)
{
    uint64_t offset = 0, length = 0;
    if (sscanf(strrchr(payload, ':') + 1, "%" SCNx64 ",%" SCNx64, &offset, &length) != 2 ||
        offset > document->length)
        offset = document->length;
    size_t rest = document->length - offset;
    buf_add_char(ret, rest > length ? 'm' : 'l');
    buf_add(ret, document->data + offset, rest > length ? length : rest);
}

static bool answer_query(struct machine *m, const char *payload, struct buf *ret)
{
    BASE_BUF struct buf document = {0};
    bool map = cJSON_IsTrue(get(m->description, "map"));
    if (starts(payload, "qSupported"))
        buf_printf(ret, "PacketSize=4000;QStartNoAckMode+;qXfer:features:read+%s",
                   map ? ";qXfer:memory-map:read+" : "");
    else if (starts(payload, "qXfer:features:read:target.xml:")) {
        describe(&document);
        serve(&document, payload, ret);
    } else if (map && starts(payload, "qXfer:memory-map:read::")) {
        tell_map(m, &document);
        serve(&document, payload, ret);
    } else if (strcmp(payload, "qC") == 0)
        buf_add_text(ret, "QC1");
    else if (strcmp(payload, "qfThreadInfo") == 0)
        buf_add_text(ret, "m1");
    else if (strcmp(payload, "qsThreadInfo") == 0)
        buf_add_text(ret, "l");
    else if (strcmp(payload, "QStartNoAckMode") == 0 || starts(payload, "Hg") || starts(payload, "Hc"))
        buf_add_text(ret, "OK");
    else
        return false;
    return true;
}

static bool answer_point(struct machine *m, const char *payload, struct buf *ret)
{
    int kind;
    uint64_t address;
    if ((*payload != 'Z' && *payload != 'z') || sscanf(payload + 1, "%d,%" SCNx64, &kind, &address) != 2 ||
        kind < 0 || kind >= KINDS)
        return false;
    if (*payload == 'Z')
        insert(m, kind, address, ret);
    else
        take_out(m, kind, address, ret);
    return true;
}

bool machine_answer(struct machine *m, const char *payload, struct buf *ret)
{
    uint64_t address, n;
    if (!m)
        return false;
    if (answer_query(m, payload, ret) || answer_point(m, payload, ret))
        return true;
    const char *colon = strchr(payload, ':');
    if (*payload == '?')
        tell_stop(m, "", ret);
    else if (*payload == 'm' && sscanf(payload + 1, "%" SCNx64 ",%" SCNx64, &address, &n) == 2)
        read_memory(m, address, n, ret);
    else if (*payload == 'M' && colon && sscanf(payload + 1, "%" SCNx64 ",%" SCNx64, &address, &n) == 2)
        write_memory(m, address, n, colon + 1, ret);
    else if (*payload == 'g')
        tell_registers(m, ret);
    else if (*payload == 'G')
        take_registers(m, payload + 1, ret);
    else if (strcmp(payload, "c") == 0)
        run(m, ret);
    else if (strcmp(payload, "s") == 0)
        step(m, ret);
    else if (*payload == 'D')
        buf_add_text(ret, "OK");
    else
        return false;
    return true;
}
