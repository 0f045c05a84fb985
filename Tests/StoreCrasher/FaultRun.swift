// TMPDIR=FOLDER/tmp StoreCrasher FOLDER faults COUNT SEED: lets farmers run on file systems that fail, COUNT of them: half at operations that SEED
// chooses among all, half at one that is the first or the last of its kind on its file. 0 is for all of the latter.
//
// Standard output: `trial DESCRIPTION` and `ended STATUS MESSAGE` for each, `problem TEXT` for what is wrong, and at the end `hit N`,
// how many of the faults were met.

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerSystem

enum FaultRun {
    private static let patience = 60_000_000_000

    static func main(_ folder: Path, count: Int, seed: UInt64) throws {
        let signals = try SignalSource([.child])
        SignalSource.ignoreFailedWrites()
        var random = SplitMix(seed: seed)
        var number = 0
        var hits = 0
        func run(_ scene: FaultScene, _ fault: Fault?, holds: Bool = false) throws -> FaultTrial.End {
            number += 1
            let bench = Bench(folder.appending("trial.\(number)"))
            let trial = FaultTrial(scene: scene, fault: fault, holds: holds, bench: bench)
            say("trial \(scene.rawValue): \(fault?.description ?? "no fault")")
            let watch = try Watch(patience)
            let (end, problems) = try trial.run(signals)
            watch.end()
            say("ended \(end.status) \(end.message)")
            for problem in problems { say("problem \(problem)") }
            if !end.hits.isEmpty { hits += 1 }
            if problems.isEmpty { try Folder.removeTree(bench.folder) }
            return end
        }

        var places: [FaultScene: [(place: Fault.Place, count: Int)]] = [:]
        for scene in FaultScene.allCases {
            let counts = try run(scene, nil).counts.filter { ![.close, .unlock].contains($0.key.kind) }
            places[scene] = counts.map { ($0.key, $0.value) }.sorted { "\($0.place)" < "\($1.place)" }
        }
        var trials: [(scene: FaultScene, fault: Fault)] = []
        for scene in FaultScene.allCases {
            for (place, last) in places[scene] ?? [] where place.kind != .stat && place.kind != .read {
                for occurrence in Set([1, last]).sorted() {
                    let codes = Fault.codes(place.kind)
                    let reach = Fault.Reach.allCases[trials.count % Fault.Reach.allCases.count]
                    let code = codes[trials.count % codes.count]
                    trials.append((scene, Fault(place: place, occurrence: occurrence, code: code, reach: reach)))
                }
            }
        }
        if count > 0 { trials = Array(trials.shuffled(using: &random).prefix(count / 2)) }
        for trial in trials { _ = try run(trial.scene, trial.fault) }
        // The second heartbeat, while nothing else is written.
        for place in (places[.new] ?? []).map(\.place) where "\(place.file)" == "farmers/NAME" && place.kind == .write {
            _ = try run(.new, Fault(place: place, occurrence: 2, code: 28, reach: .file), holds: true)
        }
        for _ in 0..<(count / 2) {
            guard let scene = FaultScene.allCases.randomElement(using: &random),
                let (place, last) = places[scene]?.randomElement(using: &random),
                let code = Fault.codes(place.kind).randomElement(using: &random),
                let reach = Fault.Reach.allCases.randomElement(using: &random)
            else { continue }
            let occurrence = Int.random(in: 1...last, using: &random)
            _ = try run(scene, Fault(place: place, occurrence: occurrence, code: code, reach: reach))
        }
        say("hit \(hits)")
    }

    private static func say(_ text: String) { OwnProcess.put(text.replacing("\n", with: " ") + "\n", to: 1) }

    /// Ends this process when a farmer does not end.
    private struct Watch {
        private let thread = WorkerThread()
        private let over: Wakeup

        init(_ patience: Int) throws {
            over = try Wakeup()
            try thread.start { [over] in
                let begin = Clock.boot
                over.wait(nanoseconds: patience)
                if Clock.boot - begin >= patience {
                    say("problem it does not end")
                    OwnProcess.leave(1)
                }
            }
        }

        func end() {
            over.signal()
            thread.join()
        }
    }
}
