# SPDX-License-Identifier: GPL-3.0-or-later
"""A validator for the part of JSON Schema (draft 2020-12) that doc/session.schema.json uses.

A keyword it does not know is an error, so that the schema cannot say something that nobody checks.
"""
import re

SILENT = {"$schema", "$defs", "title", "description"}
TYPES = {
    "null": lambda v: v is None,
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool),
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    "integer": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool) and v == int(v),
}


class Schema:
    def __init__(self, root):
        self.root = root

    def errors(self, value):
        """What is wrong with a document, as lines "POINTER: WHY"."""
        found = []
        self.check(self.root, value, "", found)
        return found

    def resolve(self, ref):
        at = self.root
        for part in ref.removeprefix("#/").split("/"):
            at = at[part]
        return at

    def fits(self, schema, value):
        found = []
        self.check(schema, value, "", found)
        return not found

    def check(self, schema, value, at, found):
        """Adds to `found`; returns the names of the members that some keyword has looked at."""
        seen = set()
        for keyword, rule in schema.items():
            if keyword in SILENT or keyword in ("then", "else", "unevaluatedProperties"):
                continue
            method = getattr(self, "do_" + keyword.lstrip("$"), None)
            if method is None:
                raise ValueError(f"the schema uses {keyword}, which this validator does not know")
            seen |= method(rule, schema, value, at, found) or set()
        if schema.get("unevaluatedProperties") is False and isinstance(value, dict):
            found += [f"{at}/{name}: unknown" for name in value if name not in seen]
        return seen

    def do_ref(self, rule, schema, value, at, found):
        return self.check(self.resolve(rule), value, at, found)

    def do_type(self, rule, schema, value, at, found):
        wanted = rule if isinstance(rule, list) else [rule]
        if not any(TYPES[name](value) for name in wanted):
            found.append(f"{at}: no {' or '.join(wanted)}")

    def do_enum(self, rule, schema, value, at, found):
        if value not in rule:
            found.append(f"{at}: not one of {rule}")

    def do_const(self, rule, schema, value, at, found):
        if value != rule:
            found.append(f"{at}: not {rule!r}")

    def do_pattern(self, rule, schema, value, at, found):
        if isinstance(value, str) and not re.search(rule, value):
            found.append(f"{at}: does not match {rule}")

    def do_minLength(self, rule, schema, value, at, found):
        if isinstance(value, str) and len(value) < rule:
            found.append(f"{at}: shorter than {rule}")

    def do_minimum(self, rule, schema, value, at, found):
        if TYPES["number"](value) and value < rule:
            found.append(f"{at}: less than {rule}")

    def do_exclusiveMinimum(self, rule, schema, value, at, found):
        if TYPES["number"](value) and value <= rule:
            found.append(f"{at}: not above {rule}")

    def do_maximum(self, rule, schema, value, at, found):
        if TYPES["number"](value) and value > rule:
            found.append(f"{at}: above {rule}")

    def do_minItems(self, rule, schema, value, at, found):
        if isinstance(value, list) and len(value) < rule:
            found.append(f"{at}: fewer than {rule}")

    def do_minProperties(self, rule, schema, value, at, found):
        if isinstance(value, dict) and len(value) < rule:
            found.append(f"{at}: fewer than {rule} members")

    def do_required(self, rule, schema, value, at, found):
        if isinstance(value, dict):
            found += [f"{at}: {name} is missing" for name in rule if name not in value]

    def do_properties(self, rule, schema, value, at, found):
        if not isinstance(value, dict):
            return set()
        known = set(rule) & set(value)
        for name in known:
            self.check(rule[name], value[name], f"{at}/{name}", found)
        return known

    def do_additionalProperties(self, rule, schema, value, at, found):
        if not isinstance(value, dict):
            return set()
        more = set(value) - set(schema.get("properties", {}))
        for name in more:
            if rule is False:
                found.append(f"{at}/{name}: unknown")
            else:
                self.check(rule, value[name], f"{at}/{name}", found)
        return more

    def do_propertyNames(self, rule, schema, value, at, found):
        for name in value if isinstance(value, dict) else ():
            self.check(rule, name, f"{at}/{name}", found)

    def do_items(self, rule, schema, value, at, found):
        for i, item in enumerate(value if isinstance(value, list) else ()):
            self.check(rule, item, f"{at}/{i}", found)

    def do_anyOf(self, rule, schema, value, at, found):
        if not any(self.fits(one, value) for one in rule):
            found.append(f"{at}: fits none of the alternatives")

    def do_oneOf(self, rule, schema, value, at, found):
        fitting = [one for one in rule if self.fits(one, value)]
        if len(fitting) == 1:
            return self.check(fitting[0], value, at, [])
        found.append(f"{at}: fits {len(fitting)} of the alternatives")

    def do_if(self, rule, schema, value, at, found):
        branch = schema.get("then" if self.fits(rule, value) else "else", {})
        return self.check(branch, value, at, found)
