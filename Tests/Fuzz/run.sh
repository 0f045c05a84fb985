#!/usr/bin/env bash
# Fuzzes everything that is read, each target for a share of the time, with libFuzzer from the Swift toolchain.
#
#   Tests/Fuzz/run.sh [SECONDS]     60 seconds in all unless something else is said, the build aside
#
# TASKFARMER_FUZZ_TARGETS="ini list" fuzzes only these. TASKFARMER_FUZZ_CORPUS=DIR keeps what is found to be of interest.
# A finding is left in a file that is named at the end; put it into Tests/Fuzz/Seeds/TARGET when it is mended, where
# `swift test` reads it from then on. `swift run Fuzz TARGET FILE` shows it again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
seconds=${1:-60}
targets=${TASKFARMER_FUZZ_TARGETS:-journal ini list farm attempts records foreign lines}
read -ra all <<<"$targets"
share=$((seconds / ${#all[@]}))
[ "$share" -ge 1 ] || share=1

if ! find "$(dirname "$(readlink -f "$(command -v swiftc)")")/../lib/clang" -name 'libclang_rt.fuzzer-*' 2>/dev/null | grep -q .; then
    echo "skipped: this Swift toolchain has no libFuzzer"
    exit 0
fi
# Optimised: many times as many inputs, and Swift traps as before.
swift build -c release --product Fuzz --scratch-path .build-fuzz -Xswiftc -sanitize=fuzzer -Xswiftc -DFUZZING

work=$(mktemp -d)
trap 'rm -rf "${work:?}/corpus"; rmdir "$work" 2>/dev/null || true' EXIT
status=0
for target in "${all[@]}"; do
    corpus=${TASKFARMER_FUZZ_CORPUS:-$work/corpus}/$target
    mkdir -p "$corpus"
    # An input takes at most 5 s, and the process 512 MiB; one allocation 64 MiB.
    if TASKFARMER_FUZZ=$target SWIFT_BACKTRACE=enable=no .build-fuzz/release/Fuzz "$corpus" "Tests/Fuzz/Seeds/$target" \
        -max_total_time="$share" -timeout=5 -rss_limit_mb=512 -malloc_limit_mb=64 -max_len=8192 -close_fd_mask=1 \
        -print_final_stats=1 -artifact_prefix="$work/$target-" >"$work/$target.log" 2>&1; then
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$target.log")
        peak=$(sed -n 's/^stat::peak_rss_mb: *//p' "$work/$target.log")
        echo "$target: no finding in $runs inputs, $share s, at most $peak MiB"
        rm -f "$work/$target.log"
    else
        status=1
        echo "$target: a finding, see $work/$target.log"
        grep -m 5 -E 'Fatal error|ERROR: libFuzzer|SUMMARY|artifact_prefix' "$work/$target.log" || tail -3 "$work/$target.log"
    fi
done
exit $status
