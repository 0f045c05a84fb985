// Links, pipes and other names of somebody's files, planted where a farmer writes: what they stand for stays as it was.

import Foundation
import Testing

struct PlantedFilesTests {
    private static let secret = "somebody's\n"

    private func link(_ name: String, to target: String, in farm: Farm) throws {
        try FileManager.default.createSymbolicLink(
            atPath: farm.folder.appending(path: name).path, withDestinationPath: target)
    }

    /// A file outside of the work directory that must not change.
    private func putTarget(_ farm: Farm) throws -> String {
        try farm.write(bytes: Array(Self.secret.utf8), to: "target")
        return farm.folder.appending(path: "target").path
    }

    private func expectUntouched(_ farm: Farm, _ where: SourceLocation = #_sourceLocation) {
        #expect(farm.text("target") == Self.secret, sourceLocation: `where`)
    }

    /// A work directory with no task done yet.
    private func prepare(_ farm: Farm, _ lines: [String]) throws {
        try farm.write(lines)
        try FileManager.default.createDirectory(
            at: farm.workDirectory.appending(path: "logs"), withIntermediateDirectories: true)
    }

    @Test(arguments: ["link", "hard link", "pipe", "dangling link"])
    func `what is planted as a log is put out of the way`(kind: String) throws {
        try Farm.use { farm in
            try prepare(farm, ["echo out"])
            let target = try putTarget(farm)
            let log = farm.workDirectory.appending(path: "logs/log_0").path
            switch kind {
            case "link": try FileManager.default.createSymbolicLink(atPath: log, withDestinationPath: target)
            case "hard link": try FileManager.default.linkItem(atPath: target, toPath: log)
            case "pipe": try #require(unsafe mkfifo(log, 0o666) == 0)
            default:
                try FileManager.default.createSymbolicLink(
                    atPath: log, withDestinationPath: farm.folder.appending(path: "made").path)
            }
            try farm.farmer().ends(0)
            expectUntouched(farm)
            #expect(!farm.exists("made"))
            #expect(farm.text("tasks_workdir/logs/log_0") == "out\n")
            try farm.expectComplete(1)
        }
    }

    @Test func `a folder of logs that is a link is refused, and nothing is made behind it`() throws {
        try Farm.use { farm in
            try prepare(farm, (0...10_000).map { _ in "true" })
            try FileManager.default.createDirectory(
                at: farm.folder.appending(path: "elsewhere"), withIntermediateDirectories: false)
            try link("tasks_workdir/logs/0010", to: farm.folder.appending(path: "elsewhere").path, in: farm)
            try link("tasks_workdir/logs/0000", to: farm.folder.appending(path: "elsewhere").path, in: farm)
            let ended = try farm.call("run", "-q", "tasks")
            #expect(ended.status == 74, "\(ended.output)\(ended.errors)")
            #expect(ended.errors.contains("symbolic link"), "\(ended.errors)")
            #expect(try farm.names(in: "elsewhere") == [])
        }
    }

    @Test(arguments: ["logs", "farmers", "farm.json", "toprocess", "state"])
    func `a link in the place of a part of a work directory is refused`(name: String) throws {
        try Farm.use { farm in
            try farm.write(["true"])
            try farm.farmer().ends(0)
            let path = farm.workDirectory.appending(path: name).path
            try FileManager.default.moveItem(atPath: path, toPath: farm.folder.appending(path: "moved").path)
            try FileManager.default.createSymbolicLink(
                atPath: path, withDestinationPath: farm.folder.appending(path: "moved").path)
            for words in [["run", "tasks"], ["check", "tasks"], ["check", "--repair", "tasks"]] {
                let ended = try farm.start(words).wait()
                #expect([74, 78].contains(ended.status), "\(words): \(ended.output)\(ended.errors)")
                #expect(ended.errors.contains("symbolic link"), "\(ended.errors)")
            }
        }
    }

    @Test func `a folder in the place of a log is moved aside`() throws {
        try Farm.use { farm in
            try prepare(farm, ["echo out"])
            try farm.write(["kept"], to: "kept")
            let log = farm.workDirectory.appending(path: "logs/log_0")
            try FileManager.default.createDirectory(at: log, withIntermediateDirectories: false)
            try FileManager.default.moveItem(
                at: farm.folder.appending(path: "kept"), to: log.appending(path: "kept"))
            try farm.farmer().ends(0)
            #expect(farm.log(0) == "out\n")
            let moved = try #require(try farm.names(in: "tasks_workdir/logs").first { $0.contains(".moved.") })
            #expect(farm.exists("tasks_workdir/logs/\(moved)/kept"))
        }
    }

    @Test(arguments: ["logs", "finished", "attempts.tsv", "batch"])
    func `what is planted as a part of a work directory that nothing reads yet is refused, too`(part: String) throws {
        try Farm.use { farm in
            try farm.write(["true"])
            try farm.farmer().ends(0)
            let path = farm.workDirectory.appending(path: part).path
            try? FileManager.default.removeItem(atPath: path)
            try #require(unsafe mkfifo(path, 0o600) == 0)
            for command in ["run", "check"] {
                let ended = try farm.call(command, "tasks")
                #expect(ended.status == 78 && ended.errors.contains(part), "\(ended.output)\(ended.errors)")
            }
        }
    }

    @Test(arguments: ["link", "hard link", "pipe"])
    func `what is planted as the lock is refused`(kind: String) throws {
        try Farm.use { farm in
            try farm.write(["true"])
            let scratch = farm.folder.appending(path: "scratch").path
            try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: false)
            try farm.farmer(environment: ["SCRATCH": scratch]).ends(0)
            let lock = "\(scratch)/\(try #require(try farm.names(in: "scratch").first))"
            try FileManager.default.removeItem(atPath: lock)
            let target = try putTarget(farm)
            switch kind {
            case "link": try FileManager.default.createSymbolicLink(atPath: lock, withDestinationPath: target)
            case "hard link": try FileManager.default.linkItem(atPath: target, toPath: lock)
            default: try #require(unsafe mkfifo(lock, 0o600) == 0)
            }
            for words in [["run", "tasks"], ["run", "--fresh", "tasks"]] {
                let ended = try farm.start(words, ["SCRATCH": scratch]).wait()
                #expect([71, 74, 78].contains(ended.status), "\(ended.output)\(ended.errors)")
                #expect(ended.errors.split(separator: "\n").count == 1, "\(ended.errors)")
                expectUntouched(farm)
            }
        }
    }

    @Test func `links in the places where a repair keeps what was there are not followed`() throws {
        try Farm.use { farm in
            try farm.write(["true", "false"])
            try farm.farmer().ends(1)
            try FileManager.default.createDirectory(
                at: farm.folder.appending(path: "elsewhere"), withIntermediateDirectories: false)
            let elsewhere = farm.folder.appending(path: "elsewhere").path
            for name in ["before-repair.1", "before-repair.2.partial", "pytaskfarmer.partial"] {
                try link("tasks_workdir/\(name)", to: elsewhere, in: farm)
            }
            try link("tasks_workdir/before-repair.3", to: elsewhere + "/missing", in: farm)
            try farm.write(bytes: Array("torn".utf8), to: "tasks_workdir/roster")
            let ended = try farm.call("check", "--repair", "tasks")
            #expect(ended.status == 0, "\(ended.output)\(ended.errors)")
            #expect(try farm.names(in: "elsewhere") == [])
            #expect(farm.exists("tasks_workdir/before-repair.2/state"))
        }
    }

    @Test func `a link in the place of what PyTaskFarmer left is refused`() throws {
        try Farm.use { farm in
            try farm.write(["true"])
            try FileManager.default.createDirectory(at: farm.workDirectory, withIntermediateDirectories: false)
            try FileManager.default.createDirectory(
                at: farm.folder.appending(path: "elsewhere"), withIntermediateDirectories: false)
            try link("tasks_workdir/pytaskfarmer", to: farm.folder.appending(path: "elsewhere").path, in: farm)
            let ended = try farm.call("run", "tasks")
            #expect(ended.status == 74, "\(ended.output)\(ended.errors)")
            #expect(ended.errors.contains("pytaskfarmer"))
        }
    }
}
