# bash completion for taskfarmer
_taskfarmer() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command=run words word
    COMPREPLY=()
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case " run status log check list runners handlers doctor completion " in *" $word "*) command=$word; break;; esac
    done
    case "$command:$prev" in
        run:--proc|run:-n) COMPREPLY=(); return;;
        run:--timeout) COMPREPLY=(); return;;
        run:--workdir|run:-w) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur")); return;;
        run:--lock-dir) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur")); return;;
        run:--runner|run:-r) COMPREPLY=($(compgen -W "$(taskfarmer runners --names 2>/dev/null)" -- "$cur")); return;;
        run:--tasklist|run:-t) COMPREPLY=($(compgen -W "$(taskfarmer handlers --names 2>/dev/null)" -- "$cur")); return;;
        run:--config) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); return;;
        run:--stop-signals) COMPREPLY=(); return;;
        run:--logs) COMPREPLY=($(compgen -W "files packed failed none" -- "$cur")); return;;
        run:--assume-dead) COMPREPLY=(); return;;
        log:--attempt) COMPREPLY=(); return;;
        check:--lock-dir) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur")); return;;
        check:--assume-dead) COMPREPLY=(); return;;
        list:--tasklist|list:-t) COMPREPLY=($(compgen -W "$(taskfarmer handlers --names 2>/dev/null)" -- "$cur")); return;;
        list:--workdir|list:-w) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur")); return;;
        list:--config) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); return;;
        runners:--show) COMPREPLY=(); return;;
        runners:--tasklist|runners:-t) COMPREPLY=($(compgen -W "$(taskfarmer handlers --names 2>/dev/null)" -- "$cur")); return;;
        runners:--config) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); return;;
        handlers:--config) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); return;;
        doctor:--hosts) COMPREPLY=(); return;;
        doctor:--ssh) COMPREPLY=(); return;;
        doctor:--lock-dir) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur")); return;;
    esac
    if [ "$command" = completion ] && [[ $cur != -* ]]; then
        COMPREPLY=($(compgen -W "bash zsh fish" -- "$cur")); return
    fi
    case "$command" in
        run) words="--proc -n --timeout --workdir -w --lock-dir --runner -r --tasklist -t --config --stop-signals --logs --retry-failed --fresh --assume-dead --verbose -v --quiet -q --version --help -h";;
        status) words="--json --help -h";;
        log) words="--attempt --follow -f --help -h";;
        check) words="--repair --lock-dir --new-lock --assume-dead --help -h";;
        list) words="--tasklist -t --workdir -w --config --help -h";;
        runners) words="--list --show --tasklist -t --names --config --help -h";;
        handlers) words="--list --names --config --help -h";;
        doctor) words="--hosts --ssh --srun --lock-dir --json --help -h";;
        completion) words="--help -h";;
    esac
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W "$words" -- "$cur"))
    else
        compopt -o filenames 2>/dev/null
        COMPREPLY=($(compgen -f -- "$cur"))
        [ "$COMP_CWORD" -eq 1 ] && COMPREPLY+=($(compgen -W "run status log check list runners handlers doctor completion" -- "$cur"))
    fi
}
complete -F _taskfarmer taskfarmer
