// Writing in one thread while another makes what is written next.

internal import Synchronization
internal import TaskFarmerCore
internal import TaskFarmerSystem

/// Writes blocks of lines to a file, each before the one that came before it.
final class WriteBehind: Sendable {
    private struct Block: Sendable {
        var lines: LinesBox
        var end: Int
        /// When it was handed over, in nanoseconds since boot.
        var handed: Int
    }

    private struct Desk {
        var block: Block?
        var spare: LinesBox?
        var failure: (any Error)?
        var isClosing = false
    }

    private let file: SharedHandle
    /// Blocks that lie longer than this, in nanoseconds, are not written: the process stood still.
    private let standstill: Int
    private let desk = Mutex(Desk())
    private let handed: Wakeup
    private let taken: Wakeup
    private let thread = WorkerThread()
    /// So much is flushed at a time: all at once would take a slow file system longer than the pace allows.
    private static let flushed = 64 << 20

    init(_ file: SharedHandle, capacity: Int, standstill: Int) throws {
        self.file = file
        self.standstill = standstill
        handed = try Wakeup()
        taken = try Wakeup()
        desk.withLock { $0.spare = LinesBox(capacity: capacity) }
        try thread.start { [self] in run() }
    }

    /// Hands lines over that shall end at an offset, and returns others, empty, to go on with.
    func write(_ lines: LinesBox, endingAt end: Int) throws -> LinesBox {
        while true {
            let spare: LinesBox? = try desk.withLock { desk in
                if let failure = desk.failure { throw failure }
                guard desk.block == nil, let spare = desk.spare else { return nil }
                desk.block = Block(lines: lines, end: end, handed: Clock.boot)
                desk.spare = nil
                return spare
            }
            if let spare {
                handed.signal()
                return spare
            }
            taken.wait(nanoseconds: -1)
        }
    }

    /// Waits until everything is written and flushed.
    func finish() throws {
        close()
        if let failure = desk.withLock({ $0.failure }) { throw failure }
        try file.file.flush()
    }

    func close() {
        desk.withLock { $0.isClosing = true }
        handed.signal()
        thread.join()
    }

    private func run() {
        var unflushed = 0
        while true {
            let (block, isClosing) = desk.withLock { desk in
                defer { desk.block = nil }
                return (desk.block, desk.isClosing)
            }
            guard let block else {
                if isClosing { return }
                handed.wait(nanoseconds: -1)
                continue
            }
            do {
                try write(block, &unflushed)
            } catch {
                desk.withLock { $0.failure = $0.failure ?? error }
            }
            desk.withLock { $0.spare = block.lines }
            taken.signal()
        }
    }

    private func write(_ block: Block, _ unflushed: inout Int) throws {
        let lain = Clock.boot - block.handed
        if lain > standstill { throw FarmError.suspended(seconds: lain / 1_000_000_000) }
        unflushed += block.lines.lines.count
        try block.lines.lines.write(to: file.file, endingAt: block.end)
        if unflushed < Self.flushed {
            file.file.beginFlush()
        } else {
            try file.file.flush()
            unflushed = 0
        }
    }
}
