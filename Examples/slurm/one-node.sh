#!/bin/bash
# All tasks on one node, until they are done or the time is over:  sbatch one-node.sh tasks.txt
# If it ends with exit status 75, work remains: submit it again and it goes on.
#SBATCH --nodes=1 --ntasks=1 --exclusive
#SBATCH --time=4:00:00
#SBATCH --signal=B:USR1@60

# exec: the farmer takes the place of the shell, and with it the signal that B: sends to the shell alone, 60 to 120 s before the
# time is over. A shell that waits for a command in the foreground would keep the signal until the command has ended.
exec taskfarmer run "$@"
