#!/usr/bin/env bash
# `taskfarmer doctor` on real file systems, between two hosts: the verdict, the exit status and the reason of each, and that
# nothing is left behind. Hosts are User-Mode Linux with kernels of their own for NFS, network namespaces for the others.
#
#   4.2 4.0 3         NFS with the default mount options                     fit with conditions
#   3-nolock          NFS 3 mounted nolock: the option says so               unfit, for one host alone as well
#   3-nolockd         NFS 3, a server whose lock manager cannot be found    unfit
#   gluster           GlusterFS as it comes: old views                       unfit
#   gluster-direct    GlusterFS with direct I/O alone: old sizes             unfit
#   gluster-uncached  GlusterFS without any cache of the client              fit with conditions
#   moosefs           MooseFS                                                fit with conditions
#   sshfs             a mount on each host                                   unfit
#   local             this host's own disks; read-only, full, missing        fit with conditions; 74
#   ssh               real ssh between two hosts, stopped in the middle      75, nothing left
#   srun              the nodes of a SLURM job                               fit with conditions
#
# usage: Tests/Lab/doctor.sh [CASE] ...      default: all; as root
#   TASKFARMER_LAB      the folder with the lab's scripts (default: shared/lab beside the checkout)
#   TASKFARMER_BINARY   a static binary (default: built)
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
# shellcheck source=Tests/Lab/common.sh
. Tests/Lab/common.sh
needs : uml.sh nodes.sh
take_binary

# Hosts see this folder only as LAB.
LAB=$(mktemp -d)
chmod 755 "$LAB" # munged has a user of its own
export LAB
mount=$LAB/mnt
program=$LAB/taskfarmer
label=none
cp "$binary" "$program"

down() {
    timeout 60 "$lab_scripts/gluster.sh" down
    timeout 60 "$lab_scripts/moosefs.sh" down
    timeout 60 "$lab_scripts/slurm.sh" down
    timeout 60 "$lab_scripts/uml.sh" down
    timeout 60 "$lab_scripts/nodes.sh" down
    umount "$LAB/small"
} >/dev/null 2>&1
watch=
finish() {
    [ -z "$watch" ] || kill "$watch" 2>/dev/null
    down
    rm -rf "$LAB"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

# A stand-in for ssh: it takes ssh's options, a host and a line, and runs the line by way of the lab.
stand_in() {
    cat >"$LAB/ssh" <<END
#!/bin/sh
while :; do case \$1 in -o) shift 2 ;; -*) shift ;; *) break ;; esac; done
host=\$1
shift
exec $lab_scripts/$1 x "\$host" sh -c "\$*"
END
    chmod +x "$LAB/ssh"
}

# examine STATUS VERDICT REASON ARGUMENT…: runs the doctor and holds what it says against that.
examine() {
    local status=0 begin=$SECONDS wanted=$1 verdict=$2 reason=$3
    shift 3
    timeout 120 "$program" doctor "$@" >"$LAB/out" 2>"$LAB/errors" </dev/null || status=$?
    sed 's/^/        /' "$LAB/out" "$LAB/errors"
    echo "        ($((SECONDS - begin)) s)"
    if [ "$status" = "$wanted" ]; then pass "exit status $wanted"; else fail "exit status $status, expected $wanted"; fi
    if [ -z "$verdict" ] || grep -qx "$verdict" "$LAB/out"; then pass "verdict: ${verdict:-none}"; else fail "verdict: not $verdict"; fi
    if grep -qE -e "$reason" "$LAB/out" "$LAB/errors"; then pass "said: $reason"; else fail "not said: $reason"; fi
}
# clean COMMAND…: nothing of the doctor's is in the folder, seen from where COMMAND runs.
clean() {
    if [ -z "$("$@" find "$mount" -maxdepth 1 -name '.taskfarmer-doctor.*')" ]; then
        pass "nothing is left behind"
    else
        fail "something is left behind"
        "$@" find "$mount" -maxdepth 2 -name '.taskfarmer-doctor.*' | sed 's/^/        /'
    fi
}

up() { # WORD…: brings a part of the lab up
    timeout 180 "$@" </dev/null >>"$LAB/up.log" 2>&1 && return
    fail "the lab comes up"
    tail -5 "$LAB/up.log" | sed 's/^/        /'
    return 1
}

nfs() { # OPTIONS STATUS VERDICT REASON
    command -v linux.uml >/dev/null || { echo "skipped: $label needs linux.uml"; return; }
    stand_in uml.sh
    up "$lab_scripts/nodes.sh" up 0 && up env NFSOPT="vers=$1" LEASE=10 "$lab_scripts/uml.sh" up 2 || return
    local node
    for node in n1 n2; do "$LAB/ssh" $node true >/dev/null 2>&1; done # says what a first connection says
    if [ "$label" = 3-nolockd ]; then
        "$LAB/ssh" srv 'for v in 1 3 4; do rpcinfo -d 100021 $v; done' || fail "the server's lock manager is taken away"
    fi
    examine "$2" "$3" "$4" --hosts n1,n2 --ssh "$LAB/ssh" "$mount"
    clean "$LAB/ssh" n1
    case $label in
    3-nolockd) ;;
    # A farmer is refused there even when it is alone: so says the doctor.
    3-nolock) examine 71 unfit "is mounted with the option nolock" --hosts n1 --ssh "$LAB/ssh" "$mount" ;;
    *) examine 0 "fit with conditions" "only processes on n1 were tested" --hosts n1 --ssh "$LAB/ssh" "$mount" ;;
    esac
}

namespaces() { # STATUS VERDICT REASON COMMAND…: brings a file system up on n1 and n2 by COMMAND
    local status=$1 verdict=$2 reason=$3
    shift 3
    stand_in nodes.sh
    up "$lab_scripts/nodes.sh" up 2 && up "$@" || return
    examine "$status" "$verdict" "$reason" --hosts n1,n2 --ssh "$LAB/ssh" "$mount"
    clean "$LAB/ssh" n1
}

mount_sshfs() { # without a server between: each host has its own sftp-server on one folder
    mkdir -p "$LAB/export" "$mount"
    printf '#!/bin/sh\nexec /usr/lib/openssh/sftp-server\n' >"$LAB/sftp"
    chmod +x "$LAB/sftp"
    local node
    for node in n1 n2; do
        "$lab_scripts/nodes.sh" x $node sshfs -o "ssh_command=$LAB/sftp" "x:$LAB/export" "$mount" || return
    done
}

local_disks() {
    mkdir -p "$LAB/small" "$LAB/disk"
    mount=$LAB/disk
    examine 0 "fit with conditions" "for farmers on .* only: .* is a disk of its own" "$mount"
    clean
    examine 74 "" "No such file" "$LAB/none"
    examine 78 "" "is not a folder" --lock-dir "$LAB/none" "$mount"
    mount -t tmpfs -o size=64k none "$LAB/small" || return
    mount=$LAB/small
    head -c 60000 /dev/zero >"$mount/filling"
    examine 74 "" "No space left" "$mount"
    clean
    mount -o remount,ro "$mount"
    examine 74 "" "Read-only file system" "$mount"
    umount "$mount"
    mount=$LAB/mnt
}

real_ssh() {
    command -v linux.uml >/dev/null || { echo "skipped: $label needs linux.uml"; return; }
    up "$lab_scripts/nodes.sh" up 0 && up env NFSOPT=vers=4.2 LEASE=10 "$lab_scripts/uml.sh" up 2 || return
    local ssh="ssh -F $LAB/uml/ssh_config -o ControlMaster=no -o ControlPath=none" status=0
    stand_in uml.sh
    # Both peers by ssh from n1, as a user on a cluster would.
    "$LAB/ssh" n1 "timeout 60 $program doctor --hosts n[1-2] --ssh '$ssh' $mount" >"$LAB/out" 2>&1 </dev/null || status=$?
    if [ "$status" = 0 ] && grep -qx "fit with conditions" "$LAB/out"; then pass "over ssh"; else fail "over ssh: $(cat "$LAB/out")"; fi
    clean "$LAB/ssh" n1
    # The signal comes as soon as the temporary folder is there.
    status=0
    "$LAB/ssh" n1 "$program doctor --hosts n1,n2 --ssh '$ssh' $mount & doctor=\$!
        until ls -d $mount/.taskfarmer-doctor.* >/dev/null 2>&1; do sleep 0.05; done
        kill -TERM \$doctor; wait \$doctor" >"$LAB/out" 2>&1 </dev/null || status=$?
    if [ "$status" = 75 ]; then pass "a signal ends it with 75"; else fail "status $status after a signal: $(cat "$LAB/out")"; fi
    clean "$LAB/ssh" n1
    # Killed, it cannot say anything; its peers find out by the end of their input.
    "$LAB/ssh" n1 "$program doctor --hosts n1,n2 --ssh '$ssh' $mount & doctor=\$!
        until ls -d $mount/.taskfarmer-doctor.* >/dev/null 2>&1; do sleep 0.05; done
        kill -KILL \$doctor; wait \$doctor
        for i in \$(seq 100); do ls -d $mount/.taskfarmer-doctor.* >/dev/null 2>&1 || break; sleep 0.1; done" >/dev/null 2>&1 </dev/null
    clean "$LAB/ssh" n1
    status=0
    "$LAB/ssh" n1 "timeout 60 $program doctor --hosts n1,nowhere --ssh '$ssh' $mount" >"$LAB/out" 2>&1 </dev/null || status=$?
    if [ "$status" = 74 ] && grep -q "nowhere" "$LAB/out"; then pass "a host that is none"; else fail "a host that is none: $status, $(cat "$LAB/out")"; fi
    clean "$LAB/ssh" n1
}

in_a_job() {
    command -v srun >/dev/null && command -v slurmctld >/dev/null || { echo "skipped: $label needs SLURM"; return; }
    up "$lab_scripts/nodes.sh" up 3 && up "$lab_scripts/slurm.sh" up ns || return
    mkdir -p "$mount"
    local status=0
    printf '#!/bin/sh\n%s doctor --srun %s\n' "$program" "$mount" >"$LAB/job.sh"
    timeout 120 "$lab_scripts/nodes.sh" x head env SLURM_CONF="$LAB/slurm/slurm.conf" \
        sbatch --wait -N3 --chdir="$LAB" --output="$LAB/out" "$LAB/job.sh" >/dev/null || status=$?
    sed 's/^/        /' "$LAB/out"
    if [ "$status" = 0 ]; then pass "exit status 0"; else fail "exit status $status"; fi
    if [ "$(grep -c '^locks .* ok ' "$LAB/out")" = 3 ]; then pass "three nodes, three pairs"; else fail "not three pairs"; fi
    clean
    status=0
    env -u SLURM_JOB_NODELIST "$program" doctor --srun "$mount" >"$LAB/out" 2>&1 || status=$?
    if [ "$status" = 64 ] && grep -q SLURM_JOB_NODELIST "$LAB/out"; then pass "refused outside of a job"; else fail "outside of a job: $status"; fi
}

# The whole script, whatever happens, ends within this.
(
    exec >/dev/null 2>&1
    sleep 1500 &
    trap 'kill $!' TERM
    wait $! && kill -TERM $$
) &
watch=$!

[ $# -gt 0 ] || set -- local 4.2 4.0 3 3-nolock 3-nolockd gluster gluster-direct gluster-uncached moosefs sshfs ssh srun
good="fit with conditions"
for label in "$@"; do
    echo "--- $label"
    case $label in
    local) local_disks ;;
    4.2 | 4.0) nfs "$label" 0 "$good" "after the server's lease" ;;
    3) nfs 3 0 "$good" "never come back by themselves" ;;
    3-nolock) nfs 3,nolock 71 unfit "is mounted with the option nolock" ;;
    3-nolockd) nfs 3 71 unfit "cannot be locked" ;;
    gluster) namespaces 71 unfit "(is not seen by the next|not as its last writer left it|were lost)" "$lab_scripts/gluster.sh" up ;;
    gluster-direct) namespaces 71 unfit "not as its last writer left it" env GMOUNT=direct-io-mode=enable "$lab_scripts/gluster.sh" up ;;
    gluster-uncached)
        namespaces 0 "$good" "5 to 42 s" env GMOUNT=direct-io-mode=enable,attribute-timeout=0,entry-timeout=0 \
            GOPT="network.ping-timeout:5 performance.quick-read:off performance.stat-prefetch:off performance.io-cache:off performance.read-ahead:off performance.open-behind:off performance.write-behind:off" \
            "$lab_scripts/gluster.sh" up
        ;;
    moosefs) namespaces 0 "$good" "not back within 100 s" "$lab_scripts/moosefs.sh" up ;;
    sshfs)
        export -f mount_sshfs
        export mount lab_scripts
        namespaces 71 unfit "both have the lock at the same time" bash -c mount_sshfs
        ;;
    ssh) real_ssh ;;
    srun) in_a_job ;;
    *) fail "no such case" ;;
    esac
    down
done
conclude
