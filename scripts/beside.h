/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scripts/beside.h - files that a session names, and where the session file lies. No state.
 */
#ifndef ALLSTOP_SCRIPTS_BESIDE_H
#define ALLSTOP_SCRIPTS_BESIDE_H

/* The path of `file` from where `session` lies; `file` itself where it is absolute or `session` names no
 * folder. malloc'd. */
char *beside(const char *session, const char *file);
/* A file that a session names relatively: beside the session file where there is one, else as it stands, from
 * the present folder. `session` may be "-" (standard input) or NULL. malloc'd. */
char *beside_or_here(const char *session, const char *file);
/* How `file` is named in `folder`, which is there: a relative path; `file` as it stands where one of them
 * cannot be found. malloc'd. */
char *seen_from(const char *folder, const char *file);

#endif
