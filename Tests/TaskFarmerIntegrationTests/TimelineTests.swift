// timeline.json and what `taskfarmer timeline` makes of attempts.tsv, held against each other and against attempts.tsv.

import Foundation
import Testing

@Suite("Timelines") struct TimelineTests {
    private typealias Event = [String: Any]

    private func events(_ text: String) throws -> [Event] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [Event])
    }

    private func slices(_ events: [Event]) -> [Event] { events.filter { $0["ph"] as? String == "X" } }

    /// What tells a slice from any other.
    private func key(_ event: Event) -> String {
        let args = event["args"] as? Event ?? [:]
        return ["name", "ts", "dur", "pid", "tid"].map { "\(event[$0] ?? "")" }.joined(separator: " ")
            + ["id", "attempt", "outcome", "exit", "signal", "user", "sys", "max_rss_kib"].map { "\(args[$0] ?? "-")" }
            .joined(separator: " ")
    }

    /// Each arrow begins within a slice of its task and ends with the start of the next.
    private func expectArrows(_ events: [Event], _ count: Int, _ where: SourceLocation = #_sourceLocation) throws {
        func number(_ event: Event, _ name: String) -> Int { (event[name] as? Int) ?? -1 }
        let starts = events.filter { $0["ph"] as? String == "s" }
        let ends = events.filter { $0["ph"] as? String == "f" }
        #expect(starts.count == count && ends.count == count, sourceLocation: `where`)
        #expect(Set(starts.map { number($0, "id") }) == Set(ends.map { number($0, "id") }), sourceLocation: `where`)
        for (arrows, isStart) in [(starts, true), (ends, false)] {
            for arrow in arrows {
                let found = slices(events).contains { slice in
                    let args = slice["args"] as? Event ?? [:]
                    let (begin, length) = (number(slice, "ts"), number(slice, "dur"))
                    return number(slice, "pid") == number(arrow, "pid") && number(slice, "tid") == number(arrow, "tid")
                        && number(args, "id") == number(arrow, "id") >> 16
                        && (isStart
                            ? number(args, "attempt") == number(arrow, "id") & 0xFFFF
                                && (begin..<begin + max(1, length)).contains(number(arrow, "ts"))
                            : begin == number(arrow, "ts"))
                }
                #expect(found, "\(arrow)", sourceLocation: `where`)
            }
        }
    }

    @Test func `the one that is made anew shows what the one that was written shows, and more`() throws {
        try Farm.use { farm in
            try farm.write(
                (0..<12).map { "test $TASKFARMER_ATTEMPT -gt \($0 % 3)" } + [
                    "test -e go || { echo > up; exec sleep 1000; }"
                ])
            let first = try farm.start(["run", "-n", "2", "--retries", "2", "tasks"])
            try eventually("the last task runs, and all others are over") {
                try farm.exists("up") && farm.journal(says: "S", of: 12) && farm.ids("finished").count == 12
            }
            kill(first.identifier, SIGKILL)
            _ = try first.wait()
            try farm.write([], to: "go")
            try farm.farmer("-n", "2", "--retries", "2").ends(0)
            let attempts = farm.attempts()
            let again = attempts.count - 13
            let written = try events(farm.state("timeline.json"))
            #expect(slices(written).count == attempts.count)
            try expectArrows(written, again)
            let made = try farm.call("timeline", "tasks")
            #expect(made.status == 0 && made.errors == "", "\(made.errors)")
            let anew = try events(made.output)
            #expect(slices(anew).map(key).sorted() == slices(written).map(key).sorted())
            try expectArrows(anew, again)
            let names = { (events: [Event]) in
                Set(
                    events.filter { $0["ph"] as? String == "M" }.map {
                        "\($0["pid"] ?? "")\($0["tid"] ?? "")\($0["args"] ?? "")"
                    })
            }
            #expect(names(written).isSubset(of: names(anew)))
            // The counter's sum is that of all walls.
            let running = anew.filter { $0["name"] as? String == "running tasks" }.compactMap {
                event -> (Int, Double)? in
                guard let time = event["ts"] as? Int, let value = (event["args"] as? Event)?["tasks"] as? Double else {
                    return nil
                }
                return (time, value)
            }
            let sum = zip(running, running.dropFirst()).reduce(0.0) { $0 + $1.0.1 * Double($1.1.0 - $1.0.0) / 1e6 }
            let walls = attempts.reduce(0.0) { $0 + (Double($1["wall"] ?? "") ?? .nan) }
            #expect(running.count > 2 && abs(sum - walls) < 0.05 * walls + 0.05, "\(sum) \(walls)")
            // A part: nothing of what began later, and it is said.
            let begin = attempts.compactMap { Double($0["start"] ?? "") }.min() ?? 0
            let last = attempts.compactMap { Double($0["start"] ?? "") }.max() ?? 0
            let part = try farm.call(
                "timeline", "--to", "\(String(format: "%.3f", last - begin - 0.01))", "-o", "part.json", "tasks")
            #expect(part.status == 0)
            let some = try slices(events(farm.text("part.json")))
            #expect(some.count < attempts.count && !some.isEmpty)
            let few = try farm.call("timeline", "--events", "5", "tasks")
            #expect(few.errors.contains("of \(attempts.count) attempts left out"), "\(few.errors)")
            #expect(try slices(events(few.output)).count < attempts.count)
        }
    }

    @Test
    func `what is written as tasks end counts them as well, until nothing runs, also of a farmer that was killed`()
        throws
    {
        try Farm.use { farm in
            try farm.write(
                (0..<40).map { "true \($0)" } + ["test -e go || { echo > up; exec sleep 1000; }", "sleep 0.1"])
            let first = try farm.start(["run", "-n", "2", "tasks"])
            try eventually("the last task runs, and all others are over") {
                try farm.exists("up") && farm.journal(says: "S", of: 40) && farm.ids("finished").count == 41
            }
            kill(first.identifier, SIGKILL)
            _ = try first.wait()
            try farm.write([], to: "go")
            try farm.farmer("-n", "2").ends(0)
            let written = try events(farm.state("timeline.json"))
            #expect(slices(written).count == farm.attempts().count)
            for name in ["running tasks", "memory at most"] {
                let samples = written.filter { $0["ph"] as? String == "C" && $0["name"] as? String == name }
                #expect(Set(samples.compactMap { $0["pid"] as? Int }) == [1, 2], "\(samples)")
                for farmer in 1...2 {
                    let own = samples.filter { $0["pid"] as? Int == farmer }
                    let times = own.compactMap { $0["ts"] as? Int }
                    let values = own.compactMap { ($0["args"] as? Event)?.values.first as? Double }
                    #expect(times.count == own.count && values.count == own.count && times == times.sorted())
                    #expect(values.contains { $0 > 0 } || farmer == 1 && name != "running tasks", "\(own)")
                    #expect(values.last == 0 && values.allSatisfy { $0 >= 0 }, "\(own)")
                    if name == "running tasks" { #expect(values.allSatisfy { $0 <= 2 }, "\(own)") }
                }
            }
            try farm.expectSound()
        }
    }

    @Test func `what makes no sense is refused, and a run without attempts has a timeline`() throws {
        try Farm.use { farm in
            try farm.write(["true"])
            try farm.farmer("-n", "1", "--timeout", "0.000001").ends(75)
            #expect(try slices(events(farm.call("timeline", "tasks").output)).isEmpty)
            for (words, text) in [
                (["--from", "soon"], "expected a time since the first start"), (["--events", "0"], "--events 0"),
                (["--from", "2h", "--to", "1h"], "is not before"),
            ] {
                let ended = try farm.start(["timeline"] + words + ["tasks"]).wait()
                #expect(ended.status == 64 && ended.errors.contains(text), "\(ended.errors)")
            }
        }
    }
}
