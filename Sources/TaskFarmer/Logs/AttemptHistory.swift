// Which attempts a task has had. The journals of the farmers at work say what was started and what has ended, attempts.tsv
// what is over; an end stands in either only after the output that belongs to it was written.

internal import TaskFarmerCore
internal import TaskFarmerSystem

struct AttemptHistory {
    struct Known {
        var farmer: String
        var isOver: Bool
    }

    private(set) var known: [Int: Known] = [:]
    private let directory: WorkDirectory
    /// The task's number, as text.
    private let digits: [UInt8]
    private var recorded: GrowingLines
    private var journals: [Path: GrowingLines] = [:]

    init(_ directory: WorkDirectory, task: Int) {
        self.directory = directory
        digits = Array("\(task)".utf8)
        recorded = GrowingLines(directory.file(.attempts))
    }

    /// Reads what has been added since the last look, by all farmers or by one. What leaves a journal stands in attempts.tsv
    /// before, so that is read last.
    mutating func look(at only: String? = nil) throws {
        for farmer in try only.map({ [$0] }) ?? live() {
            for generation in 0...1 { try readJournal(directory.journal(farmer, generation: generation), farmer) }
        }
        try recorded.read { line in
            guard line.starts(with: digits, then: 9), let attempt = AttemptFields(line) else { return }
            known[attempt.number] = Known(farmer: line.extracting(attempt.farmer).text, isOver: true)
        }
    }

    /// The farmers that are at work, as far as is known.
    func live() throws -> [String] {
        try Roster.read(directory).filter { $0.status == .live }.map(\.farmer)
    }

    /// A record of the start is `S`, eight digits of a checksum, the task, the attempt and more; of the end `E` and a line of
    /// attempts.tsv.
    private mutating func readJournal(_ path: Path, _ farmer: String) throws {
        var lines = journals[path] ?? GrowingLines(path)
        do {
            try lines.read { line in
                guard line.count > 11, line[1] == 32, line[10] == 32 else { return }
                let content = line.extracting(11...)
                switch line[0] {
                case UInt8(ascii: "S"):
                    guard content.starts(with: digits, then: 32),
                        let number = content.extracting((digits.count + 1)...).leadingNumber
                    else { return }
                    if known[number] == nil { known[number] = Known(farmer: farmer, isOver: false) }
                case UInt8(ascii: "E"):
                    guard content.starts(with: digits, then: 9), let attempt = AttemptFields(content) else { return }
                    known[attempt.number] = Known(farmer: farmer, isOver: true)
                default:
                    return
                }
            }
        } catch let error as SystemError where error.isMissing {
            // It has left, or there is none yet.
        }
        journals[path] = lines
    }
}

/// The whole lines of a file that others append to.
struct GrowingLines {
    private let path: Path
    /// Where the first line that was not read yet begins.
    private var at = 0
    private var newlines: [UInt32] = []

    /// - Parameters:
    ///   - path: the file
    ///   - start: where a line begins: the first that is read
    init(_ path: Path, from start: Int = 0) {
        self.path = path
        at = start
    }

    /// Hands over the lines that were added, without their newlines. All of them once more when the file was begun anew.
    mutating func read(_ body: (borrowing Span<UInt8>) -> Void) throws {
        let file = try Descriptor(path, [.reading, .noLink])
        file.dropCache()
        if at > 0, try file.read(at: at - 1, count: 1) != [10] { at = 0 }
        var size = 1 << 20
        while true {
            let block = try file.read(at: at, count: size)
            block.span.indices(of: 10, into: &newlines)
            var start = 0
            for newline in newlines {
                body(block.span.extracting(start..<Int(newline)))
                start = Int(newline) + 1
            }
            at += start
            if block.count < size { return }
            // A line longer than that, perhaps.
            if start == 0 { size *= 2 }
        }
    }
}

extension Span where Element == UInt8 {
    fileprivate func starts(with bytes: [UInt8], then next: UInt8) -> Bool {
        guard count > bytes.count, self[bytes.count] == next else { return false }
        for index in bytes.indices where self[index] != bytes[index] { return false }
        return true
    }

    /// The number up to the first blank.
    fileprivate var leadingNumber: Int? { extracting(..<(firstIndex(of: 32) ?? count)).decimalValue }
}
