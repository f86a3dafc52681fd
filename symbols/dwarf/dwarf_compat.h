/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * symbols/dwarf/dwarf_compat.h - one face for libdwarf 20210528 (Debian 12) and 0.x
 * (<libdwarf-0/libdwarf.h>).
 *
 * The newer one renamed the object access structs (suffix _a, members with prefixes) and dropped an argument
 * of dwarf_object_finish(). LIBDWARF_NEW tells them apart: 0.x defines DW_LIBDWARF_VERSION_MAJOR.
 */
#ifndef ALLSTOP_SYMBOLS_DWARF_COMPAT_H
#define ALLSTOP_SYMBOLS_DWARF_COMPAT_H

/* pkg-config's folder where there is one; else Debian 12's. */
#if __has_include(<libdwarf.h>)
#include <dwarf.h>
#include <libdwarf.h>
#elif __has_include(<libdwarf-2/libdwarf.h>)
#include <libdwarf-2/dwarf.h>
#include <libdwarf-2/libdwarf.h>
#elif __has_include(<libdwarf-0/libdwarf.h>)
#include <libdwarf-0/dwarf.h>
#include <libdwarf-0/libdwarf.h>
#else
#include <libdwarf/dwarf.h>
#include <libdwarf/libdwarf.h>
#endif

#ifdef DW_LIBDWARF_VERSION_MAJOR
#define LIBDWARF_NEW 1
#else
#define LIBDWARF_NEW 0
#endif

#endif
