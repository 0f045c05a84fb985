#!/usr/bin/env bash
# `taskfarmer run --hosts` over real ssh: a launcher on the lab's head, an sshd on each of three hosts with a network, a name and a PID space
# of its own, and one shared folder.
#
#   share       a list of 300 tasks on three hosts with two slots each; one progress line on a terminal
#   stop        SIGTERM to the launcher stops every farmer; another run ends the list
#   kill        SIGKILL of the launcher stops every farmer
#   cut         a host whose network is cut in the middle is named; its farmer stops by itself, the others run its task
#   crash       a host that dies in the middle is named, the others run its task
#   nobody      a host that does not answer is named and the others do the work; where none answers the status is 74
#
# usage: Tests/Lab/hosts.sh      as root
#   TASKFARMER_LAB      the folder with the lab's nodes.sh (default: shared/lab beside the checkout)
#   TASKFARMER_BINARY   a static binary (default: built)
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
# shellcheck source=Tests/Lab/common.sh
. Tests/Lab/common.sh
nodes=$lab_scripts/nodes.sh
needs ssh /usr/sbin/sshd : nodes.sh
take_binary

LAB=$(mktemp -d)
chmod 755 "$LAB"
export LAB
down() {
    timeout 60 "$nodes" down >/dev/null 2>&1
    rm -rf "$LAB"
}
trap down EXIT
trap 'exit 130' INT TERM HUP
cp "$binary" "$LAB/taskfarmer"
timeout 60 "$nodes" up 3 >/dev/null 2>&1 || { echo "the hosts did not come up"; exit 1; }

# A key for the purpose, known nowhere else.
ssh-keygen -q -t ed25519 -N '' -f "$LAB/key" && ssh-keygen -q -t ed25519 -N '' -f "$LAB/hostkey" || exit 1
printf '%s\n' "HostKey $LAB/hostkey" "AuthorizedKeysFile $LAB/key.pub" 'StrictModes no' 'PermitRootLogin yes' 'UsePAM no' \
    'PidFile none' 'UseDNS no' >"$LAB/sshd_config"
# Silence is noticed after four seconds instead of thirty.
printf '%s\n' "IdentityFile $LAB/key" 'User root' 'StrictHostKeyChecking no' 'UserKnownHostsFile /dev/null' 'LogLevel ERROR' \
    'ControlPath none' >"$LAB/ssh_config"
ssh="ssh -F $LAB/ssh_config -o ServerAliveInterval=2 -o ServerAliveCountMax=2 -o ConnectTimeout=4"
listen() { "$nodes" x "$1" sh -c 'mkdir -p /run/sshd && exec /usr/sbin/sshd -f "$0"' "$LAB/sshd_config"; }
for host in n1 n2 n3; do listen "$host" || { echo "sshd did not start"; exit 1; }; done

said() { if grep -qs -e "$2" "$LAB/$label.out"; then pass "$1"; else fail "$1: not said: $2"; fi; }
# begin CASE LINE…: a folder and a list of its own.
begin() {
    label=$1
    shift
    mkdir "$LAB/$label" && cd "$LAB/$label" || exit 1
    printf '%s\n' "$@" >tasks
}
# launch HOSTS OPTION…: in the background on head; its PID there, what it prints and its exit status are in files.
launch() {
    rm -f "$LAB/$label.status"
    (
        timeout 200 "$nodes" x head bash -c 'cd "$0" && echo $$ >"$0.pid" && exec "$@"' "$LAB/$label" \
            "$LAB/taskfarmer" run --ssh "$ssh" --hosts "$@" tasks >"$LAB/$label.out" 2>&1 </dev/null
        echo $? >"$LAB/$label.status"
    ) &
}
signal() { "$nodes" x head kill "-$1" "$(cat "$LAB/$label.pid")"; }
over() { [ -s "$LAB/$label.status" ]; }
status() { eventually 150 over && cat "$LAB/$label.status"; }
ups() { [ "$(find . -maxdepth 1 -name 'up.*' | wc -l)" -ge "$1" ]; }
attempts() { [ "$(tail -n +2 tasks_workdir/attempts.tsv 2>/dev/null | wc -l)" -ge "$1" ]; }
farmers_left() { for host in n1 n2 n3; do "$nodes" x "$host" pgrep -x taskfarmer; done | wc -l; }
none_left() { [ "$(farmers_left)" = 0 ]; }
# sound COUNT: every task finished, once, and the work directory agrees.
sound() {
    same "every task is finished once" "$(cut -d' ' -f1 tasks_workdir/finished | sort -n | tr '\n' ' ')" "$(seq 0 $(($1 - 1)) | tr '\n' ' ')"
    same "check finds nothing" "$("$LAB/taskfarmer" check tasks >check.out 2>&1; echo $?)" 0
    same "no farmer is left" "$(farmers_left)" 0
}
waiting='echo > up.$(hostname).$TASKFARMER_TASK_ID; until [ -e go ]; do sleep 0.05; done'

begin share
for _ in $(seq 300); do echo 'hostname; sleep 0.05'; done >tasks
launch 'n[1-3]*2'
same "the status is that of a whole list" "$(status)" 0
sound 300
same "every host took part" "$(cut -f3 tasks_workdir/attempts.tsv | tail -n +2 | sort -u | tr '\n' ' ')" "n1 n2 n3 "
same "no task ran twice" "$(tail -n +2 tasks_workdir/attempts.tsv | wc -l)" 300
said "one summary for all" '3 hosts: 300 succeeded, 0 failed in'
for _ in $(seq 60); do echo 'sleep 0.2'; done >second
if command -v script >/dev/null; then
    timeout 100 "$nodes" x head script -qec "cd $PWD && $LAB/taskfarmer run --ssh '$ssh' --hosts n1,n2 -n 2 second" /dev/null \
        >"$LAB/share.out" 2>&1 </dev/null
    said "one progress line for all on a terminal" '/60 done ([0-9.]* %), 0 failed, [1-4] running'
fi

begin stop "$waiting" "$waiting" "$waiting" "$waiting" "$waiting"
launch n1,n2,n3 -n 1
eventually 30 ups 3
signal TERM
same "SIGTERM ends with 75" "$(status)" 75
for host in n1 n2 n3; do said "$host was told" "^$host: stopping (SIGTERM)"; done
same "the tasks went back" "$(wc -l <tasks_workdir/toprocess)" 5
same "no farmer is left" "$(farmers_left)" 0
touch go
launch n2,n3
same "another run ends the list" "$(status)" 0
sound 5

begin kill "$waiting" "$waiting" "$waiting"
launch n1,n2,n3 -n 1
eventually 30 ups 3
same "three farmers are at work" "$(farmers_left)" 3
killed=$(date +%s%N)
signal KILL
eventually 60 none_left && echo "     kill: farmers gone after $((($(date +%s%N) - killed) / 1000000)) ms"
same "the tasks went back" "$(wc -l <tasks_workdir/toprocess)" 3
touch go
eventually 30 over
launch n1
same "another run ends the list" "$(status)" 0
sound 3

begin cut "$waiting" "$waiting" "$waiting"
launch n1,n2,n3 -n 1
eventually 30 ups 3
"$nodes" cut n1
cut=$SECONDS
eventually 60 grep -qs '^n1: was lost' "$LAB/cut.out" && echo "     cut: the launcher said so after $((SECONDS - cut)) s"
eventually 100 attempts 1 && echo "     cut: the farmer that was cut off stopped after $((SECONDS - cut)) s"
touch go
same "the others do the work" "$(status)" 0
"$nodes" heal n1
sound 3
same "the task of the lost host ran again" "$(cut -f15 tasks_workdir/attempts.tsv | grep -c interrupted)" 1

begin crash "$waiting" "$waiting" "$waiting"
launch n1,n2,n3 -n 1
eventually 30 ups 3
"$nodes" crash n3
crash=$SECONDS
touch go
same "the others do the work" "$(status)" 0
echo "     crash: all done after $((SECONDS - crash)) s"
said "the dead host is named" '^n3: was lost'
"$nodes" boot n3 >/dev/null 2>&1 && listen n3
sound 3

begin nobody 'hostname' 'hostname'
launch 10.77.0.99,n1
same "the others do the work" "$(status)" 0
said "the silent host is named, with what ssh said" '^10.77.0.99: ssh: connect to host'
sound 2
echo 'hostname' >>tasks
launch 10.77.0.99
same "nobody there is an input/output error" "$(status)" 74
same "and no task is lost" "$(wc -l <tasks_workdir/finished)" 2
conclude
