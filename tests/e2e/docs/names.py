# SPDX-License-Identifier: GPL-3.0-or-later
"""Does what the texts for newcomers name exist?

names.py, run in the top folder. Prints "ok NAME" or "FAIL NAME: why" for each check. Held against the tree are the words in
backquotes: paths, functions (`name()`), structs and enums, constants; and that the tables of rooms have every folder.
"""
import glob
import os
import re

ROOMS = ["base", "rsp", "symbols", "engine", "scripts", "ui"]
ARCHITECTURE = "doc/architecture.md"


def report(name, trouble):
    print(f"FAIL {name}: {'; '.join(trouble)[:900]}" if trouble else f"ok {name}", flush=True)


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def source_files():
    return ["main.c"] + sorted(f for room in ROOMS for f in glob.glob(room + "/**/*.[ch]", recursive=True))


SOURCES = {path: read(path) for path in source_files()}
EVERYTHING = "\n".join(SOURCES.values())
FILES = SOURCES.keys() | set(glob.glob("tests/**", recursive=True)) | set(glob.glob("doc/**", recursive=True))


def defines(path, function):
    """Whether a file has the body of a function: its head begins a line, and no `;` ends it."""
    return re.search(rf"^[a-z][^;={{}}#\n]*\b{function}\([^;{{}}]*\)\n{{", SOURCES.get(path, ""), re.M) is not None


def words(text):
    return re.findall(r"`([^`\n]+)`", text)


def is_path(word):
    """A path of the tree, and not one of a build or with a part that the reader is to fill in."""
    form = r"[\w.*-]+/[\w./*-]*|[\w*-]+\.(c|h|py|sh|md|txt|json)"
    return re.fullmatch(form, word) is not None and not word.startswith("build/") and "NAME" not in word


def is_there(path):
    """From the top, or the end of a longer path: the text says in which room."""
    end = re.compile("(^|/)" + re.escape(path).replace(r"\*", "[^/]*") + "$")
    return bool(glob.glob(path)) or any(end.search(file) for file in FILES)


def strangers(text):
    """What a text names and nobody has."""
    trouble = []
    for word in sorted(set(words(text))):
        if is_path(word):
            if not is_there(word):
                trouble.append(f"there is no {word}")
        elif match := re.fullmatch(r"(\w+)\(\)", word):
            if not any(defines(path, match[1]) for path in SOURCES) and f"#define {match[1]}(" not in EVERYTHING:
                trouble.append(f"no file has the function {word}")
        elif match := re.fullmatch(r"(?:const )?((?:struct|enum) \w+)", word):
            if not re.search(rf"\b{match[1]} {{", EVERYTHING):
                trouble.append(f"there is no {match[1]}")
    return trouble


def misplaced(text):
    """Functions in a row of a table that begins with files, and in none of the files of that row."""
    trouble = []
    for row in re.findall(r"^\| `.*", text, re.M):
        files = [w for w in words(row) if w in SOURCES]
        if not words(row.split("|")[1]) or words(row.split("|")[1])[0] not in SOURCES:
            continue
        for function in re.findall(r"`(\w+)\(\)`", row):
            if not any(defines(path, function) for path in files):
                trouble.append(f"{function}() is not in {' or '.join(files)}")
    return trouble


def unknown_constants(text):
    found = set(re.findall(r"\b[A-Z]+_[A-Z0-9_]+\b", text))
    return [f"there is no {name}" for name in sorted(found) if not re.search(rf"\b{name}\b", EVERYTHING)
            and name not in read("Makefile")]


def missing_rooms(text):
    """Folders with code that no row of a table of rooms is about: a row names them, or the folder above and their last name."""
    rows = {}
    for row in re.findall(r"^\| `.*", text, re.M):
        cells = row.split("|")
        for room in words(cells[1]):
            rows.setdefault(room.rstrip("/"), "")
            rows[room.rstrip("/")] += row
    trouble = []
    for folder in sorted({os.path.dirname(path) for path in SOURCES if "/" in path}):
        above, name = os.path.split(folder)
        if folder not in rows and not re.search(rf"\b{name}\b", rows.get(above, "")):
            trouble.append(f"no row is about {folder}")
    return trouble


def main():
    architecture, contributing = read(ARCHITECTURE), read("CONTRIBUTING.md")
    report(f"{ARCHITECTURE}: what it names exists", strangers(architecture))
    report(f"{ARCHITECTURE}: functions are where it says", misplaced(architecture))
    report(f"{ARCHITECTURE}: constants", unknown_constants(architecture))
    report(f"{ARCHITECTURE}: every room", missing_rooms(architecture.split("## The rooms")[1].split("\n## ")[0]))
    report("CONTRIBUTING.md: what it names exists", strangers(contributing))
    report("CONTRIBUTING.md: every room", missing_rooms(contributing.split("## The rooms")[1].split("\n## ")[0]))


main()
