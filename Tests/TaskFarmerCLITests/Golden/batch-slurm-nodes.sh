#!/bin/sh
#SBATCH --job-name=tasks-a3183fb7
#SBATCH --output='/scratch/100%% mine/tasks_workdir/batch/%j.out'
#SBATCH --open-mode=append
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=1
#SBATCH --exclusive
#SBATCH --time=2:00:00
#SBATCH --requeue
#SBATCH --signal=USR1@60
#SBATCH --partition short '--comment=two words'

# Written by taskfarmer: one farmer on each node.
job=${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID}
job=${job:-$SLURM_JOB_ID}
notes='/scratch/100% mine/tasks_workdir/batch'/$job.status
cd /home/me || exit 74
echo started >>"$notes"
# A shell that lives through signals can note how its farmers ended, which get them as well.
trap : HUP INT TERM USR1 USR2
# The highest status becomes that of all: 75 is 2 on its way, so that it hides no error.
srun --nodes="$SLURM_JOB_NUM_NODES" --ntasks="$SLURM_JOB_NUM_NODES" --ntasks-per-node=1 --cpu-bind=none \
    --kill-on-bad-exit=0 --wait=0 \
    sh -c 'trap : HUP INT TERM USR1 USR2; "$@"; s=$?; [ $s != 75 ] || s=2; exit $s' farmer /usr/bin/taskfarmer run --runner 'it'\''s' '/scratch/100% mine/tasks'
status=$?
[ $status != 2 ] || status=75
echo "ended $status" >>"$notes"
# Work remains, and the job was not cancelled: it is to run again.
if [ $status = 75 ]; then
    for pause in 0 10 20 40 60 60 60; do
        sleep $pause # where the controller did not answer
        state=$(squeue --noheader --jobs="$job" --format=%T) || continue
        [ "$state" = RUNNING ] && ! scontrol requeue "$job" || break
    done
fi
exit $status
