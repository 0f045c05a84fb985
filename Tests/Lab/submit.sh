#!/usr/bin/env bash
# `taskfarmer submit` and `taskfarmer autoscale` on a real SLURM on loopback: several nodes, an array, a job that queues itself again and one
# that was cancelled and must not, refused jobs, jobs that fail at once, and nodes that come and go with the work.
# Needs root and the lab's scripts (TASKFARMER_LAB, by default ../shared/lab); skips without them.
#
#   Tests/Lab/submit.sh            # builds the program, or takes TASKFARMER_BINARY
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
# shellcheck source=Tests/Lab/common.sh
. Tests/Lab/common.sh
needs sbatch slurmctld : slurm-loopback.sh
take_binary

LAB=$(mktemp -d)
chmod 755 "$LAB" # munged has a user of its own
export LAB
down() {
    "$lab_scripts/slurm-loopback.sh" down >/dev/null 2>&1
    rm -rf "$LAB"
}
trap down EXIT
# A job that was queued again starts after two minutes unless credentials expire sooner.
sed 's/^AuthInfo=socket=\(.*\)/AuthInfo=cred_expire=5,socket=\1/' "$lab_scripts/slurm-loopback.sh" >"$LAB/up.sh"
bash "$LAB/up.sh" up 4 >/dev/null 2>&1 || { echo "SLURM did not come up"; exit 1; }
export SLURM_CONF=$LAB/slurm1/slurm.conf
mkdir "$LAB/farm" && cd "$LAB/farm" || exit 1
unset SCRATCH

list() { # name, how many, command with N for its number
    seq 0 $(($2 - 1)) | while read -r n; do echo "${3//N/$n}"; done >"$1"
}
sound() { # what, list, how many: each task is in finished once, and ran to its end once
    "$binary" check "$2" >"$2.check" 2>&1 || cat "$2.check"
    same "$1: check finds nothing wrong" "$(tail -1 "$2.check" | grep -c sound)" 1
    same "$1: each task is finished once" "$(cut -d' ' -f1 "$2_workdir/finished" | sort -n | uniq | wc -l)/$(wc -l <"$2_workdir/finished")" "$3/$3"
    same "$1: each task came to its end once" "$(sort "$2.done" | uniq -c | awk '$1 == 1' | wc -l)" "$3"
}
hosts() { awk -F'\t' 'NR > 1 { print $4 }' "$1_workdir/attempts.tsv" | sort -u | wc -l; }
state() { squeue --noheader --states=all --jobs="$1" --format=%T 2>/dev/null; }
is() { [[ $(state "$1") =~ ^($2)$ ]]; }
settled() { [ -z "$(squeue --noheader --me --format=%i)" ]; }

list several 24 'sleep 0.5; echo N >>several.done'
job=$(timeout 120 "$binary" submit --nodes 2 --time 5 --wait --poll 1 several)
same "submit --wait on two nodes ends with 0" $? 0
sound "two nodes" several 24
same "a farmer was on each node" "$(hosts several)" 2
eventually 30 grep -q 'ended 0' "several_workdir/batch/$job.status"
eventually 30 settled

list array 24 'sleep 0.5; echo N >>array.done'
timeout 120 "$binary" submit --array 3 --proc 2 --time 5 --wait --poll 1 array >array.id
same "an array ends with 0" $? 0
sound "an array" array 24
eventually 30 settled
same "each element notes its end" "$(cat array_workdir/batch/*_?.status | grep -c 'ended 0')" 3

# How farmers tell a signal that SLURM sends to their tasks as well from an end of the task's own: Tests/Lab/slurm.sh.
list requeue 8 'trap "" USR1; until [ -e go ]; do sleep 0.1; done; echo N >>requeue.done'
job=$("$binary" submit --nodes 2 --proc 2 --time 10 --requeue requeue)
running() { [ "$(ls requeue_workdir/logs 2>/dev/null | wc -l)" -ge 4 ] && is "$job" RUNNING; }
eventually 30 running
# What SLURM sends at the end of the time, by the same way: to the steps and not to the script.
scancel --signal=USR1 "$job"
eventually 30 grep -q 'ended 75' "requeue_workdir/batch/$job.status"
eventually 30 is "$job" 'PENDING|RUNNING|REQUEUED|COMPLETING'
touch go
eventually 60 grep -q 'ended 0' "requeue_workdir/batch/$job.status"
same "a job whose time is over runs again under its ID" "$(tr '\n' ' ' <"requeue_workdir/batch/$job.status")" "started ended 75 started ended 0 "
sound "a requeue" requeue 8
eventually 30 settled
rm go

# The same by a time limit: the signal reaches the farmers of both nodes before SIGTERM does.
list limit 2 'trap "" USR1 TERM; until [ -e go ]; do sleep 0.1; done; echo N >>limit.done'
job=$("$binary" submit --nodes 2 --proc 1 --time 1 --requeue --stop-signals KILL limit)
eventually 150 grep -q 'ended 75' "limit_workdir/batch/$job.status"
touch go
eventually 60 grep -q 'ended 0' "limit_workdir/batch/$job.status"
same "a job is warned before its time is up, and runs again" "$(tr '\n' ' ' <"limit_workdir/batch/$job.status")" "started ended 75 started ended 0 "
same "both farmers were told by SIGUSR1" "$(grep -c 'stopping (SIGUSR1)' "limit_workdir/batch/$job.out")" 2
sound "a time limit" limit 2
eventually 30 settled
rm go

list cancelled 4 'trap "" TERM; until [ -e go ]; do sleep 0.1; done; echo N >>cancelled.done'
# They ignore SIGTERM; this SLURM kills all after 5 s.
job=$("$binary" submit --array 2 --proc 2 --time 10 --requeue --stop-signals TERM,2,KILL cancelled)
eventually 30 grep -q started "cancelled_workdir/batch/${job}_1.status"
eventually 30 grep -q started "cancelled_workdir/batch/${job}_0.status"
scancel "${job}_0"
eventually 60 is "${job}_0" CANCELLED
eventually 60 grep -q ended "cancelled_workdir/batch/${job}_0.status"
same "a cancelled job is not queued again" "$(state "${job}_0")" CANCELLED
same "its sister runs on" "$(state "${job}_1")" RUNNING
touch go
eventually 60 settled
sound "a cancelled element" cancelled 4
rm go

list refused 4 'true; echo N >>refused.done'
"$binary" submit --time 5 refused -- --partition=nowhere 2>refused.errors
same "a partition that there is not: exit status" $? 78
same "a partition that there is not: the reason" "$(grep -c 'not submitted: slurm.*invalid partition' refused.errors)" 1
timeout 60 "$binary" autoscale --max-nodes 2 --time 5 --poll 1 refused -- --partition=nowhere 2>refused.errors
same "autoscale stops at a refused job" $? 78
same "and says why" "$(grep -c 'a job was not submitted: slurm.*invalid partition' refused.errors)" 1

# Their folder is not there, nor the one for their output.
timeout 120 "$binary" autoscale --max-nodes 2 --time 5 --poll 1 refused -- --chdir=/nowhere --output=/nowhere/x 2>refused.errors
same "autoscale stops when jobs fail at once" $? 78
same "after three" "$(grep -c '^taskfarmer: a job has failed' refused.errors)" 3
eventually 30 settled

list scale 60 'sleep 1; echo N >>scale.done'
timeout 300 "$binary" autoscale --max-nodes 3 --proc 2 --time 5 --poll 1 --worth 1 --leave-idle 3 scale 2>scale.errors &
scaler=$!
eventually 60 grep -q '2 run' scale.errors
same "never more nodes than allowed" "$(($(squeue --noheader --me --format=%i | wc -l) <= 3))" 1
# Killed outright and started again: what runs is found by its name and counted.
child=$(pgrep -P $scaler) && kill -KILL "$child"
wait $scaler 2>/dev/null
before=$(ls scale_workdir/batch/*.status | wc -l)
timeout 300 "$binary" autoscale --max-nodes 3 --proc 2 --time 5 --poll 1 --worth 1 --leave-idle 3 scale 2>scale.again
same "autoscale ends with 0" $? 0
same "started again it goes on with the jobs there are" "$(grep -c 'goes on with jobs of an earlier run' scale.again)" 1
sound "autoscale" scale 60
same "the nodes are three at most" "$(($(ls scale_workdir/batch/*.status | wc -l) <= 3))" 1
same "several nodes worked" "$((before >= 2))" 1
eventually 30 settled
same "every node is given back" "$(sinfo --noheader --format=%T --partition=main | sort -u)" idle

# One long task: the nodes without work leave before it is over.
{ echo 'until [ -e go ]; do sleep 0.1; done; echo 0 >>early.done'; seq 1 11 | sed 's/.*/sleep 2; echo & >>early.done/'; } >early
timeout 300 "$binary" autoscale --max-nodes 3 --proc 2 --time 5 --poll 1 --worth 1 --leave-idle 2 early 2>early.errors &
scaler=$!
alone() { [ "$(cat early.done 2>/dev/null | wc -l)" = 11 ] && [ "$(squeue --noheader --me --format=%i | wc -l)" = 1 ]; }
eventually 60 alone
same "more than one node had been at work" "$(($(ls early_workdir/batch/*.status | wc -l) > 1))" 1
touch go
wait $scaler
same "autoscale with idle nodes given back ends with 0" $? 0
sound "nodes that left early" early 12
conclude
