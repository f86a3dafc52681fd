/* Between values.c and values_other.c. */
struct everything;
extern int numbers[10];
extern __thread int per_thread;
int other_same_name(int x, const struct everything *e);
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-License-Identifier: GPL-3.0-or-later */
