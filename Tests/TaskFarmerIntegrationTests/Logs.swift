// Reading logs as a user does, and packs with nothing but their documented form.

import Foundation
import Testing

extension Farm {
    /// What `taskfarmer log` prints, byte for byte; it must exit with this status.
    func printed(_ id: Int, _ options: String..., status: Int32 = 0, _ where: SourceLocation = #_sourceLocation)
        throws -> [UInt8]
    {
        let words = ["log"] + options + ["\(id)", list.lastPathComponent]
        let ended = try start(words, under: ["sh", "-c", "exec \"$@\" > .printed", "sh"]).wait()
        #expect(ended.status == status, "\(ended.errors)", sourceLocation: `where`)
        return bytes(".printed")
    }

    func printedText(_ id: Int) throws -> String {
        String(decoding: try printed(id), as: UTF8.self)
    }

    /// The outputs in all packs by `task.attempt`; pieces that the pack does not hold are reported.
    func packed() throws -> [String: [UInt8]] {
        let folder = "\(workDirectory.lastPathComponent)/logs"
        var all: [String: [UInt8]] = [:]
        for name in try names(in: folder) where name.hasSuffix(".index") {
            let pack = bytes("\(folder)/\(name.dropLast(6)).pack")
            for line in text("\(folder)/\(name)").split(separator: "\n") where line.utf8.count == 79 {
                let fields = line.split(separator: " ").map(String.init)
                let numbers = fields.prefix(4).compactMap { Int($0) }
                guard numbers.count == 4, numbers[2] + numbers[3] <= pack.count else {
                    Issue.record("\(name): \(line), and \(pack.count) bytes in the pack")
                    continue
                }
                all["\(numbers[0]).\(numbers[1])", default: []] += pack[numbers[2]..<(numbers[2] + numbers[3])]
            }
        }
        return all
    }

    /// The names in `logs`.
    func logNames() throws -> [String] { try names(in: "\(workDirectory.lastPathComponent)/logs") }
}
