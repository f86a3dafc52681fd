/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rsp/codec_private.h - what both directions of the codec (codec.c in, codec_encode.c out) agree on.
 *
 * From the gdb manual, appendix "Remote Protocol", section "Overview". Constants only.
 */
#ifndef ALLSTOP_RSP_CODEC_PRIVATE_H
#define ALLSTOP_RSP_CODEC_PRIVATE_H

enum {
    REPEAT_BASE = 29,  /* `*` is followed by a character: its code minus this is the number of copies */
    REPEAT_LEAST = 3,  /* fewer copies are not worth two characters */
    REPEAT_MOST = 97,  /* '~' - REPEAT_BASE */
    ESCAPE_FLIP = 0x20 /* an escaped byte is sent xor this */
};

#endif
