#!/usr/bin/env bash
# Farmers on real file systems that fill up, break, become read-only or stand still while they work: ext4 on loop devices, tmpfs,
# and btrfs for quotas. After each the file system is mended and a farmer runs again: every ID is in `finished` once, every log is
# whole, `taskfarmer check` finds nothing. Takes a minute or two.
#
#   full      another writer takes the last block, with each way of keeping logs, on ext4 and tmpfs
#   output    a task prints more than there is room for
#   inodes    no more files can be made
#   quota     EDQUOT (btrfs, where mkfs.btrfs and the kernel have it)
#   readonly  ext4 goes read-only after an error of its own (EROFS)
#   broken    the device below ext4 fails (EIO)
#   interrupted  every second system call that changes a file fails with EINTR (strace)
#   frozen    fsfreeze for longer than a farmer may stand still with the lock in its hands
#
# usage: Tests/Lab/faults.sh [SCENARIO] ...      as root
#   TASKFARMER_BINARY   the program (default: built)
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
# shellcheck source=Tests/Lab/common.sh
. Tests/Lab/common.sh
needs mkfs.ext4 losetup
take_binary

folder=$(mktemp -d)
mount=$folder/mnt
work=$mount/work
list=$folder/list
farmer=
label=none

down() {
    [ -z "$farmer" ] || kill -KILL "$farmer" 2>/dev/null
    farmer=
    local place
    for place in "$mount" "$folder/below"; do
        fsfreeze -u "$place" 2>/dev/null
        for _ in $(seq 50); do
            mountpoint -q "$place" || break
            umount "$place" 2>/dev/null || sleep 0.1
        done
    done
    rm -rf "${folder:?}"/*
}
trap 'down >/dev/null 2>&1; rmdir "$folder"' EXIT
trap 'exit 130' INT TERM HUP

said() { grep -qs -e "$1" "$folder/errors" || { echo "        not said: $1"; sed 's/^/        /' "$folder/errors"; return 1; }; }

# scenario NAME: an empty place.
scenario() {
    down
    label=$1
    mkdir -p "$mount"
}
# ext4 MEGABYTES OPTION…: a file system of that size; its image lies in $folder/below, if there is something.
ext4() {
    local size=$1 image=$folder/image
    shift
    [ ! -d "$folder/below" ] || image=$folder/below/image
    truncate -s "${size}M" "$image"
    mkfs.ext4 -q -F -m 0 "$@" "$image" && mount -o loop,errors=remount-ro "$image" "$mount"
}
# What a task prints, and how many of them.
tasks() {
    # shellcheck disable=SC2016  # for the shell of the task
    awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) printf "echo begin %d; sleep 0.04; seq -s , %d; exit 0\n", i, 200 + i }' >"$list"
    count=$1
}
# start OPTION…: a farmer in the background.
start() {
    : >"$folder/errors"
    timeout 60 "$binary" run -n 4 -w "$work" "$@" "$list" >"$folder/out" 2>"$folder/errors" &
    farmer=$!
}
# at_work N: waits until so many tasks are finished.
at_work() {
    for _ in $(seq 300); do
        [ -e "$work/finished" ] && [ "$(wc -l <"$work/finished")" -ge "$1" ] && return
        sleep 0.05
    done
    fail "it does not get to work"
}
# ends STATUS: waits for the farmer.
ends() {
    local status=0
    wait "$farmer" || status=$?
    farmer=
    expect "the farmer ends with $1" equal "$status" "$1"
    expect "no process of a task is left" equal "$(grep -las "TASKFARMER_WORKDIR=$work" /proc/[0-9]*/environ | wc -l)" 0
}
# A farmer on the mended file system, and what must hold then. sound [ID_THAT_FAILED]
sound() {
    local id expected wrong=0
    start
    if [ $# -gt 0 ]; then ends 1; else ends 0; fi
    finished "$@"
    for id in $(seq 0 $((count - 1))); do
        [ "$id" != "${1:-}" ] || continue
        expected=$(echo "begin $id"; seq -s , $((200 + id)))
        [ "$("$binary" log "$id" "$work" 2>&1)" = "$expected" ] || { wrong=$((wrong + 1)); echo "        task $id printed something else"; }
    done
    expect "what each of $count tasks printed is whole" equal "$wrong" 0
}
# The same where logs may be lost, which are not flushed, as in a power failure; what is recorded is not.
recovered() {
    start --logs packed
    ends 0
    finished
}
finished() {
    expect "each ID is recorded once" \
        equal "$(cat "$work/finished" "$work/failed" | cut -d' ' -f1 | sort -n | cksum)" "$(seq 0 $((count - 1)) | cksum)"
    expect "those that failed should have" equal "$(cut -d' ' -f1 "$work/failed" | tr '\n' ' ')" "${1:+$1 }"
    expect "check finds it sound" timeout 60 "$binary" check "$work" >"$folder/check" 2>&1
}
fill() { dd if=/dev/zero of="$mount/filler" bs=4k status=none 2>/dev/null; dd if=/dev/zero of="$mount/filler2" bs=512 status=none 2>/dev/null; true; }

full() {
    local keep
    for keep in files packed failed; do
        scenario "full ($keep)"
        if [ $keep = packed ]; then mount -t tmpfs -o size=4m none "$mount"; else ext4 16; fi
        tasks 150
        start --logs $keep
        at_work 20
        fill
        ends 74
        expect "it says which file, and why" said "stopping: cannot [a-z ]* $work.*: No space left on device"
        expect "it says what to do" said 'make room on that file system'
        rm "$mount"/filler*
        if [ $keep != failed ]; then sound; else
            start
            ends 0
            finished
        fi
    done
}

output() {
    scenario "output (packed)"
    ext4 16
    tasks 60
    sed -i '7s/.*/head -c 100000000 \/dev\/zero/' "$list"
    start --logs packed
    ends 1
    finished 6
    expect "attempts.tsv has the reason" \
        grep -q "^6.*output-lost	No space left on device	" "$work/attempts.tsv"
    expect "the farmer says so" said 'task 6 has failed, since what it printed does not fit'
    "$binary" log 6 "$work" 2>&1 | tail -c 300 | tr -d '\0' >"$folder/end"
    expect "the log says so" grep -q 'did not fit: No space left' "$folder/end"
    sound 6

    scenario "output (files)"
    ext4 16
    tasks 60
    sed -i '7s/.*/sleep 0.2; cat \/dev\/zero; true/' "$list"
    start --logs files
    ends 74
    expect "it says what to do" said 'make room on that file system'
    expect "nothing is recorded as failed" equal "$(wc -l <"$work/failed")" 0
    rm -f "$work"/logs/log_6*
    start --logs packed
    ends 1
    finished 6
    # Lost where not even that could be noted on the full file system.
    expect "its first attempt did not count" grep -qE '^6	1	.*	(interrupted|lost)	' "$work/attempts.tsv"
}

inodes() {
    scenario inodes
    ext4 16 -N 96
    tasks 150
    mkdir "$mount/others"
    touch "$mount"/others/{1..20}
    start --logs files
    ends 74
    expect "it says which file, and why" said "stopping: cannot open $work/logs/log_[0-9]*: No space left on device"
    expect "it names inodes" said 'df -i'
    expect "nothing is recorded as failed" equal "$(wc -l <"$work/failed")" 0
    rm -r "$mount/others"
    start --logs packed
    ends 0
    finished
}

quota() {
    scenario quota
    if ! command -v mkfs.btrfs >/dev/null; then
        echo "skipped: $label: no mkfs.btrfs (btrfs-progs)"
        return
    fi
    truncate -s 256M "$folder/image"
    mkfs.btrfs -q "$folder/image" >/dev/null 2>&1 && mount -o loop "$folder/image" "$mount" &&
        btrfs quota enable "$mount" && btrfs subvolume create "$mount/sub" >/dev/null &&
        btrfs qgroup limit 8M "$mount/sub" || { echo "skipped: $label: no quotas to be had"; return; }
    local work=$mount/sub/work # seen by what is called from here
    tasks 150
    start --logs packed
    at_work 20
    dd if=/dev/zero of="$mount/sub/filler" bs=64k status=none 2>/dev/null
    sync -f "$mount"
    dd if=/dev/zero of="$mount/sub/filler2" bs=4k status=none 2>/dev/null
    ends 74
    expect "it says which file, and why" said "stopping: cannot [a-z ]* $work.*: Disk quota exceeded"
    expect "it says what to do" said 'remove files or have it raised'
    btrfs qgroup limit none "$mount/sub"
    rm -f "$mount"/sub/filler*
    sync -f "$mount"
    sound
}

readonly_() {
    scenario readonly
    ext4 32
    local device trigger
    device=$(losetup -j "$folder/image" -O NAME --noheadings)
    trigger=/sys/fs/ext4/$(basename "${device:-none}")/trigger_fs_error
    [ -w "$trigger" ] || { echo "skipped: $label: no $trigger"; return; }
    tasks 150
    start
    at_work 20
    echo "a test" >"$trigger"
    ends 74
    expect "it says which file, and why" said "stopping: cannot [a-z ]* $work.*: \(Read-only file system\|Input/output error\)"
    expect "it says what to do" said 'dmesg'
    umount "$mount"
    fsck.ext4 -fy "$folder/image" >/dev/null 2>&1
    mount -o loop "$folder/image" "$mount"
    recovered
}

broken() {
    scenario broken
    # The image has holes, and what it lies on has no room to fill them.
    mkdir "$folder/below"
    mount -t tmpfs -o size=24m none "$folder/below"
    ext4 64
    tasks 150
    start --logs packed
    at_work 20
    dd if=/dev/zero of="$folder/below/filler" bs=4k status=none 2>/dev/null
    dd if=/dev/urandom of="$mount/filler" bs=1M count=20 status=none 2>/dev/null
    ends 74
    # The kernel hands on why the image could not grow where a flush is the first to hear of it.
    expect "it says which file, and why" \
        said "stopping: cannot [a-z ]* $work.*: \(Input/output error\|Read-only file system\|No space left on device\)"
    expect "it says what to do" said 'dmesg\|make room on that file system'
    rm "$folder/below/filler"
    umount "$mount"
    fsck.ext4 -fy "$folder/below/image" >/dev/null 2>&1
    mount -o loop "$folder/below/image" "$mount"
    rm -f "$mount/filler"
    recovered
}

interrupted() {
    scenario interrupted
    # pread64 is not among them: the loader of the tasks' own programs does not repeat it.
    local calls=pwrite64,ftruncate,fdatasync,flock,ppoll,epoll_pwait,epoll_wait
    strace -f -qq -o /dev/null -e trace=$calls -e inject=fdatasync:error=EINTR:when=1+2 true 2>/dev/null || {
        echo "skipped: $label: no strace that can make calls fail"
        return
    }
    mount -t tmpfs -o size=16m none "$mount"
    tasks 60
    : >"$folder/errors"
    timeout 60 strace -f -qq -o "$folder/trace" -e trace=$calls -e inject=$calls:error=EINTR:when=1+2 \
        "$binary" run -n 4 -w "$work" --logs packed "$list" >"$folder/out" 2>"$folder/errors" &
    farmer=$!
    ends 0
    expect "calls were interrupted" test "$(grep -c EINTR "$folder/trace")" -gt 100
    sound
}

frozen() {
    scenario frozen
    ext4 32
    tasks 150
    start
    at_work 20
    fsfreeze -f "$mount"
    sleep 8
    fsfreeze -u "$mount"
    ends 0
    finished
    sound
}

[ $# -gt 0 ] || set -- full output inodes quota readonly broken interrupted frozen
for each; do
    case $each in
    readonly) readonly_ ;;
    full | output | inodes | quota | broken | interrupted | frozen) "$each" ;;
    *)
        echo "no scenario $each" >&2
        exit 64
        ;;
    esac
done
conclude
