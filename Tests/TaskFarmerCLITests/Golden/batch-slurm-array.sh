#!/bin/sh
#SBATCH --job-name=tasks-a3183fb7
#SBATCH --output='/scratch/100%% mine/tasks_workdir/batch/%A_%a.out'
#SBATCH --open-mode=append
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=16
#SBATCH --array=0-7

# Written by taskfarmer: one farmer on each node.
job=${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID}
job=${job:-$SLURM_JOB_ID}
notes='/scratch/100% mine/tasks_workdir/batch'/$job.status
cd /home/me || exit 74
echo started >>"$notes"
# A shell that lives through signals can note how its farmers ended, which get them as well.
trap : HUP INT TERM USR1 USR2
srun --nodes="$SLURM_JOB_NUM_NODES" --ntasks="$SLURM_JOB_NUM_NODES" --ntasks-per-node=1 --cpu-bind=none \
    --kill-on-bad-exit=0 --wait=0 /usr/bin/taskfarmer run --runner 'it'\''s' '/scratch/100% mine/tasks'
status=$?
echo "ended $status" >>"$notes"
exit $status
