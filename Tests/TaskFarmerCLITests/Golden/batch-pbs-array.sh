#!/bin/sh
#PBS -N tasks-a3183fb7
#PBS -o '/scratch/100% mine/tasks_workdir/batch/'
#PBS -j oe
#PBS -S /bin/sh
#PBS -V
#PBS -l select=1:ncpus=16
#PBS -l place=scatter
#PBS -J 0-7
#PBS -l walltime=0:10:00

# Written by taskfarmer: one farmer on each node.
job=$PBS_JOBID
notes='/scratch/100% mine/tasks_workdir/batch'/$job.status
cd /home/me || exit 74
echo started >>"$notes"
# A shell that lives through signals can note how its farmers ended, which get them as well.
trap : HUP INT TERM USR1 USR2
/usr/bin/taskfarmer run --timeout 540 --runner 'it'\''s' '/scratch/100% mine/tasks'
status=$?
echo "ended $status" >>"$notes"
exit $status
