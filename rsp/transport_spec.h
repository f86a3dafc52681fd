/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rsp/transport_spec.h - the grammar of target specs (see rsp/transport.h), private to the transports.
 * Pure text: nothing is opened. Errors are ERR_USAGE and quote the spec.
 */
#ifndef ALLSTOP_RSP_TRANSPORT_SPEC_H
#define ALLSTOP_RSP_TRANSPORT_SPEC_H

#include "rsp/transport_private.h"

/* Fills *ret; free it with transport_spec_free() on success. */
struct error *transport_spec_parse(const char *text, struct transport_spec *ret) BASE_MUST_CHECK;
void transport_spec_free(struct transport_spec *spec);

#endif
