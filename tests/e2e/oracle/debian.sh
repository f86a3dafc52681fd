# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by run.sh: programs of Debian's sources (sources.sh), each with a driver of programs/use_*.c, by two compilers at
# four levels; and zlib for every processor.
S=$PWD/$out/sources
[ "${out#/}" = "$out" ] || S=$out/sources
sh "$here/sources.sh" "$S" || echo "FAIL oracle sources: Debian's sources are not there"

# what_to_build LIBRARY: its files and the flags that go with them
sources_of() {
    case $1 in
    zlib) echo "$S"/zlib/{adler32,crc32,deflate,inffast,inflate,inftrees,trees,zutil}.c "-I$S/zlib" ;;
    bzip2) echo "$S"/bzip2/{blocksort,huffman,crctable,randtable,compress,decompress,bzlib}.c "-I$S/bzip2 -DBZ_NO_STDIO" ;;
    expat) echo "$S"/expat/expat/lib/{xmlparse,xmlrole,xmltok}.c "-I$S/expat/expat/lib -DXML_NS -DXML_DTD -DXML_CONTEXT_BYTES=1024" \
        "-DHAVE_MEMMOVE -DXML_POOR_ENTROPY -DXML_GE=1" ;;
    tinyxml2) echo "$S/tinyxml2/tinyxml2.cpp -I$S/tinyxml2 -std=c++17" ;;
    # every run hashes alike
    lua) echo $(ls "$S"/lua5.4/src/*.c | grep -v '/luac\?\.c$') "-I$S/lua5.4/src -I$S/lua5.4 -Dluai_makeseed(L)=7u" ;;
    sqlite) echo "$S/sqlite3/sqlite3.c -I$S/sqlite3 -DSQLITE_THREADSAFE=0 -DSQLITE_OMIT_LOAD_EXTENSION" ;;
    esac
}

# library LIBRARY SUFFIX COMPILER FLAGS…: the driver with the library, made once and anew when either changes
library() {
    local which=$1 name=$1-$2 compiler=$3 driver
    shift 3
    case $name in ${ORACLE_ONLY:-*}) ;; *) return 1 ;; esac
    driver=$(ls "$here/programs/use_$which".c*)
    [ "$out/$name" -nt "$driver" ] && [ "$out/$name" -nt "$here/debian.sh" ] && return
    "$compiler" -w "$@" -o "$out/$name" "$driver" $(sources_of "$which") -lm 2>"$work/built" || {
        echo "FAIL oracle $name: it cannot be built: $(tail -n 1 "$work/built")"
        return 1
    }
}

for which in zlib bzip2 expat tinyxml2 lua sqlite; do
    big='--stops 12 --expressions 30 --wide --steps 4'
    cc=gcc clang=clang
    [ $which != tinyxml2 ] || { big="$big --fields-only" && cc=g++ clang=clang++; }
    for level in -O0 -O2 -Os '-O3 -flto'; do
        suffix=$(echo "$level" | tr -d ' -' | sed 's/flto/-lto/')
        optimised=--optimised
        [ "$level" != -O0 ] || optimised=''
        library $which gcc-$suffix $cc -g $level && ask $which-gcc-$suffix $optimised $big
        library $which clang-$suffix $clang -g $level -fuse-ld=lld && ask $which-clang-$suffix $optimised $big
    done
done
for pair in x86_64:x86_64-linux-gnu i386:i686-linux-gnu aarch64:aarch64-linux-gnu arm:arm-linux-gnueabihf \
    riscv64:riscv64-linux-gnu ppc64:powerpc64-linux-gnu ppc64le:powerpc64le-linux-gnu s390x:s390x-linux-gnu \
    mips:mips-linux-gnu mipsel:mipsel-linux-gnu; do
    library zlib "${pair%:*}-O2" "${pair#*:}-gcc" -g -O2 -static &&
        ask "zlib-${pair%:*}-O2" --gdb gdb-multiarch --emulator "qemu-${pair%:*}" --optimised --wide --steps 3
done
