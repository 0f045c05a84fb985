// Tasks that are Swift code: estimates pi from many seeds, on as many machines as start this over the same folder. Stop it with
// Ctrl-C or SIGTERM, start it again: it goes on where it was.
//
//     swift run Embedding pi.farm

import Dispatch
import Foundation
import TaskFarmer

@main
enum Embedding {
    static func main() async throws {
        let folder = CommandLine.arguments.dropFirst().first ?? "pi.farm"
        let results = folder + "/results"

        let farmer = try Farmer(.commands((0..<200).map(String.init)), workDirectory: folder) { task, _ in
            guard let seed = UInt64(task.commandText) else { return .exited(64) }
            let estimate = try estimate(seed: seed, points: 100_000)
            // A result of its own for each task, complete or not there at all: a task may run again after a crash.
            try FileManager.default.createDirectory(atPath: results, withIntermediateDirectories: true)
            try Data("\(estimate)\n".utf8).write(to: URL(fileURLWithPath: "\(results)/\(task.id)"), options: .atomic)
            return .succeeded
        }

        // The farmer leaves signals alone; what they mean is the program's choice. This is what the command does.
        let run = Task { try await farmer.run() }
        let sources = [SIGINT, SIGTERM, SIGUSR1].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            // It is called on a queue of Dispatch's, not on the main actor.
            source.setEventHandler { @Sendable in run.cancel() }
            source.resume()
            return source
        }
        defer { for source in sources { source.cancel() } }

        let events = farmer.events
        let watch = Task {
            for await event in events {
                switch event {
                case .progress(let progress):
                    print("\(progress.done) of \(progress.tasks), \(Int(progress.totalRate)) a second")
                case .note(let text): print(text)
                default: break
                }
            }
        }
        let summary = try await run.value
        await watch.value

        guard summary.isComplete else {
            print("stopped with \(summary.counts.toProcess) tasks to go; run it again")
            exit(summary.exitStatus)
        }
        let estimates = try Farm(workDirectory: folder).tasks(in: .finished).map { task in
            Double(try String(contentsOfFile: "\(results)/\(task.id)", encoding: .utf8).dropLast()) ?? .nan
        }
        print("pi is about \(estimates.reduce(0, +) / Double(estimates.count)), from \(estimates.count) tasks")
        exit(summary.exitStatus)
    }

    /// The share of random points of a square that lie in its circle, times four.
    private static func estimate(seed: UInt64, points: Int) throws -> Double {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func next() -> Double {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Double(state >> 11) / Double(1 << 53)
        }
        var inside = 0
        for point in 0..<points {
            // The farmer cancels the task when it stops.
            if point % 10_000 == 0 { try Task.checkCancellation() }
            let (x, y) = (next(), next())
            if x * x + y * y < 1 { inside += 1 }
        }
        return 4 * Double(inside) / Double(points)
    }
}
