#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Debian's sources of libraries that nobody here wrote, for tests/e2e/oracle: `sources.sh FOLDER` has them under
# FOLDER/{zlib,bzip2,expat,tinyxml2,lua5.4,sqlite3}, once. They come by `apt-get source`; lists and settings of apt that the
# machine has are left alone: the lines for sources, which few machines have, stand in a list of FOLDER's own.
set -eu
to=$1
all='zlib bzip2 expat tinyxml2 lua5.4 sqlite3'
missing=''
for package in $all; do [ -e "$to/$package/.done" ] || missing="$missing $package"; done
[ -n "$missing" ] || exit 0
mkdir -p "$to/lists/partial"
to=$(cd "$to" && pwd)
# the machine's own mirror has the sources beside the packages
where=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT) $(ORIGIN)' 'Created-By: Packages' |
    sed -n 's/^\([^ ]*\) \([a-z]*\) main Debian$/\1 \2 main/p' | head -n 1)
[ -n "$where" ] || { echo "sources: apt knows no mirror of Debian's main section" >&2 && exit 1; }
echo "deb-src $where" >"$to/sources.list"
set -- -o Dir::Etc::sourcelist="$to/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$to/lists" \
    -o Dir::Cache::srcpkgcache= -o Dir::Cache::pkgcache= -o APT::Sandbox::User=root -o Acquire::http::Timeout=30
apt-get "$@" -qq update >"$to/log" 2>&1 || true
for package in $missing; do
    folder=$to/$package
    rm -rf "$folder" "$to/get"
    mkdir "$to/get"
    (cd "$to/get" && apt-get "$@" -qq source "$package") >>"$to/log" 2>&1 || {
        echo "sources: apt-get source $package did not work ($to/log says why); unpack that package's source as $folder" \
            "and touch $folder/.done, or run this again with a network" >&2
        exit 1
    }
    mv "$to/get/"*/ "$folder"
    if [ "$package" = sqlite3 ]; then # one file of all, which its makefile puts together with Tcl
        (cd "$folder" && ./configure --disable-tcl && make sqlite3.c) >>"$to/log" 2>&1 || {
            echo "sources: sqlite3.c was not made; $to/log says why" >&2
            exit 1
        }
    fi
    # what Debian's build writes for Lua: where its modules are on a processor
    [ "$package" != lua5.4 ] || echo '#define DEB_HOST_MULTIARCH "none"' >"$folder/lua5.4-deb-multiarch.h"
    touch "$folder/.done"
done
rm -rf "$to/get"
