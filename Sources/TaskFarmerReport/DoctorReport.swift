// `taskfarmer doctor`: one table, the verdict, what to do. The JSON form has the same, with seconds and bytes as numbers.

package import TaskFarmerCore

package struct DoctorReport: Sendable {
    package var folder: String
    /// Where the lock would be, if it is another folder.
    package var lockFolder: String?
    package var examination: FolderExamination
    package var fitness: FolderFitness

    package init(folder: String, lockFolder: String?, examination: FolderExamination) {
        self.folder = folder
        self.lockFolder = lockFolder
        self.examination = examination
        fitness = FolderFitness(examination)
    }

    package var text: String {
        let systems = Set(examination.peers.map(\.fileSystem)).sorted().joined(separator: ", ")
        var lines = ["\(folder.oneLine) (\(systems))" + (lockFolder.map { ", the lock in \($0.oneLine)" } ?? ""), ""]
        lines += Text.table(
            [["check", "where", "result", "figure", "meaning"]]
                + fitness.findings.map {
                    // The whole of it is among the reasons.
                    let words = $0.words.count > 100 ? $0.words.prefix(100) + "…" : $0.words
                    return [$0.check, $0.place, $0.result.rawValue, Self.text($0.figure), words]
                })
        lines += ["", fitness.verdict.rawValue] + fitness.reasons.map { "  - \($0)" }
        if !fitness.advice.isEmpty { lines += ["what to do"] + fitness.advice.map { "  - \($0)" } }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func text(_ figure: FolderFitness.Figure) -> String {
        switch figure {
        case .none: ""
        case .nanoseconds(let time): (time < 0 ? "-" : "") + Text.duration(abs(time))
        case .share(let part, let whole): "\(part) of \(whole)"
        case .bytes(let bytes): Text.bytes(bytes)
        case .count(let count): "\(count)"
        }
    }

    package var json: String {
        func list(_ items: [String], _ indent: String) -> String {
            items.isEmpty ? "[]" : "[\n" + items.map { indent + "  " + $0 }.joined(separator: ",\n") + "\n\(indent)]"
        }
        let peers = examination.peers.map { peer in
            #"{"name": \#(JSONText.string(peer.name)), "host": \#(JSONText.string(String(peer.host.prefix { $0 != " " }))), "#
                + #""file_system": \#(JSONText.string(peer.fileSystem)), "local": \#(peer.isLocal)}"#
        }
        let findings = fitness.findings.map { finding in
            #"{"check": \#(JSONText.string(finding.check)), "where": \#(JSONText.string(finding.place)), "#
                + #""result": "\#(finding.result.rawValue)", \#(Self.json(finding.figure))"#
                + #""meaning": \#(JSONText.string(finding.words))}"#
        }
        return """
            {
              "format": 1,
              "folder": \(JSONText.string(folder)),
              "lock_folder": \(JSONText.string(lockFolder ?? folder)),
              "verdict": "\(fitness.verdict.rawValue)",
              "reasons": \(list(fitness.reasons.map { JSONText.string($0) }, "  ")),
              "advice": \(list(fitness.advice.map { JSONText.string($0) }, "  ")),
              "peers": \(list(peers, "  ")),
              "checks": \(list(findings, "  "))
            }

            """
    }

    private static func json(_ figure: FolderFitness.Figure) -> String {
        switch figure {
        case .none: ""
        case .nanoseconds(let time): #""seconds": \#(Text.decimal(Double(time) / 1e9, places: 6)), "#
        case .share(let part, let whole): #""count": \#(part), "of": \#(whole), "#
        case .bytes(let bytes): #""bytes": \#(bytes), "#
        case .count(let count): #""count": \#(count), "#
        }
    }
}
