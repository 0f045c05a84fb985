#compdef taskfarmer
# zsh completion for taskfarmer
_taskfarmer() {
    local -a commands=('run:Run every command of a list; go on where an earlier run stopped.' 'status:Show how far a list is, who is at work on it and what is running.' 'log:Print what a task has printed, wherever that is kept.' 'check:Prove that no task is lost or recorded twice and that every file is whole; mend what is not.' 'list:Print the tasks that a list would make, without making a work directory.' 'runners:List the runners there are, or show what one would execute.' 'handlers:List the task list handlers there are.' 'doctor:Test whether a folder is fit for a farm\: locks, views, speed, clocks, space; in seconds.' 'completion:Print a completion script for bash, zsh or fish.')
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
            '--workdir=[Where the shared state and the logs lie.]:DIR:_files -/' \
            '-w[Where the shared state and the logs lie.]:DIR:_files -/' \
            '--lock-dir=[A folder that all nodes share and that supports flock, for the lock file.]:DIR:_files -/' \
            '--runner=[How a task is executed; `taskfarmer runners` lists the names.]:NAME:{compadd -- $(taskfarmer runners --names 2>/dev/null)}' \
            '-r[How a task is executed; `taskfarmer runners` lists the names.]:NAME:{compadd -- $(taskfarmer runners --names 2>/dev/null)}' \
            '--tasklist=[How LIST is read; `taskfarmer handlers` lists the names.]:NAME:{compadd -- $(taskfarmer handlers --names 2>/dev/null)}' \
            '-t[How LIST is read; `taskfarmer handlers` lists the names.]:NAME:{compadd -- $(taskfarmer handlers --names 2>/dev/null)}' \
            '--config=[An INI file with runners and handlers, beside those that are found.]:FILE:_files' \
            '--stop-signals=[How running tasks are stopped\: signals and seconds in turn, always ending in KILL.]:SEQUENCE:' \
            '--logs=[What is kept of what tasks print\: files (one for each attempt), packed (one for each farmer), failed (files of attempts that did not succeed), none. `taskfarmer log` prints them all.]:HOW:(files packed failed none)' \
            '--retry-failed[First put every failed task back, to run again.]' \
            '--fresh[Start over\: forget what was done, delete the logs, read LIST anew. Refused while farmers are at work.]' \
            '--assume-dead=[Take over tasks from farmers on these hosts, which are down although the file server keeps their locks.]:HOST,…:' \
            '--verbose[One line for each task started and ended.]' \
            '-v[One line for each task started and ended.]' \
            '--quiet[Print errors only.]' \
            '-q[Print errors only.]' \
            '--version[Show the version and exit.]' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        status) _arguments '--json[Print JSON, as documented in the manual.]' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        log) _arguments '--attempt=[The Nth attempt, counted from 1.]:N:' \
            '--follow[Go on printing until the attempt is over; wait for it to begin.]' \
            '-f[Go on printing until the attempt is over; wait for it to begin.]' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        check) _arguments '--repair[Mend what can be mended, after keeping a copy. Refused while farmers are at work.]' \
            '--lock-dir=[With --repair\: the lock lies in DIR from now on.]:DIR:_files -/' \
            '--new-lock[With --repair\: use a new lock file, since a node that is gone keeps the old one for ever.]' \
            '--assume-dead=[With --repair\: farmers on these hosts are gone although the file server keeps their locks.]:HOST,…:' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        list) _arguments '--tasklist=[How LIST is read; `taskfarmer handlers` lists the names.]:NAME:{compadd -- $(taskfarmer handlers --names 2>/dev/null)}' \
            '-t[How LIST is read; `taskfarmer handlers` lists the names.]:NAME:{compadd -- $(taskfarmer handlers --names 2>/dev/null)}' \
            '--workdir=[Where the work directory would lie.]:DIR:_files -/' \
            '-w[Where the work directory would lie.]:DIR:_files -/' \
            '--config=[An INI file with runners and handlers, beside those that are found.]:FILE:_files' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        runners) _arguments '--list[Also definitions that later ones hide, and those that cannot be used.]' \
            '--show=[Print what NAME would execute for a task of LIST, or for a command, without executing it.]:ID|COMMAND:' \
            '--tasklist=[With --show\: how LIST is read where it has no work directory.]:NAME:{compadd -- $(taskfarmer handlers --names 2>/dev/null)}' \
            '-t[With --show\: how LIST is read where it has no work directory.]:NAME:{compadd -- $(taskfarmer handlers --names 2>/dev/null)}' \
            '--names[Only the names, one a line.]' \
            '--config=[An INI file with runners and handlers, beside those that are found.]:FILE:_files' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        handlers) _arguments '--list[Also definitions that later ones hide, and those that cannot be used.]' \
            '--names[Only the names, one a line.]' \
            '--config=[An INI file with runners and handlers, beside those that are found.]:FILE:_files' \
            '--help[Show this help and exit.]' \
            '-h[Show this help and exit.]' \
            '*:file:_files';;
        doctor) _arguments '--hosts=[One process on each of these hosts, over ssh\: names with commas between them, n\[01-16\], user@n1, @FILE.]:LIST:' \
            '--ssh=[With --hosts\: how ssh is started, for example `ssh -p 2222`.]:COMMAND:' \
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
