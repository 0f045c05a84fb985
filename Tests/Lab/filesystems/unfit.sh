# shellcheck shell=bash disable=SC2154
# Locks that keep nobody out, or are not to be had: refused, never run wrongly.

# refused HOST TEXT: a farmer there exits with 71, says so in one line, and runs nothing.
refused() {
    status=0
    on "$1" timeout 60 "$program" run -w "$work" "$list" >"$LAB/refused.out" 2>&1 || status=$?
    expect "a farmer on $1 is refused with 71" equal "$status" 71
    expect "and says why" said "$2" "$LAB/refused.out"
    expect "and what to do" said '--lock-dir' "$LAB/refused.out"
    expect "in one line" equal "$(wc -l <"$LAB/refused.out")" 1
}
untouched() { expect "nothing was made" on n2 sh -c "! test -e $work"; }

scenario_nolock() {
    place nolock 20 :
    refused n1 'nolock'
    refused n2 'nolock'
    untouched
    # An honest lock elsewhere does not help: the farmers' own files lie in the work directory.
    status=0
    on n1 "$program" run -w "$work" --lock-dir "$mount" "$list" >"$LAB/refused.out" 2>&1 || status=$?
    expect "so is one with its lock beside the work directory" equal "$status" 71
    untouched
}
scenario_locallock() {
    place locallock 20 :
    refused n1 'local_lock=flock'
    refused n2 'local_lock=flock'
    untouched
}
# The server's lock manager cannot be found: a lock that is asked for is neither given nor refused.
scenario_nolockd() {
    place nolockd 20 :
    # shellcheck disable=SC2016
    "$uml" x srv sh -c 'for v in 1 3 4; do rpcinfo -d 100021 $v; done' </dev/null
    farm n1 stopped -n 2
    expect "a farmer says what it waits for" until_said 60 'waiting for the lock' "$LAB/stopped.out"
    expect "and what to do" said '--lock-dir' "$LAB/stopped.out"
    signal TERM n1 stopped
    expect_ended 75 30 stopped
    expect "nothing was run" on n2 sh -c "! test -s $work/attempts.tsv"
    farm n1 waits -n 2
    farm n2 waits_too -n 2
    expect "others wait as well" until_said 60 'waiting for the lock' "$LAB/waits.out"
    # It registers its lock manager again.
    "$uml" x srv sh -c 'rpc.nfsd 0; rpc.nfsd 8' </dev/null
    expect_ended 0 200 waits waits_too
    sound n1 n2
}
# sshfs: its locks are those of the host, and no mount option says so.
sshfs_up() {
    local host s=$LAB/sshfs
    mkdir -p "$s" "$LAB/shared" "$mount"
    ssh-keygen -q -t ed25519 -N '' -f "$s/key"
    ssh-keygen -q -t ed25519 -N '' -f "$s/hostkey"
    printf '%s\n' "HostKey $s/hostkey" "AuthorizedKeysFile $s/key.pub" 'StrictModes no' 'PermitRootLogin yes' 'UsePAM no' \
        'PidFile none' 'Subsystem sftp internal-sftp' >"$s/sshd_config"
    "$nodes" x head sh -c "mkdir -p /run/sshd; exec /usr/sbin/sshd -f $s/sshd_config"
    for host in "${hosts[@]}"; do
        "$nodes" x "$host" sshfs -o "IdentityFile=$s/key,StrictHostKeyChecking=no,UserKnownHostsFile=/dev/null" \
            "head:$LAB/shared" "$mount"
        "$nodes" x "$host" mountpoint -q "$mount"
    done
}
# What the server has: its clients show old views of it.
sound_at_server() {
    expect "each task succeeded once" equal \
        "$(awk -F'\t' '$15 == "succeeded" { print $1 }' "$LAB/shared/$1/work/attempts.tsv" | sort -n | cksum)" "$(seq 0 59 | cksum)"
    "$program" check "$LAB/shared/$1/work" >"$LAB/check.out" 2>&1 || true
    expect "check finds it sound" said ': sound;' "$LAB/check.out"
}
scenario_sshfs() {
    # shellcheck disable=SC2016
    place unfit 60 'echo $PROC_NUMBER; sleep 0.50'
    farm n1 first -n 2
    until_said 30 'start [0-9]' "$LAB/first.out" || fail "the first farmer works"
    status=0
    on n2 timeout 60 "$program" run -w "$work" "$list" >"$LAB/refused.out" 2>&1 || status=$?
    expect "a second host's farmer is refused with 71" equal "$status" 71
    expect "and says why" said 'locks do not work between n1 and n2' "$LAB/refused.out"
    expect_ended 0 120 first
    sound_at_server unfit

    # All at the same time: at most one host's farmers go on.
    place together 60 'echo $PROC_NUMBER; sleep 0.50'
    start_four 2
    local name went=()
    for name in "${names[@]}"; do
        ended "$name" 120
        case $status in
        0) went+=("${name%?}") ;;
        71) ;;
        *) fail "$name exits with 0 or 71, not $status" && tail -n 3 "$LAB/$name.out" ;;
        esac
    done
    echo "        went on: ${went[*]:-none}"
    expect "of hosts that begin together at most one goes on" \
        [ "$(printf '%s\n' "${went[@]:-none}" | sort -u | wc -l)" = 1 ]
    if [ "${#went[@]}" = 0 ]; then
        farm n1 alone -n 4
        expect_ended 0 120 alone
    fi
    sound_at_server together
}
