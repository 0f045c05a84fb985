#!/usr/bin/env bash
# The batch scripts of Examples/slurm, unchanged, on a real SLURM of hosts in namespaces of their own, through all that a job may
# meet, until every task is done exactly once:
#
#   requeue     preemptible.sh is requeued from outside; SLURM_RESTART_COUNT shows
#   array       job-array.sh: four jobs over one work directory
#   limit       preemptible.sh, variable-time.sh and several-nodes.sh requeue themselves before the time limit; one-node.sh ends with
#               75 and is submitted again
#   preemption  preemptible.sh makes way for a partition of higher priority
#   scancel     several-nodes.sh and preemptible.sh are cancelled and stay so; later jobs go on
#   node        a node of several-nodes.sh goes down; the others take over
#   shell       a signal for the batch shell alone: a farmer in the foreground is not told, with exec or wait it is
#   walltime    a farmer finds out when its job ends, starts what fits and leaves
#   shares      how many slots farmers have by the options of sbatch and srun
#
# usage: Tests/Lab/slurm.sh [quick | CASE …]     quick: requeue and array; default: all; as root
#   TASKFARMER_LAB      the folder with the lab's nodes.sh and slurm.sh (default: shared/lab beside the checkout)
#   TASKFARMER_BINARY   a static binary (default: built)
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
# shellcheck source=Tests/Lab/common.sh
. Tests/Lab/common.sh
needs srun slurmctld : slurm.sh nodes.sh
take_binary
examples=$PWD/Examples/slurm

LAB=$(mktemp -d)
chmod 755 "$LAB" # munged has a user of its own
export LAB
nodes=$lab_scripts/nodes.sh
down() {
    timeout 60 "$lab_scripts/slurm.sh" down >/dev/null 2>&1
    timeout 60 "$nodes" down >/dev/null 2>&1
    rm -rf "$LAB"
}
trap down EXIT
trap 'exit 130' INT TERM HUP
"$nodes" up 4 >/dev/null 2>&1 && timeout 60 "$lab_scripts/slurm.sh" up ns >/dev/null 2>&1 || { echo "SLURM did not come up"; exit 1; }
export SLURM_CONF=$LAB/slurm/slurm.conf
mkdir "$LAB/bin" && cp "$binary" "$LAB/bin/taskfarmer"
export PATH=$LAB/bin:$PATH
unset SCRATCH

# at NODE COMMAND…: runs it there, in this folder.
at() {
    local node=$1
    shift
    timeout 60 "$nodes" x "$node" env --chdir="$PWD" "$@" </dev/null
}
# until_true SECONDS COMMAND…: waits until it succeeds.
until_true() {
    eventually "$@" || { tail -5 job.*.out 2>/dev/null; return 1; }
}
# submit SCRIPT OPTION…: prints the ID of the job.
submit() {
    local script=$1
    shift
    at head sbatch --parsable --output="$PWD/job.%j.out" "$@" "$examples/$script" tasks.txt
}
# Tasks run until there is a file `go`, and say so when they begin.
list() { # how many
    rm -rf "${LAB:?}/$label" && mkdir "$LAB/$label" && cd "$LAB/$label" || exit 1
    for _ in $(seq "$1"); do echo "echo > up.\$TASKFARMER_TASK_ID; until [ -e $PWD/go ]; do sleep 0.1; done; echo ran"; done >tasks.txt
}
files() { for file in "$@"; do [ -e "$file" ] || return 1; done; }
up() { # how many tasks
    [ "$(find . -maxdepth 1 -name 'up.*' | wc -l)" -ge "$1" ]
}
state() { at head squeue --noheader --states=all --format=%T --jobs="$1"; }
ended() { case $(state "$1" | sort -u) in COMPLETED | FAILED | CANCELLED | TIMEOUT | NODE_FAIL) ;; *) return 1 ;; esac; }
is() { [ "$(state "$1" | sort -u)" = "$2" ]; }
said() { grep -qs -e "$@"; }
column() { # of attempts.tsv, where the outcome is this
    awk -F'\t' -v column="$1" -v outcome="$2" 'NR > 1 && $15 ~ outcome { print $column }' tasks.txt_workdir/attempts.tsv | sort -u | tr '\n' ' ' | sed 's/ $//'
}
# Every task is done, once, and the work directory is sound.
complete() { # how many tasks
    same "every task is in finished once" "$(cut -d' ' -f1 tasks.txt_workdir/finished | sort -n | tr '\n' ' ')" "$(seq -s' ' 0 $(($1 - 1))) "
    same "no task has failed" "$(cat tasks.txt_workdir/failed)" ""
    same "the work directory is sound" "$(at head taskfarmer check tasks.txt >check.out 2>&1; echo $?)" 0
}

requeue() {
    list 6
    local job
    job=$(submit preemptible.sh --time=10)
    until_true 30 up 2 || return
    same "status names the job" "$(at head taskfarmer status tasks.txt | grep -o "slurm:$job\.batch")" "slurm:$job.batch"
    at head scontrol requeue "$job"
    until_true 60 said "SLURM job $job (batch), restart 1" "job.$job.out" || return
    touch go
    until_true 60 is "$job" COMPLETED || return
    complete 6
    same "attempts name the job" "$(column 17 .)" "slurm:$job.batch"
    same "no stopped attempt was taken for a failure" "$(column 15 'exited|signalled|could')" ""
}

array() {
    list 40
    touch go
    local job index
    job=$(submit job-array.sh --time=10 --array=0-3)
    until_true 90 is "$job" COMPLETED || return
    complete 40
    same "each task ran once" "$(tail -n +2 tasks.txt_workdir/attempts.tsv | wc -l)" 40
    for index in 0 1 2 3; do
        said "SLURM job ${job}_$index (batch)" job.*.out || fail "no farmer tells that it is job ${job}_$index"
    done
    same "attempts name jobs of the array and nothing else" "$(column 17 . | tr ' ' '\n' | grep -vc "^slurm:${job}_[0-3]\.batch$")" 0
    same "the timeline names them" "$(grep -c "process_labels.*slurm:${job}_[0-3]\.batch" tasks.txt_workdir/timeline.json)" 4
}

limit() {
    local parts=(preemptible variable-time several-nodes one-node) part jobs=() first second
    # Signals come at their time or up to a minute before it; of a minute's limit, with 60 s, at once.
    for part in "${parts[@]}"; do
        label=limit.$part list 4
        case $part in
        several-nodes) jobs+=("$(submit $part.sh --partition=short --time=1 --nodes=1 --signal=TERM@10)") ;;
        variable-time) jobs+=("$(submit $part.sh --partition=short --time=1 --time-min=1 --signal=B:USR1@10)") ;;
        *) jobs+=("$(submit $part.sh --partition=short --time=1 --signal=B:USR1@10)") ;;
        esac
    done
    for index in 0 1 2 3; do
        part=${parts[index]} first=${jobs[index]} second=${jobs[index]}
        label=limit.$part
        cd "$LAB/$label" || exit 1
        until_true 90 up 2 || continue
        if [ "$part" = one-node ]; then
            until_true 150 ended "$first" || continue
            same "the farmer's exit status is the job's" "$(at head scontrol show job "$first" | grep -o 'ExitCode=[0-9]*')" "ExitCode=75"
            touch go
            second=$(submit $part.sh --time=10)
        else
            until_true 150 said "SLURM job $first .*, restart 1" "job.$first.out" || continue
            touch go
        fi
        until_true 90 is "$second" COMPLETED || continue
        if [ "$part" = several-nodes ]; then said "stopping (SIGTERM)" "job.$first.out"; else said "stopping (SIGUSR1)" "job.$first.out"; fi &&
            pass "the farmer was told before the time was over" || fail "the farmer was not told"
        complete 4
        if [ "$part" = several-nodes ]; then
            same "stopped attempts name job and step" "$(column 17 interrupted)" "slurm:$first.0"
        else
            same "stopped attempts name the job" "$(column 17 interrupted)" "slurm:$first.batch"
        fi
        same "nothing was lost, since all was put back in time" "$(column 17 lost)" ""
        same "what was done then names its job" "$(column 17 succeeded | grep -o '[0-9]*' | head -1)" "$second"
    done
}

preemption() {
    list 6
    local job urgent
    job=$(submit preemptible.sh --time=10 --nodelist=n1)
    until_true 30 up 2 || return
    urgent=$(at head sbatch --parsable --partition=urgent --nodelist=n1 --exclusive --output=/dev/null --wrap "sleep 1")
    until_true 60 is "$urgent" COMPLETED || return
    until_true 90 said "SLURM job $job (batch), restart 1" "job.$job.out" || return
    touch go
    until_true 60 is "$job" COMPLETED || return
    complete 6
    same "attempts name the job" "$(column 17 .)" "slurm:$job.batch"
}

cancel() {
    label=scancel
    list 8
    local several single last
    several=$(submit several-nodes.sh --time=10 --nodes=2)
    single=$(submit preemptible.sh --time=10)
    until_true 30 up 6 || return
    at head scancel "$several" "$single"
    until_true 60 is "$several,$single" CANCELLED || return
    until_true 60 nobody || return
    touch go
    same "cancelled jobs stay so" "$(state "$several,$single" | sort -u)" CANCELLED
    same "no cancelled task has failed" "$(cat tasks.txt_workdir/failed)" ""
    last=$(submit one-node.sh --time=10)
    until_true 90 is "$last" COMPLETED || return
    complete 8
    same "what was done names the last job" "$(column 17 succeeded)" "slurm:$last.batch"
    same "all that was stopped names its own" "$(column 17 'interrupted|lost')" "$(printf '%s\n' "slurm:$several.0" "slurm:$single.batch" | sort | tr '\n' ' ' | sed 's/ $//')"
}
nobody() { ! at head squeue --noheader --states=completing | grep -q . ; }

node() {
    list 8
    local job
    job=$(submit several-nodes.sh --time=10 --nodes=2 --nodelist=n3,n4)
    until_true 30 up 4 || return
    until_true 15 noted 4 || return
    "$nodes" crash n4
    touch go
    until_true 120 ended "$job" || return
    complete 8
    said "is gone; .* of its tasks go back" "job.$job.out" && pass "the other farmer has found the dead one" || fail "nobody has found the dead farmer"
    same "what the dead node was running is recorded under the job" "$(column 17 lost)" "slurm:$job.0"
    same "it was on that node" "$(column 3 lost)" n4
}
noted() { [ "$(cat tasks.txt_workdir/farmers/*.journal? | grep -ac '^S ')" -ge "$1" ]; }

shell() {
    local parts=(foreground one-node preemptible) part jobs=() index
    for part in "${parts[@]}"; do
        label=shell.$part list 2
        if [ "$part" = foreground ]; then
            printf '%s\n' '#!/bin/bash' 'trap "echo the shell knows" USR1' 'taskfarmer run "$@"' 'echo "the farmer ended with $?"' >foreground.sh
            jobs+=("$(at head sbatch --parsable --output="$PWD/job.%j.out" --exclusive foreground.sh tasks.txt)")
        else
            jobs+=("$(submit $part.sh --time=10)")
        fi
        until_true 30 up 2 || return
    done
    for index in 0 1 2; do at head scancel --batch --signal=USR1 "${jobs[index]}"; done
    for index in 1 2; do # these two know, so the signals have been sent
        label=shell.${parts[index]}
        cd "$LAB/$label" || exit 1
        until_true 30 said "stopping (SIGUSR1)" "job.${jobs[index]}.out" || return
    done
    sleep 1
    for part in "${parts[@]}"; do touch "$LAB/shell.$part/go"; done
    label=shell.foreground
    cd "$LAB/$label" || exit 1
    until_true 60 is "${jobs[0]}" COMPLETED || return
    same "the shell heard of it when the farmer had ended" "$(grep -e '^the shell' -e '^the farmer ended' job.*.out | tr '\n' ';')" "the shell knows;the farmer ended with 0;"
    said "stopping" job.*.out && fail "the farmer was told"
    label=shell.one-node
    cd "$LAB/$label" || exit 1
    until_true 60 ended "${jobs[1]}" || return
    same "the farmer's exit status is the job's" "$(at head scontrol show job "${jobs[1]}" | grep -o 'ExitCode=[0-9]*')" "ExitCode=75"
    label=shell.preemptible
    cd "$LAB/$label" || exit 1
    until_true 60 is "${jobs[2]}" COMPLETED || return
    complete 2
    said "SLURM job ${jobs[2]} (batch), restart 1" job.*.out && pass "the script has requeued itself" || fail "the script has not requeued itself"
}

shares() {
    list 1
    cat >shares.sh <<'END'
#!/bin/bash
farm='echo true >one.$0.$SLURM_PROCID; taskfarmer run one.$0.$SLURM_PROCID 2>&1 | grep -o "[0-9]* slots*, [0-9]* MiB"'
echo "batch: $(bash -c "$farm" batch | sort | uniq -c | sed 's/^ *//')"
for options in "-n1 -c2" "-n2 -c1" "-n2" "-n4 --overcommit" "-n1 -c1 --exact"; do
    echo "$options: $(srun $options bash -c "$farm" "${options// /}" | sort | uniq -c | sed 's/^ *//')"
done
END
    local job
    job=$(at head sbatch --parsable --nodes=1 --ntasks=2 --cpus-per-task=1 --mem=100 --output="$PWD/shares.out" shares.sh)
    until_true 90 ended "$job" || return
    same "farmers on a node share what their step has there" "$(cat shares.out)" "$(
        cat <<'END'
batch: 1 2 slots, 100 MiB
-n1 -c2: 1 2 slots, 100 MiB
-n2 -c1: 2 1 slot, 50 MiB
-n2: 2 1 slot, 50 MiB
-n4 --overcommit: 4 1 slot, 25 MiB
-n1 -c1 --exact: 1 1 slot, 100 MiB
END
    )"
}

walltime() {
    list 0
    printf '%s\n' '{"command":"echo ran","time":"10s"}' '{"command":"echo never","time":"2h"}' >tasks.txt
    local job
    job=$(at head sbatch --parsable --time=9 --output="$PWD/job.%j.out" --wrap "taskfarmer run -t jsonl tasks.txt")
    until_true 60 ended "$job" || return
    expect "the end of the job is known" said -e "the time ends .*(SLURM_JOB_END_TIME)" -e "the time ends .*(squeue)" "job.$job.out"
    expect "the farmer says why it leaves" said "leaving: there is no time for what is left (1 task)" "job.$job.out"
    same "what fits has run" "$(cut -d' ' -f1 tasks.txt_workdir/finished)" 0
    same "what does not is left" "$(cut -d' ' -f1 tasks.txt_workdir/toprocess)" 1
    same "work remains" "$(at head scontrol show job "$job" | grep -o 'ExitCode=[0-9]*')" "ExitCode=75"
}

case ${1:-all} in
all) cases=(requeue array limit preemption cancel shell shares walltime node) ;; # the node stays down
quick) cases=(requeue array) ;;
*) cases=("$@") ;;
esac
for case in "${cases[@]}"; do
    [ "$case" != scancel ] || case=cancel
    case $case in requeue | array | limit | preemption | cancel | shell | node | shares | walltime) ;; *) echo "unknown case $case" >&2; exit 64 ;; esac
    begin=$SECONDS label=$case
    $case
    echo "     $case took $((SECONDS - begin)) s"
    at head scancel --user=root 2>/dev/null
done
conclude
