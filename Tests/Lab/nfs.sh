#!/usr/bin/env bash
# Farmers of several hosts over one work directory on a real NFS server, with crashes: every host is a User-Mode Linux of its
# own, srv serves, n1 and n2 mount. For each version of NFS:
#
#   crash     n1 dies in the middle; n2's farmers end the list. NFS 4 frees the locks of n1 after the lease; NFS 3 never does, so
#             n2 has to say so, is stopped and run again with --assume-dead n1.
#   held      (NFS 3) n1 dies while it holds the lock itself: n2 says whom it waits for, `check --repair --new-lock` mends.
#   freeze    (NFS 4) n1 stands still for longer than the lease: back again, its farmers find themselves fenced out.
#   plain     nobody dies; many short tasks.
#
# Afterwards each ID is in `finished` exactly once, and `taskfarmer check` says so too.
#
# usage: Tests/Lab/nfs.sh [4.2|4.0|3] ...      default: 4.2 3; as root
#   TASKFARMER_LAB      the folder with the lab's nodes.sh and uml.sh (default: shared/lab beside the checkout)
#   TASKFARMER_BINARY   a static binary (default: built)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
lab_scripts=${TASKFARMER_LAB:-$PWD/../shared/lab}

skip() {
    echo "skipped: $1"
    exit 0
}
[ "$(id -u)" = 0 ] || skip "needs root"
[ -x "$lab_scripts/uml.sh" ] && [ -x "$lab_scripts/nodes.sh" ] || skip "no lab in $lab_scripts (TASKFARMER_LAB)"
command -v linux.uml >/dev/null || skip "needs linux.uml"

binary=${TASKFARMER_BINARY:-}
if [ -z "$binary" ]; then
    swift build -c release --product taskfarmer --scratch-path .build-static -Xswiftc -static-executable
    binary=$PWD/.build-static/release/taskfarmer
fi

# A short name: sockets lie below it. The hosts have a /tmp of their own and see this folder only as LAB.
LAB=$(mktemp -d)
export LAB
uml=$lab_scripts/uml.sh
mount=$LAB/mnt
program=$LAB/taskfarmer
passed=0 failed=0
farmers=() # the process here behind each farmer started
version=none

down() {
    # A host that stands still does not die of anything but KILL, which is what this sends.
    timeout 60 "$uml" down || true
    timeout 60 "$lab_scripts/nodes.sh" down || true
}
finish() {
    local process
    for process in "${farmers[@]}"; do kill "$process" 2>/dev/null || true; done
    down >/dev/null 2>&1
    rm -rf "$LAB"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

pass() {
    passed=$((passed + 1))
    echo "ok      NFS $version: $1"
}
fail() {
    failed=$((failed + 1))
    echo "FAILED  NFS $version: $1"
}
# expect WHAT COMMAND…: passes when the command succeeds.
expect() {
    local what=$1
    shift
    if "$@"; then pass "$what"; else fail "$what"; fi
}
equal() { [ "$1" = "$2" ] || { echo "        expected $2, found $1"; return 1; }; }
said() { grep -qs -e "$1" "${@:2}" || { echo "        not said: $1"; return 1; }; }
now() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.1f", b - a }'; }

# on NODE COMMAND…: runs it there, for at most a minute and a half.
on() { timeout 90 "$uml" x "$@" </dev/null; }

# farm NODE NAME ARGUMENT…: starts a farmer in the background; its process there stands in /tmp/NAME.
farm() {
    local node=$1 name=$2
    shift 2
    timeout 300 "$uml" x "$node" sh -c "echo \$\$ >/tmp/$name; exec $program run -v -w $work $* $list" \
        </dev/null >"$LAB/$name.out" 2>&1 &
    farmers+=($!)
    eval "process_$name=$!"
}
# ended NAME SECONDS: waits for the farmer; its exit status in `status`, 124 when it did not end.
ended() {
    local process
    eval "process=\$process_$1"
    status=124
    if timeout "$2" tail --pid="$process" -f /dev/null; then
        status=0
        wait "$process" || status=$?
    fi
}
expect_ended() {
    local name
    for name in "${@:3}"; do
        ended "$name" "$2"
        expect "farmer $name exits with $1" equal "$status" "$1"
    done
}
# until_said SECONDS TEXT FILE: waits for a farmer to say something.
until_said() {
    local begin=$SECONDS
    until grep -qs -e "$2" "$3"; do
        [ $((SECONDS - begin)) -lt "$1" ] || return 1
        sleep 0.2
    done
}

# scenario NAME TASKS COMMAND [COMMAND_OF_EACH_TENTH]: a list and an empty place for its work directory.
scenario() {
    work=$mount/$1/work list=$mount/$1/list tasks=$2
    on n2 mkdir "$mount/$1"
    awk -v n="$2" -v each="$3" -v tenth="${4:-$3}" 'BEGIN { for (i = 0; i < n; i++) print i % 10 ? each : tenth }' |
        timeout 60 "$uml" x n2 sh -c "cat >$list"
    # What the hosts' first connections would print is not the farmers'.
    on n1 true
}
# shellcheck disable=SC2016  # for the shell of the task
mixed=('echo $PROC_NUMBER; sleep 0.2' 'echo $PROC_NUMBER; sleep 2')
start_four() {
    local node name
    for node in n1 n2; do for name in a b; do farm "$node" "$node$name" -n 2; done; done
}

sound() {
    local ids
    ids=$(on n2 cat "$work/finished" "$work/failed" | cut -d' ' -f1 | sort -n)
    expect "each of $tasks IDs is in finished or failed once" \
        equal "$(cksum <<<"$ids")" "$(seq 0 $((tasks - 1)) | cksum)"
    for node in "$@"; do
        status=0
        on "$node" timeout 60 "$program" check "$work" >"$LAB/check.out" 2>&1 || status=$?
        expect "check on $node finds it sound" said ': sound;' "$LAB/check.out"
        [ "$status" = 0 ] || sed 's/^/        /' "$LAB/check.out"
    done
    on n2 cat "$work/attempts.tsv" >"$LAB/attempts.tsv"
    echo "        changes of the shared state: $(on n2 awk '$1 == "epoch" { print $2 + 0 }' "$work/state") for $tasks tasks"
}
# The time between the crash and the first start elsewhere of a task that ran on n1 then.
recovery() {
    awk -F'\t' -v crash="$1" '
        $15 == "lost" { lost[$1] = 1; next }
        { start[NR] = $6; task[NR] = $1; attempt[NR] = $2 }
        END {
            for (i in start) if (task[i] in lost && attempt[i] > 1) {
                if (!first || start[i] < first) first = start[i]
                if (start[i] > last) last = start[i]
            }
            if (first) printf "        tasks of n1 ran elsewhere %.1f to %.1f s after the crash\n", first - crash, last - crash
        }' "$LAB/attempts.tsv"
    expect "attempts that were lost are in attempts.tsv and have a second one" awk -F'\t' '
        $15 == "lost" { lost[$1] = 1 } $15 == "succeeded" && $2 > 1 { again[$1] = 1 }
        END { for (task in lost) { n++; if (!(task in again)) exit 1 }; exit n == 0 }' "$LAB/attempts.tsv"
}

crash_leased() {
    scenario crash 300 "${mixed[@]}"
    start_four
    sleep 6
    local crash
    crash=$(now)
    "$uml" crash n1
    expect_ended 0 120 n2a n2b
    expect "n2 said that n1's farmers are gone" said 'n1\.[0-9.]* is gone' "$LAB/n2a.out" "$LAB/n2b.out"
    sound n2
    recovery "$crash"
    timeout 60 "$uml" boot n1
}

crash_kept() {
    scenario crash 300 "${mixed[@]}"
    start_four
    sleep 6
    # Between two changes, or else this is the scenario `held`.
    stop_farmer idle n1a n1b || true
    local crash
    crash=$(now)
    "$uml" crash n1
    expect "n2 says that n1 shows no sign of life" until_said 60 'has shown no sign of life' "$LAB/n2a.out"
    expect "and what to do" said '--assume-dead n1' "$LAB/n2a.out"
    # shellcheck disable=SC2016
    on n2 sh -c 'kill $(cat /tmp/n2a /tmp/n2b)'
    expect_ended 75 30 n2a n2b
    farm n2 n2c -n 4 --assume-dead n1
    expect_ended 0 120 n2c
    expect "n2 said that n1's farmers are gone" said 'n1\.[0-9.]* is gone' "$LAB/n2c.out"
    sound n2
    recovery "$crash"
    timeout 60 "$uml" boot n1
}

# stop_farmer STATUS NAME OTHER: stops both on n1 by SIGSTOP, at an instant at which the lock file has that status.
stop_farmer() {
    # shellcheck disable=SC2016
    on n1 sh -c '
        first=$(cat /tmp/$1) second=$(cat /tmp/$2)
        i=0
        while [ $i -lt 300 ]; do
            kill -STOP $first
            if [ $4 = busy ]; then
                if grep -q " busy [^ ]*\.$first\." $3; then kill -STOP $second; exit 0; fi
            else
                kill -STOP $second
                if ! grep -q " busy n1\." $3; then exit 0; fi
                kill -CONT $second
            fi
            kill -CONT $first
            sleep 0.0$((i % 7))
            i=$((i + 1))
        done
        exit 1' - "$2" "$3" "$work/lock" "$1"
}

crash_held() {
    scenario held 300 "${mixed[@]}"
    start_four
    sleep 4
    expect "n1 is caught with the lock in its hands" stop_farmer busy n1a n1b
    "$uml" crash n1
    expect "n2 says that it waits for the lock, and for whom" \
        until_said 40 'waiting for the lock .* it is held by n1\.' "$LAB/n2a.out"
    # shellcheck disable=SC2016
    on n2 sh -c 'kill $(cat /tmp/n2a /tmp/n2b)'
    expect_ended 75 40 n2a n2b
    status=0
    on n2 timeout 15 "$program" check "$work" >"$LAB/check.out" 2>&1 || status=$?
    expect "check says whom it waits for, too" said 'waiting for the lock .* it is held by n1\.' "$LAB/check.out"
    status=0
    on n2 timeout 60 "$program" check --repair --new-lock --assume-dead n1 "$work" >"$LAB/check.out" 2>&1 || status=$?
    expect "check --repair --new-lock --assume-dead n1 mends it" equal "$status" 0
    [ "$status" = 0 ] || sed 's/^/        /' "$LAB/check.out"
    timeout 60 "$uml" boot n1
    on n1 true
    farm n2 n2c -n 2
    farm n1 n1c -n 2
    expect_ended 0 120 n2c n1c
    expect "no task lost its command" equal "$(on n2 sh -c "wc -l <$work/skipped")" 0
    sound n2 n1
}

freeze() {
    scenario freeze 300 "${mixed[@]}"
    start_four
    sleep 6
    "$uml" freeze n1
    sleep 30
    "$uml" thaw n1
    expect_ended 75 40 n1a n1b
    expect "n1's farmers found themselves fenced out" said 'was taken for dead' "$LAB/n1a.out"
    expect "both of them" said 'was taken for dead' "$LAB/n1b.out"
    expect "nothing of theirs is left running on n1" on n1 sh -c '! ps ax | grep -q "[P]ROC_NUMBER"'
    expect_ended 0 120 n2a n2b
    sound n2 n1
}

plain() {
    local begin node name
    scenario plain 2000 :
    begin=$(now)
    for node in n1 n2; do for name in a b; do farm "$node" "$node$name" -n 2; done; done
    expect_ended 0 180 n1a n1b n2a n2b
    echo "        2000 tasks that do nothing, four farmers: $(since "$begin") s"
    sound n1 n2
}

# The whole script, whatever happens, ends within this.
limit=1500
(
    exec >/dev/null 2>&1
    sleep "$limit" &
    trap 'kill $!' TERM
    wait $! && kill -TERM $$
) &
watch=$!
trap 'kill $watch 2>/dev/null || true; finish' EXIT

[ $# -gt 0 ] || set -- 4.2 3
for version in "$@"; do
    timeout 60 "$lab_scripts/nodes.sh" up 0 </dev/null >"$LAB/up.log" 2>&1 &&
        NFSOPT=vers=$version LEASE=10 timeout 180 "$uml" up 2 </dev/null >>"$LAB/up.log" 2>&1 || {
        fail "the lab comes up"
        sed 's/^/        /' "$LAB/up.log"
        down >/dev/null 2>&1
        continue
    }
    cp "$binary" "$program"
    on n1 true
    on n2 true
    plain
    case $version in
    3)
        crash_kept
        crash_held
        ;;
    *)
        crash_leased
        freeze
        ;;
    esac
    down
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
