// An attempt with its task's command, as a row of a table in some form of text.

internal import TaskFarmerCore

struct AttemptRow {
    private let fields: AttemptFields
    private let outcome: Outcome?
    private let host: [UInt8]
    private let farmer: [UInt8]
    private let reason: [UInt8]
    /// nil without a job.
    private let job: [UInt8]?
    private let command: [UInt8]

    init(_ line: borrowing Span<UInt8>, _ fields: AttemptFields, command: [UInt8]) {
        self.fields = fields
        self.command = command
        outcome = fields.outcome(reason: "")
        host = [UInt8](copying: line.extracting(fields.host))
        farmer = [UInt8](copying: line.extracting(fields.farmer))
        reason = [UInt8](copying: line.extracting(fields.reason))
        let job = fields.job.map { [UInt8](copying: line.extracting($0)) }
        self.job = job == Array(Allocation.none.utf8) ? nil : job
    }

    private var integers: [Int] { [fields.maxResidentKiB, fields.blocksIn, fields.blocksOut] }
    private var times: [Int] { [fields.started, fields.wall, fields.user, fields.system] }
    private var codes: [Int?] { [outcome?.exitStatus.map(Int.init), outcome?.signal.map(Int.init)] }
    private var word: String { outcome?.word ?? "" }

    // MARK: CSV

    /// The columns of attempts.tsv, and the command.
    static let csvHeader: [UInt8] = {
        let names = Attempt.header(namesJobs: true).dropLast().map { $0 == 9 ? UInt8(ascii: ",") : $0 }
        return names + Array(",command\r\n".utf8)
    }()

    /// A record of RFC 4180; a field is empty where there is nothing.
    func appendCSV(to text: inout [UInt8]) {
        let comma = UInt8(ascii: ",")
        func field(_ bytes: [UInt8]) {
            text.append(comma)
            QuotedText.append(csv: bytes, to: &text)
        }
        text.append(decimal: fields.task)
        text.append(comma)
        text.append(decimal: fields.number)
        field(host)
        field(farmer)
        text.append(comma)
        text.append(decimal: fields.slot)
        for time in times {
            text.append(comma)
            text.append(seconds: time)
        }
        for number in integers + codes {
            text.append(comma)
            if let number { text.append(decimal: number) }
        }
        field(Array(word.utf8))
        field(reason)
        field(job ?? [])
        field(command)
        text.append("\r\n")
    }

    // MARK: JSON

    private static let names = Attempt.header(namesJobs: true).dropLast().split(separator: 9).map {
        Array("\"\($0.text)\":".utf8)
    }

    /// An object on a line; `null` where there is nothing.
    func appendJSON(to text: inout [UInt8]) {
        var separator = UInt8(ascii: "{")
        var names = Self.names.makeIterator()
        func name() {
            text.append(separator)
            text += names.next() ?? []
            separator = UInt8(ascii: ",")
        }
        func number(_ value: Int?) {
            name()
            if let value { text.append(decimal: value) } else { text.append("null") }
        }
        func string(_ value: [UInt8]?) {
            name()
            if let value { JSONText.append(value, to: &text) } else { text.append("null") }
        }
        number(fields.task)
        number(fields.number)
        string(host)
        string(farmer)
        number(fields.slot)
        for time in times {
            name()
            text.append(seconds: time)
        }
        for value in integers + codes { number(value) }
        string(Array(word.utf8))
        string(reason.isEmpty ? nil : reason)
        string(job)
        text.append(",\"command\":")
        JSONText.append(command, to: &text)
        text.append("}\n")
    }

    // MARK: SQL

    /// In the order of the columns of `SQLExport`.
    func appendSQL(to text: inout [UInt8]) {
        func comma() { text.append(UInt8(ascii: ",")) }
        text.append(UInt8(ascii: "("))
        text.append(decimal: fields.task)
        comma()
        text.append(decimal: fields.number)
        comma()
        QuotedText.append(sql: host, to: &text)
        comma()
        QuotedText.append(sql: farmer, to: &text)
        comma()
        text.append(decimal: fields.slot)
        for time in times {
            comma()
            text.append(seconds: time)
        }
        for number in integers + codes {
            comma()
            if let number { text.append(decimal: number) } else { text.append("NULL") }
        }
        comma()
        QuotedText.append(sql: Array(word.utf8), to: &text)
        comma()
        QuotedText.append(sql: reason.isEmpty ? nil : reason, to: &text)
        comma()
        QuotedText.append(sql: job, to: &text)
        text.append(UInt8(ascii: ")"))
    }
}
