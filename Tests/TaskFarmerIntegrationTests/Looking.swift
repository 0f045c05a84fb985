// What commands print that only look, taken apart.

import Foundation
import Testing

extension Farm {
    /// Prints, as it should, and gives it back.
    func shown(_ words: String..., sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
        let ended = try start(words).wait()
        #expect(ended.status == 0, "\(words): \(ended.output)\(ended.errors)", sourceLocation: sourceLocation)
        return ended.output
    }

    /// The rows of `tasks --tsv` by column name.
    func rows(_ words: String...) throws -> [[String: String]] {
        let ended = try start(["tasks", "--tsv"] + words + [list.lastPathComponent]).wait()
        #expect(ended.status == 0, "\(ended.errors)")
        let lines = ended.output.split(separator: "\n").map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
        guard let header = lines.first else { return [] }
        return lines.dropFirst().map { Dictionary(zip(header, $0), uniquingKeysWith: { $1 }) }
    }

    /// The IDs of tasks in a state.
    func ids(inState state: String) throws -> [Int] {
        try rows("--state", state).compactMap { $0["id"].flatMap { Int($0) } }
    }

    func objects(_ text: String) throws -> [[String: Any]] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
    }

    func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }
}

/// The numbers that a report's page carries for programs.
func reportFigures(_ page: String) throws -> [String: Any] {
    let begin = try #require(page.range(of: "<script type=\"application/json\" id=\"figures\">"))
    let end = try #require(page.range(of: "</script>", range: begin.upperBound..<page.endIndex))
    let object = try JSONSerialization.jsonObject(with: Data(page[begin.upperBound..<end.lowerBound].utf8))
    return try #require(object as? [String: Any])
}
