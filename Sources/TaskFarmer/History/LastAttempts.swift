// The last recorded attempt of every task, in 24 bytes each: tables of a million tasks are made from it.

package import TaskFarmerCore
internal import TaskFarmerSystem

package struct LastAttempts {
    /// Who ran attempts.
    package struct Worker: Sendable, Equatable {
        package var host: String
        package var farmer: String
    }

    /// The last attempt of a task that was recorded.
    package struct Known: Sendable, Equatable {
        /// How many were recorded.
        package fileprivate(set) var count: UInt32 = 0
        /// Its number, from 1.
        package fileprivate(set) var number: UInt32 = 0
        /// In microseconds.
        package fileprivate(set) var wall: Int64 = 0
        fileprivate var worker: UInt32 = 0
        /// The exit status or the number of the signal; 0 for neither.
        fileprivate var status: UInt16 = 0
        fileprivate var word: UInt16 = 0

        /// How it ended; why in words is not kept.
        package var outcome: Outcome {
            let number = Int32(status)
            return switch OutcomeWord.allCases[Int(word)] {
            case .succeeded: .succeeded
            case .exited: .exited(number)
            case .signalled: .signalled(number)
            case .timedOut: .timedOut
            case .outOfMemory: .outOfMemory
            case .couldNotStart: .couldNotStart(number, reason: "")
            case .outputLost: .outputLost(reason: "")
            case .interrupted: .interrupted
            case .lost: .lost
            }
        }
    }

    private var known: [Known] = []
    package private(set) var workers: [Worker] = []
    private var numbers: [[UInt8]: UInt32] = [:]
    /// The farmer of the line before: mostly that of the next one, too.
    private var last: (farmer: [UInt8], worker: UInt32) = ([], 0)
    private static let words: [String: UInt16] = Dictionary(
        uniqueKeysWithValues: OutcomeWord.allCases.enumerated().map { ($1.rawValue, UInt16($0)) })

    /// - Parameter directory: whose
    /// - Throws: `FarmError` or `SystemError` when attempts.tsv cannot be read
    package init(_ directory: WorkDirectory) throws {
        let attempts = try RecordedAttempts(directory)
        known = [Known](repeating: Known(), count: attempts.state.tasks)
        try attempts.forEach { line, fields in note(line, fields) }
        numbers = [:]
    }

    /// The last attempt of a task; nil where none was recorded.
    package func of(_ task: Int) -> Known? {
        task < known.count && known[task].count > 0 ? known[task] : nil
    }

    package func worker(of attempt: Known) -> Worker { workers[Int(attempt.worker)] }

    private mutating func note(_ line: borrowing Span<UInt8>, _ fields: AttemptFields) {
        guard fields.task < known.count, let outcome = fields.outcome(reason: "") else { return }
        known[fields.task].count += 1
        guard fields.number >= known[fields.task].number else { return }
        known[fields.task].number = UInt32(clamping: fields.number)
        known[fields.task].wall = Int64(fields.wall)
        known[fields.task].worker = worker(line, fields)
        known[fields.task].status = UInt16(clamping: outcome.exitStatus ?? outcome.signal ?? 0)
        known[fields.task].word = Self.words[outcome.word] ?? 0
    }

    private mutating func worker(_ line: borrowing Span<UInt8>, _ fields: AttemptFields) -> UInt32 {
        let name = line.extracting(fields.farmer)
        if name.count == last.farmer.count, name.indices.allSatisfy({ name[$0] == last.farmer[$0] }) {
            return last.worker
        }
        let farmer = [UInt8](copying: name)
        let number = numbers[farmer] ?? UInt32(workers.count)
        if numbers[farmer] == nil {
            numbers[farmer] = number
            workers.append(Worker(host: line.extracting(fields.host).text, farmer: farmer.text))
        }
        last = (farmer, number)
        return number
    }
}

extension TaskLines {
    /// Where a task is, in a user's words. One that was just moving goes back to the stack.
    package func state(of id: Int) -> TaskState {
        switch place(of: id) {
        case .waiting, nil: .waiting
        case .held: .held
        case .claimed: claims[id]?.running == nil ? .claimed : .running
        case .finished: .finished
        case .failed: .failed
        case .skipped: .skipped
        }
    }
}
