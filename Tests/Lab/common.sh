# shellcheck shell=bash
# What the suites of this folder have in common. Sourced in the folder of the checkout, with `set -u`.
# shellcheck disable=SC2034
lab_scripts=${TASKFARMER_LAB:-$PWD/../shared/lab}
passed=0 failed=0
label= # what is being tried

skip() {
    echo "skipped: $*"
    exit 0
}
# needs COMMAND… [: SCRIPT…]: skips without root, one of these commands or one of these scripts of the lab.
needs() {
    [ "$(id -u)" = 0 ] || skip "needs root"
    local each scripts=false
    for each in "$@"; do
        if [ "$each" = : ]; then
            scripts=true
        elif $scripts; then
            [ -x "$lab_scripts/$each" ] || skip "no lab in $lab_scripts (TASKFARMER_LAB)"
        else
            command -v "$each" >/dev/null || skip "needs $each"
        fi
    done
}
# The static binary to try, in `binary`: TASKFARMER_BINARY, or built.
take_binary() {
    binary=${TASKFARMER_BINARY:-}
    [ -z "$binary" ] || return 0
    swift build -c release --product taskfarmer --scratch-path .build-static -Xswiftc -static-executable || exit 1
    binary=$PWD/.build-static/release/taskfarmer
}

pass() {
    passed=$((passed + 1))
    echo "ok      ${label:+$label: }$1"
}
fail() {
    failed=$((failed + 1))
    echo "FAILED  ${label:+$label: }$1"
}
# expect WHAT COMMAND…: passes when the command succeeds.
expect() {
    local what=$1
    shift
    if "$@"; then pass "$what"; else fail "$what"; fi
}
# equal FOUND EXPECTED
equal() { [ "$1" = "$2" ] || { echo "        expected \"$2\", found \"$1\""; return 1; }; }
# same WHAT FOUND EXPECTED
same() { expect "$1" equal "$2" "$3"; }
# eventually SECONDS COMMAND…: waits until the command succeeds.
eventually() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || { fail "it never came true: $*"; return 1; }
        sleep 0.1
    done
}
# The last line of a suite, and its exit status.
conclude() {
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ]
}
