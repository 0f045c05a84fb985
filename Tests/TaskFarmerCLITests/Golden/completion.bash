# bash completion for taskfarmer
_taskfarmer() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command=run words word
    COMPREPLY=()
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case " run submit autoscale status log check list runners handlers doctor completion " in *" $word "*) command=$word; break;; esac
    done
    case "$command:$prev" in
        run:--proc|run:-n) COMPREPLY=(); return;;
        run:--timeout) COMPREPLY=(); return;;
        run:--leave-idle) COMPREPLY=(); return;;
        run:--workdir|run:-w) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur")); return;;
        run:--lock-dir) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur")); return;;
        run:--lock) COMPREPLY=($(compgen -W "flock lease" -- "$cur")); return;;
        run:--runner|run:-r) COMPREPLY=($(compgen -W "$(taskfarmer runners --names 2>/dev/null)" -- "$cur")); return;;
        run:--tasklist|run:-t) COMPREPLY=($(compgen -W "$(taskfarmer handlers --names 2>/dev/null)" -- "$cur")); return;;
        run:--config) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); return;;
        run:--share) COMPREPLY=($(compgen -W "group" -- "$cur")); return;;
        run:--trust) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); return;;
        run:--stop-signals) COMPREPLY=(); return;;
        run:--logs) COMPREPLY=($(compgen -W "files packed failed none" -- "$cur")); return;;
        run:--retries) COMPREPLY=(); return;;
        run:--retry-on) COMPREPLY=(); return;;
        run:--retry-delay) COMPREPLY=(); return;;
        run:--resume-code) COMPREPLY=(); return;;
        run:--quarantine) COMPREPLY=(); return;;
        run:--task-timeout) COMPREPLY=(); return;;
        run:--cpus) COMPREPLY=(); return;;
        run:--mem) COMPREPLY=(); return;;
        run:--gpus) COMPREPLY=(); return;;
        run:--need) COMPREPLY=(); return;;
        run:--offer) COMPREPLY=(); return;;
        run:--mem-enforce) COMPREPLY=($(compgen -W "rss rlimit cgroup" -- "$cur")); return;;
        run:--mem-slack) COMPREPLY=(); return;;
        run:--ulimit) COMPREPLY=(); return;;
        run:--load) COMPREPLY=(); return;;
        run:--memfree) COMPREPLY=(); return;;
        run:--nice) COMPREPLY=(); return;;
        run:--ionice) COMPREPLY=(); return;;
        run:--assume-dead) COMPREPLY=(); return;;
        run:--hosts) COMPREPLY=(); return;;
        run:--ssh) COMPREPLY=(); return;;
        run:--remote-program) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); return;;
        run:--env) COMPREPLY=(); return;;
        run:--attached) COMPREPLY=(); return;;
        submit:--nodes|submit:-N) COMPREPLY=(); return;;
        submit:--array) COMPREPLY=(); return;;
        submit:--time) COMPREPLY=(); return;;
        submit:--proc|submit:-n) COMPREPLY=(); return;;
        submit:--leave-idle) COMPREPLY=(); return;;
        submit:--workdir|submit:-w) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur")); return;;
        submit:--lock-dir) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur")); return;;
        submit:--lock) COMPREPLY=($(compgen -W "flock lease" -- "$cur")); return;;
        submit:--runner|submit:-r) COMPREPLY=($(compgen -W "$(taskfarmer runners --names 2>/dev/null)" -- "$cur")); return;;
        submit:--tasklist|submit:-t) COMPREPLY=($(compgen -W "$(taskfarmer handlers --names 2>/dev/null)" -- "$cur")); return;;
        submit:--config) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); return;;
        submit:--share) COMPREPLY=($(compgen -W "group" -- "$cur")); return;;
        submit:--trust) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); return;;
        submit:--stop-signals) COMPREPLY=(); return;;
        submit:--logs) COMPREPLY=($(compgen -W "files packed failed none" -- "$cur")); return;;
        submit:--retries) COMPREPLY=(); return;;
        submit:--retry-on) COMPREPLY=(); return;;
        submit:--retry-delay) COMPREPLY=(); return;;
        submit:--resume-code) COMPREPLY=(); return;;
        submit:--quarantine) COMPREPLY=(); return;;
        submit:--task-timeout) COMPREPLY=(); return;;
        submit:--cpus) COMPREPLY=(); return;;
        submit:--mem) COMPREPLY=(); return;;
        submit:--gpus) COMPREPLY=(); return;;
        submit:--need) COMPREPLY=(); return;;
        submit:--offer) COMPREPLY=(); return;;
        submit:--mem-enforce) COMPREPLY=($(compgen -W "rss rlimit cgroup" -- "$cur")); return;;
        submit:--mem-slack) COMPREPLY=(); return;;
        submit:--ulimit) COMPREPLY=(); return;;
        submit:--load) COMPREPLY=(); return;;
        submit:--memfree) COMPREPLY=(); return;;
        submit:--nice) COMPREPLY=(); return;;
        submit:--ionice) COMPREPLY=(); return;;
        submit:--assume-dead) COMPREPLY=(); return;;
        submit:--scheduler) COMPREPLY=($(compgen -W "slurm pbs flux" -- "$cur")); return;;
        submit:--poll) COMPREPLY=(); return;;
        autoscale:--max-nodes|autoscale:-N) COMPREPLY=(); return;;
        autoscale:--time) COMPREPLY=(); return;;
        autoscale:--backlog) COMPREPLY=(); return;;
        autoscale:--worth) COMPREPLY=(); return;;
        autoscale:--proc|autoscale:-n) COMPREPLY=(); return;;
        autoscale:--workdir|autoscale:-w) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur")); return;;
        autoscale:--lock-dir) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur")); return;;
        autoscale:--lock) COMPREPLY=($(compgen -W "flock lease" -- "$cur")); return;;
        autoscale:--runner|autoscale:-r) COMPREPLY=($(compgen -W "$(taskfarmer runners --names 2>/dev/null)" -- "$cur")); return;;
        autoscale:--tasklist|autoscale:-t) COMPREPLY=($(compgen -W "$(taskfarmer handlers --names 2>/dev/null)" -- "$cur")); return;;
        autoscale:--config) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); return;;
        autoscale:--share) COMPREPLY=($(compgen -W "group" -- "$cur")); return;;
        autoscale:--trust) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); return;;
        autoscale:--stop-signals) COMPREPLY=(); return;;
        autoscale:--logs) COMPREPLY=($(compgen -W "files packed failed none" -- "$cur")); return;;
        autoscale:--retries) COMPREPLY=(); return;;
        autoscale:--retry-on) COMPREPLY=(); return;;
        autoscale:--retry-delay) COMPREPLY=(); return;;
        autoscale:--resume-code) COMPREPLY=(); return;;
        autoscale:--quarantine) COMPREPLY=(); return;;
        autoscale:--task-timeout) COMPREPLY=(); return;;
        autoscale:--cpus) COMPREPLY=(); return;;
        autoscale:--mem) COMPREPLY=(); return;;
        autoscale:--gpus) COMPREPLY=(); return;;
        autoscale:--need) COMPREPLY=(); return;;
        autoscale:--offer) COMPREPLY=(); return;;
        autoscale:--mem-enforce) COMPREPLY=($(compgen -W "rss rlimit cgroup" -- "$cur")); return;;
        autoscale:--mem-slack) COMPREPLY=(); return;;
        autoscale:--ulimit) COMPREPLY=(); return;;
        autoscale:--load) COMPREPLY=(); return;;
        autoscale:--memfree) COMPREPLY=(); return;;
        autoscale:--nice) COMPREPLY=(); return;;
        autoscale:--ionice) COMPREPLY=(); return;;
        autoscale:--assume-dead) COMPREPLY=(); return;;
        autoscale:--scheduler) COMPREPLY=($(compgen -W "slurm pbs flux" -- "$cur")); return;;
        autoscale:--poll) COMPREPLY=(); return;;
        autoscale:--leave-idle) COMPREPLY=(); return;;
        log:--attempt) COMPREPLY=(); return;;
        check:--lock-dir) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur")); return;;
        check:--assume-dead) COMPREPLY=(); return;;
        check:--trust) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); return;;
        check:--share) COMPREPLY=($(compgen -W "group" -- "$cur")); return;;
        list:--tasklist|list:-t) COMPREPLY=($(compgen -W "$(taskfarmer handlers --names 2>/dev/null)" -- "$cur")); return;;
        list:--workdir|list:-w) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur")); return;;
        list:--config) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); return;;
        list:--trust) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); return;;
        list:--share) COMPREPLY=($(compgen -W "group" -- "$cur")); return;;
        runners:--show) COMPREPLY=(); return;;
        runners:--tasklist|runners:-t) COMPREPLY=($(compgen -W "$(taskfarmer handlers --names 2>/dev/null)" -- "$cur")); return;;
        runners:--config) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); return;;
        runners:--trust) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); return;;
        runners:--share) COMPREPLY=($(compgen -W "group" -- "$cur")); return;;
        handlers:--config) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); return;;
        handlers:--trust) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); return;;
        handlers:--share) COMPREPLY=($(compgen -W "group" -- "$cur")); return;;
        doctor:--hosts) COMPREPLY=(); return;;
        doctor:--ssh) COMPREPLY=(); return;;
        doctor:--remote-program) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); return;;
        doctor:--lock-dir) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur")); return;;
    esac
    if [ "$command" = completion ] && [[ $cur != -* ]]; then
        COMPREPLY=($(compgen -W "bash zsh fish" -- "$cur")); return
    fi
    case "$command" in
        run) words="--proc -n --timeout --leave-idle --workdir -w --lock-dir --lock --runner -r --tasklist -t --config --share --trust --stop-signals --logs --retries --retry-on --retry-delay --resume-code --quarantine --task-timeout --cpus --mem --gpus --need --offer --pin --mem-enforce --mem-slack --ulimit --load --memfree --nice --ionice --retry-failed --fresh --assume-dead --verbose -v --quiet -q --version --hosts --ssh --remote-program --env --attached --help -h";;
        submit) words="--nodes -N --array --time --requeue --dry-run --wait --proc -n --leave-idle --workdir -w --lock-dir --lock --runner -r --tasklist -t --config --share --trust --stop-signals --logs --retries --retry-on --retry-delay --resume-code --quarantine --task-timeout --cpus --mem --gpus --need --offer --pin --mem-enforce --mem-slack --ulimit --load --memfree --nice --ionice --retry-failed --fresh --assume-dead --scheduler --poll --help -h";;
        autoscale) words="--max-nodes -N --time --backlog --worth --proc -n --workdir -w --lock-dir --lock --runner -r --tasklist -t --config --share --trust --stop-signals --logs --retries --retry-on --retry-delay --resume-code --quarantine --task-timeout --cpus --mem --gpus --need --offer --pin --mem-enforce --mem-slack --ulimit --load --memfree --nice --ionice --retry-failed --fresh --assume-dead --scheduler --poll --leave-idle --help -h";;
        status) words="--json --help -h";;
        log) words="--attempt --follow -f --help -h";;
        check) words="--repair --lock-dir --new-lock --assume-dead --trust --share --help -h";;
        list) words="--tasklist -t --workdir -w --config --trust --share --help -h";;
        runners) words="--list --show --tasklist -t --names --config --trust --share --help -h";;
        handlers) words="--list --names --config --trust --share --help -h";;
        doctor) words="--hosts --ssh --remote-program --srun --lock-dir --json --help -h";;
        completion) words="--help -h";;
    esac
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W "$words" -- "$cur"))
    else
        compopt -o filenames 2>/dev/null
        COMPREPLY=($(compgen -f -- "$cur"))
        [ "$COMP_CWORD" -eq 1 ] && COMPREPLY+=($(compgen -W "run submit autoscale status log check list runners handlers doctor completion" -- "$cur"))
    fi
}
complete -F _taskfarmer taskfarmer
