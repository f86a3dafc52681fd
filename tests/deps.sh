#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs the Debian packages of the named groups that are not there yet: `deps.sh build demo test check kernel oracle`. Asks
# sudo only when not root. Where that cannot be done, one line says what is missing and what to do.
set -eu
build='gcc make pkg-config libc6-dev libncurses-dev libreadline-dev libelf-dev libdwarf-dev libcjson-dev
libexpat1-dev libcapstone-dev zlib1g-dev libiberty-dev libzstd-dev liblzma-dev libpcre2-dev'
demo='gdbserver'
test='gdbserver qemu-user libcmocka-dev g++ mandoc qemu-system-x86 qemu-system-arm qemu-utils valgrind gdb tmux binutils
python3 libc6-dbg clang lld llvm gcc-aarch64-linux-gnu libc6-dev-arm64-cross gcc-riscv64-linux-gnu libc6-dev-riscv64-cross
gcc-arm-linux-gnueabihf libc6-dev-armhf-cross gcc-powerpc64-linux-gnu libc6-dev-ppc64-cross
gcc-s390x-linux-gnu libc6-dev-s390x-cross gcc-powerpc64le-linux-gnu libc6-dev-ppc64el-cross
gcc-i686-linux-gnu libc6-dev-i386-cross gcc-mips-linux-gnu libc6-dev-mips-cross gcc-mipsel-linux-gnu
libc6-dev-mipsel-cross gdb-multiarch procps rustc gfortran gnat gdc dwz time lldb mspdebug
libc++-dev libc++abi-dev golang-go g++-aarch64-linux-gnu g++-arm-linux-gnueabihf g++-powerpc64le-linux-gnu
g++-riscv64-linux-gnu gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf g++-s390x-linux-gnu'
# tests/kernel/build.sh
kernel='linux-source-6.1 make gcc flex bison bc libssl-dev libelf-dev xz-utils busybox-static cpio qemu-system-x86 qemu-system-arm
gcc-aarch64-linux-gnu libc6-dev-arm64-cross'
# Debian's sources of what the oracle asks about; they are put under build/ (tests/e2e/oracle/sources.sh)
oracle='dpkg-dev xz-utils bzip2 tcl'
check='clang clang-format clang-tidy cppcheck git'
wanted='' runtime='' sources=''
for group in "$@"; do
    case $group in
    build) wanted="$wanted $build" ;;
    demo) wanted="$wanted $demo" ;;
    test) wanted="$wanted $test" ;;
    check) wanted="$wanted $check" runtime=1 ;;
    kernel) wanted="$wanted $kernel" ;;
    oracle) wanted="$wanted $oracle" sources=1 ;;
    *) echo "deps.sh: no group $group" >&2; exit 2 ;;
    esac
done

# one line, and the end
give_up() {
    echo "deps: $1; missing:$missing" >&2
    exit 1
}
# libFuzzer and the sanitizers of clang are a package of their own, named by version, which apt knows.
find_runtime() {
    version=$(apt-cache depends clang 2>/dev/null | sed -n 's/.*Depends: clang-\([0-9]*\)$/\1/p' | head -n 1)
    [ -z "$version" ] || wanted="$wanted libclang-rt-$version-dev"
}
find_missing() {
    missing=''
    for package in $wanted; do
        case "$missing " in *" $package "*) continue ;; esac
        dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
    done
}

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "deps: this is no Debian, so nothing is installed; what Debian calls it:" $wanted >&2
    exit 0
fi
[ -z "$runtime" ] || find_runtime
find_missing
# what comes from packages of sources, once the rest is there
fetch_sources() { [ -z "$sources" ] || sh "$(dirname "$0")/e2e/oracle/sources.sh" "${B:-build}/oracle/sources"; }
[ -n "$missing" ] || { fetch_sources && exit 0; }
as_root=''
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || give_up "there is no sudo, so let root run: apt-get install$missing"
    as_root=sudo
    $as_root true || give_up "sudo does not let us install; let an administrator run: apt-get install$missing"
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# A source that cannot be reached is only a warning to apt, which then asks the mirror for each package in vain.
$as_root apt-get -o Acquire::Retries=0 -o Acquire::http::Timeout=30 -o Acquire::https::Timeout=30 update >"$log" 2>&1 || true
if ! grep -qE '^(Hit|Get):' "$log"; then
    why=$(sed -n 's/^[EW]: //p' "$log" | grep -m 1 . || true)
    give_up "the packages cannot be fetched (${why:-no source of packages is configured}); run this again with a network"
fi
[ -z "$runtime" ] || { find_runtime && find_missing; }
echo "installing:$missing"
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing ||
    { find_missing; give_up "apt-get did not install everything, for the reason above"; }
fetch_sources
