#!/bin/sh
#flux: --job-name=tasks-a3183fb7
#flux: --output='/scratch/100% mine/tasks_workdir/batch/{{id}}.out'
#flux: --nodes=4
#flux: --exclusive
#flux: --time-limit=7200s

# Written by taskfarmer: one farmer on each node.
job=$(flux getattr jobid)
notes='/scratch/100% mine/tasks_workdir/batch'/$job.status
cd /home/me || exit 74
echo started >>"$notes"
# A shell that lives through signals can note how its farmers ended, which get them as well.
trap : HUP INT TERM USR1 USR2
# The highest status becomes that of all: 75 is 2 on its way, so that it hides no error.
flux run --nodes=4 --ntasks=4 --exclusive sh -c 'trap : HUP INT TERM USR1 USR2; "$@"; s=$?; [ $s != 75 ] || s=2; exit $s' farmer /usr/bin/taskfarmer run --timeout 7140 --runner 'it'\''s' '/scratch/100% mine/tasks'
status=$?
[ $status != 2 ] || status=75
echo "ended $status" >>"$notes"
exit $status
