#!/bin/sh
#PBS -N tasks-a3183fb7
#PBS -o '/scratch/100% mine/tasks_workdir/batch/'
#PBS -j oe
#PBS -S /bin/sh
#PBS -V
#PBS -l select=4
#PBS -l place=scatter:excl
#PBS -l walltime=2:00:00
#PBS -q workq

# Written by taskfarmer: one farmer on each node.
job=$PBS_JOBID
notes='/scratch/100% mine/tasks_workdir/batch'/$job.status
cd /home/me || exit 74
echo started >>"$notes"
# A shell that lives through signals can note how its farmers ended, which get them as well.
trap : HUP INT TERM USR1 USR2
pbsdsh -- /bin/sh -c 'cd /home/me && exec /usr/bin/taskfarmer run --timeout 7140 --runner '\''it'\''\'\'''\''s'\'' '\''/scratch/100% mine/tasks'\'''
status=$?
echo "ended $status" >>"$notes"
exit $status
