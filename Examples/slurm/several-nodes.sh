#!/bin/bash
# One farmer on each of four nodes:  sbatch several-nodes.sh tasks.txt
#SBATCH --nodes=4 --ntasks-per-node=1 --exclusive
#SBATCH --time=4:00:00
#SBATCH --signal=TERM@60
#SBATCH --requeue --open-mode=append
#SBATCH --no-kill

# No B: here, since the farmers are in a step of srun and not in this shell. SLURM signals every process of a step, so tasks hear
# what their farmers hear; TERM is what these would send them.
# --no-kill: when a node fails, the others go on and take over its tasks. Nobody is killed because another farmer has ended.
srun --nodes="$SLURM_JOB_NUM_NODES" --ntasks-per-node=1 --no-kill --kill-on-bad-exit=0 --wait=0 taskfarmer run "$@"
status=$?

# 75: the time was nearly over, and work remains. A job that was cancelled or pre-empted does not come here: its shell is gone.
[ $status -ne 75 ] || scontrol requeue "$SLURM_JOB_ID"
exit $status
