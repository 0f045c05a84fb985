// Whole farmers on file systems that fail at any operation; see FaultTrial for what must hold then.

import Foundation
import StoreCrasher
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

@Suite("Faults")
struct FaultsTests {
    private struct Trials {
        var count = 0
        var hits = 0
        var refusals = 0
        /// Each with the trial it belongs to.
        var problems: [String] = []
    }

    private static func run(_ count: Int, _ seed: UInt64) throws -> Trials {
        let scratch = try Scratch()
        let temporary = scratch.path.appending("tmp")
        try Folder.make(temporary)
        let output = scratch.path.appending("out")
        let end = try Crasher.start(["faults", "\(count)", "\(seed)"], scratch.path, output, temporary: temporary)
        var trials = Trials()
        var trial = ""
        for line in try Folder.content(of: output).text.split(separator: "\n") {
            let (word, rest) = (line.prefix { $0 != " " }, line.drop { $0 != " " }.dropFirst())
            switch word {
            case "trial":
                trial = String(rest)
                trials.count += 1
            case "ended":
                trial += " -> \(rest)"
                if !rest.hasPrefix("1 ") { trials.refusals += 1 }
            case "problem": trials.problems.append("\(trial): \(rest)")
            case "hit": trials.hits = Int(rest) ?? 0
            default: break
            }
        }
        if end.exit != 0 { trials.problems.append("\(trial): the trials ended with \(end)") }
        return trials
    }

    /// `TASKFARMER_FAULTS` sets how many (80), `TASKFARMER_SEED` replays a run; `TASKFARMER_TEST_ALL_CALLS=1` goes through the first
    /// and last operation of each kind on each file as well, which takes a minute.
    @Test("a farmer whose file system fails goes on or says what to do, leaves no process, and loses nothing")
    func everywhere() throws {
        let environment = ProcessInfo.processInfo.environment
        let count = environment["TASKFARMER_FAULTS"].flatMap { Int($0) } ?? 80
        let seed = environment["TASKFARMER_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...UInt64.max)
        var trials = try Self.run(count, seed)
        if environment["TASKFARMER_TEST_ALL_CALLS"] != nil {
            let all = try Self.run(0, seed)
            trials.problems += all.problems
            trials.count += all.count
            trials.hits += all.hits
        }
        print("faults: TASKFARMER_SEED=\(seed) TASKFARMER_FAULTS=\(count): \(trials)")
        #expect(trials.problems == [], "TASKFARMER_SEED=\(seed) TASKFARMER_FAULTS=\(count)")
        // Threads make the operations' order vary: few faults are never met.
        #expect(trials.hits > trials.count * 9 / 10)
        #expect(trials.refusals > trials.count / 2)
    }

    @Test("an error of the file system says what to do, each its own")
    func advice() {
        let codes: [Int32] = [ENOSPC, EDQUOT, EFBIG, EROFS, EIO, ESTALE, EACCES, EMFILE]
        let texts = codes.map { FarmError.system(SystemError("write", Path("/w/finished"), code: $0)) }
        for text in texts {
            #expect(text.description.hasPrefix("cannot write /w/finished: "))
            #expect(text.description.hasSuffix("run it again"))
            #expect(text.exitStatus == 74)
        }
        #expect(Set(texts.map(\.description.count)).count > 4 && Set(texts.map(\.description)).count == codes.count)
        #expect(FarmError.system(SystemError("lock", Path("/w/lock"), code: ENOLCK)).exitStatus == 71)
    }
}
