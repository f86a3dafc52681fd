/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rsp/connection_parts.h - what a connection knows, by subject. Each part is written by the file that is
 * named with it, and read by all of connection_*.c and remote_*.c; connection.c makes and frees them. Only
 * connection_private.h includes this.
 */
#ifndef ALLSTOP_RSP_CONNECTION_PARTS_H
#define ALLSTOP_RSP_CONNECTION_PARTS_H

#include "rsp/codec.h"
#include "rsp/connection.h"
#include "rsp/connection_state.h"
#include "rsp/limits.h"

enum {
    WINDOW_REQUESTS = 64,   /* so that their answers never fill a socket */
    WINDOW_BYTES = 16384,   /* no-ack: fits into any socket's buffer */
    WINDOW_BYTES_ACK = 256, /* QEMU's user emulator reads so many at once and waits for an ack after each */
    TAIL_BYTES = 64,        /* of console text, to know a prompt */
    SHOWN_REQUEST = 60,     /* bytes of one in a message */
    OLDER_ANSWERS = 64,     /* answers that one may be a late copy of */
};
/* A moment that is past: at once. */
#define PROBE_NOW 1
/* How long a stub may take to say a word when nothing keeps it. */
#define PROBE_NS 1000000000
/* The silence after which what has come is taken for all there is. */
#define NUDGE_NS 300000000

/* How long a wait may last, and how much an answer may hold: connection.c. */
struct conn_limits {
    int64_t timeout_ns, deadline_ns;
    size_t payload;
};

/* Bytes on their way in, and the acks that they want: connection_wire.c. */
struct conn_wire {
    struct rsp_decoder decoder;
    unsigned pending_acks; /* good packets not acked yet */
    bool theirs_last;      /* their packet is the newest one on the wire */
    unsigned bad_in_row;   /* packets with a bad checksum */
    struct buf damaged;    /* the last of them */
    unsigned torn_in_row;  /* packets cut by another one, without a good one since */
    bool told_oversize;    /* of the packet that is being dropped */
    int64_t over_ns;       /* the deadline behind which one more look was taken; what floods ends there */
    int64_t came_ns;       /* when something came last */
};

/* Our last packet, or the packets of one write, and their retransmission: connection_wire.c. */
struct conn_sent {
    struct buf bytes;
    size_t packets_at;  /* where the packets begin, behind the acks */
    bool acked;         /* a `+` came since, or none is due */
    unsigned acks_due;  /* packets of this write whose `+` has not come */
    unsigned acks_more; /* `+` beyond those: what was sent once arrived twice */
    int64_t written_ns; /* when the write was begun */
    bool text_since;    /* the console printed since */
    unsigned resends;   /* how often something was sent to have it, or its answer, again */
    int64_t again_ns;   /* when a resume that was not acked is sent again; 0: never */
    int64_t raw_ns;     /* when something that is no packet was sent last */
};

/* What vCont? listed. */
struct vcont_actions {
    bool c, C, s, S, r;
};

/* What the opening agreed on, as far as it still holds: connection_negotiate.c. */
struct conn_terms {
    bool no_ack;
    bool pipelines;       /* several requests may be on their way at once */
    bool supported_empty; /* qSupported was answered with nothing: kgdb, or a very old stub */
    size_t packet_size;
    struct vcont_actions vcont;
};

/* Answers that nobody waits for any more and that may still come: connection_resync.c. */
struct conn_owed {
    size_t count;
    size_t doubtful;          /* of them, those that may come behind a fence's answer too */
    enum rsp_grammar grammar; /* of their questions; ANY: of several */
    size_t came;              /* packets in front of the last fence's answer */
    bool fenced;              /* the last conn_resync() passed a fence */
    struct buf request;       /* the last request that got none, for messages */
};

/* How this stub is fenced off: connection_fence.c. */
struct conn_fence {
    enum {
        FENCE_UNTRIED,
        FENCE_EMPTY, /* it answers vMustReplyEmpty with nothing, */
        FENCE_WORD,  /* or with an error or another word, */
        FENCE_KNOWN, /* or with silence, and the question below with its answer, */
        FENCE_NONE,  /* or that with silence too, or there is no such question */
    } kind;
    struct buf question, answer; /* one like no other, and known; empty: none is */
};

/* Answers that a fence, or a `-`, overtook: connection_missing.c. */
struct conn_missing {
    size_t count;
    enum rsp_grammar grammar; /* of their questions; ANY: of several */
    bool several;             /* or were */
    int64_t until_ns;         /* when they are not expected any more */
    struct buf request;       /* one of the questions, cut, for messages */
    bool is_known;            /* it came once already, for a `-`, and is this: */
    struct buf said;          /* cut at EVIDENCE_MOST, */
    size_t said_length;       /* and its whole length */
};

/* The last resume, and the stops since: connection_stops.c. */
struct conn_stops {
    struct buf late[LATE_STOPS_MOST]; /* payloads of stops that came while it stood */
    size_t late_count;
    struct buf last;     /* payload of the stop last taken */
    unsigned copies;     /* how often exactly that came again */
    struct buf previous; /* that of the stop before the resume */
    bool cleared;        /* one like it was found to be none of its copies */
    struct buf
        held;   /* a stop that came where an answer was due; what to call it is not clear yet; empty: none */
    bool asked; /* the last one was the answer to `?` */
    bool commanded; /* a command of the stub's monitor was given since: it may reset, stop or move the target
                     */
    unsigned vcont_taken;    /* a bit for each action of vCont that was seen to end in a stop */
    struct buf resumed_with; /* the resume packet, cut, for messages */
};

/* Which packet answers which question: connection_order.c. */
struct conn_order {
    bool acks;            /* it has acked something on this connection: what comes before an ack is old */
    bool troubled;        /* something was lost, damaged or sent twice */
    int64_t slowest_ns;   /* the longest that an answer has taken which came at the first try */
    bool out_of_step;     /* a packet came that answers nothing: the next question is fenced off */
    bool copied;          /* what was taken last is word for word what was taken before it */
    struct buf asked;     /* the question answered last, cut at EVIDENCE_MOST; without acks */
    struct buf undecided; /* a `z` of which it is not known whether it was done */
    bool says_nothing;    /* it has answered something with an empty packet */
    bool gave_up;         /* a question of the user's got no answer */
    bool suspect;         /* an answer of this batch may be a copy: connection_careful.c */
    bool cleared;         /* of that it was found free once, and nothing came since that was not asked */
    unsigned careful;     /* questions that still stand between silences */
    int64_t settle_ns;    /* the silence */
    int64_t quiet_ns;     /* when the last of them was over */
    size_t strays;        /* packets that answered nothing, in all */
    size_t others;        /* of them, those that were no copy of what was taken last */
    struct buf last;      /* the answer or stop taken last, cut at EVIDENCE_MOST */
    size_t last_length;   /* of all of it */
};

/* An answer that was given, as digests. */
struct conn_older_answer {
    uint64_t question, text;
    size_t length;
    bool cleared;  /* another question had the same, and it was its own, */
    size_t strays; /* when so many packets had come that answered nothing */
};

/* The answers that a late copy may be of: connection_older.c. */
struct conn_older {
    struct conn_older_answer answers[OLDER_ANSWERS];
    size_t next;      /* which is replaced */
    size_t longest;   /* digits of memory that one answer brought */
    uint64_t runs;    /* resumes so far */
    unsigned listens; /* in vain */
    unsigned shorts;  /* answers to `m` that brought less the second time, too */
};

/* A resume that was not acked: connection_doubt.c. */
struct conn_doubt {
    int64_t due_ns;  /* when something is done about it; 0: never */
    unsigned asked;  /* how far that has come */
    unsigned rounds; /* times that it was said again, or `qC` was */
    unsigned naks;   /* for a packet that began and does not end, or a step that does not */
    int64_t nak_ns;  /* the last of them */
    bool damaged;    /* a stop came so and was asked for with `-`, and nothing came since */
    unsigned copies; /* of what was taken last, since the resume */
    bool has_held;
    struct buf held; /* a stop reply like the last one, which may be its copy or the end of this run */
};

/* What came in place of a stop: connection_unread.c. */
struct conn_unread {
    int64_t due_ns; /* when it is asked for, or given up; 0: never */
    bool asked;
    struct buf said; /* the first packet, cut at EVIDENCE_MOST */
};

/* Packets that were no answer: connection_grammar.c. */
struct conn_misfits {
    struct buf last; /* the last one */
    unsigned copies; /* how often exactly that came again */
    unsigned told[RSP_VIOLATIONS];
    unsigned known_questions; /* a bit for each of those that were answered with something */
};

/* The interrupt that was asked for since the last resume, and whose stop has not come: connection_break.c. */
struct conn_interrupt {
    enum rsp_break how; /* it is done, by the caller's wish */
    bool asked;
    unsigned times_typed; /* SysRq for this one */
    int64_t again_ns;     /* when it is sent again; 0: never */
};

/* The question to a kernel that may have stopped without a word: connection_probe.c. */
struct conn_probe {
    const char *text;  /* what was asked last in this run; "" nothing */
    bool sent;         /* its answer is waited for until due_ns */
    bool wanted;       /* by what was just printed */
    int64_t due_ns;    /* when it is sent, or given up; 0: never */
    struct buf answer; /* that to qC, which opened the conversation; empty once the target has run */
};

/* The console on the line: connection_console.c. */
struct conn_console {
    bool is_kernel;        /* it ran when we came, or runs again */
    bool spoke;            /* some text has come */
    bool line_dirty;       /* some of a packet may stand on its input line */
    char tail[TAIL_BYTES]; /* of its text, since the last stop */
    size_t tail_length;
    /* its O packets while it runs */
    struct buf packet; /* the last one */
    bool typed_since;  /* something was sent behind its ack: it may come again */
    int64_t nudge_ns;  /* when it is made to come again, should its ack have been lost; 0: never */
    unsigned nudges;   /* how often it was, in vain */
    int64_t nudged_ns; /* when a packet that was cut was last asked for again */
    /* while a stop reply is weighed (connection_verify.c) nothing is handed on */
    bool withholds;
    struct buf withheld;         /* all of it, */
    struct buf withheld_of_stop; /* and without copies of the stop reply */
    struct buf *sink;            /* qRcmd's output, or NULL */
    struct buf scratch;
};

/* A thread, as far as it is known. */
struct conn_thread {
    bool known;
    struct ptid id;
};

/* Threads that stop while the target counts as stopped: connection_race.c. */
struct conn_race {
    bool seen;
    struct buf select;                 /* the Hg of whom is spoken of; empty: none was */
    struct ptid told[LATE_STOPS_MOST]; /* who stopped since the last resume */
    size_t told_count;
    unsigned standing;   /* threads in a loop of theirs, each of which takes a resume of its own */
    unsigned looks;      /* stops at which a race was looked for */
    unsigned step_looks; /* of them, ends of steps */
    bool steps;          /* the resume is a step, others beside it or not */
    unsigned resent;     /* the resume, for want of an ack */
    int64_t unacked_ns;  /* when the resume is sent again if it is not acked */
    int64_t due_ns;      /* when that is looked at, or another thread let go; 0: never */
    int64_t melted_ns;   /* when a stop is asked for that may have come damaged; 0: never */
    int64_t release_ns;  /* the silence behind which another thread is let go */
};

/* What the families of packets remember: remote.c. */
struct remote_notes {
    struct conn_thread selected;  /* what Hg chose */
    struct conn_thread stopped;   /* whom the last stop reply named */
    struct conn_thread stepped;   /* what Hc chose */
    struct conn_thread spoken_of; /* whom the stub speaks of as long as nothing is selected */
    bool selected_once;           /* an Hg was answered OK */
    bool no_select;               /* H is not known here, or refused: it is not sent again */
    size_t g_size;                /* bytes of the last `g`, 0: not read yet */
    int64_t g_process;            /* whose they were */
    bool no_current;              /* what answers qC is no thread: it is not asked again */
    bool current_once;            /* qC was answered with one */
    bool no_list;                 /* what answers qfThreadInfo is no list: it is not asked again */
    size_t threads_guess;         /* how many there were when last listed */
    bool description_read;        /* QEMU knows p and P only after that */
};

struct rsp_connection {
    struct transport *transport;
    struct rsp_callbacks callbacks;
    struct wire_log *log;
    struct conn_limits limits;
    struct conn_life life; /* connection_state.h */
    struct conn_wire wire;
    struct conn_sent sent;
    struct conn_terms terms;
    struct buf words;             /* of the last `E.text`: connection_order.c */
    struct rsp_features features; /* whoever finds out */
    struct rsp_stats stats;       /* connection_wire.c, but for the violations */
    struct conn_owed owed;
    struct conn_fence fence;
    struct conn_missing missing;
    struct conn_order order;
    struct conn_older older;
    struct conn_doubt doubt;
    struct conn_stops stops;
    struct conn_unread unread;
    struct conn_misfits misfits;
    struct conn_interrupt interrupt;
    struct conn_probe probe;
    struct conn_race race;
    struct conn_console console;
    struct remote_notes remote;
};

#endif
