#!/usr/bin/env bash
# Tasks a second of no-op tasks, against a C loop that only opens a log, spawns and reaps; A B A B in one run.
# usage: Tests/Lab/rate.sh [TASKS] [PAIRS]      TASKFARMER_BINARY names the binary (default: the static release build)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
tasks=${1:-10000} pairs=${2:-3}
binary=${TASKFARMER_BINARY:-}
if [ -z "$binary" ]; then
    swift build -c release --product taskfarmer --scratch-path .build-static -Xswiftc -static-executable
    binary=$PWD/.build-static/release/taskfarmer
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cc -O2 -o "$scratch/spawnloop" Tests/Lab/spawnloop.c
true=$(command -v true); [ -x "$true" ] || true=/bin/true
for ((i = 0; i < tasks; i++)); do echo "$true"; done >"$scratch/list"
cd "$scratch"
for ((pair = 1; pair <= pairs; pair++)); do
    mkdir logs
    printf 'C loop:     '
    ./spawnloop "$tasks" 2 logs "$true"
    rm -rf logs
    begin=$(date +%s.%N)
    "$binary" run -n 2 list >out
    end=$(date +%s.%N)
    awk -v n="$tasks" -v b="$begin" -v e="$end" 'BEGIN { printf "taskfarmer: %.0f tasks/s (start and end of the program included)\n", n / (e - b) }'
    grep 'the farmer itself' out
    rm -rf list_workdir
done
