#!/usr/bin/env bash
# `--mem-enforce cgroup` under control groups of version 2, on an emulated kernel of its own, without a network.
#
#   delegated   a user to whom a group is delegated, as systemd does for sessions: a task that needs more than it asked for is killed by
#               the kernel, with what it started, and nobody else; tried again with more it succeeds; no group is left behind
#   limit       memory offered is what the group allows
#   crowded     beside another process in the group there can be no limits: said, 78, and nothing is lost
#   foreign     a group that is not the user's: said, 78
#
# usage: Tests/Lab/cgroup2.sh      as root
#   TASKFARMER_LAB      the folder with the lab's uml-xstate.c (default: shared/lab beside the checkout)
#   TASKFARMER_BINARY   a static binary (default: built)
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
# shellcheck source=Tests/Lab/common.sh
. Tests/Lab/common.sh
needs linux.uml gcc setpriv : uml.sh
take_binary

LAB=$(mktemp -d)
chmod 755 "$LAB"
trap 'rm -rf "$LAB"' EXIT
trap 'exit 130' INT TERM HUP
cp "$binary" "$LAB/taskfarmer"
gcc -O2 -shared -fPIC -o "$LAB/uml-xstate.so" "$lab_scripts/uml-xstate.c" -ldl || exit 1

# What runs there: nobody's tasks, in a group that is nobody's.
cat >"$LAB/init" <<INIT
#!/bin/bash
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t cgroup2 none /sys/fs/cgroup
mount -t tmpfs none /tmp; chmod 1777 /tmp
[ -d "$LAB" ] || mkdir -p "$LAB"; mount -t hostfs none "$LAB" -o "$LAB"
hostname alone
echo +memory >/sys/fs/cgroup/cgroup.subtree_control
mkdir /sys/fs/cgroup/user /sys/fs/cgroup/foreign
chown 65534 /sys/fs/cgroup/user /sys/fs/cgroup/user/cgroup.{procs,subtree_control,threads}
echo 150M >/sys/fs/cgroup/user/memory.max
mkdir /tmp/work; cd /tmp/work; chown 65534 .
# run GROUP NAME OPTION…: what is printed and the status are in files.
run() {
    local group=\$1 name=\$2
    shift 2
    (
        echo \$BASHPID >/sys/fs/cgroup/\$group/cgroup.procs
        exec setpriv --reuid 65534 --regid 65534 --clear-groups "$LAB/taskfarmer" run "\$@"
    ) >"$LAB/\$name.out" 2>&1 </dev/null
    echo \$? >"$LAB/\$name.status"
}
printf '%s\n' 'echo small' 'head -c 70m /dev/zero | tail >/dev/null' 'sleep 1; echo beside' >tasks
run user delegated -n 2 --mem 40M --mem-enforce cgroup --retry-on oom=1:mem*2.5 tasks
cut -f1,3,5- tasks_workdir/attempts.tsv >"$LAB/delegated.attempts"
find /sys/fs/cgroup/user -mindepth 1 -type d >"$LAB/delegated.left"
run user limit --mem 400M tasks -w limit
sleep 100 & echo \$! >/sys/fs/cgroup/user/cgroup.procs
run user crowded --mem 40M --mem-enforce cgroup -w crowded tasks
run user after -w crowded tasks
run foreign foreign --mem 40M --mem-enforce cgroup -w foreign tasks
sync; echo done >"$LAB/done"; sleep 1
echo o >/proc/sysrq-trigger; sleep 9
INIT
chmod +x "$LAB/init"
mkdir "$LAB/run"
LD_PRELOAD=$LAB/uml-xstate.so timeout -k 5 150 linux.uml mem=256M root=/ rootfstype=hostfs rootflags=/ ro init="$LAB/init" \
    umid=alone uml_dir="$LAB/run/" noreboot con=null con0=null,fd:1 ssl=null </dev/null >"$LAB/kernel.log" 2>&1
[ -s "$LAB/done" ] || { tail -5 "$LAB/kernel.log"; echo "the kernel did not come to the end"; exit 1; }

status() { cat "$LAB/$label.status"; }
says() { grep -q -e "$1" "$LAB/$label.out" || { cat "$LAB/$label.out"; return 1; }; }
label=delegated
same "all tasks succeed in the end" "$(status)" 0
expect "one attempt ended out of memory" test "$(grep -c out-of-memory "$LAB/delegated.attempts")" = 1
expect "and it was that task's" grep -qP '^1\t.*out-of-memory' "$LAB/delegated.attempts"
expect "no group is left behind" test ! -s "$LAB/delegated.left"
label=limit
same "more than the group allows is refused" "$(status)" 64
label=crowded
same "no limits beside other processes" "$(status)" 78
expect "which is said" says "other processes"
label=after
same "nothing is lost" "$(status)" 0
label=foreign
same "no limits in somebody else's group" "$(status)" 78
expect "which is said" says "cannot make a control group"
[ -z "${KEEP:-}" ] || cp -r "$LAB" "$KEEP"
conclude
