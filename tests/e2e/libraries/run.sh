#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Programs whose code is not all in one file at one place.
. tests/e2e/lib.sh "$1"
here=$PWD/tests/e2e/libraries

# build FOLDER COMPILER: the program and its library
build() {
    mkdir -p "$work/$1" && cp "$here"/*.c "$work/$1" && (cd "$work/$1" &&
        $2 -g -O0 -fPIC -shared plug.c -o plug.so && $2 -g -O0 main.c -o main && $2 -g -O0 close.c -o close) 2>"$work/err"
}

if build native gcc; then
    holds "libraries by gdbserver's list" "$here/libraries.json" \
        -t "launch:gdbserver --once 127.0.0.1:{port} $work/native/main $work/native/plug.so" "$work/native/main"
    holds "libraries by r_debug, qemu-x86_64" "$here/libraries.json" \
        -t "launch:qemu-x86_64 -g {socket} $work/native/main $work/native/plug.so" "$work/native/main"
    holds "a library closed again, qemu-x86_64" "$here/close.json" \
        -t "launch:qemu-x86_64 -g {socket} $work/native/close $work/native/plug.so" "$work/native/close"
else
    echo "FAIL libraries: $(cat "$work/err")"
fi
for pair in aarch64:aarch64-linux-gnu riscv64:riscv64-linux-gnu arm:arm-linux-gnueabihf s390x:s390x-linux-gnu; do
    name=${pair%%:*} tuple=${pair##*:}
    if build "$name" "$tuple-gcc"; then
        holds "libraries by r_debug, $name" "$here/libraries.json" \
            -t "launch:qemu-$name -L /usr/$tuple -g {socket} $work/$name/main $work/$name/plug.so" "$work/$name/main"
    else
        echo "FAIL libraries by r_debug, $name: $(tail -n 2 "$work/err")"
    fi
done

# Thread-local variables: where the C library put them, by its own tables.
threads() { # FOLDER COMPILER: the program and its two libraries
    mkdir -p "$work/$1" && cp "$here"/*.c "$work/$1" && (cd "$work/$1" &&
        "$2" -g -O0 -fPIC -shared threadlib.c -o libthreads.so && "$2" -g -O0 -DLATER -fPIC -shared threadlib.c -o late.so &&
        "$2" -g -O0 threads.c -o threads -L. -lthreads -Wl,-rpath,"$work/$1" -pthread) 2>"$work/err"
}
if threads native gcc; then
    holds "variables of threads, gdbserver" "$here/threads.json" \
        -t "launch:gdbserver --once 127.0.0.1:{port} $work/native/threads $work/native/late.so" "$work/native/threads"
else
    echo "FAIL variables of threads: $(tail -n 2 "$work/err")"
fi
for pair in x86_64:x86_64-linux-gnu:/ aarch64:aarch64-linux-gnu riscv64:riscv64-linux-gnu arm:arm-linux-gnueabihf s390x:s390x-linux-gnu \
    ppc64le:powerpc64le-linux-gnu ppc64:powerpc64-linux-gnu; do
    IFS=: read -r name tuple root <<<"$pair"
    # On some there is room for the later library from the start.
    case $name in
    aarch64 | ppc64*) left_out='"no-memory"' ;;
    *) left_out='^$' ;;
    esac
    grep -v "$left_out" "$here/threads.json" >"$work/threads-$name.json"
    if threads "$name" "$tuple-gcc"; then
        holds "variables of threads, $name" "$work/threads-$name.json" \
            -t "launch:qemu-$name -L ${root:-/usr/$tuple} -g {socket} $work/$name/threads $work/$name/late.so" "$work/$name/threads"
    else
        echo "FAIL variables of threads, $name: $(tail -n 2 "$work/err")"
    fi
done

# A step into a function of a library that the dynamic linker looks for only now.
lazy() { # FOLDER COMPILER FLAG…
    mkdir -p "$work/$1" && (cd "$work/$1" && printf 'int twice(int x)\n{\n    return 2 * x;\n}\n' >twice.c &&
        printf 'int twice(int x);\nint main(void)\n{\n    int a = twice(3);\n    return a + twice(4);\n}\n' >lazy.c &&
        "$2" -g -O0 -fPIC -shared twice.c -o libtwice.so &&
        "$2" -g -O0 lazy.c -o lazy -L. -ltwice -Wl,-z,lazy -Wl,-rpath,"$work/$1" "${@:3}") 2>"$work/err" || cat "$work/err"
}
into='{"do": "break", "at": "main"}, {"do": "continue"}, {"do": "step", "expect": {"function": "twice", "line": 3}},
    {"do": "finish", "expect": {"function": "main", "value": 6}}, {"do": "next"},
    {"do": "step", "expect": {"function": "twice", "line": 3}}, {"do": "eval", "expr": "x", "expect": {"value": 4}}'
lazy native gcc
steps 'step into a function that is bound now, gdbserver' "$into" -t "launch:gdbserver --once 127.0.0.1:{port} $work/native/lazy" "$work/native/lazy"
for pair in aarch64:aarch64-linux-gnu riscv64:riscv64-linux-gnu arm:arm-linux-gnueabihf s390x:s390x-linux-gnu; do
    name=${pair%%:*} tuple=${pair##*:}
    lazy "$name" "$tuple-gcc"
    steps "step into a function that is bound now, $name" "$into" \
        -t "launch:qemu-$name -L /usr/$tuple -g {socket} $work/$name/lazy" "$work/$name/lazy"
done

# The same objects at two addresses: what runs is 0x2000000 above what the symbols say.
if (cd "$work" && gcc -g -O0 -c "$here/slide.c" -o slide.o &&
    gcc -static -no-pie -Wl,-Ttext-segment=0x400000 slide.o -o low &&
    gcc -static -no-pie -Wl,-Ttext-segment=0x2400000 slide.o -o high && strip high) 2>"$work/err"; then
    holds "a slide" "$here/slide.json" -t "launch:gdbserver --once 127.0.0.1:{port} $work/high" -s "$work/low@+0x2000000"
    holds "a slide, qemu-x86_64" "$here/slide.json" -t "launch:qemu-x86_64 -g {socket} $work/high" -s "$work/low@+0x2000000"
else
    echo "FAIL a slide: $(cat "$work/err")"
fi
finish
