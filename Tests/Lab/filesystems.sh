#!/usr/bin/env bash
# Four farmers on two or four hosts over one work directory on a real network file system, while things break. After each scenario every
# ID is in `finished` or `failed` once, `taskfarmer check` finds the directory sound from two hosts, what was recorded before the event
# is still there, nothing of a farmer that was taken for dead was recorded after that, and no process of a task is left.
#
#   kill      SIGKILL of a farmer, found by the other one of its host; then of that one, found by another host.
#   crash     a host dies. Where the file system keeps its locks (NFS 3, MooseFS), n2 says so and --assume-dead n1 takes over.
#   held      (NFS 3, MooseFS) n1 dies with the lock itself in its hands: `check --repair --new-lock` mends.
#   freeze    a host stands still for longer than the lease, and goes on: its farmers find themselves fenced out. Where locks
#             are kept, first nothing happens but waiting, then --assume-dead does the same.
#   blip      a host is cut off for less than the lease: nothing happens but waiting.
#   cut       a host is cut off for longer than the lease, and healed.
#   restart   (NFS) the server loses its power under load, and comes back.
#   busy      nothing breaks: how busy the slots are, and how long a lock cycle takes.
#   nolock, locallock   (NFS 3) locks of one host only, by either mount option: refused.
#   nolockd   (NFS 3) the server has no lock manager, so that no lock is ever given: the farmer says what it waits for, can be
#             stopped, and goes on when there is one.
#   lease     (NFS 3, mounted nolock) farmers with --lock lease: one is killed, then a host dies.
#   leasefreeze   the same; a host stands still for longer than the lease, and goes on.
#   sshfs     (file system `sshfs`) locks that reach one host only and no mount option tells: a second host's farmer is refused.
#
# NFS runs on User-Mode Linux: every host has a kernel of its own. MooseFS and GlusterFS need FUSE, which that has not: their
# hosts are namespaces of this kernel, a crash is an unplugged network and the end of all processes, and one that stands still
# is an unplugged network and SIGSTOP to all processes, the file system's client among them.
#
# usage: Tests/Lab/filesystems.sh [--clients 2|4] [--tasks N] [quick | FILESYSTEM[:SCENARIO,…] …]    as root
#   FILESYSTEM   nfs4.2 nfs4.0 nfs3 gluster moosefs sshfs; default: all of them with all scenarios
#   quick        nfs4.2:kill,crash,freeze with 300 tasks
#   --tasks      of the scenarios in which something breaks; default 5000
#   TASKFARMER_LAB      the folder with the lab's nodes.sh and uml.sh (default: shared/lab beside the checkout)
#   TASKFARMER_BINARY   a static binary (default: built)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=Tests/Lab/common.sh
. Tests/Lab/common.sh

clients=2 tasks_wanted=5000 wanted=()
while [ $# -gt 0 ]; do
    case $1 in
    --clients) clients=$2 && shift ;;
    --tasks) tasks_wanted=$2 && shift ;;
    quick) wanted+=('nfs4.2:kill,crash,freeze') && tasks_wanted=300 ;;
    nfs4.2* | nfs4.0* | nfs3* | gluster* | moosefs* | sshfs*) wanted+=("$1") ;;
    *) echo "$1: see the head of ${BASH_SOURCE[0]}" >&2 && exit 64 ;;
    esac
    shift
done
[ "${#wanted[@]}" -gt 0 ] || wanted=(nfs4.2 nfs3 nfs4.0 gluster moosefs sshfs)
long=$((400 + tasks_wanted / 10)) # seconds in which all farmers of a scenario end
[ "$clients" = 2 ] || [ "$clients" = 4 ] || { echo "--clients $clients: 2 or 4" >&2 && exit 64; }

needs clang : uml.sh nodes.sh
take_binary

# A short name: sockets lie below it. The hosts have a /tmp of their own and see this folder only as LAB.
LAB=$(mktemp -d)
chmod 755 "$LAB"
export LAB
mount=$LAB/mnt
program=$LAB/taskfarmer
locking=   # an option of every farmer
farmers=() # the process here behind each farmer started
# What is run: the emulated kernels take a tenth of a second to start a shell.
clang -O2 -static -nostdlib -ffreestanding -fno-stack-protector -o "$LAB/task" Tests/Lab/filesystems/task.c

here=Tests/Lab/filesystems
# shellcheck source=Tests/Lab/filesystems/hosts.sh
. $here/hosts.sh
# shellcheck source=Tests/Lab/filesystems/farmers.sh
. $here/farmers.sh
# shellcheck source=Tests/Lab/filesystems/breaking.sh
. $here/breaking.sh
# shellcheck source=Tests/Lab/filesystems/unfit.sh
. $here/unfit.sh
# shellcheck source=Tests/Lab/filesystems/figures.sh
. $here/figures.sh

# The whole script, whatever happens, ends within this.
limit=$((${#wanted[@]} * (2400 + tasks_wanted)))
(
    exec >/dev/null 2>&1
    sleep "$limit" &
    trap 'kill $!' TERM
    wait $! && kill -TERM $$
) &
watch=$!
finish() {
    local process
    kill $watch 2>/dev/null || true
    for process in "${farmers[@]}"; do kill "$process" 2>/dev/null || true; done
    down >/dev/null 2>&1
    rm -rf --one-file-system "$LAB"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

# run_all SCENARIO…: on the file system that is up.
run_all() {
    local each
    for each in "$@"; do
        "scenario_$each" || fail "$each ends early"
        end_farmers
    done
}
# What each file system is tried with; scenarios that need a mount of their own come last.
standard() {
    case $1 in
    nfs4*) echo busy kill blip cut crash freeze restart ;;
    nfs3) echo busy kill blip cut crash held freeze restart nolockd nolock locallock lease leasefreeze ;;
    gluster) echo busy kill blip cut crash freeze ;;
    moosefs) echo busy kill blip cut crash held freeze ;;
    sshfs) echo sshfs ;;
    esac
}
for one in "${wanted[@]}"; do
    system=${one%%:*} label=$system
    scenarios=$(standard "$system")
    case $one in *:*) scenarios=${one#*:} scenarios=${scenarios//,/ } ;; esac
    missing=$(missing_for "$system")
    if [ -n "$missing" ]; then
        echo "skipped: $system needs $missing"
        continue
    fi
    for scenario in $scenarios; do
        declare -F "scenario_$scenario" >/dev/null || { echo "no scenario $scenario" >&2 && exit 64; }
        case $scenario in
        restart) settle "vers=${system#nfs}" 90 ;;
        nolock | lease*) settle vers=3,nolock 10 ;;
        nolockd) settle 'vers=3 ' 10 ;; # of its own: clients remember where a lock manager was
        locallock) settle vers=3,local_lock=flock 10 ;;
        *) settle "vers=${system#nfs}" 10 ;;
        esac || continue
        begun=$SECONDS
        echo "--      $system, $clients hosts: $scenario"
        case $scenario in lease*) locking='--lock lease' ;; *) locking= ;; esac
        run_all "$scenario"
        echo "        took $((SECONDS - begun)) s"
    done
    down >/dev/null 2>&1
done
conclude
