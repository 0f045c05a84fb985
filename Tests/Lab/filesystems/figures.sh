# shellcheck shell=bash disable=SC2154
# Nothing breaks: how long a lock cycle takes, and how busy four farmers keep a slot each.

busy() { # COUNT SECONDS
    place "busy$2" "$1" "$LAB/task $2"
    start_four 1
    expect_ended 0 "$long" "${names[@]}"
    sound n1 n2
    # The time in which tasks ran, of that from each farmer's first start to its last end.
    echo "FIGURE  $system: busy share with tasks of $2 s, four farmers with a slot each: $(
        awk -F'\t' -v each="$2" 'NR > 1 {
                if (!($4 in from) || $6 < from[$4]) from[$4] = $6
                if ($6 + $7 > to[$4]) to[$4] = $6 + $7
                wall += $7; count++
            } END { for (f in from) all += to[f] - from[f]
                printf "%.1f %% (%.1f %% of it the sleep itself)", 100 * wall / all, 100 * count * each / all }' "$LAB/attempts.tsv"
    )"
    echo "        as the farmers say: $(grep -ho 'slot busy.*' $(outputs "${names[@]}") | paste -sd' ')"
}
cycle() {
    local program_text result host pids=()
    # Locks a file, drops its cached pages, reads a number in it, writes it one greater, flushes, lets go: as often as that goes in three seconds.
    program_text='
import fcntl, os, random, sys, time
fd = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
end = time.time() + 3
n = 0
while time.time() < end:
    wait = 0.0002
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            time.sleep(random.uniform(wait / 4, wait)); wait = min(wait * 1.5, 0.02)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    value = int(os.pread(fd, 20, 0) or b"0")
    os.pwrite(fd, b"%019d\n" % (value + 1), 0)
    os.fdatasync(fd)
    fcntl.flock(fd, fcntl.LOCK_UN)
    n += 1
print(n)'
    on n2 mkdir -p "$mount/cycle"
    on n2 sh -c "echo 0 >$mount/cycle/alone; echo 0 >$mount/cycle/both"
    for host in "${hosts[@]}"; do on "$host" ls "$mount/cycle" >/dev/null; done
    result=$(on n1 python3 -c "$program_text" "$mount/cycle/alone")
    echo "FIGURE  $system: a lock cycle (lock, read, write, flush, unlock), one host: $(awk -v n="$result" 'BEGIN { printf "%.1f ms", 3000 / n }')"
    for host in "${hosts[@]}"; do
        on "$host" python3 -c "$program_text" "$mount/cycle/both" >"$LAB/cycle.$host" &
        pids+=($!)
    done
    wait "${pids[@]}"
    echo "FIGURE  $system: a lock cycle, $clients hosts at once: $(cat "$LAB"/cycle.n* | awk '{ n += $1 } END { printf "%.1f ms", 3000 / n }')"
    expect "locked counting by all hosts loses nothing" equal \
        "$(on n1 sh -c "cat $mount/cycle/both" | awk '{ print $1 + 0 }')" "$(cat "$LAB"/cycle.n* | awk '{ n += $1 } END { print n }')"
}
scenario_busy() {
    : >"$LAB/before"
    cycle
    busy 80 1.00
    busy 800 0.10
}
