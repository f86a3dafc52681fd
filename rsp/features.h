/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rsp/features.h - what a stub can do: offered, advertised, seen.
 *
 * One table (rsp_feature_table) has a row for each feature we know: its name in qSupported or of the packet,
 * what we offer, and its place in the manual. Negotiation, the `features` command, the audit and the
 * documentation read this table. Each connection keeps one state per row. `works` is what we saw on this
 * connection, never what we were told. Plain data; owned by the connection, engine thread.
 */
#ifndef ALLSTOP_RSP_FEATURES_H
#define ALLSTOP_RSP_FEATURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum rsp_feature_id {
    FEATURE_PACKET_SIZE,
    FEATURE_MULTIPROCESS,
    FEATURE_NO_ACK,
    FEATURE_XFER_FEATURES,
    FEATURE_XFER_THREADS,
    FEATURE_XFER_AUXV,
    FEATURE_XFER_EXEC_FILE,
    FEATURE_XFER_LIBRARIES_SVR4,
    FEATURE_XFER_MEMORY_MAP,
    FEATURE_XFER_SIGINFO,
    FEATURE_SWBREAK,
    FEATURE_HWBREAK,
    FEATURE_PASS_SIGNALS,
    FEATURE_FORK_EVENTS,
    FEATURE_VFORK_EVENTS,
    FEATURE_EXEC_EVENTS,
    FEATURE_THREAD_EVENTS,
    FEATURE_NO_RESUMED,
    FEATURE_CONDITIONAL_BREAKPOINTS,
    FEATURE_BREAKPOINT_COMMANDS,
    FEATURE_NON_STOP,
    FEATURE_REVERSE_STEP,
    FEATURE_REVERSE_CONTINUE,
    FEATURE_VCONT_SUPPORTED,
    FEATURE_XML_REGISTERS,
    FEATURE_NATIVE_SIGNALS,
    /* below: not in qSupported; learnt by using or probing them */
    FEATURE_VCONT,
    FEATURE_VCONT_RANGE,
    FEATURE_READ_REGISTER,  /* p */
    FEATURE_WRITE_REGISTER, /* P */
    FEATURE_BINARY_WRITE,   /* X */
    FEATURE_Z0,
    FEATURE_Z1,
    FEATURE_Z2,
    FEATURE_Z3,
    FEATURE_Z4,
    FEATURE_PIPELINE, /* several requests on the way at once */
    FEATURE_STEP_OFF, /* a step from an inserted Z0 moves without removing it */
    FEATURE_HOLD,     /* threads that a resume does not name stay where they are */
    FEATURE_COUNT
};

enum rsp_tristate { TRI_UNKNOWN, TRI_NO, TRI_YES };

struct rsp_feature {
    const char *name;   /* as in qSupported, or the packet's name */
    const char *offer;  /* what we put into our qSupported ("multiprocess+"), or NULL */
    bool supported_row; /* the stub answers for it in qSupported */
    const char *manual; /* where gdb's manual describes it */
    const char *about;  /* one line for people */
};

struct rsp_feature_state {
    enum rsp_tristate advertised;
    enum rsp_tristate works;
    char *value; /* for NAME=VALUE rows, or NULL; made visible, at most 64 characters */
};

struct rsp_features {
    struct rsp_feature_state state[FEATURE_COUNT];
};

extern const struct rsp_feature rsp_feature_table[FEATURE_COUNT];

/* Appends the `qSupported:…` request built from the table. */
void rsp_features_offer(struct buf *b);
/* Reads the stub's answer; unknown names are ignored. The most bytes a packet may have go to *packet_size (0:
 * not told). */
void rsp_features_read(struct rsp_features *f, const char *reply, size_t n, uint64_t *packet_size);
void rsp_features_free(struct rsp_features *f);
/* Advertised, or seen to work, and not seen to fail. */
bool rsp_feature_usable(const struct rsp_features *f, enum rsp_feature_id id);

#endif
