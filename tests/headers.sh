#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Before the first file is compiled: is what the build needs installed? headers.sh COMPILER [FLAGS…] compiles nothing but
# the libraries' headers; what is missing is told in one line, with the packages that have it.
set -u
compiler=$1
shift
headers='stdio.h:libc6-dev ncursesw/curses.h:libncurses-dev readline/readline.h:libreadline-dev libelf.h:libelf-dev
symbols/dwarf/dwarf_compat.h:libdwarf-dev cjson/cJSON.h:libcjson-dev expat.h:libexpat1-dev capstone/capstone.h:libcapstone-dev
zlib.h:zlib1g-dev zstd.h:libzstd-dev libiberty/demangle.h:libiberty-dev pcre2.h:libpcre2-dev'
say() {
    echo "allstop cannot be built: $1 (\`make deps-build\` installs what is needed on Debian)" >&2
    exit 1
}
$compiler --version >/dev/null 2>&1 || say "there is no compiler $compiler; package gcc"
command -v pkg-config >/dev/null || say 'there is no pkg-config; package pkg-config'
# compiles HEADER…: whether they are there
compiles() {
    for header; do printf '#include <%s>\n' "$header"; done | $compiler $flags -fsyntax-only -x c - >/dev/null 2>&1
}
flags=''
for flag; do case $flag in -I* | -D* | -std*) flags="$flags $flag" ;; esac; done
all=''
for pair in $headers; do all="$all ${pair%%:*}"; done
compiles stdio.h $all && exit 0
files='' packages=''
for pair in $headers; do
    compiles stdio.h "${pair%%:*}" || { files="$files ${pair%%:*}" packages="$packages ${pair##*:}"; }
done
[ -z "$files" ] || say "there is no$files; packages$packages"
