/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How long an x86 instruction is that a decoder does not know: newer ones are all in the spaces that are read
 * here, and what stands there tells its length without its meaning (Intel SDM volume 2, chapter 2 and
 * appendix A; for EVEX section 2.7).
 */
#include <capstone/capstone.h>

#include "engine/target/arch/x86.h"

/* Where the opcode is, by the escape bytes or the map number of the prefix in front of it. */
enum { MAP_0F = 1, MAP_0F38 = 2, MAP_0F3A = 3, MAP_LAST = 7 };

struct reading {
    const unsigned char *code;
    size_t at, n;
    int mode;
    bool short_addresses; /* 0x67 */
};

static int next(struct reading *r)
{
    return r->at < r->n ? r->code[r->at++] : -1;
}

static void skip_prefixes(struct reading *r)
{
    for (; r->at < r->n; r->at++)
        switch (r->code[r->at]) {
        case 0x67:
            r->short_addresses = true;
            break;
        case 0x66:
        case 0xf0:
        case 0xf2:
        case 0xf3:
        case 0x26:
        case 0x2e:
        case 0x36:
        case 0x3e:
        case 0x64:
        case 0x65:
            break;
        default:
            if (r->mode == CS_MODE_64 && (r->code[r->at] & 0xf0) == 0x40)
                r->at++; /* REX, the last of them */
            return;
        }
}

/* The map of a two- or three-byte escape, 0: it is none that newer instructions use. */
static int escape(struct reading *r)
{
    if (next(r) != 0x0f || r->at >= r->n)
        return 0;
    int second = r->code[r->at];
    r->at += second == 0x38 || second == 0x3a;
    return second == 0x38 ? MAP_0F38 : second == 0x3a ? MAP_0F3A : MAP_0F;
}

/* The map of VEX (C5, C4), XOP (8F) or EVEX (62), with the opcode next. */
static int prefixed(struct reading *r, int first)
{
    int second = next(r);
    if (second < 0 || (r->mode != CS_MODE_64 && (second & 0xc0) != 0xc0))
        return 0;
    if (first == 0xc5)
        return MAP_0F;
    r->at += first == 0x62 ? 2 : 1;
    int map = second & (first == 0x62 ? 0x07 : 0x1f);
    if (first == 0x8f) /* 8: with an immediate byte, 9: without, 10: with four, which none has today */
        return map == 8 ? MAP_0F3A : map == 9 ? MAP_0F38 : 0;
    return map <= MAP_LAST ? map : 0;
}

/* Opcodes of the two-byte map without an operand byte, or with immediates of their own: all of them old. */
static bool is_irregular(int opcode)
{
    static const unsigned char ranges[][2] = {{0x05, 0x0c}, {0x0e, 0x0e}, {0x30, 0x37}, {0x78, 0x78},
                                              {0x80, 0x8f}, {0xa0, 0xa2}, {0xa8, 0xaa}, {0xc8, 0xcf}};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (opcode >= ranges[i][0] && opcode <= ranges[i][1])
            return true;
    return false;
}

static bool has_immediate(int map, int opcode)
{
    return map == MAP_0F3A || (map == MAP_0F && (opcode == 0x0f || (opcode >= 0x70 && opcode <= 0x73) ||
                                                 opcode == 0xa4 || opcode == 0xac || opcode == 0xba ||
                                                 opcode == 0xc2 || (opcode >= 0xc4 && opcode <= 0xc6)));
}

/* Skips ModRM with what belongs to it. */
static bool skip_operand(struct reading *r)
{
    int modrm = next(r);
    if (modrm < 0)
        return false;
    int mod = modrm >> 6, rm = modrm & 7;
    if (mod == 3)
        return true;
    if (r->mode == CS_MODE_16 ? !r->short_addresses : r->mode == CS_MODE_32 && r->short_addresses) {
        r->at += mod == 1 ? 1 : mod == 2 || rm == 6 ? 2 : 0;
        return true;
    }
    int sib = rm == 4 ? next(r) : 0;
    if (sib < 0)
        return false;
    bool wide = mod == 2 || (mod == 0 && (rm == 5 || (rm == 4 && (sib & 7) == 5)));
    r->at += mod == 1 ? 1 : wide ? 4 : 0;
    return true;
}

unsigned x86_unknown_size(const unsigned char *code, size_t n, int mode)
{
    struct reading r = {.code = code, .n = n, .mode = mode};
    skip_prefixes(&r);
    int first = r.at < n ? code[r.at] : -1;
    bool has_map = first == 0x62 || first == 0xc4 || first == 0xc5 || first == 0x8f;
    r.at += has_map;
    int map = has_map ? prefixed(&r, first) : escape(&r);
    int opcode = map ? next(&r) : -1;
    bool old = !has_map && map == MAP_0F;
    if (opcode < 0 || (map == MAP_0F && (opcode == 0x77 || (old && is_irregular(opcode)))))
        return 0;
    if (old && (opcode & 0xf8) == 0x20) /* to and from control registers: no memory, whatever ModRM says */
        r.at++;
    else if (!skip_operand(&r))
        return 0;
    r.at += has_immediate(map, opcode);
    return r.at <= n && r.at <= 15 ? (unsigned)r.at : 0;
}
