import Foundation
import Testing

/// Compares with a file under `Golden/`. With TASKFARMER_UPDATE_GOLDEN=1 in the environment the file is written instead.
enum Golden {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")

    static func expect(_ text: String, is name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let file = folder.appendingPathComponent(name)
        if ProcessInfo.processInfo.environment["TASKFARMER_UPDATE_GOLDEN"] == "1" {
            try Data(text.utf8).write(to: file)
            return
        }
        let known = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        #expect(text == known, "differs from Golden/\(name)", sourceLocation: sourceLocation)
    }
}
