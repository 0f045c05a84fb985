#!/usr/bin/env bash
# Every suite that needs root, a SLURM, several kernels, network file systems, containers, failing disks or much time, one after
# another; each says what it skips and why. Hours. `.ci/run` runs those parts that take minutes.
#
# usage: Tests/Lab/all.sh [--install] [--to DIR] [NAME …]     as root
#   NAME         filesystems filesystems4 doctor slurm submit srun hosts faults cgroup2 browser containers fuzz kills; default: all
#   --install    first installs what they need, by the lab's install.sh (Debian 12)
#   --to DIR     where what each prints is kept (default: a new folder, named at the end)
#   TASKFARMER_LAB      the folder with the lab's scripts (default: shared/lab beside the checkout)
#   TASKFARMER_BINARY   a static binary (default: built)
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
lab=${TASKFARMER_LAB:-$PWD/../shared/lab}
wanted=() to='' install=false
while [ $# -gt 0 ]; do
    case $1 in
    --install) install=true ;;
    --to) to=$2 && shift ;;
    filesystems | filesystems4 | doctor | slurm | submit | srun | hosts | faults | cgroup2 | browser | containers | fuzz | kills) wanted+=("$1") ;;
    *) echo "$1: see the head of ${BASH_SOURCE[0]}" >&2 && exit 64 ;;
    esac
    shift
done
[ "${#wanted[@]}" -gt 0 ] || wanted=(slurm submit srun hosts faults cgroup2 browser doctor containers fuzz kills filesystems filesystems4)
to=${to:-$(mktemp -d)}
mkdir -p "$to"
if $install; then
    apt-get update && "$lab/install.sh" slurm uml gluster moosefs sshfs containers perfetto &&
        apt-get install -y --no-install-recommends btrfs-progs strace crun busybox-static || exit 1
fi >"$to/install.log" 2>&1 || { tail -5 "$to/install.log" && echo "cannot be installed" && exit 1; }
if [ -z "${TASKFARMER_BINARY:-}" ]; then
    swift build -c release --product taskfarmer --scratch-path .build-static -Xswiftc -static-executable || exit 1
    export TASKFARMER_BINARY=$PWD/.build-static/release/taskfarmer
fi

run() {
    case $1 in
    filesystems) Tests/Lab/filesystems.sh ;;
    filesystems4) Tests/Lab/filesystems.sh --clients 4 ;;
    doctor | slurm | submit | srun | hosts | faults | cgroup2 | browser) "Tests/Lab/$1.sh" ;;
    containers) TASKFARMER_CONTAINERS=1 swift test --filter ContainersTests ;;
    fuzz) Tests/Fuzz/run.sh 1800 ;;
    # Killed before and in the middle of each call, with every scenario, and a thousand random faults.
    kills) TASKFARMER_TEST_ALL_CALLS=1 TASKFARMER_FAULTS=1000 swift test --filter 'KilledAnywhereTests|KilledFarmersTests|FaultsTests' ;;
    esac
}
failed=0
for name in "${wanted[@]}"; do
    begun=$SECONDS status=0
    run "$name" </dev/null >"$to/$name.log" 2>&1 || status=$?
    printf '%-12s %s after %s s: %s\n' "$name" "$([ $status = 0 ] && echo ok || echo "FAILED ($status)")" $((SECONDS - begun)) "$(tail -n 1 "$to/$name.log")"
    grep -h '^skipped' "$to/$name.log"
    [ $status = 0 ] || { failed=1 && grep -h -m 20 -E '^FAILED|^✘' "$to/$name.log"; }
done
echo "what they printed is in $to"
exit $failed
