// `taskfarmer failed`: each failed task with the end of its log, and how many failed alike. The JSON form is documented in the article
// "Seeing what happened".

package import TaskFarmerCore

package struct FailedReport: Sendable {
    /// A task that has failed.
    package struct Failure: Sendable {
        package var id: Int
        /// How its last attempt ended, where, and how long it took, in microseconds; nil where PyTaskFarmer ran it.
        package var last: Last?
        package var attempts: Int
        package var command: [UInt8]
        /// The last lines of what it printed; nil where nothing was kept.
        package var lines: [String]?
        /// The file that has them.
        package var log: String?

        package init(
            id: Int, last: Last?, attempts: Int, command: [UInt8], lines: [String]?, log: String?
        ) {
            self.id = id
            self.last = last
            self.attempts = attempts
            self.command = command
            self.lines = lines
            self.log = log
        }
    }

    /// A task's last attempt.
    package struct Last: Sendable {
        package var outcome: Outcome
        package var host: String
        package var farmer: String
        /// In microseconds.
        package var wall: Int

        package init(outcome: Outcome, host: String, farmer: String, wall: Int) {
            self.outcome = outcome
            self.host = host
            self.farmer = farmer
            self.wall = wall
        }
    }

    private struct Kind: Hashable {
        var outcome: Outcome?
        var host: String
    }

    private let isJSON: Bool
    private let signalName: @Sendable (Int32) -> String
    private var kinds: [Kind: Int] = [:]
    package private(set) var count = 0
    private static let longestLine = 200
    private static let mostKinds = 10

    package init(json: Bool, signalName: @escaping @Sendable (Int32) -> String) {
        isJSON = json
        self.signalName = signalName
    }

    package mutating func append(_ failure: Failure, to bytes: inout [UInt8]) {
        if isJSON { json(failure, &bytes) } else { text(failure, &bytes) }
        count += 1
        kinds[Kind(outcome: failure.last?.outcome, host: failure.last?.host ?? ""), default: 0] += 1
    }

    private func ending(_ outcome: Outcome?, on host: String?) -> String {
        let place = " on \(host?.oneLine ?? "?")"
        return switch outcome {
        case nil: "it is not known how"
        // Why stands in the log.
        case .couldNotStart(let status, _): "could not start (exit \(status))" + place
        case .outputLost: "what it printed did not fit" + place
        case .some(let outcome): RunReport.ending(outcome, signalName: signalName) + place
        }
    }

    private func text(_ failure: Failure, _ bytes: inout [UInt8]) {
        bytes.append(
            "task \(failure.id): \(ending(failure.last?.outcome, on: failure.last?.host))"
                + (failure.last.map { " after \(Text.duration($0.wall * 1000))" } ?? "")
                + (failure.attempts > 1 ? ", \(failure.attempts) attempts" : "") + ": ")
        PlainText.append(failure.command, upTo: 120, to: &bytes)
        bytes.append(10)
        for line in failure.lines ?? [] {
            let isLong = line.count > Self.longestLine
            bytes.append("  | \(isLong ? line.prefix(Self.longestLine - 1) + "…" : line[...])\n")
        }
    }

    private func json(_ failure: Failure, _ bytes: inout [UInt8]) {
        bytes.append(count == 0 ? "[\n" : ",\n")
        bytes.append("{\"id\":")
        bytes.append(decimal: failure.id)
        if let last = failure.last {
            bytes.append(",\"class\":\"\(last.outcome.word)\",\"exit\":")
            bytes.append(last.outcome.exitStatus.map { "\($0)" } ?? "null")
            bytes.append(",\"signal\":")
            bytes.append(last.outcome.signal.map { "\"\(signalName($0))\"" } ?? "null")
            bytes.append(",\"host\":\(JSONText.string(last.host)),\"farmer\":\(JSONText.string(last.farmer))")
            bytes.append(",\"duration\":")
            bytes.append(seconds: last.wall)
        } else {
            bytes.append(
                ",\"class\":null,\"exit\":null,\"signal\":null,\"host\":null,\"farmer\":null,\"duration\":null")
        }
        bytes.append(",\"attempts\":")
        bytes.append(decimal: failure.attempts)
        bytes.append(",\"command\":")
        JSONText.append(failure.command, to: &bytes)
        bytes.append(",\"log\":")
        bytes.append(failure.log.map(JSONText.string) ?? "null")
        bytes.append(",\"lines\":")
        bytes.append(failure.lines.map { "[\($0.map(JSONText.string).joined(separator: ","))]" } ?? "null")
        bytes.append("}")
    }

    /// What comes after the last one: how many failed alike, and how they are run again.
    ///
    /// - Parameters:
    ///   - place: the work directory, as a user would name it
    ///   - bytes: what it is appended to
    package func end(_ place: [UInt8], _ bytes: inout [UInt8]) {
        if isJSON {
            bytes.append(count == 0 ? "[]\n" : "\n]\n")
            return
        }
        if count == 0 { return }
        let most = kinds.map { (text: ending($0.outcome, on: $0.host), kind: $0, count: $1) }.sorted {
            ($1.count, $0.text) < ($0.count, $1.text)
        }
        bytes.append("\n\(count == 1 ? "1 task has" : "\(count) tasks have") failed:\n")
        for line in Text.table(most.prefix(Self.mostKinds).map { ["  \($0.count)", $0.text] }) {
            bytes.append(line + "\n")
        }
        let rest = most.dropFirst(Self.mostKinds).reduce(0) { $0 + $1.count }
        if rest > 0 { bytes.append("  and \(rest) others\n") }
        if let first = most.lazy.compactMap(\.kind.outcome).first {
            bytes.append(
                "to run these again: taskfarmer retry --class \(Self.word(first, signalName)) "
                    + "\(ShellQuote.word(place).text), or --failed for all\n")
        }
    }

    /// What `--class` calls an outcome.
    private static func word(_ outcome: Outcome, _ signalName: (Int32) -> String) -> String {
        switch outcome {
        case .exited(let status): return "exit:\(status)"
        case .signalled(let number):
            let name = signalName(number)
            return "signal:\(name.hasPrefix("SIG") ? String(name.dropFirst(3)) : "\(number)")"
        default: return outcome.word
        }
    }
}
