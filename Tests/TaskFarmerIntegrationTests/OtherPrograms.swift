// Programs that are not ours, as far as they are installed.

import Foundation
import Testing

extension Farm {
    /// Whether there is a program of that name; says so where there is none.
    static func has(_ program: String) -> Bool {
        let places = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        if places.contains(where: { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }) { return true }
        print("skipped: \(program) is not installed here")
        return false
    }

    /// Starts another program in the scratch folder.
    func startOther(
        _ words: [String], _ environment: [String: String] = [:], input: String? = nil
    ) throws -> Program {
        let parts = mark.split(separator: "=", maxSplits: 1).map(String.init)
        return try Program(
            words, environment: environment.merging([parts[0]: parts[1]]) { $1 }, in: folder,
            output: folder.appending(path: ".other.\(UUID().uuidString)"),
            input: input.map { folder.appending(path: $0) })
    }

    /// Runs another program in the scratch folder to its end.
    @discardableResult
    func other(_ words: String..., input: String? = nil) throws -> Ended {
        try startOther(words, input: input).wait()
    }

    /// Copies a file of `Fixtures` into the scratch folder.
    func put(fixture name: String, as target: String) throws {
        let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
        try FileManager.default.copyItem(at: fixtures.appending(path: name), to: folder.appending(path: target))
    }

    /// The lines of a file, in the order of their numbers.
    func numbers(in name: String) -> [Int] { text(name).split(separator: "\n").compactMap { Int($0) }.sorted() }
}
