#!/bin/bash
# Into gaps of the schedule, from 10 minutes to 4 hours long, until all is done:  sbatch variable-time.sh tasks.txt
# SLURM shortens the time as far as --time-min where the job can begin earlier then. The farmer need not know how long it has: it
# is told when the time is nearly over.
#SBATCH --nodes=1 --ntasks=1 --exclusive
#SBATCH --time=4:00:00 --time-min=10
#SBATCH --signal=B:USR1@60
#SBATCH --requeue --open-mode=append

# The farmer runs in the background: in the foreground, the shell would heed no signal before it has ended. SLURM sends USR1 to the
# shell alone (B:) 60 to 120 s before the time is over, and TERM when the job is pre-empted or cancelled. Either way the farmer
# stops its tasks, puts them back and exits 75.
taskfarmer run "$@" &
farmer=$!
gone=
trap 'kill -USR1 $farmer' USR1
trap 'gone=1; kill -USR1 $farmer' TERM

# A signal ends a wait early.
while kill -0 $farmer 2>/dev/null; do wait $farmer; done
wait $farmer
status=$?

# Work remains: into the queue again, for the next gap.
[ $status -ne 75 ] || [ -n "$gone" ] || scontrol requeue "$SLURM_JOB_ID"
exit $status
