// A lock that leases, and what its tests have in common.

import Foundation
import StoreCrasher
import Synchronization
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

/// A lock in a folder of its own, and its turns.
struct LeaseBench: Sendable {
    let scratch: Scratch
    let lock: Path
    var folder: Path { lock.adding(suffix: ".turns") }

    init() throws {
        scratch = try Scratch()
        lock = scratch.path.appending("lock")
    }

    func turn(_ number: Int) -> Path { folder.appending("turn.\(number)") }
    func record(_ number: Int) throws -> TurnRecord? { TurnRecord(try Folder.content(of: turn(number))) }
    func names() throws -> Set<String> { Set(try Folder.names(in: folder).map(\.text)) }
    func last() throws -> Int? {
        try Folder.content(of: folder.appending("last")).split(separator: 32).first?.decimalValue
    }

    /// What a write that was long under way may leave in `last`.
    func putLast(_ number: Int) throws { try Self.putLast(number, beside: lock) }

    static func putLast(_ number: Int, beside lock: Path) throws {
        var bytes = Array("\(number) \(number) ".utf8)
        bytes += [UInt8](repeating: 32, count: 46 - bytes.count) + Array(".\n".utf8)
        try Scratch.put(bytes, at: lock.adding(suffix: ".turns").appending("last"))
    }

    func elsewhere(beats: Int) -> [UInt8] {
        TurnRecord(
            status: .held, host: "elsewhere", boot: "other", processSpace: "pid:[1]", process: 1, ticks: 1, beats: beats
        ).encoded
    }
}

let second = 1_000_000_000

/// Ends the process of a test where something is not so.
func require(_ isSo: Bool, _ found: String = "", line: UInt = #line) {
    precondition(isSo, "line \(line): \(found)")
}

func waitFor(_ isSo: () throws -> Bool) rethrows { while try !isSo() { Clock.pause(nanoseconds: 1_000_000) } }

extension LeaseTurns {
    /// Takes so many turns, and keeps the last one.
    func takeMany(_ count: Int) {
        for round in 1...count {
            waitFor { (try? take()) == true }
            if round < count { release() }
        }
    }
}

/// Tries once.
struct Impatience: LockPatience {
    func waiting(for lock: Path, seconds: Int, holder: LockRecord?) {}
    func givesUp(after nanoseconds: Int) -> Bool { true }
}

extension FarmLock {
    var peekIsEmpty: Bool { (try? isEmpty) == true }
}
