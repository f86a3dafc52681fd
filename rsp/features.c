/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rsp/features.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "rsp/limits.h"

#define GENERAL "gdb manual, \"General Query Packets\", qSupported"
#define PACKETS "gdb manual, \"Packets\""

const struct rsp_feature rsp_feature_table[FEATURE_COUNT] = {
    [FEATURE_PACKET_SIZE] = {"PacketSize", NULL, true, GENERAL, "the longest packet the stub takes"},
    [FEATURE_MULTIPROCESS] = {"multiprocess", "multiprocess+", true, GENERAL,
                              "thread ids name their process, D and vKill take one"},
    [FEATURE_NO_ACK] = {"QStartNoAckMode", NULL, true, "gdb manual, \"Packet Acknowledgment\"",
                        "packets need no + behind them"},
    [FEATURE_XFER_FEATURES] = {"qXfer:features:read", NULL, true, "gdb manual, \"Target Descriptions\"",
                               "the stub describes its registers"},
    [FEATURE_XFER_THREADS] = {"qXfer:threads:read", NULL, true, "gdb manual, \"Thread List Format\"",
                              "all threads in one answer"},
    [FEATURE_XFER_AUXV] = {"qXfer:auxv:read", NULL, true, GENERAL, "the auxiliary vector of the process"},
    [FEATURE_XFER_EXEC_FILE] = {"qXfer:exec-file:read", NULL, true, GENERAL, "the path of the program"},
    [FEATURE_XFER_LIBRARIES_SVR4] = {"qXfer:libraries-svr4:read", NULL, true,
                                     "gdb manual, \"Library List Format for SVR4 Targets\"",
                                     "the shared libraries that are loaded"},
    [FEATURE_XFER_MEMORY_MAP] = {"qXfer:memory-map:read", NULL, true, "gdb manual, \"Memory Map Format\"",
                                 "what is RAM, ROM and flash"},
    [FEATURE_XFER_SIGINFO] = {"qXfer:siginfo:read", NULL, true, GENERAL, "details of the last signal"},
    [FEATURE_SWBREAK] = {"swbreak", "swbreak+", true, "gdb manual, \"Stop Reply Packets\"",
                         "stops at software breakpoints say so"},
    [FEATURE_HWBREAK] = {"hwbreak", "hwbreak+", true, "gdb manual, \"Stop Reply Packets\"",
                         "stops at hardware breakpoints say so"},
    [FEATURE_PASS_SIGNALS] = {"QPassSignals", NULL, true, GENERAL, "signals that need not stop"},
    [FEATURE_FORK_EVENTS] = {"fork-events", "fork-events+", true, GENERAL, "stops at fork"},
    [FEATURE_VFORK_EVENTS] = {"vfork-events", "vfork-events+", true, GENERAL, "stops at vfork"},
    [FEATURE_EXEC_EVENTS] = {"exec-events", "exec-events+", true, GENERAL, "stops at exec"},
    [FEATURE_THREAD_EVENTS] = {"QThreadEvents", NULL, true, GENERAL, "stops at a thread's birth and end"},
    [FEATURE_NO_RESUMED] = {"no-resumed", "no-resumed+", true, GENERAL,
                            "says when no resumed thread is left (N)"},
    [FEATURE_CONDITIONAL_BREAKPOINTS] = {"ConditionalBreakpoints", NULL, true, PACKETS ", Z0",
                                         "conditions are tested in the stub"},
    [FEATURE_BREAKPOINT_COMMANDS] = {"BreakpointCommands", NULL, true, PACKETS ", Z0",
                                     "commands run in the stub"},
    [FEATURE_NON_STOP] = {"QNonStop", NULL, true, "gdb manual, \"Remote Non-Stop\"",
                          "threads stop one by one (not used)"},
    [FEATURE_REVERSE_STEP] = {"ReverseStep", NULL, true, PACKETS ", bs", "steps backwards"},
    [FEATURE_REVERSE_CONTINUE] = {"ReverseContinue", NULL, true, PACKETS ", bc", "runs backwards"},
    [FEATURE_VCONT_SUPPORTED] = {"vContSupported", "vContSupported+", true, GENERAL, "vCont? is answered"},
    [FEATURE_XML_REGISTERS] = {"xmlRegisters", "xmlRegisters=i386", true, GENERAL,
                               "we read register descriptions (gdbserver on x86 gives none without)"},
    [FEATURE_NATIVE_SIGNALS] = {"native-signals", NULL, true, "LLDB, \"GDB Remote Protocol Extensions\"",
                                "signals have the numbers of the target's system"},
    [FEATURE_VCONT] = {"vCont", NULL, false, PACKETS ", vCont", "resumes threads one by one"},
    [FEATURE_VCONT_RANGE] = {"vCont;r", NULL, false, PACKETS ", vCont", "steps until a range is left"},
    [FEATURE_READ_REGISTER] = {"p", NULL, false, PACKETS ", p", "reads one register"},
    [FEATURE_WRITE_REGISTER] = {"P", NULL, false, PACKETS ", P", "writes one register"},
    [FEATURE_BINARY_WRITE] = {"X", NULL, false, PACKETS ", X", "writes memory in binary"},
    [FEATURE_Z0] = {"Z0", NULL, false, PACKETS ", Z0", "software breakpoints"},
    [FEATURE_Z1] = {"Z1", NULL, false, PACKETS ", Z1", "hardware breakpoints"},
    [FEATURE_Z2] = {"Z2", NULL, false, PACKETS ", Z2", "write watchpoints"},
    [FEATURE_Z3] = {"Z3", NULL, false, PACKETS ", Z3", "read watchpoints"},
    [FEATURE_Z4] = {"Z4", NULL, false, PACKETS ", Z4", "access watchpoints"},
    [FEATURE_PIPELINE] = {"pipelining", NULL, false, "gdb manual, \"Packet Acknowledgment\"",
                          "several requests are on the way at once"},
    [FEATURE_STEP_OFF] = {"step-off", NULL, false, PACKETS ", Z0",
                          "a step from an inserted Z0 moves without removing it"},
    [FEATURE_HOLD] = {"hold", NULL, false, PACKETS ", vCont",
                      "threads that are not resumed stay where they are"},
};

void rsp_features_offer(struct buf *b)
{
    buf_add_text(b, "qSupported");
    char separator = ':';
    for (size_t i = 0; i < FEATURE_COUNT; i++) {
        if (!rsp_feature_table[i].offer)
            continue;
        buf_add_char(b, separator);
        buf_add_text(b, rsp_feature_table[i].offer);
        separator = ';';
    }
}

static const struct rsp_feature *find_row(const char *name, size_t n, size_t *index)
{
    for (size_t i = 0; i < FEATURE_COUNT; i++) {
        const struct rsp_feature *f = &rsp_feature_table[i];
        if (f->supported_row && strlen(f->name) == n && memcmp(f->name, name, n) == 0) {
            *index = i;
            return f;
        }
    }
    return NULL;
}

static void set_value(struct rsp_feature_state *state, const char *value, size_t n)
{
    char *visible = text_visible(value, n < FEATURE_VALUE_MOST ? n : FEATURE_VALUE_MOST);
    size_t most = strlen(visible) < FEATURE_VALUE_MOST ? strlen(visible) : FEATURE_VALUE_MOST;
    while (most > 0 && ((unsigned char)visible[most] & 0xc0) == 0x80) /* not inside a UTF-8 sequence */
        most--;
    visible[most] = '\0';
    free(state->value);
    state->value = visible;
}

/* One `name+`, `name-`, `name?` or `name=value`. */
static void read_item(struct rsp_features *f, const char *item, size_t n, uint64_t *packet_size)
{
    const char *equals = memchr(item, '=', n);
    size_t length = equals ? (size_t)(equals - item) : n ? n - 1 : 0;
    size_t index;
    if (!find_row(item, length, &index))
        return;
    struct rsp_feature_state *state = &f->state[index];
    if (!equals) {
        char sign = item[n - 1];
        state->advertised = sign == '+' ? TRI_YES : sign == '-' ? TRI_NO : TRI_UNKNOWN;
        return;
    }
    state->advertised = TRI_YES;
    set_value(state, equals + 1, n - length - 1);
    const char *s = equals + 1;
    uint64_t size;
    if (index == FEATURE_PACKET_SIZE && hex_parse_u64(&s, item + n, &size))
        *packet_size = size;
}

void rsp_features_read(struct rsp_features *f, const char *reply, size_t n, uint64_t *packet_size)
{
    *packet_size = 0;
    for (size_t i = 0; i < FEATURE_COUNT; i++)
        if (rsp_feature_table[i].supported_row && f->state[i].advertised == TRI_UNKNOWN)
            f->state[i].advertised = TRI_NO;
    const char *end = reply + n;
    while (reply < end) {
        const char *stop = memchr(reply, ';', (size_t)(end - reply));
        if (!stop)
            stop = end;
        read_item(f, reply, (size_t)(stop - reply), packet_size);
        reply = stop < end ? stop + 1 : end;
    }
}

void rsp_features_free(struct rsp_features *f)
{
    for (size_t i = 0; i < FEATURE_COUNT; i++)
        free(f->state[i].value);
    *f = (struct rsp_features){0};
}

bool rsp_feature_usable(const struct rsp_features *f, enum rsp_feature_id id)
{
    const struct rsp_feature_state *s = &f->state[id];
    return s->works != TRI_NO && (s->works == TRI_YES || s->advertised == TRI_YES);
}
