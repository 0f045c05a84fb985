#!/usr/bin/env bash
# Tasks as job steps of a real SLURM on loopback: ranks and exit statuses, steps of a farmer that is in a step itself, and none left when
# the farmer stops. Needs root and the lab's scripts (TASKFARMER_LAB, by default ../shared/lab); skips without them.
#
#   Tests/Lab/srun.sh            # builds the program, or takes TASKFARMER_BINARY
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
# shellcheck source=Tests/Lab/common.sh
. Tests/Lab/common.sh
needs srun slurmctld : slurm-loopback.sh
take_binary

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

job() { # options of sbatch, then the script on standard input
    { echo '#!/bin/bash'; cat; } >job.sh
    timeout 120 sbatch --wait --chdir="$PWD" --output=job.out "$@" job.sh >/dev/null
}

printf '%s\n' '[two]' 'Runner = srun' 'ntasks = 2' '[one]' 'Runner = srun' >steps.ini
printf '%s\n' 'echo "$SLURM_PROCID of $SLURM_NTASKS, task $TASKFARMER_TASK_ID"' 'exit 3' >tasks.txt
job -N2 -n4 <<< "$binary run -n 2 -r two tasks.txt; echo \$? >status"
same "a failed step fails its task" "$(cat status)" 1
same "each rank runs the command" "$(grep ' of ' tasks.txt_workdir/logs/log_0 | sort | tr '\n' ';')" "0 of 2, task 0;1 of 2, task 0;"
same "the exit status is the step's" "$(awk -F'\t' '$1 == 1 { print $13 }' tasks.txt_workdir/attempts.tsv)" 3

echo 'echo inside' >one.txt
job -N1 -n1 <<< "srun -n1 $binary run -n 1 -r one one.txt; echo \$? >status"
same "steps of a farmer in a step do not wait for it" "$(cat status) $(cat one.txt_workdir/logs/log_0)" "0 inside"

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
same "a stopped farmer says that work remains" "$(cat status)" 75
same "a stopped farmer leaves no step" "$(cat steps)" ""
conclude
