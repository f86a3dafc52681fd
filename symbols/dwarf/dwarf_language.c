/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What units are written in. */
#include "base/alloc.h"
#include "symbols/dwarf/dwarf.h"
#include "symbols/dwarf/dwarf_compat.h"

/* DWARF's codes; what newer compilers write before the header of the oldest libdwarf knows it is a number. */
static const struct {
    uint16_t code;
    enum symbols_language language;
} languages[] = {
    {DW_LANG_Ada83, LANGUAGE_ADA},
    {DW_LANG_Ada95, LANGUAGE_ADA},
    {0x2e, LANGUAGE_ADA},
    {0x2f, LANGUAGE_ADA},
    {DW_LANG_D, LANGUAGE_D},
    {DW_LANG_Fortran77, LANGUAGE_FORTRAN},
    {DW_LANG_Fortran90, LANGUAGE_FORTRAN},
    {DW_LANG_Fortran95, LANGUAGE_FORTRAN},
    {DW_LANG_Fortran03, LANGUAGE_FORTRAN},
    {DW_LANG_Fortran08, LANGUAGE_FORTRAN},
    {0x2d, LANGUAGE_FORTRAN}, /* Fortran 2018 */
    {DW_LANG_Go, LANGUAGE_GO},
    {DW_LANG_Rust, LANGUAGE_RUST},
};

enum symbols_language dwarf_language(const struct unit_head *u)
{
    if (!u->language)
        return LANGUAGE_UNKNOWN;
    if (dwarf_is_c(u))
        return LANGUAGE_C;
    for (size_t i = 0; i < ARRAY_LENGTH(languages); i++)
        if (languages[i].code == u->language)
            return languages[i].language;
    return dwarf_is_cplus(u) ? LANGUAGE_CPLUS : LANGUAGE_OTHER;
}
