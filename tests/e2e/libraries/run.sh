#!/usr/bin/env bash
# Programs whose code is not all in one file at one place. One line a check: "ok NAME", "FAIL NAME: why",
# "skip NAME: what is missing".
set -u
B=${1:?the build folder}
case $B in /*) A=$B/allstop ;; *) A=$PWD/$B/allstop ;; esac
here=$PWD/tests/e2e/libraries
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_STATE_HOME=$work/state XDG_CACHE_HOME=$work/cache XDG_CONFIG_HOME=$work/config

# session NAME FILE ARGUMENTS…
session() {
    local name=$1 file=$2
    shift 2
    if timeout 120 "$A" --no-config -S "$here/$file" "$@" >"$work/out" 2>"$work/err" </dev/null; then
        echo "ok $name"
    else
        echo "FAIL $name: $(grep -m 2 '"ok":false' "$work/out" | cut -c1-500) $(tail -n 2 "$work/err")"
    fi
}

# build FOLDER COMPILER: the program and its library
build() {
    mkdir -p "$work/$1" && cp "$here"/*.c "$work/$1" && (cd "$work/$1" &&
        $2 -g -O0 -fPIC -shared plug.c -o plug.so && $2 -g -O0 main.c -o main && $2 -g -O0 close.c -o close) 2>"$work/err"
}

if build native gcc; then
    session "libraries by gdbserver's list" libraries.json \
        -t "launch:gdbserver --once 127.0.0.1:{port} $work/native/main $work/native/plug.so" "$work/native/main"
    session "libraries by r_debug, qemu-x86_64" libraries.json \
        -t "launch:qemu-x86_64 -g {socket} $work/native/main $work/native/plug.so" "$work/native/main"
    session "a library closed again, qemu-x86_64" close.json \
        -t "launch:qemu-x86_64 -g {socket} $work/native/close $work/native/plug.so" "$work/native/close"
else
    echo "FAIL libraries: $(cat "$work/err")"
fi
for pair in aarch64:aarch64-linux-gnu riscv64:riscv64-linux-gnu arm:arm-linux-gnueabihf s390x:s390x-linux-gnu; do
    name=${pair%%:*} tuple=${pair##*:}
    if build "$name" "$tuple-gcc"; then
        session "libraries by r_debug, $name" libraries.json \
            -t "launch:qemu-$name -L /usr/$tuple -g {socket} $work/$name/main $work/$name/plug.so" "$work/$name/main"
    else
        echo "skip libraries by r_debug, $name: no cross compiler"
    fi
done

# The same objects at two addresses: what runs is 0x2000000 above what the symbols say.
if (cd "$work" && gcc -g -O0 -c "$here/slide.c" -o slide.o &&
    gcc -static -no-pie -Wl,-Ttext-segment=0x400000 slide.o -o low &&
    gcc -static -no-pie -Wl,-Ttext-segment=0x2400000 slide.o -o high && strip high) 2>"$work/err"; then
    session "a slide" slide.json -t "launch:gdbserver --once 127.0.0.1:{port} $work/high" -s "$work/low@+0x2000000"
    session "a slide, qemu-x86_64" slide.json -t "launch:qemu-x86_64 -g {socket} $work/high" -s "$work/low@+0x2000000"
else
    echo "FAIL a slide: $(cat "$work/err")"
fi
