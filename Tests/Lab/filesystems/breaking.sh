# shellcheck shell=bash disable=SC2154,SC2034
# What breaks while farmers are at work. $event is when it did.

scenario_kill() {
    loaded kill
    local first=${on_n1[0]}
    signal KILL n1 "$first"
    # By the other one of its host, if there is one.
    local finders=("${on_n1[@]:1}")
    [ "${#finders[@]}" -gt 0 ] || finders=("${elsewhere[@]}")
    expect "a farmer that was killed is found by ${finders[*]}" \
        until_said 60 "${farmer_names[0]} is gone" $(outputs "${finders[@]}")
    local event_of_first=$event
    if [ "${#on_n1[@]}" -gt 1 ]; then
        # The other one of its host goes as well: now another host has to find out.
        sleep 2
        event=$(now)
        signal KILL n1 "${on_n1[1]}"
        expect "and so is one that another host has to find" \
            until_said 60 "${farmer_names[1]} is gone" $(outputs "${elsewhere[@]}")
    fi
    expect_ended 0 "$long" "${elsewhere[@]}"
    # A dead one's tasks die with it.
    sound n1 n2
    recovered "$event_of_first" "${farmer_names[0]}"
    [ "$event" = "$event_of_first" ] || recovered "$event" "${farmer_names[1]}" ", found by another host"
}

scenario_crash() {
    loaded crash
    # Where locks are kept: between two changes, or else this is the scenario `held`.
    if keeps_locks; then
        stop_farmers idle || fail "n1 is caught between two changes"
        event=$(now)
    fi
    crash n1
    if keeps_locks; then
        take_over
    else
        expect_ended 0 "$long" "${elsewhere[@]}"
        expect "the others said that n1's farmers are gone" said 'n1\.[0-9.]* is gone' $(outputs "${elsewhere[@]}")
        boot n1
        sound n2 n1
        recovered "$event"
    fi
}
# The others say what to do, and it is done.
take_over() {
    expect "the others say that n1 shows no sign of life" \
        until_said 90 'has shown no sign of life' $(outputs "${elsewhere[@]}")
    echo "FIGURE  $system: $scenario: said $(awk -v a="$event" -v b="$(now)" 'BEGIN { printf "%.1f", b - a }') s after the event"
    expect "and what to do" said '--assume-dead n1' $(outputs "${elsewhere[@]}")
    # They go on with all other tasks.
    until_recorded $(($(on n2 sh -c "wc -l <$work/finished") + 1)) 30
    local name
    for name in "${elsewhere[@]}"; do signal TERM "${name%?}" "$name"; done
    expect_ended 75 60 "${elsewhere[@]}"
    farm n2 again -n 8 --assume-dead n1
    # On MooseFS it has taken more than a minute.
    expect "then n1's farmers are gone" until_gone 150 again
    [ "${1:-}" = goes_on ] && return
    expect_ended 0 "$long" again
    boot n1
    sound n2 n1
    recovered "$event"
}

# stop_farmers STATUS: stops those on n1 by SIGSTOP, at an instant at which the lock file has that status.
stop_farmers() {
    on n1 bash -c '
        lock=$1 status=$2 all=$(cat "${@:3}") first=$(cat "$3")
        for i in $(seq 300); do
            kill -STOP $first
            if [ $status = busy ]; then
                if grep -q " busy [^ ]*\.$first\." $lock; then kill -STOP $all; exit 0; fi
            else
                kill -STOP $all
                if ! grep -q " busy n1\." $lock; then exit 0; fi
                kill -CONT $all
            fi
            kill -CONT $first
            sleep 0.0$((i % 7))
        done
        exit 1' - "$work/lock" "$1" "${on_n1[@]/#//run/}"
}

scenario_held() {
    loaded held
    expect "n1 is caught with the lock in its hands" stop_farmers busy
    event=$(now)
    crash n1
    expect "the others say that they wait for the lock, and for whom" \
        until_said 60 'waiting for the lock .* it is held by n1\.' $(outputs "${elsewhere[@]}")
    local name
    for name in "${elsewhere[@]}"; do signal TERM "${name%?}" "$name"; done
    expect_ended 75 60 "${elsewhere[@]}"
    status=0
    on n2 timeout 15 "$program" check "$work" >"$LAB/check.out" 2>&1 || status=$?
    expect "check says whom it waits for, too" said 'waiting for the lock .* it is held by n1\.' "$LAB/check.out"
    status=0
    # On MooseFS it has taken more than a minute.
    in_host n2 timeout 200 "$program" check --repair --new-lock --assume-dead n1 "$work" </dev/null >"$LAB/check.out" 2>&1 || status=$?
    expect "check --repair --new-lock --assume-dead n1 mends it" equal "$status" 0
    [ "$status" = 0 ] || sed 's/^/        /' "$LAB/check.out"
    boot n1
    farm n2 again -n 4
    farm n1 back -n 4
    expect_ended 0 "$long" again back
    expect "no task lost its command" equal "$(on n2 sh -c "wc -l <$work/skipped")" 0
    sound n2 n1
}

# Those on n1 find out, and stop.
fenced_out() {
    local name
    go_on
    for name in "${on_n1[@]}"; do
        until_said 60 'stopped by' "$LAB/$name.out" || fail "$name stops"
        # A client of GlusterFS that was cut off fails every call, and its farmer may hear of that first.
        if [ "$system" = gluster ] && grep -q ': stopping: .*: Transport endpoint is not connected' "$LAB/$name.out"; then
            expect_ended 74 60 "$name"
        else
            expect_ended 75 60 "$name"
            expect "$name found itself fenced out" said 'was taken for dead\|the file server has closed' "$LAB/$name.out"
        fi
    done
}
scenario_freeze() {
    loaded freeze
    if keeps_locks; then
        stop_farmers idle || fail "n1 is caught between two changes"
        event=$(now)
        freeze n1
        take_over goes_on
        thaw n1
        # Those that stood still by SIGSTOP, too.
        signal CONT n1 "${on_n1[@]}"
        fenced_out
        expect_ended 0 "$long" again
    else
        freeze n1
        expect "the others say that n1's farmers are gone" until_gone 150 "${elsewhere[@]}"
        sleep 3
        thaw n1
        fenced_out
        expect_ended 0 "$long" "${elsewhere[@]}"
    fi
    sound n2 n1
    recovered "$event"
}

# Shorter than any lease or ping time-out.
scenario_blip() {
    loaded blip
    cut n1
    sleep 3
    heal n1
    expect_ended 0 "$long" "${names[@]}"
    expect "nobody was taken for dead" equal "$(cat $(outputs "${names[@]}") | grep -c 'is gone;\|was taken for dead')" 0
    sound n1 n2
}
scenario_cut() {
    loaded cut
    cut n1
    if keeps_locks; then
        expect "the others say that n1 shows no sign of life" until_said 150 'has shown no sign of life' $(outputs "${elsewhere[@]}")
        echo "FIGURE  $system: cut: said $(awk -v a="$event" -v b="$(now)" 'BEGIN { printf "%.1f", b - a }') s after the event"
        heal n1
        expect_ended 0 "$long" "${names[@]}"
        sound n1 n2
        return
    fi
    expect "the others say that n1's farmers are gone" until_gone 90 "${elsewhere[@]}"
    sleep 3
    heal n1
    fenced_out
    expect_ended 0 "$long" "${elsewhere[@]}"
    sound n1 n2
    recovered "$event"
}

# Without flock: a farmer's process or its heart tells whether it lives. One ends, then the host of another.
scenario_lease() {
    loaded lease
    local first=$event
    signal KILL n1 "${on_n1[0]}"
    expect "a farmer that was killed is found" until_said 150 "${farmer_names[0]} is gone" $(outputs "${names[@]}")
    event=$(now)
    crash n1
    expect_ended 0 "$long" "${elsewhere[@]}"
    local name
    for name in "${farmer_names[@]:1}"; do
        expect "so are those of a host that died" said "$name is gone" $(outputs "${elsewhere[@]}")
    done
    boot n1
    sound n2 n1
    recovered "$first" "${farmer_names[0]}"
    for name in "${farmer_names[@]:1}"; do recovered "$event" "$name" ", host"; done
}
scenario_leasefreeze() { scenario_freeze; }

# The server's own power: it knows its clients' locks again from what they reclaim within its grace period.
scenario_restart() {
    loaded restart
    crash srv
    sleep 2
    boot srv
    # NFS 3: it tells its clients, as the boot scripts of a real one do.
    if [ "$system" = nfs3 ]; then "$uml" x srv sm-notify -f </dev/null; fi
    expect_ended 0 "$long" "${names[@]}"
    expect "nobody was taken for dead" equal "$(cat $(outputs "${names[@]}") | grep -c 'is gone;\|was taken for dead')" 0
    sound n1 n2
    awk -F'\t' -v event="$event" 'NR > 1 && $6 > event { print $6 }' "$LAB/attempts.tsv" | sort -n |
        awk -v last="$event" -v fs="$system" '{ if ($1 - last > gap) gap = $1 - last; last = $1 }
            END { printf "FIGURE  %s: restart: no task was started for %.1f s\n", fs, gap }'
}
