// Files that somebody else could write to are refused, each with one line, unless they are named.

import Foundation
import Testing

struct OthersFilesTests {
    static let isRoot = geteuid() == 0

    /// Refused with one line and nothing run; accepted when it is named.
    private func expectRefusal(
        _ farm: Farm, _ words: [String], naming path: String, _ text: String, environment: [String: String] = [:],
        runs: Bool = true, _ where: SourceLocation = #_sourceLocation
    ) throws {
        let ended = try farm.start(words, environment).wait()
        #expect(ended.status == 78, "\(ended.output)\(ended.errors)", sourceLocation: `where`)
        #expect(ended.errors.contains(text), "\(ended.errors)", sourceLocation: `where`)
        #expect(ended.errors.contains("--trust \(path)"), "\(ended.errors)", sourceLocation: `where`)
        #expect(ended.errors.split(separator: "\n").count == 1, "\(ended.errors)", sourceLocation: `where`)
        #expect(!farm.exists("ran"), sourceLocation: `where`)
        let named = try farm.start([words[0], "--trust", "/nowhere,\(path)"] + words.dropFirst(), environment).wait()
        #expect(named.status == 0, "\(named.output)\(named.errors)", sourceLocation: `where`)
        #expect(!runs || farm.exists("ran"), sourceLocation: `where`)
    }

    private func change(_ path: String, mode: mode_t? = nil, owner: uid_t? = nil, group: gid_t? = nil) {
        if owner != nil || group != nil {
            let status = unsafe chown(path, owner ?? uid_t.max, group ?? gid_t.max)
            #expect(status == 0)
        }
        if let mode {
            let status = unsafe chmod(path, mode)
            #expect(status == 0)
        }
    }

    @Test func `a list behind a link that everybody could turn elsewhere is not run`() throws {
        try Farm.use { farm in
            let manager = FileManager.default
            let open = try makeFolder("open", in: farm)
            let own = try makeFolder("own", in: farm)
            try farm.write(["echo > ran"], to: "own/list")
            try manager.createSymbolicLink(atPath: "\(open)/middle", withDestinationPath: "\(own)/list")
            try manager.createSymbolicLink(
                at: farm.folder.appending(path: "tasks"), withDestinationURL: URL(filePath: "\(open)/middle"))
            change(open, mode: 0o777)
            let ended = try farm.call("run", "tasks")
            #expect(ended.status == 78 && ended.errors.contains("open"), "\(ended.output)\(ended.errors)")
            #expect(!farm.exists("ran"))
            change(open, mode: 0o755)
            #expect(try farm.call("run", "tasks").status == 0)
        }
    }

    @Test func `a path with a comma can be trusted`() throws {
        try Farm.use { farm in
            try farm.write(["true"], to: "a,b")
            change(farm.folder.appending(path: "a,b").path, mode: 0o666)
            #expect(try farm.call("run", "a,b").status == 78)
            #expect(try farm.call("run", "--trust", farm.folder.appending(path: "a,b").path, "a,b").status == 0)
        }
    }

    private func makeFolder(_ name: String, in farm: Farm) throws -> String {
        let folder = farm.folder.appending(path: name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder.path
    }

    @Test func `a list that everybody may write to is not run`() throws {
        try Farm.use { farm in
            try farm.write(["echo > ran"])
            change(farm.list.path, mode: 0o666)
            try expectRefusal(
                farm, ["run", farm.list.path], naming: farm.list.path, "chmod o-w \(farm.list.path)")
        }
    }

    @Test func `a list in a folder in which everybody may replace it is not run, and one in a sticky folder is`() throws
    {
        try Farm.use { farm in
            try farm.write(["echo > ran"])
            change(farm.folder.path, mode: 0o777)
            try expectRefusal(farm, ["run", farm.list.path], naming: farm.folder.path, "the folder of the task list")
        }
        try Farm.use { farm in
            try farm.write(["echo > ran"])
            change(farm.folder.path, mode: 0o1777)
            try farm.farmer().ends(0)
        }
    }

    @Test(.enabled(if: isRoot, "only root can give files away"))
    func `another user's list is not run, nor one that a group may write to`() throws {
        try Farm.use { farm in
            try farm.write(["echo > ran"])
            change(farm.list.path, owner: 4711)
            try expectRefusal(
                farm, ["run", farm.list.path], naming: farm.list.path, "belongs to another user (owner 4711")
        }
        try Farm.use { farm in
            try farm.write(["echo > ran"])
            change(farm.list.path, mode: 0o664, group: 4711)
            try expectRefusal(farm, ["run", farm.list.path], naming: farm.list.path, "chmod g-w")
        }
    }

    @Test func `a folder whose files are the tasks is not run where everybody may put files into it`() throws {
        try Farm.use { farm in
            try farm.write(["[each]", "TaskList = files", "command = echo {} > ran", "glob = *"], to: "each.ini")
            let data = try makeFolder("data", in: farm)
            try farm.write(["x"], to: "data/file")
            change(data, mode: 0o1777)
            try expectRefusal(
                farm, ["run", "-t", "each", data], naming: data, "the task list can be written by everybody")
        }
    }

    @Test func `a work directory that everybody may write to is neither worked on nor checked`() throws {
        for command in ["run", "check"] {
            try Farm.use { farm in
                try farm.write(["true"])
                try farm.farmer().ends(0)
                change(farm.workDirectory.path, mode: 0o1777)
                try expectRefusal(
                    farm, [command, farm.workDirectory.path], naming: farm.workDirectory.path, "the work directory",
                    runs: false)
                // Reading does no harm.
                #expect(try farm.call("status", farm.workDirectory.path).status == 0)
            }
        }
    }

    @Test(arguments: ["farm.json", "toprocess", "transaction", "farmers", "logs"])
    func `a part of a work directory that everybody may write to is found`(name: String) throws {
        try Farm.use { farm in
            try farm.write(["true"])
            try farm.farmer().ends(0)
            let path = farm.workDirectory.appending(path: name).path
            change(path, mode: 0o777)
            // Nobody can reach it.
            try farm.farmer().ends(0)
            change(farm.workDirectory.path, mode: 0o755)
            try expectRefusal(farm, ["run", farm.list.path], naming: path, "a part of the work directory", runs: false)
        }
    }

    @Test func `an INI file that everybody may write to is used by no command`() throws {
        let commands = [
            ["run", "-r", "mine", "tasks"], ["runners"], ["handlers"], ["list", "tasks"], ["run", "tasks"],
        ]
        for words in commands {
            try Farm.use { farm in
                try farm.write(["echo > ran"])
                try farm.write(["[mine]", "Runner = shell"], to: "mine.ini")
                try farm.write(["[server]", "port = 80"], to: "other.ini")
                change(farm.folder.appending(path: "other.ini").path, mode: 0o666)
                let path = farm.folder.appending(path: "mine.ini").path
                change(path, mode: 0o666)
                try expectRefusal(farm, words, naming: "mine.ini", "an INI file", runs: words[0] == "run")
            }
        }
    }

    @Test func `a lock folder in which everybody may remove the lock is refused, and a sticky one is not`() throws {
        try Farm.use { farm in
            try farm.write(["echo > ran"])
            let scratch = try makeFolder("scratch", in: farm)
            change(scratch, mode: 0o777)
            try expectRefusal(
                farm, ["run", farm.list.path], naming: scratch, "the folder of the lock file",
                environment: ["SCRATCH": scratch])
        }
        try Farm.use { farm in
            try farm.write(["echo > ran"])
            let scratch = try makeFolder("scratch", in: farm)
            change(scratch, mode: 0o1777)
            _ = try farm.farmer(environment: ["SCRATCH": scratch]).ends(0)
            let lock = try #require(try farm.names(in: "scratch").first)
            #expect(try ModesTests.mode("\(scratch)/\(lock)") == 0o600)
        }
    }

    @Test(.enabled(if: isRoot, "only root can give files away"))
    func `another user's lock in a folder for all is refused`() throws {
        try Farm.use { farm in
            try farm.write(["true"])
            let scratch = try makeFolder("scratch", in: farm)
            change(scratch, mode: 0o1777)
            try farm.farmer(environment: ["SCRATCH": scratch]).ends(0)
            let lock = "\(scratch)/\(try #require(try farm.names(in: "scratch").first))"
            change(lock, owner: 4711)
            try expectRefusal(
                farm, ["run", farm.list.path], naming: lock, "the lock file belongs to another user",
                environment: ["SCRATCH": scratch], runs: false)
        }
    }

    @Test(.enabled(if: isRoot, "only root can become another user"))
    func `a farm that is shared with a group takes in its members, and nobody who does not say so`() throws {
        try Farm.use { farm in
            try farm.write(["echo > ran", "false"])
            change(farm.folder.path, mode: 0o2770, group: 4711)
            change(farm.list.path, mode: 0o660, group: 4711)
            let program = try Program.taskfarmer()
            func member(_ number: Int, _ words: String) throws -> Ended {
                try farm.call(
                    "-c",
                    "umask 007; exec setpriv --reuid \(number) --regid \(number) --groups 4711 '\(program)' \(words)",
                    under: ["sh", "-c", "shift; exec sh \"$@\"", "sh"])
            }
            let probe = try member(5001, "--version")
            guard probe.status == 0 else {
                print("skipped: \(probe.errors)")
                return
            }
            let first = try member(5001, "run --share group tasks")
            #expect(first.status == 1, "\(first.errors)")
            #expect(try ModesTests.mode(farm.workDirectory.path) == 0o2770)
            #expect(try ModesTests.mode(farm.workDirectory.appending(path: "farm.json").path) == 0o640)
            // Its maker need not say so again; another member must, and then can work on it.
            #expect(try member(5001, "check tasks").status == 0)
            let stranger = try member(5002, "run --retry-failed tasks")
            #expect(stranger.status == 78, "\(stranger.errors)")
            let second = try member(5002, "run --share group --retry-failed tasks")
            #expect(second.status == 1, "\(second.errors)")
            #expect(farm.attempts(of: 1).count == 2)
        }
    }
}
