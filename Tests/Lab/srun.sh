#!/usr/bin/env bash
# Tasks as job steps of a real SLURM on loopback: ranks and exit statuses, steps of a farmer that is in a step itself, and none left when
# the farmer stops. Needs root and the lab's scripts (TASKFARMER_LAB, by default ../shared/lab); skips without them.
#
#   Tests/Lab/srun.sh            # builds the program, or takes TASKFARMER_BINARY
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

skip() { echo "skipped: $*"; exit 0; }
lab_scripts=${TASKFARMER_LAB:-$PWD/../shared/lab}
[ "$(id -u)" = 0 ] || skip "needs root"
[ -x "$lab_scripts/slurm-loopback.sh" ] || skip "no lab in $lab_scripts (TASKFARMER_LAB)"
command -v srun >/dev/null && command -v slurmctld >/dev/null || skip "needs SLURM"

binary=${TASKFARMER_BINARY:-}
if [ -z "$binary" ]; then
    swift build -c release --product taskfarmer --scratch-path .build-static -Xswiftc -static-executable
    binary=$PWD/.build-static/release/taskfarmer
fi

LAB=$(mktemp -d)
chmod 755 "$LAB" # munged has a user of its own
export LAB
down() {
    "$lab_scripts/slurm-loopback.sh" down >/dev/null 2>&1
    rm -rf "$LAB"
}
trap down EXIT
"$lab_scripts/slurm-loopback.sh" up 4 >/dev/null 2>&1 || { echo "SLURM did not come up"; exit 1; }
export SLURM_CONF=$LAB/slurm1/slurm.conf
mkdir "$LAB/farm" && cd "$LAB/farm" || exit 1

failed=0
expect() { # what, found, expected
    if [ "$2" = "$3" ]; then echo "ok   $1"; else echo "FAIL $1: found \"$2\", expected \"$3\""; failed=1; fi
}
job() { # options of sbatch, then the script on standard input
    { echo '#!/bin/bash'; cat; } >job.sh
    timeout 120 sbatch --wait --chdir="$PWD" --output=job.out "$@" job.sh >/dev/null
}

printf '%s\n' '[two]' 'Runner = srun' 'ntasks = 2' '[one]' 'Runner = srun' >steps.ini
printf '%s\n' 'echo "$SLURM_PROCID of $SLURM_NTASKS, task $TASKFARMER_TASK_ID"' 'exit 3' >tasks.txt
job -N2 -n4 <<< "$binary run -n 2 -r two tasks.txt; echo \$? >status"
expect "a failed step fails its task" "$(cat status)" 1
expect "each rank runs the command" "$(grep ' of ' tasks.txt_workdir/logs/log_0 | sort | tr '\n' ';')" "0 of 2, task 0;1 of 2, task 0;"
expect "the exit status is the step's" "$(awk -F'\t' '$1 == 1 { print $13 }' tasks.txt_workdir/attempts.tsv)" 3

echo 'echo inside' >one.txt
job -N1 -n1 <<< "srun -n1 $binary run -n 1 -r one one.txt; echo \$? >status"
expect "steps of a farmer in a step do not wait for it" "$(cat status) $(cat one.txt_workdir/logs/log_0)" "0 inside"

echo 'trap "" TERM; echo > up; sleep 1000' >long.txt
job -N1 -n1 <<END
$binary run --stop-signals TERM,1,KILL -r one long.txt &
farmer=\$!
until [ -e up ]; do sleep 0.1; done
kill -USR1 \$farmer
wait \$farmer
echo \$? >status
for _ in \$(seq 100); do [ "\$(squeue --noheader --steps | grep -vc batch)" = 0 ] && break; sleep 0.1; done
squeue --noheader --steps | grep -v batch >steps
END
expect "a stopped farmer says that work remains" "$(cat status)" 75
expect "a stopped farmer leaves no step" "$(cat steps)" ""
exit $failed
