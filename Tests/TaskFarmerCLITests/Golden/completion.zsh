#compdef taskfarmer
# zsh completion for taskfarmer
_taskfarmer() {
    local -a commands=('run:Run every command of a list; go on where an earlier run stopped.' 'submit:Submit a batch job with a farmer on each of its nodes.' 'autoscale:Keep jobs of one node in the queue for as long as there is work for them.' 'plan:Say how long a list will take, on how many nodes, and at what cost.' 'status:Show how far a list is, who is at work on it and what is running.' 'watch:Watch a list being run, full-screen; look at logs, retry, cancel, drain.' 'health:Tell whether what is left is being done; as JSON, as metrics, over HTTP.' 'tasks:List tasks\: where each is, and how its last attempt ended.' 'failed:Show the tasks that have failed, and the ends of what they printed.' 'explain:Tell what has happened to a task, and why it is not running now.' 'log:Print what a task has printed, wherever that is kept.' 'report:Write a page that shows what a run did and what its time went into.' 'timeline:Make the timeline anew, or a part of it, for Perfetto and chrome\://tracing.' 'check:Prove that no task is lost or recorded twice and that every file is whole; mend what is not.' 'add:Add tasks, also while farmers are at work; they are the next to run.' 'cancel:Do not run tasks; stop those that run.' 'hold:Keep waiting tasks back until they are released.' 'release:Let held tasks run\: they are the next to be taken.' 'priority:Let waiting tasks run earlier or later than others.' 'retry:Put failed tasks back to be run again.' 'pause:Let a farmer'\''s tasks stand still, and start no others.' 'resume:Let the tasks of a paused farmer go on.' 'drain:Let a farmer finish its running tasks, start no others, and leave.' 'stop:Let a farmer stop its tasks, put them back and leave.' 'resize:Change how many tasks a farmer runs at a time.' 'list:Print the tasks that a list would make, without making a work directory.' 'runners:List the runners there are, or show what one would execute.' 'handlers:List the task list handlers there are.' 'export:Print what is recorded of tasks and attempts as a joblog, CSV, JSON lines or SQL.' 'import:Make a work directory that goes on where GNU parallel or disBatch stopped.' 'doctor:Test whether a folder is fit for a farm\: locks, views, speed, clocks, space; in seconds.' 'completion:Print a completion script for bash, zsh or fish.')
    if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
        _describe command commands
        _files
        return
    fi
    local command=$words[2]
    if (( ${commands[(I)$command:*]} )); then
        shift words; (( CURRENT-- ))
    else
        command=run
    fi
    case $command in
        run) _arguments '--proc=[How many tasks run at a time.]:N:' \
            '-n[How many tasks run at a time.]:N:' \
            '--timeout=[Stop after so many seconds, as SIGUSR1 does\: unfinished tasks go back, exit 75.]:SECONDS:' \
            '--leave-idle=[Leave, exit 75, when there has been nothing to run for so long, although other farmers still run the last tasks.]:SECONDS:' \
            '--workdir=[Where the shared state and the logs lie.]:DIR:_files -/' \
            '-w[Where the shared state and the logs lie.]:DIR:_files -/' \
            '--lock-dir=[A folder that all nodes share and that supports flock, for the lock file.]:DIR:_files -/' \
            '--lock=[How farmers keep each other out\: flock, or, where no folder to be had supports that, lease (files with leases; promises less).]:HOW:(flock lease)' \
            '--runner=[How a task is executed; `taskfarmer runners` lists the names.]:NAME:{compadd -- $(taskfarmer runners --names 2>/dev/null)}' \
            '-r[How a task is executed; `taskfarmer runners` lists the names.]:NAME:{compadd -- $(taskfarmer runners --names 2>/dev/null)}' \
            '--tasklist=[How LIST is read; `taskfarmer handlers` lists the names.]:NAME:{compadd -- $(taskfarmer handlers --names 2>/dev/null)}' \
            '-t[How LIST is read; `taskfarmer handlers` lists the names.]:NAME:{compadd -- $(taskfarmer handlers --names 2>/dev/null)}' \
            '--config=[An INI file with runners and handlers, beside those that are found.]:FILE:_files' \
            '--share=[Let the group work on it, too, as far as the umask does\: a new work directory is made for it, one of a member accepted.]:group:(group)' \
            '--trust=[Accept these files, and folders with all in them, although somebody else could write to them.]:PATH,…:_files' \
            '--stop-signals=[How running tasks are stopped\: signals and seconds in turn, always ending in KILL.]:SEQUENCE:' \
            '--logs=[What is kept of what tasks print\: files (one for each attempt), packed (one for each farmer), failed (files of attempts that did not succeed), none. `taskfarmer log` prints them all.]:HOW:(files packed failed none)' \
            '--retries=[Run a task again, up to N times, when it exits with a failure, is killed by a signal or takes too long.]:N:' \
            '--retry-on=[How often which failures are forgiven, instead of --retries\: exit, exit\:75,111, signal, signal\:SEGV, timeout, oom (out of memory), start (cannot be started), lost (its farmer died), interrupted, each with =N or =inf; oom=3\:mem*2 or timeout=2\:time*2..4h gives the task more each time; blanks between rules, the first that fits counts.]:RULES:' \
            '--retry-delay=[Wait so long, and up to a quarter more, before a failed task is run again; 10s..10m waits twice as long each time, up to the second.]:TIME:' \
            '--resume-code=[A task that exits with this status is run again and uses no retry up\: it goes on from its checkpoint. `none` for no such status.]:N:' \
            '--quarantine=[Take no more tasks when N that failed here, and were run again, have succeeded on other hosts.]:N:' \
            '--task-timeout=[Stop a task that runs for longer\: 90 (seconds), 30m, 2h, or 300% of the median of those that succeeded here so far.]:TIME:' \
            '--time-limit=[For how long the farmer may work, as in 12h, 90m, 2\:00\:00 (hours) or 1-12 (days-hours)\: no task is started that will not be over in time, and before the end it stops as SIGUSR1 does.]:TIME:' \
            '--drain-margin=[So long before that end tasks shall be over, as in 90s or 10m; no less than stopping takes. `none` starts every task, whatever is known of it.]:TIME:' \
            '--history=[An attempts.tsv or a work directory that says how long tasks took before; may be given more than once.]:PATH:_files' \
            '--order=[In which order tasks run, for a work directory that is yet to be made\: list, longest or shortest first (by --history, or times in the list), random\:SEED.]:ORDER:(list longest shortest random:1)' \
            '--halt=[Stop when that is reached, over all farmers\: soon,fail=1 (what runs is let finish), now,fail=10% (what runs is stopped), also with success or done in place of fail; never.]:WHEN:' \
            '--cpus=[How many processors each task needs that does not say so itself.]:N:' \
            '--mem=[How much memory each task needs that does not say so itself\: 512M, 8G.]:SIZE:' \
            '--gpus=[How many GPUs each task needs that does not say so itself.]:N:' \
            '--need=[What else each task needs that does not say so itself\: licence=1.]:NAME=N,…:' \
            '--offer=[What this farmer has for its tasks\: any name, as in licence=4, and cpus, mem, gpus in place of what it finds.]:NAME=N,…:' \
            '--pin[Bind each task to processors of its own, of one NUMA node where they can be.]' \
            '--mem-enforce=[Keep tasks to the memory that they need\: rss (looked at every second, killed), rlimit (address space, refused by the kernel), cgroup (killed by the kernel).]:HOW:(rss rlimit cgroup)' \
            '--mem-slack=[What a task may use under --mem-enforce, as a multiple of what it needs.]:FACTOR:' \
            '--ulimit=[Limits of each process of a task\: as, cpu, core, data, fsize, memlock, nofile, nproc, stack; sizes with a unit, as in core=0,nofile=4096,as=8G.]:NAME=N,…:' \
            '--load=[Start no task while N threads of this machine run or want to; 100% is one for each processor.]:N:' \
            '--memfree=[Start no task while less memory is free; when it is less than half of that, the youngest task goes back.]:SIZE:' \
            '--nice=[Run tasks with a niceness that is higher by N, from 0 to 19.]:N:' \
            '--ionice=[Run tasks with this I/O priority\: idle, best-effort or best-effort\:0 to \:7.]:CLASS:' \
            '--wait[Stay when all is done, for tasks that are added, until stopped or drained.]' \
            '--retry-failed[First put every failed task back, to run again.]' \
            '--fresh[Start over\: forget what was done, delete the logs, read LIST anew. Refused while farmers are at work.]' \
            '--assume-dead=[Take over tasks from farmers on these hosts, which are down although the file server keeps their locks.]:HOST,…:' \
            '--verbose[One line for each task started and ended.]' \
            '-v[One line for each task started and ended.]' \
            '--quiet[Print errors only.]' \
            '-q[Print errors only.]' \
            '--version[Show the version and exit.]' \
            '--on-end=[Run this shell command when all tasks are over; of several farmers the last to leave does so.]:COMMAND:' \
            '--on-fail=[The same, when some have failed then; before --on-end.]:COMMAND:' \
            '--on-stop=[Run this shell command when this farmer stops while work remains.]:COMMAND:' \
            '--hosts=[Start a farmer on each of these machines over ssh instead of here\: n1, user@n1, n2*4 (4 tasks at a time there), n\[01-16\], @FILE (one a line). All must see LIST and this folder under the same names.]:HOST,…:' \
            '--ssh=[How ssh is started, as for a shell\: "ssh -p 2222".]:COMMAND:' \
            '--remote-program=[Where taskfarmer lies on the machines of --hosts.]:PATH:_files' \
            '--env=[Variables of this environment that tasks on --hosts find too.]:NAME,…:' \
            '--attached=[Take signals as lines (TERM, INT, HUP, USR1, USR2) on standard input, of which the end, or a silence of so many seconds, is SIGHUP; print no summary. This is how --hosts starts a farmer.]:SECONDS:' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        submit) _arguments '--nodes=[One job with so many nodes.]:N:' \
            '-N[One job with so many nodes.]:N:' \
            '--array=[Instead, an array of so many jobs of one node, which start one by one.]:N:' \
            '--time=[How long the job may run\: 2\:00\:00 (hours), 90 (minutes), 1-12 (days-hours).]:TIME:' \
            '--requeue[Before its time is up the job stops its tasks and is queued again, as long as work is left. SLURM only.]' \
            '--dry-run[Print the batch script; write nothing, submit nothing.]' \
            '--wait[Wait until every task is over, and exit as `taskfarmer run` does.]' \
            '--proc=[How many tasks run at a time on a node, and how many processors of each node are asked for.]:N:' \
            '-n[How many tasks run at a time on a node, and how many processors of each node are asked for.]:N:' \
            '--leave-idle=[Leave, exit 75, when there has been nothing to run for so long, although other farmers still run the last tasks.]:SECONDS:' \
            '--workdir=[Where the shared state and the logs lie.]:DIR:_files -/' \
            '-w[Where the shared state and the logs lie.]:DIR:_files -/' \
            '--lock-dir=[A folder that all nodes share and that supports flock, for the lock file.]:DIR:_files -/' \
            '--lock=[How farmers keep each other out\: flock, or, where no folder to be had supports that, lease (files with leases; promises less).]:HOW:(flock lease)' \
            '--runner=[How a task is executed; `taskfarmer runners` lists the names.]:NAME:{compadd -- $(taskfarmer runners --names 2>/dev/null)}' \
            '-r[How a task is executed; `taskfarmer runners` lists the names.]:NAME:{compadd -- $(taskfarmer runners --names 2>/dev/null)}' \
            '--tasklist=[How LIST is read; `taskfarmer handlers` lists the names.]:NAME:{compadd -- $(taskfarmer handlers --names 2>/dev/null)}' \
            '-t[How LIST is read; `taskfarmer handlers` lists the names.]:NAME:{compadd -- $(taskfarmer handlers --names 2>/dev/null)}' \
            '--config=[An INI file with runners and handlers, beside those that are found.]:FILE:_files' \
            '--share=[Let the group work on it, too, as far as the umask does\: a new work directory is made for it, one of a member accepted.]:group:(group)' \
            '--trust=[Accept these files, and folders with all in them, although somebody else could write to them.]:PATH,…:_files' \
            '--stop-signals=[How running tasks are stopped\: signals and seconds in turn, always ending in KILL.]:SEQUENCE:' \
            '--logs=[What is kept of what tasks print\: files (one for each attempt), packed (one for each farmer), failed (files of attempts that did not succeed), none. `taskfarmer log` prints them all.]:HOW:(files packed failed none)' \
            '--retries=[Run a task again, up to N times, when it exits with a failure, is killed by a signal or takes too long.]:N:' \
            '--retry-on=[How often which failures are forgiven, instead of --retries\: exit, exit\:75,111, signal, signal\:SEGV, timeout, oom (out of memory), start (cannot be started), lost (its farmer died), interrupted, each with =N or =inf; oom=3\:mem*2 or timeout=2\:time*2..4h gives the task more each time; blanks between rules, the first that fits counts.]:RULES:' \
            '--retry-delay=[Wait so long, and up to a quarter more, before a failed task is run again; 10s..10m waits twice as long each time, up to the second.]:TIME:' \
            '--resume-code=[A task that exits with this status is run again and uses no retry up\: it goes on from its checkpoint. `none` for no such status.]:N:' \
            '--quarantine=[Take no more tasks when N that failed here, and were run again, have succeeded on other hosts.]:N:' \
            '--task-timeout=[Stop a task that runs for longer\: 90 (seconds), 30m, 2h, or 300% of the median of those that succeeded here so far.]:TIME:' \
            '--time-limit=[For how long the farmer may work, as in 12h, 90m, 2\:00\:00 (hours) or 1-12 (days-hours)\: no task is started that will not be over in time, and before the end it stops as SIGUSR1 does.]:TIME:' \
            '--drain-margin=[So long before that end tasks shall be over, as in 90s or 10m; no less than stopping takes. `none` starts every task, whatever is known of it.]:TIME:' \
            '--history=[An attempts.tsv or a work directory that says how long tasks took before; may be given more than once.]:PATH:_files' \
            '--order=[In which order tasks run, for a work directory that is yet to be made\: list, longest or shortest first (by --history, or times in the list), random\:SEED.]:ORDER:(list longest shortest random:1)' \
            '--cpus=[How many processors each task needs that does not say so itself.]:N:' \
            '--mem=[How much memory each task needs that does not say so itself\: 512M, 8G.]:SIZE:' \
            '--gpus=[How many GPUs each task needs that does not say so itself.]:N:' \
            '--need=[What else each task needs that does not say so itself\: licence=1.]:NAME=N,…:' \
            '--offer=[What this farmer has for its tasks\: any name, as in licence=4, and cpus, mem, gpus in place of what it finds.]:NAME=N,…:' \
            '--pin[Bind each task to processors of its own, of one NUMA node where they can be.]' \
            '--mem-enforce=[Keep tasks to the memory that they need\: rss (looked at every second, killed), rlimit (address space, refused by the kernel), cgroup (killed by the kernel).]:HOW:(rss rlimit cgroup)' \
            '--mem-slack=[What a task may use under --mem-enforce, as a multiple of what it needs.]:FACTOR:' \
            '--ulimit=[Limits of each process of a task\: as, cpu, core, data, fsize, memlock, nofile, nproc, stack; sizes with a unit, as in core=0,nofile=4096,as=8G.]:NAME=N,…:' \
            '--load=[Start no task while N threads of this machine run or want to; 100% is one for each processor.]:N:' \
            '--memfree=[Start no task while less memory is free; when it is less than half of that, the youngest task goes back.]:SIZE:' \
            '--nice=[Run tasks with a niceness that is higher by N, from 0 to 19.]:N:' \
            '--ionice=[Run tasks with this I/O priority\: idle, best-effort or best-effort\:0 to \:7.]:CLASS:' \
            '--retry-failed[First put every failed task back, to run again.]' \
            '--fresh[Start over\: forget what was done, delete the logs, read LIST anew. Refused while farmers are at work.]' \
            '--assume-dead=[Take over tasks from farmers on these hosts, which are down although the file server keeps their locks.]:HOST,…:' \
            '--scheduler=[What jobs are submitted to\: slurm, pbs, flux.]:NAME:(slurm pbs flux)' \
            '--poll=[How often the scheduler is asked about jobs.]:SECONDS:' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        autoscale) _arguments '--max-nodes=[At most so many jobs, running and queued.]:N:' \
            '-N[At most so many jobs, running and queued.]:N:' \
            '--time=[How long each may run\: 2\:00\:00 (hours), 90 (minutes), 1-12 (days-hours).]:TIME:' \
            '--backlog=[How many jobs wait in the queue at most.]:N:' \
            '--worth=[Another node is asked for only when there is so much work for each, by the mean time of a task so far.]:SECONDS:' \
            '--proc=[How many tasks run at a time on a node, and how many processors of each node are asked for.]:N:' \
            '-n[How many tasks run at a time on a node, and how many processors of each node are asked for.]:N:' \
            '--workdir=[Where the shared state and the logs lie.]:DIR:_files -/' \
            '-w[Where the shared state and the logs lie.]:DIR:_files -/' \
            '--lock-dir=[A folder that all nodes share and that supports flock, for the lock file.]:DIR:_files -/' \
            '--lock=[How farmers keep each other out\: flock, or, where no folder to be had supports that, lease (files with leases; promises less).]:HOW:(flock lease)' \
            '--runner=[How a task is executed; `taskfarmer runners` lists the names.]:NAME:{compadd -- $(taskfarmer runners --names 2>/dev/null)}' \
            '-r[How a task is executed; `taskfarmer runners` lists the names.]:NAME:{compadd -- $(taskfarmer runners --names 2>/dev/null)}' \
            '--tasklist=[How LIST is read; `taskfarmer handlers` lists the names.]:NAME:{compadd -- $(taskfarmer handlers --names 2>/dev/null)}' \
            '-t[How LIST is read; `taskfarmer handlers` lists the names.]:NAME:{compadd -- $(taskfarmer handlers --names 2>/dev/null)}' \
            '--config=[An INI file with runners and handlers, beside those that are found.]:FILE:_files' \
            '--share=[Let the group work on it, too, as far as the umask does\: a new work directory is made for it, one of a member accepted.]:group:(group)' \
            '--trust=[Accept these files, and folders with all in them, although somebody else could write to them.]:PATH,…:_files' \
            '--stop-signals=[How running tasks are stopped\: signals and seconds in turn, always ending in KILL.]:SEQUENCE:' \
            '--logs=[What is kept of what tasks print\: files (one for each attempt), packed (one for each farmer), failed (files of attempts that did not succeed), none. `taskfarmer log` prints them all.]:HOW:(files packed failed none)' \
            '--retries=[Run a task again, up to N times, when it exits with a failure, is killed by a signal or takes too long.]:N:' \
            '--retry-on=[How often which failures are forgiven, instead of --retries\: exit, exit\:75,111, signal, signal\:SEGV, timeout, oom (out of memory), start (cannot be started), lost (its farmer died), interrupted, each with =N or =inf; oom=3\:mem*2 or timeout=2\:time*2..4h gives the task more each time; blanks between rules, the first that fits counts.]:RULES:' \
            '--retry-delay=[Wait so long, and up to a quarter more, before a failed task is run again; 10s..10m waits twice as long each time, up to the second.]:TIME:' \
            '--resume-code=[A task that exits with this status is run again and uses no retry up\: it goes on from its checkpoint. `none` for no such status.]:N:' \
            '--quarantine=[Take no more tasks when N that failed here, and were run again, have succeeded on other hosts.]:N:' \
            '--task-timeout=[Stop a task that runs for longer\: 90 (seconds), 30m, 2h, or 300% of the median of those that succeeded here so far.]:TIME:' \
            '--time-limit=[For how long the farmer may work, as in 12h, 90m, 2\:00\:00 (hours) or 1-12 (days-hours)\: no task is started that will not be over in time, and before the end it stops as SIGUSR1 does.]:TIME:' \
            '--drain-margin=[So long before that end tasks shall be over, as in 90s or 10m; no less than stopping takes. `none` starts every task, whatever is known of it.]:TIME:' \
            '--history=[An attempts.tsv or a work directory that says how long tasks took before; may be given more than once.]:PATH:_files' \
            '--order=[In which order tasks run, for a work directory that is yet to be made\: list, longest or shortest first (by --history, or times in the list), random\:SEED.]:ORDER:(list longest shortest random:1)' \
            '--cpus=[How many processors each task needs that does not say so itself.]:N:' \
            '--mem=[How much memory each task needs that does not say so itself\: 512M, 8G.]:SIZE:' \
            '--gpus=[How many GPUs each task needs that does not say so itself.]:N:' \
            '--need=[What else each task needs that does not say so itself\: licence=1.]:NAME=N,…:' \
            '--offer=[What this farmer has for its tasks\: any name, as in licence=4, and cpus, mem, gpus in place of what it finds.]:NAME=N,…:' \
            '--pin[Bind each task to processors of its own, of one NUMA node where they can be.]' \
            '--mem-enforce=[Keep tasks to the memory that they need\: rss (looked at every second, killed), rlimit (address space, refused by the kernel), cgroup (killed by the kernel).]:HOW:(rss rlimit cgroup)' \
            '--mem-slack=[What a task may use under --mem-enforce, as a multiple of what it needs.]:FACTOR:' \
            '--ulimit=[Limits of each process of a task\: as, cpu, core, data, fsize, memlock, nofile, nproc, stack; sizes with a unit, as in core=0,nofile=4096,as=8G.]:NAME=N,…:' \
            '--load=[Start no task while N threads of this machine run or want to; 100% is one for each processor.]:N:' \
            '--memfree=[Start no task while less memory is free; when it is less than half of that, the youngest task goes back.]:SIZE:' \
            '--nice=[Run tasks with a niceness that is higher by N, from 0 to 19.]:N:' \
            '--ionice=[Run tasks with this I/O priority\: idle, best-effort or best-effort\:0 to \:7.]:CLASS:' \
            '--retry-failed[First put every failed task back, to run again.]' \
            '--fresh[Start over\: forget what was done, delete the logs, read LIST anew. Refused while farmers are at work.]' \
            '--assume-dead=[Take over tasks from farmers on these hosts, which are down although the file server keeps their locks.]:HOST,…:' \
            '--scheduler=[What jobs are submitted to\: slurm, pbs, flux.]:NAME:(slurm pbs flux)' \
            '--poll=[How often the scheduler is asked about jobs.]:SECONDS:' \
            '--leave-idle=[A node that has had nothing to run for so long is given back, although others still run the last tasks.]:SECONDS:' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        plan) _arguments '--nodes=[How many nodes to choose from\: 8, 1,2,4, or 1-64 (in doublings).]:N,…:' \
            '-N[How many nodes to choose from\: 8, 1,2,4, or 1-64 (in doublings).]:N,…:' \
            '--time=[How long a job lasts, as in 2\:00\:00 (hours), 90 (minutes) or 1-12 (days-hours); what is left then is for another one.]:TIME:' \
            '--proc=[How many tasks run at a time.]:N:' \
            '-n[How many tasks run at a time.]:N:' \
            '--tasklist=[How LIST is read; `taskfarmer handlers` lists the names.]:NAME:{compadd -- $(taskfarmer handlers --names 2>/dev/null)}' \
            '-t[How LIST is read; `taskfarmer handlers` lists the names.]:NAME:{compadd -- $(taskfarmer handlers --names 2>/dev/null)}' \
            '--config=[An INI file with runners and handlers, beside those that are found.]:FILE:_files' \
            '--trust=[Accept these files, and folders with all in them, although somebody else could write to them.]:PATH,…:_files' \
            '--stop-signals=[How running tasks are stopped\: signals and seconds in turn, always ending in KILL.]:SEQUENCE:' \
            '--drain-margin=[So long before that end tasks shall be over, as in 90s or 10m; no less than stopping takes. `none` starts every task, whatever is known of it.]:TIME:' \
            '--history=[An attempts.tsv or a work directory that says how long tasks took before; may be given more than once.]:PATH:_files' \
            '--order=[In which order tasks run, for a work directory that is yet to be made\: list, longest or shortest first (by --history, or times in the list), random\:SEED.]:ORDER:(list longest shortest random:1)' \
            '--cpus=[How many processors each task needs that does not say so itself.]:N:' \
            '--mem=[How much memory each task needs that does not say so itself\: 512M, 8G.]:SIZE:' \
            '--gpus=[How many GPUs each task needs that does not say so itself.]:N:' \
            '--need=[What else each task needs that does not say so itself\: licence=1.]:NAME=N,…:' \
            '--offer=[What this farmer has for its tasks\: any name, as in licence=4, and cpus, mem, gpus in place of what it finds.]:NAME=N,…:' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        status) _arguments '--json[Print JSON, as documented in the manual.]' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        watch) _arguments '--interval=[How often to look, at most.]:SECONDS:' \
            '--plain[Print a line at a time, without keys, until all tasks are over.]' \
            '--trust=[Accept these files, and folders with all in them, although somebody else could write to them.]:PATH,…:_files' \
            '--share=[Accept what belongs to others of a group of yours, or can be written by them.]:group:(group)' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        health) _arguments '--json[Print JSON, as documented in the manual.]' \
            '--metrics[Print metrics in the text format of Prometheus.]' \
            '--metrics-file=[Write them into FILE, which is replaced at once\: a name in *.prom for node_exporter'\''s textfile collector. Everybody may read it.]:FILE:_files' \
            '--interval=[With --metrics-file\: anew every so many seconds, until a signal comes.]:SECONDS:' \
            '--serve=[Answer over HTTP until a signal comes\: /health, /metrics, /status. Port 0\: any that is free. Only this machine reaches it, unless another address is given\: 0.0.0.0\:PORT, \[\:\:\]\:PORT.]:\[ADDRESS\:\]PORT:' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        tasks) _arguments '--state=[Those that are waiting, held, claimed, running, finished, failed, skipped.]:STATE,…:(waiting held claimed running finished failed skipped)' \
            '--ids=[Those\: 3,7-9,12- (the last to the end).]:IDS:' \
            '--json[Print a JSON array, an object a line, as documented in the manual.]' \
            '--tsv[Print a header and a line for each task, with tabs between.]' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        failed) _arguments '--class=[Those whose last attempt ended so\: a word of attempts.tsv, or exit\:N, signal\:NAME, oom.]:CLASS:(exited signalled timed-out could-not-start output-lost out-of-memory interrupted lost)' \
            '--ids=[Those\: 3,7-9,12- (the last to the end).]:IDS:' \
            '--lines=[The last N lines of each log.]:N:' \
            '--json[Print a JSON array, an object a line, as documented in the manual.]' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        explain) _arguments '--json[Print JSON, as documented in the manual.]' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        log) _arguments '--attempt=[The Nth attempt, counted from 1.]:N:' \
            '--follow[Go on printing until the attempt is over; wait for it to begin.]' \
            '-f[Go on printing until the attempt is over; wait for it to begin.]' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        report) _arguments '--output=[Where to write it; - is standard output.]:FILE:' \
            '-o[Where to write it; - is standard output.]:FILE:' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        timeline) _arguments '--output=[Where to write it. A file of that name is replaced.]:FILE:_files' \
            '-o[Where to write it. A file of that name is replaced.]:FILE:_files' \
            '--gzip[Compress it by the program gzip, whatever FILE is called. Viewers look at what is in it.]' \
            '-z[Compress it by the program gzip, whatever FILE is called. Viewers look at what is in it.]' \
            '--from=[Leave out what was over before\: a time since the first start, like 90 (seconds), 30m or 2h.]:TIME:' \
            '--to=[Leave out what began later.]:TIME:' \
            '--events=[Where there are more attempts than N\: show every second, third, … of those that succeeded, so that there are hardly more than N, and of the others all, as far as they fit.]:N:' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        check) _arguments '--repair[Mend what can be mended, after keeping a copy. Refused while farmers are at work.]' \
            '--lock-dir=[With --repair\: the lock lies in DIR from now on.]:DIR:_files -/' \
            '--new-lock[With --repair\: use a new lock file, since a node that is gone keeps the old one for ever.]' \
            '--assume-dead=[With --repair\: farmers on these hosts are gone although the file server keeps their locks.]:HOST,…:' \
            '--trust=[Accept these files, and folders with all in them, although somebody else could write to them.]:PATH,…:_files' \
            '--share=[Accept what belongs to others of a group of yours, or can be written by them.]:group:(group)' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        add) _arguments '--workdir=[To which work directory.]:LIST|WORKDIR:_files' \
            '-w[To which work directory.]:LIST|WORKDIR:_files' \
            '--file=[The tasks in FILE, written as those of the list are; `-` is standard input.]:FILE:_files' \
            '-f[The tasks in FILE, written as those of the list are; `-` is standard input.]:FILE:_files' \
            '--config=[An INI file with runners and handlers, beside those that are found.]:FILE:_files' \
            '--trust=[Accept these files, and folders with all in them, although somebody else could write to them.]:PATH,…:_files' \
            '--share=[Accept what belongs to others of a group of yours, or can be written by them.]:group:(group)' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        cancel) _arguments '--wait=[For how long to wait until farmers have heeded it.]:SECONDS:' \
            '--trust=[Accept these files, and folders with all in them, although somebody else could write to them.]:PATH,…:_files' \
            '--share=[Accept what belongs to others of a group of yours, or can be written by them.]:group:(group)' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        hold) _arguments '--trust=[Accept these files, and folders with all in them, although somebody else could write to them.]:PATH,…:_files' \
            '--share=[Accept what belongs to others of a group of yours, or can be written by them.]:group:(group)' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        release) _arguments '--trust=[Accept these files, and folders with all in them, although somebody else could write to them.]:PATH,…:_files' \
            '--share=[Accept what belongs to others of a group of yours, or can be written by them.]:group:(group)' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        priority) _arguments '--trust=[Accept these files, and folders with all in them, although somebody else could write to them.]:PATH,…:_files' \
            '--share=[Accept what belongs to others of a group of yours, or can be written by them.]:group:(group)' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        retry) _arguments '--failed[All failed tasks.]' \
            '--class=[Those whose last attempt ended so\: a word of attempts.tsv, or exit\:N, signal\:NAME, oom.]:CLASS:(exited signalled timed-out could-not-start output-lost out-of-memory interrupted lost)' \
            '--trust=[Accept these files, and folders with all in them, although somebody else could write to them.]:PATH,…:_files' \
            '--share=[Accept what belongs to others of a group of yours, or can be written by them.]:group:(group)' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        pause) _arguments '--wait=[For how long to wait until farmers have heeded it.]:SECONDS:' \
            '--trust=[Accept these files, and folders with all in them, although somebody else could write to them.]:PATH,…:_files' \
            '--share=[Accept what belongs to others of a group of yours, or can be written by them.]:group:(group)' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        resume) _arguments '--wait=[For how long to wait until farmers have heeded it.]:SECONDS:' \
            '--trust=[Accept these files, and folders with all in them, although somebody else could write to them.]:PATH,…:_files' \
            '--share=[Accept what belongs to others of a group of yours, or can be written by them.]:group:(group)' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        drain) _arguments '--wait=[For how long to wait until farmers have heeded it.]:SECONDS:' \
            '--trust=[Accept these files, and folders with all in them, although somebody else could write to them.]:PATH,…:_files' \
            '--share=[Accept what belongs to others of a group of yours, or can be written by them.]:group:(group)' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        stop) _arguments '--wait=[For how long to wait until farmers have heeded it.]:SECONDS:' \
            '--trust=[Accept these files, and folders with all in them, although somebody else could write to them.]:PATH,…:_files' \
            '--share=[Accept what belongs to others of a group of yours, or can be written by them.]:group:(group)' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        resize) _arguments '--wait=[For how long to wait until farmers have heeded it.]:SECONDS:' \
            '--trust=[Accept these files, and folders with all in them, although somebody else could write to them.]:PATH,…:_files' \
            '--share=[Accept what belongs to others of a group of yours, or can be written by them.]:group:(group)' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        list) _arguments '--tasklist=[How LIST is read; `taskfarmer handlers` lists the names.]:NAME:{compadd -- $(taskfarmer handlers --names 2>/dev/null)}' \
            '-t[How LIST is read; `taskfarmer handlers` lists the names.]:NAME:{compadd -- $(taskfarmer handlers --names 2>/dev/null)}' \
            '--workdir=[Where the work directory would lie.]:DIR:_files -/' \
            '-w[Where the work directory would lie.]:DIR:_files -/' \
            '--config=[An INI file with runners and handlers, beside those that are found.]:FILE:_files' \
            '--trust=[Accept these files, and folders with all in them, although somebody else could write to them.]:PATH,…:_files' \
            '--share=[Accept what belongs to others of a group of yours, or can be written by them.]:group:(group)' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        runners) _arguments '--list[Also definitions that later ones hide, and those that cannot be used.]' \
            '--show=[Print what NAME would execute for a task of LIST, or for a command, without executing it.]:ID|COMMAND:' \
            '--tasklist=[With --show\: how LIST is read where it has no work directory.]:NAME:{compadd -- $(taskfarmer handlers --names 2>/dev/null)}' \
            '-t[With --show\: how LIST is read where it has no work directory.]:NAME:{compadd -- $(taskfarmer handlers --names 2>/dev/null)}' \
            '--names[Only the names, one a line.]' \
            '--config=[An INI file with runners and handlers, beside those that are found.]:FILE:_files' \
            '--trust=[Accept these files, and folders with all in them, although somebody else could write to them.]:PATH,…:_files' \
            '--share=[Accept what belongs to others of a group of yours, or can be written by them.]:group:(group)' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        handlers) _arguments '--list[Also definitions that later ones hide, and those that cannot be used.]' \
            '--names[Only the names, one a line.]' \
            '--config=[An INI file with runners and handlers, beside those that are found.]:FILE:_files' \
            '--trust=[Accept these files, and folders with all in them, although somebody else could write to them.]:PATH,…:_files' \
            '--share=[Accept what belongs to others of a group of yours, or can be written by them.]:group:(group)' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        export) _arguments '--format=[joblog (GNU parallel'\''s, for its --resume and --retry-failed), csv, jsonl, or sql (for an empty database).]:FORMAT:(joblog csv jsonl sql)' \
            '--output=[Write FILE, which is there only when it is whole. A file of that name is replaced.]:FILE:_files' \
            '-o[Write FILE, which is there only when it is whole. A file of that name is replaced.]:FILE:_files' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        import) _arguments '--joblog=[What GNU parallel wrote with --joblog.]:FILE:_files' \
            '--disbatch=[The status file of disBatch; once for each run of it, in their order.]:FILE:_files' \
            '--retry-failed[What failed there is to be run again.]' \
            '--workdir=[Where the shared state and the logs lie.]:DIR:_files -/' \
            '-w[Where the shared state and the logs lie.]:DIR:_files -/' \
            '--lock-dir=[A folder that all nodes share and that supports flock, for the lock file.]:DIR:_files -/' \
            '--lock=[How farmers keep each other out\: flock, or, where no folder to be had supports that, lease (files with leases; promises less).]:HOW:(flock lease)' \
            '--tasklist=[How LIST is read; `taskfarmer handlers` lists the names.]:NAME:{compadd -- $(taskfarmer handlers --names 2>/dev/null)}' \
            '-t[How LIST is read; `taskfarmer handlers` lists the names.]:NAME:{compadd -- $(taskfarmer handlers --names 2>/dev/null)}' \
            '--config=[An INI file with runners and handlers, beside those that are found.]:FILE:_files' \
            '--share=[Let the group work on it, too, as far as the umask does\: a new work directory is made for it, one of a member accepted.]:group:(group)' \
            '--trust=[Accept these files, and folders with all in them, although somebody else could write to them.]:PATH,…:_files' \
            '--logs=[What is kept of what tasks print\: files (one for each attempt), packed (one for each farmer), failed (files of attempts that did not succeed), none. `taskfarmer log` prints them all.]:HOW:(files packed failed none)' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        doctor) _arguments '--hosts=[One process on each of these hosts, over ssh\: names with commas between them, n\[01-16\], user@n1, @FILE.]:LIST:' \
            '--ssh=[How ssh is started, as for a shell\: "ssh -p 2222".]:COMMAND:' \
            '--remote-program=[Where taskfarmer lies on the machines of --hosts.]:PATH:_files' \
            '--srun[One process on each node of the SLURM job around this command.]' \
            '--lock-dir=[The folder for the lock file, as `run` takes it.]:DIR:_files -/' \
            '--json[Print JSON, as documented in the manual.]' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        completion) _arguments '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '1:shell:(bash zsh fish)';;
    esac
}
if [ "$funcstack[1]" = "_taskfarmer" ]; then _taskfarmer "$@"; else compdef _taskfarmer taskfarmer; fi
