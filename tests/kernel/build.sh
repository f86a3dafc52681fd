#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds the test kernel from Debian's linux-source-6.1, once: `build.sh` makes what is missing, `build.sh --where` prints
# the folder that holds it (or would) and builds nothing. In that folder, one subfolder for each form:
#   shipped  kgdb without kdb, the source as Debian has it: hardware breakpoints are accepted and never fire
#   perf     the same with that repaired in kernel/events/core.c
#   kdb      perf, and KGDB_KDB
#   arm64    perf for aarch64
# with bzImage (arm64: Image), vmlinux (DWARF 5), System.map, config, version, allstop_probe.ko and initramfs.gz. The source tree stays
# beside them, so that a further form, or one that has changed, costs only what differs.
# It lives under ${XDG_CACHE_HOME:-~/.cache}/allstop/kernel, by a checksum of the configuration. The source is built in a
# folder beside it for each processor.
# KERNEL_FORMS="shipped perf" builds fewer; KERNEL_JOBS is how many compilers run (2).
set -eu
unset MAKEFLAGS MFLAGS MAKELEVEL # the make above has other jobs in mind
here=$(cd "$(dirname "$0")" && pwd)
forms=${KERNEL_FORMS:-shipped perf kdb arm64}
jobs=${KERNEL_JOBS:-2}
source=${KERNEL_SOURCE:-/usr/src/linux-source-6.1.tar.xz}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/allstop/kernel/$(sha256sum <"$here/kernel.config" | cut -c1-16)
if [ "${1:-}" = --where ]; then
    echo "$cache"
    exit 0
fi
tree=$cache/tree
log=$cache/log
. "$here/forms.sh"

say() { echo "kernel: $1"; }

fail() {
    say "$1; the end of $log:" >&2
    tail -n 20 "$log" >&2
    exit 1
}

# Logs what it reads and counts the lines: one line that is written over on a terminal, else one now and then.
progress() {
    local what=$1 n=0 start=$SECONDS line
    while IFS= read -r line; do
        printf '%s\n' "$line" >>"$log"
        n=$((n + 1))
        if [ -t 1 ]; then
            printf '\rkernel: %s: %d steps, %d s ' "$what" "$n" $((SECONDS - start))
        elif [ $((n % 200)) = 0 ]; then
            say "$what: $n steps, $((SECONDS - start)) s"
        fi
    done
    [ ! -t 1 ] || printf '\r'
    say "$what: $n steps, $((SECONDS - start)) s"
}

make_tree() {
    nice -n 19 make -C "$tree" O="$out" ARCH="$arch" CROSS_COMPILE="$(form_compiler "$form")" KBUILD_BUILD_TIMESTAMP='1 January 2026' KBUILD_BUILD_USER=allstop \
        KBUILD_BUILD_HOST=test "$@"
}

# Without what no kernel of this configuration compiles; all of Kconfig and the Makefiles are wanted.
unpack() {
    [ ! -e "$tree/unpacked" ] || return 0
    if [ ! -r "$source" ]; then
        say "$source is not there (apt-get install linux-source-6.1)" >&2
        exit 1
    fi
    say "unpacking $source"
    rm -rf "$tree"
    mkdir -p "$tree"
    nice -n 19 tar -xJf "$source" -C "$tree" --strip-components=1 --wildcards --exclude='*/Documentation/*/*.rst' \
        --exclude='*/Documentation/devicetree/*' --exclude='*/drivers/gpu/drm/*.[ch]' --exclude='*/drivers/media/*.[ch]' \
        --exclude='*/drivers/net/ethernet/*.[ch]' --exclude='*/drivers/net/wireless/*.[ch]' \
        --exclude='*/drivers/staging/*.[ch]' --exclude='*/sound/*.[ch]' --exclude='*/arch/*/boot/dts/*' \
        --exclude='*/tools/testing/*'
    touch "$tree/unpacked"
}

configure() {
    local line
    { cat "$here/kernel.config" && form_config "$form"; } >"$cache/wanted"
    make_tree tinyconfig >>"$log" 2>&1 || fail "tinyconfig"
    (cd "$out" && ARCH=$arch "$tree/scripts/kconfig/merge_config.sh" -m .config "$cache/wanted") >>"$log" 2>&1 ||
        fail "merging the configuration"
    make_tree olddefconfig >>"$log" 2>&1 || fail "olddefconfig"
    while IFS= read -r line; do
        case $line in CONFIG_*) grep -qxF "$line" "$out/.config" || say "$form: $line did not come about" ;; esac
    done <"$cache/wanted"
}

build() {
    local to=$1 image
    image=$(form_image "$form")
    mkdir -p "$out"
    form_source "$form" "$tree" || fail "$form: the source is not as expected"
    configure
    rm -f "$cache/failed"
    { make_tree -j"$jobs" "${image##*/}" modules 2>&1 || touch "$cache/failed"; } | progress "$form"
    [ ! -e "$cache/failed" ] || fail "$form does not build"
    cp "$out/$image" "$out/vmlinux" "$out/System.map" "$to"
    cp "$out/.config" "$to/config"
    make_tree -s kernelrelease >"$to/version" 2>>"$log"
}

build_module() {
    rm -rf "$cache/module"
    cp -r "$here/module" "$cache/module"
    make_tree M="$cache/module" modules >>"$log" 2>&1 || fail "the module does not build"
    cp "$cache/module/allstop_probe.ko" "$1"
}

initramfs() {
    local to=$1 root=$cache/root name
    rm -rf "$root"
    mkdir -p "$root/bin" "$root/proc" "$root/sys" "$root/dev"
    if [ "$arch" = x86_64 ]; then
        cp /bin/busybox "$root/bin"
        for name in $(/bin/busybox --list); do
            [ "$name" = busybox ] || ln -s busybox "$root/bin/$name"
        done
        cp "$here/init" "$root/init"
        gcc -std=gnu17 -O2 -static -o "$root/slots" "$here/slots.c" >>"$log" 2>&1 || fail "slots.c does not build"
    else
        "$(form_compiler "$form")gcc" -std=gnu17 -O2 -static -o "$root/init" "$here/init.c" >>"$log" 2>&1 || fail "init.c does not build"
    fi
    cp "$to/allstop_probe.ko" "$root"
    chmod 755 "$root/init"
    (cd "$root" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0 | gzip -9n) >"$to/initramfs.new"
    mv "$to/initramfs.new" "$to/initramfs.gz"
    packed >"$to/packed"
    rm -rf "$root"
}

# A form is built again when the source package or anything of ours that goes into it is another; who may use it does not.
stamp() {
    { stat -L -c '%s %Y' "$source" 2>/dev/null || true; cat "$here/forms.sh" "$here"/module/* | sed /SPDX-License-Identifier/d; } |
        sha256sum
}

# What user space finds is only packed again.
packed() { cat "$here/init" "$here/init.c" "$here/slots.c" | sed /SPDX-License-Identifier/d | sha256sum; }

mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
for form in $forms; do
    arch=$(form_arch "$form")
    out=$cache/build-$arch
    if [ "$(cat "$cache/$form/complete" 2>/dev/null)" = "$(stamp)" ]; then
        if [ "$(cat "$cache/$form/packed" 2>/dev/null)" != "$(packed)" ]; then
            initramfs "$cache/$form"
            say "$form has another initramfs"
        fi
        say "$form is there"
        continue
    fi
    unpack
    rm -rf "$cache/new"
    mkdir "$cache/new"
    build "$cache/new"
    build_module "$cache/new"
    initramfs "$cache/new"
    stamp >"$cache/new/complete"
    rm -rf "${cache:?}/$form"
    mv "$cache/new" "$cache/$form"
    say "$form is in $cache/$form"
done
