#!/bin/bash
# Eight jobs over one work directory, wherever two processors are free:  sbatch job-array.sh tasks.txt
# Each is a farmer and takes the next tasks that nobody has; the array's index is of no importance. Those that still wait when all is
# done end at once. If some end with exit status 75 and none is left, submit it again.
#SBATCH --array=0-7
#SBATCH --ntasks=1 --cpus-per-task=2
#SBATCH --time=1:00:00
#SBATCH --signal=B:USR1@60
#SBATCH --requeue --open-mode=append

# exec: the farmer gets what SLURM sends to the shell (B:).
exec taskfarmer run "$@"
