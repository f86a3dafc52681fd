/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine/inspect/values/parse_internal.h - between parse.c (operators and values) and parse_name.c (names and
 * types).
 */
#ifndef ALLSTOP_ENGINE_INSPECT_VALUES_PARSE_INTERNAL_H
#define ALLSTOP_ENGINE_INSPECT_VALUES_PARSE_INTERNAL_H

#include "engine/inspect/values/lexer.h"
#include "engine/inspect/values/parse.h"

enum { OP_ARROW = OP_DECREMENT + 1, OP_SCOPE, OP_DOT_STAR, OP_ARROW_STAR };

struct parser {
    struct lexer lexer;
    const struct parse_names *names;
    unsigned depth;
};

struct node *parse_make(enum node_kind kind, int op, struct node *left, struct node *right);
struct node *parse_leaf(struct parser *p, enum node_kind kind);
bool parse_at(const struct parser *p, int op);
struct error *parse_expect(struct parser *p, int op, const char *wanted) BASE_MUST_CHECK;
struct error *parse_comma(struct parser *p, struct node **ret) BASE_MUST_CHECK;
struct error *parse_unary(struct parser *p, struct node **ret) BASE_MUST_CHECK;

/* -- Fortran (parse_fortran.c): all of these are false, or do nothing, where another language is read -------
 */

/* Is what is read Fortran? */
bool parse_is_fortran(const struct parser *p);
/* Are elements written in parentheses? In Ada they are too. */
bool parse_is_round(const struct parser *p);
/* At the point of an operator with a name, `.and.`: which it is of C's, and how long; 0: none. */
int parse_named_operator(const struct parser *p, size_t *length);
/* At `%` and the name of a member. */
bool parse_at_percent(const struct parser *p);
/* Behind what may have elements, at "(": its arguments. */
struct error *parse_elements(struct parser *p, struct node **ret) BASE_MUST_CHECK;
/* `.true.`, `.false.` or `.not.` and its value; *ret stays NULL where none of them is. */
struct error *parse_named_value(struct parser *p, struct node **ret) BASE_MUST_CHECK;

struct error *parse_assignment(struct parser *p, struct node **ret) BASE_MUST_CHECK;
/* Operators that bind as strongly as this or more. */
enum { RANK_COMPARISON = 6 };
struct error *parse_binary(struct parser *p, int least, struct node **ret) BASE_MUST_CHECK;

/* Does a type begin here? */
bool parse_at_type(struct parser *p);
/* Behind "(": where a type stands there *ret is its text, malloc'd, and the lexer is behind ")"; else NULL.
 */
struct error *parse_try_type(struct parser *p, char **ret) BASE_MUST_CHECK;
/* What is wrong in parentheses that begin at `start`: where a name and what may follow a type's name is all
 * that is there, that nothing is called so. */
struct error *parse_no_type(const char *start, struct error *failed) BASE_MUST_CHECK;
/* Whether a name with scopes begins here: also with `::` or "(anonymous namespace)". */
bool parse_at_name(struct parser *p);
/* A name with all its scopes; T(value) and static_cast<T>(value); f(int). */
struct error *parse_qualified(struct parser *p, struct node **ret) BASE_MUST_CHECK;
/* Behind a value: Rust's `as TYPE`, as often as it is there. */
struct error *parse_as(struct parser *p, struct node **ret) BASE_MUST_CHECK;
/* 'file.c'::name, or an odd name in quotes. */
struct error *parse_quoted(struct parser *p, struct node **ret) BASE_MUST_CHECK;
/* Of what looks like FILE.EXTENSION:: with a name so long: is it a member of a base class, object.Base::x? */
bool parse_at_base_member(struct parser *p, size_t length);
/* Behind `.` or `->`: the member's name, and in n->file the class that it is said to be of. */
struct error *parse_member_name(struct parser *p, struct node *n) BASE_MUST_CHECK;

#endif
