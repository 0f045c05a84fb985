# shellcheck shell=bash disable=SC2154
# Farmers on hosts, what they say and leave, and what must hold afterwards.
said() { grep -qs -e "$1" "${@:2}" || { echo "        not said: $1"; tail -qn 2 "${@:2}" | sed 's/^/        | /'; return 1; }; }
now() { date +%s.%N; }

# farm HOST NAME ARGUMENT…: starts a farmer in the background; its process there stands in /run/NAME.
farm() {
    local host=$1 name=$2
    shift 2
    in_host "$host" sh -c "echo \$\$ >/run/$name; exec $program run -v $locking -w $work $* $list" </dev/null >"$LAB/$name.out" 2>&1 &
    farmers+=($!)
    eval "process_$name=$!"
}
# Four of them, with so many slots each; their names are in `names`, those on n1 in `on_n1` and the others in `elsewhere`.
start_four() {
    local i host
    names=() on_n1=() elsewhere=()
    for i in 0 1 2 3; do
        host=${hosts[i % clients]}
        names+=("$host$((i / clients + 1))")
        if [ "$host" = n1 ]; then on_n1+=("${names[i]}"); else elsewhere+=("${names[i]}"); fi
        farm "$host" "${names[i]}" -n "$1"
    done
}
outputs() { local name; for name in "$@"; do echo "$LAB/$name.out"; done; }
# ended NAME SECONDS: waits for the farmer; its exit status in `status`, 124 when it did not end.
ended() {
    local process
    eval "process=\$process_$1"
    status=124
    if timeout "$2" tail --pid="$process" -f /dev/null; then
        status=0
        wait "$process" || status=$?
    fi
}
expect_ended() {
    local name
    for name in "${@:3}"; do
        ended "$name" "$2"
        expect "farmer $name exits with $1" equal "$status" "$1"
        [ "$status" = "$1" ] || { grep -h ': stopping' "$LAB/$name.out"; tail -n 4 "$LAB/$name.out"; } | sed 's/^/        | /'
    done
}
signal() { # SIGNAL HOST NAME…
    local name signal=$1 host=$2
    for name in "${@:3}"; do on "$host" sh -c "kill -$signal \$(cat /run/$name)"; done
}
# After a scenario that went wrong, the next one does not find its farmers.
end_farmers() {
    local process host
    for process in "${farmers[@]}"; do
        kill -0 "$process" 2>/dev/null || continue
        for host in "${hosts[@]}"; do timeout 10 "$([ $is_uml = true ] && echo "$uml" || echo "$nodes")" x "$host" \
            pkill -KILL -x taskfarmer </dev/null >/dev/null 2>&1 || true; done
        break
    done
    for process in "${farmers[@]}"; do kill "$process" 2>/dev/null || true; done
    farmers=()
}
# until_said SECONDS TEXT FILE…: waits for one of these farmers to say something.
until_said() {
    local begin=$SECONDS
    until grep -qs -e "$2" "${@:3}"; do
        [ $((SECONDS - begin)) -lt "$1" ] || { echo "        not said within $1 s: $2"; return 1; }
        sleep 0.2
    done
}
# until_recorded COUNT SECONDS: waits for so many tasks to be over.
until_recorded() {
    local begin=$SECONDS
    until [ "$(on n2 sh -c "cat $work/finished 2>/dev/null | wc -l")" -ge "$1" ] 2>/dev/null; do
        [ $((SECONDS - begin)) -lt "$2" ] || { fail "$1 tasks are over within $2 s"; return 0; }
        sleep 0.3
    done
}

# place NAME TASKS COMMAND [COMMAND_OF_EACH_TENTH]: a list and an empty place for its work directory.
place() {
    work=$mount/$1/work list=$mount/$1/list tasks=$2
    on n2 rm -rf "$mount/$1"
    on n2 mkdir "$mount/$1"
    awk -v n="$2" -v each="$3" -v tenth="${4:-$3}" 'BEGIN { for (i = 0; i < n; i++) print i % 10 ? each : tenth }' |
        timeout 60 "$([ $is_uml = true ] && echo "$uml" || echo "$nodes")" x n2 sh -c "cat >$list"
    [ "$(on n2 sh -c "wc -l <$list")" = "$2" ] || { fail "the list is written on n2" && return 1; }
    # What the hosts' first connections would print is not the farmers'; and each has seen the new folder.
    for host in "${hosts[@]}"; do on "$host" ls "$mount/$1" >/dev/null; done
}
# Tasks for half a minute and more, of which something is always running.
loaded() {
    if [ "$tasks_wanted" -lt 1000 ]; then
        place "$1" "$tasks_wanted" "$LAB/task 0.2" "$LAB/task 4"
        start_four 2
    else
        place "$1" "$tasks_wanted" "$LAB/task 0.1" "$LAB/task 1"
        start_four 4
    fi
    # Every farmer is at work, and something is recorded. A server gives no locks for as long as its lease after it came up.
    for name in "${names[@]}"; do until_said 150 'start [0-9]' "$LAB/$name.out" || fail "$name starts tasks"; done
    until_recorded $((tasks / 20)) 60
    farmer_names=()
    for name in "${on_n1[@]}"; do farmer_names+=("$(farmer_of "$name")"); done
    on n2 cat "$work/finished" "$work/failed" >"$LAB/before"
    sleep 1 # whatever change that was read from is over
    event=$(now)
}

# The name under which a farmer works: host, process and time.
farmer_of() { echo "${1%?}\.$(on "${1%?}" cat "/run/$1")\.[0-9]*"; }
# until_gone SECONDS NAME…: waits until one of these said that each farmer of n1 is gone.
until_gone() {
    local gone
    for gone in "${farmer_names[@]}"; do until_said "$1" "$gone is gone" $(outputs "${@:2}") || return; done
}

# sound HOST HOST: what must hold when everything is over.
sound() {
    local host ids
    on n2 cat "$work/finished" "$work/failed" >"$LAB/after"
    ids=$(cut_field "$LAB/after" | sort -n)
    expect "each of $tasks IDs is in finished or failed once" \
        equal "$(cksum <<<"$ids")" "$(seq 0 $((tasks - 1)) | cksum)"
    if [ -s "$LAB/before" ]; then
        expect "what was recorded before is still recorded ($(wc -l <"$LAB/before") tasks)" \
            equal "$(sort "$LAB/before" | comm -23 - <(sort "$LAB/after") | wc -l)" 0
    fi
    for host in "$@"; do
        status=0
        on "$host" timeout 60 "$program" check "$work" >"$LAB/check.out" 2>&1 || status=$?
        expect "check on $host finds it sound" said ': sound;' "$LAB/check.out"
        expect "no process of a task is left on $host" no_process "$host"
    done
    on n2 cat "$work/attempts.tsv" >"$LAB/attempts.tsv"
    # A farmer that was taken for dead has its open attempts recorded as lost, last of all that is recorded of it.
    expect "nothing of a farmer was recorded after it was taken for dead" awk -F'\t' '
        $15 == "lost" { lost[$4] = 1; next } $4 in lost { print "        " $0; bad = 1 } END { exit bad }' "$LAB/attempts.tsv"
    expect "each task succeeded once" awk -F'\t' -v n="$tasks" '
        $15 == "succeeded" { if ($1 in seen) exit 1; seen[$1] = 1; count++ } END { exit count != n }' "$LAB/attempts.tsv"
    echo "        changes of the shared state: $(on n2 awk '$1 == "epoch" { print $2 + 0 }' "$work/state") for $tasks tasks"
    : >"$LAB/before"
}
cut_field() { awk '{ print $1 }' "$1"; }
no_process() {
    # One that was reparented just now may take a moment to go.
    local i
    for i in 1 2 3; do
        on "$1" sh -c 'ps ax | grep -E "/[t]ask |[P]ROC_NUMBER|[s]leep [0-9][.]|[t]askfarmer run" >/run/left' || return 0
        sleep 1
    done
    on "$1" sed 's/^/        /' /run/left
    return 1
}
# recovered EVENT [FARMER WHAT]: the time between it and the first start elsewhere of each task that was lost then, by any farmer
# or by those whose names match.
recovered() {
    awk -F'\t' -v event="$1" -v farmer="^${2:-.*}\$" -v what="$system: $scenario${3:-}" '
        $15 == "lost" && $4 ~ farmer { lost[$1] = $2 }
        { start[NR] = $6; task[NR] = $1; attempt[NR] = $2 }
        END {
            for (i in start) if (task[i] in lost && attempt[i] == lost[task[i]] + 1 && start[i] > event) {
                if (!first || start[i] < first) first = start[i]
                if (start[i] > last) last = start[i]
            }
            if (first) printf "FIGURE  %s: lost tasks ran elsewhere %.1f to %.1f s after the event\n", what, first - event, last - event
        }' "$LAB/attempts.tsv"
    expect "attempts that were lost are in attempts.tsv and have a second one" awk -F'\t' '
        $15 == "lost" { lost[$1] = 1 } $15 == "succeeded" && $2 > 1 { again[$1] = 1 }
        END { for (task in lost) { n++; if (!(task in again)) exit 1 }; exit n == 0 }' "$LAB/attempts.tsv"
}
