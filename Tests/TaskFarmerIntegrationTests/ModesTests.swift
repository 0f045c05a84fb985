// Whom a work directory lets in.

import Foundation
import Testing

struct ModesTests {
    static func mode(_ path: String) throws -> Int {
        let facts = try FileManager.default.attributesOfItem(atPath: path)
        return (facts[.posixPermissions] as? NSNumber)?.intValue ?? -1
    }

    @Test(arguments: ["000", "022", "077"])
    func `a new work directory keeps everybody out, whatever the umask`(umask: String) throws {
        try Farm.use { farm in
            try farm.write(["true"])
            let ended = try farm.call("run", "tasks", under: ["sh", "-c", "umask \(umask); exec \"$@\"", "sh"])
            #expect(ended.status == 0, "\(ended.errors)")
            #expect(try Self.mode(farm.workDirectory.path) == 0o700)
            // What was made with it is accepted on the next start.
            #expect(
                try farm.call("run", "tasks", under: ["sh", "-c", "umask \(umask); exec \"$@\"", "sh"]).status == 0)
        }
    }

    @Test func `a list from standard input gets a work directory that keeps everybody out`() throws {
        try Farm.use { farm in
            try farm.write(["true"])
            #expect(try farm.call("run", "-w", "w", "-", input: "tasks").status == 0)
            #expect(try Self.mode(farm.folder.appending(path: "w").path) == 0o700)
        }
    }

    @Test(arguments: [("007", 0o2770, 0o660), ("022", 0o2750, 0o640), ("077", 0o2700, 0o600)])
    func `sharing goes as far as the umask, and says when the group cannot work`(umask: String, root: Int, lock: Int)
        throws
    {
        try Farm.use { farm in
            try farm.write(["true"])
            let ended = try farm.call(
                "run", "--share", "group", "tasks", under: ["sh", "-c", "umask \(umask); exec \"$@\"", "sh"])
            #expect(ended.status == 0, "\(ended.errors)")
            #expect(try Self.mode(farm.workDirectory.path) == root)
            #expect(try Self.mode(farm.workDirectory.appending(path: "lock").path) == lock)
            #expect(ended.errors.contains("umask 007") == (umask != "007"), "\(ended.errors)")
            let recorded = try String(contentsOf: farm.workDirectory.appending(path: "farm.json"), encoding: .utf8)
            #expect(recorded.contains("\"share\": \"group\""))
            try farm.expectSound()
        }
    }

    @Test func `a work directory that is there keeps its mode, and a wrong word for --share is refused`() throws {
        try Farm.use { farm in
            try farm.write(["true"])
            try FileManager.default.createDirectory(at: farm.workDirectory, withIntermediateDirectories: false)
            try #require(unsafe chmod(farm.workDirectory.path, 0o755) == 0)
            try farm.farmer().ends(0)
            #expect(try Self.mode(farm.workDirectory.path) == 0o755)
            let ended = try farm.call("run", "--share", "everybody", "tasks")
            #expect(ended.status == 64)
            #expect(ended.errors.contains("expected group"))
        }
    }
}
