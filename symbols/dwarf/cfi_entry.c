/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CIEs and FDEs of .eh_frame and .debug_frame.
 */
#include "symbols/dwarf/cfi.h"
#include "symbols/dwarf/dwarf_compat.h"
#include "symbols/limits.h"

enum { OMITTED = 0xff };

uint64_t cfi_pointer(const struct cfi_section *s, struct cursor *c, uint8_t encoding, unsigned word)
{
    uint64_t here = s->address + (uint64_t)(c->at - s->bytes);
    uint64_t v = 0;
    switch (encoding & 0x0f) {
    case 0x00: /* absptr */
        v = cursor_unsigned(c, word);
        break;
    case 0x01:
        v = cursor_uleb(c);
        break;
    case 0x02:
        v = cursor_u16(c);
        break;
    case 0x03:
        v = cursor_u32(c);
        break;
    case 0x04:
    case 0x0c:
        v = cursor_u64(c);
        break;
    case 0x09:
        v = (uint64_t)cursor_sleb(c);
        break;
    case 0x0a:
        v = (uint64_t)sign_extend(cursor_u16(c), 2);
        break;
    case 0x0b:
        v = (uint64_t)sign_extend(cursor_u32(c), 4);
        break;
    default:
        c->bad = true;
        break;
    }
    switch (encoding & 0x70) {
    case 0x00:
        break;
    case 0x10: /* pcrel */
        v += here;
        break;
    default: /* text, data and function relative: no compiler uses them for code addresses */
        c->bad = true;
        break;
    }
    return s->word == 4 ? v & 0xffffffff : v;
}

static bool read_augmentation(const struct cfi_section *s, struct cursor *c, const char *letters,
                              struct cfi_cie *cie)
{
    if (letters[0] != 'z')
        return letters[0] == 0;
    cie->augmented = true;
    uint64_t size = cursor_uleb(c);
    struct cursor data = cursor_part(c, size);
    for (letters++; *letters && !data.bad; letters++) {
        if (*letters == 'R') {
            cie->pointer_encoding = cursor_u8(&data);
        } else if (*letters == 'L') {
            cursor_u8(&data);
        } else if (*letters == 'P') {
            /* The personality routine may be found indirectly and relative to anything: only its size counts.
             */
            uint8_t encoding = cursor_u8(&data);
            if (encoding != OMITTED)
                cfi_pointer(s, &data, encoding & 0x0f, cie->word);
        } else if (*letters == 'S') {
            cie->signal_frame = true;
        } else if (*letters != 'B' && *letters != 'G') {
            break; /* unknown: the rest is skipped by its size */
        }
    }
    return !c->bad;
}

static bool read_cie(const struct cfi_section *s, uint64_t offset, struct cfi_cie *cie)
{
    struct cursor all = cursor_from(s->bytes, s->size, offset, s->big);
    unsigned offset_size;
    uint64_t length = cursor_initial_length(&all, &offset_size);
    struct cursor c = cursor_part(&all, length);
    uint64_t id = cursor_unsigned(&c, s->eh ? 4 : offset_size);
    bool is_cie = s->eh ? id == 0 : id == (offset_size == 8 ? UINT64_MAX : UINT32_MAX);
    *cie = (struct cfi_cie){.offset = offset, .word = s->word};
    cie->version = cursor_u8(&c);
    char letters[AUGMENTATION_LIMIT] = {0};
    for (size_t i = 0; (letters[i] = (char)cursor_u8(&c)) != 0; i++)
        if (i + 1 == sizeof letters - 1)
            return false;
    if (!is_cie || c.bad || cie->version < 1 || cie->version > 4 || cie->version == 2)
        return false;
    if (cie->version >= 4) {
        cie->word = cursor_u8(&c);
        if (cursor_u8(&c) != 0 || cie->word == 0 || cie->word > 8)
            return false;
    }
    cie->code_align = cursor_uleb(&c);
    cie->data_align = cursor_sleb(&c);
    cie->return_register = cie->version == 1 ? cursor_u8(&c) : cursor_uleb(&c);
    if (!read_augmentation(s, &c, letters, cie))
        return false;
    cie->program = c;
    return !c.bad;
}

bool cfi_read_fde(const struct cfi_section *s, uint64_t offset, struct cfi_fde *fde, uint64_t *next)
{
    struct cursor all = cursor_from(s->bytes, s->size, offset, s->big);
    unsigned offset_size;
    *next = 0;
    uint64_t length = cursor_initial_length(&all, &offset_size);
    struct cursor c = cursor_part(&all, length);
    if (!all.bad)
        *next = (uint64_t)(all.at - s->bytes);
    if (c.bad || !length)
        return false;
    uint64_t id_at = (uint64_t)(c.at - s->bytes);
    uint64_t id = cursor_unsigned(&c, s->eh ? 4 : offset_size);
    bool is_cie = s->eh ? id == 0 : id == (offset_size == 8 ? UINT64_MAX : UINT32_MAX);
    uint64_t cie = s->eh ? id_at - id : id;
    if (c.bad || is_cie || (s->eh && id > id_at))
        return false;
    if (fde->cie.offset != cie || !fde->cie.version)
        if (!read_cie(s, cie, &fde->cie)) {
            fde->cie.version = 0;
            return false;
        }
    fde->low = cfi_pointer(s, &c, fde->cie.pointer_encoding, fde->cie.word);
    uint64_t size = cfi_pointer(s, &c, fde->cie.pointer_encoding & 0x0f, fde->cie.word);
    fde->high = fde->low + size;
    if (fde->cie.augmented)
        cursor_take(&c, cursor_uleb(&c));
    fde->program = c;
    return !c.bad && fde->high > fde->low;
}
