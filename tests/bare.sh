#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The README's commands on a bare machine: bare.sh [demo|test|offline] [USER]. A fresh Debian 12 (debootstrap minbase) with
# make and git and nothing else, a clone of what is committed here, and in it `make demo` in a terminal, `make test`, or
# `make demo` without a network. With a USER it is a sudoer of that name who calls make, else root.
#
# Runs as root. Mounts, processes and the network of the fresh root are in namespaces of its own, which are gone with the
# script however it ends. The mirror and the proxy are those of this machine's apt. What debootstrap made and what was
# downloaded is kept in ${BARE_CACHE:-~/.cache/allstop/bare} for the next time; BARE_CACHE= keeps nothing. BARE_FOLDER is
# where the root is put, and needs 8 GB for the tests.
set -u
mode=${1:-demo} user=${2:-}
case $mode in demo | test | offline) ;; *) echo "bare.sh: [demo|test|offline] [USER]" >&2; exit 2 ;; esac
tree=$(realpath "$(dirname "$0")/..")
suite=bookworm
cache=${BARE_CACHE-$HOME/.cache/allstop/bare}
die() {
    echo "bare.sh: $1" >&2
    exit 2
}
[ "$(id -u)" = 0 ] || die "only root can make a root of its own"
for tool in debootstrap unshare git apt-get tmux; do command -v $tool >/dev/null || die "$tool is not installed"; done

place=$(mktemp -d "${BARE_FOLDER:-/tmp}/allstop-bare-XXXXXX")
root=$place/root
socket=allstop-bare-$$
clean_up() {
    tmux -L "$socket" kill-server 2>/dev/null
    rm -rf --one-file-system "$place"
}
trap clean_up EXIT
trap 'exit 1' INT TERM HUP

# -- a fresh root --------------------------------------------------------------------------------------------
# what this machine's apt has of Debian: address, release, component
sources() {
    apt-get indextargets --format '$(ORIGIN) $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
        awk -v suite=$suite '$1 == "Debian" && index($3, suite) == 1 { print $2, $3, $4 }'
}
[ -n "$(sources)" ] || die "this machine's apt knows no source of $suite (apt-get update)"
mirror=$(sources | awk -v suite=$suite '$2 == suite { print $1; exit }')
mkdir -p "$root"
if [ -n "$cache" ] && [ -f "$cache/$suite.tar" ]; then
    tar -C "$root" -xf "$cache/$suite.tar" || die "$cache/$suite.tar is damaged: remove it"
else
    debootstrap --variant=minbase $suite "$root" "$mirror" >"$place/debootstrap" 2>&1 ||
        { tail -n 5 "$place/debootstrap" && die "debootstrap failed"; }
    if [ -n "$cache" ]; then
        mkdir -p "$cache" && tar -C "$root" -cf "$cache/$suite.tar.$$" . && mv "$cache/$suite.tar.$$" "$cache/$suite.tar"
    fi
fi
sources | sed 's/^/deb /' >"$root/etc/apt/sources.list"
apt-config dump | grep '^Acquire::' | grep -v ' "";$' >"$root/etc/apt/apt.conf.d/99machine"
[ "$mode" = offline ] || cp /etc/resolv.conf "$root/etc/resolv.conf"

# inside NETWORK COMMAND…: in the fresh root, as root, with nothing of this machine's environment
inside() {
    local apart=()
    [ "$1" = network ] || apart=(--net)
    shift
    unshare --mount --pid --ipc --uts --fork --kill-child "${apart[@]}" bash -c '
        root=$1 debs=$2
        shift 2
        mount -t proc proc "$root/proc" && mount -t tmpfs -o mode=755 dev "$root/dev" || exit 125
        for node in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
            IFS=: read -r name major minor <<<"$node"
            mknod -m 666 "$root/dev/$name" c "$major" "$minor"
        done
        ln -s /proc/self/fd "$root/dev/fd" && ln -s pts/ptmx "$root/dev/ptmx"
        mkdir "$root/dev/pts" "$root/dev/shm"
        mount -t devpts -o newinstance,ptmxmode=666,mode=620 devpts "$root/dev/pts" || exit 125
        mount -t tmpfs shm "$root/dev/shm"
        ip link set lo up 2>/dev/null
        [ -z "$debs" ] || mount --bind "$debs" "$root/var/cache/apt/archives" || exit 125
        exec 9>&-
        exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root ${TERM:+TERM="$TERM"} \
            chroot "$root" "$@"' bare "$root" "${debs-}" "$@"
}
# What was downloaded is apt's own to lock: a second one at the same time downloads for itself.
if [ -n "$cache" ]; then
    mkdir -p "$cache/debs"
    exec 9>"$cache/lock"
    ! flock -n 9 || debs=$cache/debs
fi
inside network sh -c "apt-get -qq update && apt-get -qq install -y --no-install-recommends make git ${user:+sudo}" \
    >"$place/setup" 2>&1 </dev/null || { tail -n 5 "$place/setup" && die "make and git cannot be installed"; }
home=/root
become=''
if [ -n "$user" ]; then
    home=/home/$user
    become="exec setpriv --reuid=$user --regid=$user --init-groups env HOME=$home USER=$user"
    inside network sh -c "useradd -m -s /bin/bash $user && echo '$user ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/$user" || die "no user $user"
fi
git clone --quiet --depth 1 "file://$tree" "$root$home/allstop" || die "the tree cannot be cloned"
[ -z "$user" ] || inside network chown -R "$user:" "$home/allstop"
echo "bare.sh: $suite, $(inside network dpkg-query -f '.\n' -W | wc -l) packages, $(git -C "$tree" log -1 --format='%h %s'), as ${user:-root}"
if [ "$mode" = offline ]; then inside network apt-get clean; fi

# -- what is to be proved ------------------------------------------------------------------------------------
# call WORDS…: a shell line in the clone, as the one who calls make
call() { printf 'cd %q && %s sh -c %q' "$home/allstop" "$become" "$*"; }

bare_test() {
    inside network bash -c "$(call "make test")" >"$place/log" 2>&1 </dev/null
    status=$?
    [ -z "${BARE_LOG-}" ] || cp "$place/log" "$BARE_LOG"
    grep -E '^(FAIL|skip|again) ' "$place/log"
    tail -n "$([ $status = 0 ] && echo 1 || echo 15)" "$place/log"
    return $status
}

# One line from us, whatever apt had to say.
bare_offline() {
    debs='' inside apart bash -c "$(call "make demo")" >"$place/log" 2>&1 </dev/null
    status=$?
    cat "$place/log"
    [ $status != 0 ] && [ "$(grep -c '^deps: the packages cannot be fetched' "$place/log")" = 1 ] &&
        [ "$(grep -vcE '^(deps: |installing:|make: )' "$place/log")" = 0 ]
}

t() { tmux -L "$socket" -f /dev/null "$@"; }
shot() { t capture-pane -p -t bare 2>/dev/null; }
# within SECONDS TEXT: until the screen has it; when the command has ended there is nothing to wait for
within() {
    local until=$((SECONDS + $1))
    until shot | grep -qF -- "$2"; do
        if [ $SECONDS -ge $until ] || shot | grep -q '^status='; then
            shot
            echo "bare.sh: no \"$2\" on the screen"
            return 1
        fi
        sleep 0.1
    done
}
bare_demo() {
    inside_demo=$(declare -f inside)
    {
        printf 'root=%q debs=%q\n%s\n' "$root" "${debs-}" "$inside_demo"
        printf 'inside network bash -c %q\n' "($(call "make demo")); echo status=\$?"
        echo 'exec cat'
    } >"$place/pane"
    t new-session -d -s bare -x 120 -y 36 "bash $place/pane"
    t set-option -t bare status off >/dev/null
    t set-option -t bare remain-on-exit on >/dev/null
    within 1800 'stopped' && within 60 '(allstop)' || return 1
    t send-keys -t bare -l 'break deposit' && t send-keys -t bare Enter
    within 60 'Breakpoint 1' || return 1
    t send-keys -t bare -l 'continue' && t send-keys -t bare Enter
    within 60 'Breakpoint 1, thread' || return 1
    shot
    t send-keys -t bare -l 'quit' && t send-keys -t bare Enter
    within 60 'd)etach' || return 1
    t send-keys -t bare -l k
    within 60 'status=0'
}

if "bare_$mode"; then echo "bare.sh: $mode passed, as ${user:-root}"; else
    echo "bare.sh: $mode failed, as ${user:-root}"
    exit 1
fi
