#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the object files of a build against the floors: floors.py BUILD

A call (or a use of data) that goes up a floor, or to the other room of the same floor, is named with both ends; so are folders
that reach each other in a circle. Nothing is excused.
"""
import collections, os, re, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))


def rows(name):
    """The lines of a file beside this one that are neither empty nor a remark."""
    with open(os.path.join(HERE, name), encoding="utf-8") as f:
        lines = (line.split("#")[0].strip() for line in f)
        return [line for line in lines if line]


def objects(build, rooms):
    """Every object file of the rooms, as its source is called without the ending."""
    found = {}
    for room in rooms:
        path = os.path.join(build, room)
        if os.path.isfile(path + ".o"):
            found[room] = path + ".o"
        for folder, _, files in os.walk(path):
            for file in files:
                if file.endswith(".o"):
                    name = os.path.relpath(os.path.join(folder, file[:-2]), build)
                    if os.path.exists(name + ".c"):
                        found[name] = os.path.join(folder, file)
    return found


def symbols(paths):
    """(defined, wanted): name of a symbol to its file, and file to the names that it wants."""
    defined, wanted = {}, collections.defaultdict(set)
    for name, path in paths.items():
        out = subprocess.run(["nm", "-g", "-P", path], check=True, capture_output=True, text=True).stdout
        for line in out.splitlines():
            symbol, kind = line.split()[:2]
            if kind in "Uw":
                wanted[name].add(symbol)
            else:
                defined[symbol] = name
    return defined, wanted


def floor_of(name, floors):
    """(number, room) of a file: the longest room that it is below."""
    best = max((r for rooms in floors for r in rooms if name == r or name.startswith(r + "/")), key=len)
    return next(i for i, rooms in enumerate(floors) if best in rooms), best


def calls_up(edges, floors):
    found = set()
    for (source, target), names in edges.items():
        (a, room), (b, other) = floor_of(source, floors), floor_of(target, floors)
        if b > a or (a == b and room != other):
            found |= {"up %s %s %s" % (source, target, name) for name in names}
    return found


def includes_up(floors):
    """Headers of a floor above that a file includes, even where it calls nothing there."""
    found = set()
    for folder, _, files in (step for rooms in floors for room in rooms for step in os.walk(room)):
        for file in (f for f in files if f.endswith((".c", ".h"))):
            path = os.path.join(folder, file)
            with open(path, encoding="utf-8") as f:
                for header in re.findall(r'^#include "([^"]+)"', f.read(), re.M):
                    here, there = floor_of(path, floors), floor_of(header, floors)
                    if there is not None and there != here and there[0] >= here[0]:
                        found.add("include %s %s" % (path, header))
    return found


def components(graph):
    """The strongly connected components (Tarjan), as sets of folders."""
    index, low, stack, result = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(graph[node]):
            if other not in index:
                visit(other)
            if other in stack:
                low[node] = min(low[node], low[other])
        if low[node] == index[node]:
            part = set()
            while node not in part:
                part.add(stack.pop())
            result.append(part)

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return result


def circles(edges, floors):
    """Pairs of folders inside a circle of the calls that do not go up: those that do are named already."""
    graph = collections.defaultdict(set)
    for source, target in edges:
        a, b = os.path.dirname(source), os.path.dirname(target)
        if a != b and floor_of(target, floors)[0] <= floor_of(source, floors)[0]:
            graph[a].add(b)
            graph[b] |= set()
    found = set()
    for part in components(graph):
        found |= {"circle %s %s" % (a, b) for a in part for b in graph[a] & part}
    return found


def main():
    build = sys.argv[1]
    floors = [line.split() for line in rows("floors.txt")]
    paths = objects(build, [r for rooms in floors for r in rooms])
    if "main" not in paths:
        sys.exit("floors: %s is no build" % build)
    defined, wanted = symbols(paths)
    edges = collections.defaultdict(set)
    for source, names in wanted.items():
        for name in names:
            if name in defined and defined[name] != source:
                edges[source, defined[name]].add(name)
    found = calls_up(edges, floors) | circles(edges, floors) | includes_up(floors)
    for line in sorted(found):
        print("floors: " + line)
    print("floors: %d files, %d calls up and circles" % (len(paths), len(found)))
    sys.exit(bool(found))


main()
