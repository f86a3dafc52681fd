#!/bin/sh
# Installs the Debian packages of the named groups that are not there yet. Asks sudo only when not root.
set -eu
build='gcc make pkg-config libc6-dev libncurses-dev libreadline-dev libelf-dev libdwarf-dev libcjson-dev
libexpat1-dev libcapstone-dev zlib1g-dev libiberty-dev libzstd-dev gdbserver qemu-user'
test='libcmocka-dev g++ mandoc qemu-system-x86 qemu-system-arm qemu-utils valgrind gdb tmux binutils python3
libc6-dbg clang gcc-aarch64-linux-gnu libc6-dev-arm64-cross gcc-riscv64-linux-gnu libc6-dev-riscv64-cross
gcc-arm-linux-gnueabihf libc6-dev-armhf-cross gcc-powerpc64-linux-gnu libc6-dev-ppc64-cross
gcc-s390x-linux-gnu libc6-dev-s390x-cross gcc-powerpc64le-linux-gnu libc6-dev-ppc64el-cross
gcc-i686-linux-gnu libc6-dev-i386-cross gcc-mips-linux-gnu libc6-dev-mips-cross gcc-mipsel-linux-gnu
libc6-dev-mipsel-cross gdb-multiarch procps rustc dwz llvm time'
# tests/kernel/build.sh
kernel='linux-source-6.1 make gcc flex bison bc libssl-dev libelf-dev xz-utils busybox-static cpio qemu-system-x86 qemu-system-arm
gcc-aarch64-linux-gnu libc6-dev-arm64-cross'
check='clang clang-format clang-tidy cppcheck git'
wanted=''
for group in "$@"; do
    case $group in
    build) wanted="$wanted $build" ;;
    test) wanted="$wanted $test" ;;
    check) wanted="$wanted $check" ;;
    kernel) wanted="$wanted $kernel" ;;
    *) echo "deps.sh: no group $group" >&2; exit 2 ;;
    esac
done
# libFuzzer and the sanitizers of clang are a package of their own, named by version.
case " $* " in *" check "*)
    version=$(apt-cache depends clang 2>/dev/null | sed -n 's/.*Depends: clang-\([0-9]*\)$/\1/p' | head -n 1)
    [ -z "$version" ] || wanted="$wanted libclang-rt-$version-dev" ;;
esac
missing=''
for package in $wanted; do
    dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
echo "installing:$missing"
as_root=''
[ "$(id -u)" = 0 ] || as_root=sudo
$as_root apt-get update
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing
