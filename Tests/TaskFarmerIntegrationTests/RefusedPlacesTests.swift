// Locks, lists and work directories that lie in the wrong place or are not what they should be.

import Foundation
import Testing

struct RefusedPlacesTests {
    private func makeFolders(_ names: String..., in farm: Farm) throws {
        for name in names {
            try FileManager.default.createDirectory(
                at: farm.folder.appending(path: name), withIntermediateDirectories: false)
        }
    }

    private func expectRefusal(
        _ ended: Ended, _ status: Int32, _ words: String..., where: SourceLocation = #_sourceLocation
    ) {
        #expect(ended.status == status, "\(ended.output)\(ended.errors)", sourceLocation: `where`)
        for word in words {
            #expect(ended.errors.contains(word), "\(ended.errors)", sourceLocation: `where`)
        }
        #expect(ended.errors.split(separator: "\n").count == 1, "\(ended.errors)", sourceLocation: `where`)
    }

    @Test func `a farmer with another lock is refused while one is at work, and makes nothing`() throws {
        try Farm.use { farm in
            try makeFolders("one", "two", in: farm)
            let (one, two) = (farm.folder.appending(path: "one").path, farm.folder.appending(path: "two").path)
            try farm.write(["echo > up; until test -e go; do sleep 0.02; done"])
            let first = try farm.farmer("-n", "1", environment: ["SCRATCH": one])
            try eventually("the task runs") { farm.exists("up") }
            expectRefusal(try farm.call("run", "tasks", environment: ["SCRATCH": two]), 71, one, two)
            expectRefusal(try farm.call("run", "tasks"), 71, one, "tasks_workdir/lock")
            expectRefusal(
                try farm.call("run", "tasks", "--lock-dir", "two", environment: ["SCRATCH": one]), 71, one, two)
            #expect(try farm.names(in: "two") == [])
            #expect(try farm.names(in: "one").allSatisfy { $0.hasSuffix("_lock") })
            try farm.write([], to: "go")
            try first.ends(0)
            try farm.expectComplete(1)
        }
    }

    @Test func `a lock file that was removed between two runs is refused`() throws {
        try Farm.use { farm in
            try makeFolders("scratch", in: farm)
            try farm.write(["echo zero"])
            let environment = ["SCRATCH": farm.folder.appending(path: "scratch").path]
            try farm.farmer("-n", "1", environment: environment).ends(0)
            for name in try farm.names(in: "scratch") {
                try FileManager.default.removeItem(at: farm.folder.appending(path: "scratch/\(name)"))
            }
            expectRefusal(try farm.call("run", "tasks", environment: environment), 71, "lock", "check --repair")
        }
    }

    @Test func `a lock folder that is none leaves no work directory behind, and an empty SCRATCH is no SCRATCH`() throws
    {
        try Farm.use { farm in
            try farm.write(["echo zero"])
            expectRefusal(
                try farm.call("run", "tasks", environment: ["SCRATCH": farm.list.path]), 78, "is not a folder")
            expectRefusal(try farm.call("run", "tasks", "--lock-dir", "/no/such/folder"), 78, "/no/such/folder")
            #expect(!farm.exists("tasks_workdir"))
            try farm.farmer("-n", "1", environment: ["SCRATCH": ""]).ends(0)
            #expect(farm.exists("tasks_workdir/lock"))
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root can mount read-only"))
    func `a work directory that is mounted read-only is refused`() throws {
        try Farm.use { farm in
            try farm.write(["echo zero"])
            try farm.farmer("-n", "1").ends(0)
            let mount =
                "mount --bind tasks_workdir tasks_workdir && mount -o remount,ro,bind tasks_workdir || exit 99; "
                + "exec \"$@\""
            let probe = try farm.call("--version", under: ["unshare", "-m", "sh", "-c", mount, "sh"])
            guard probe.status == 0 else {
                print("skipped: nothing can be mounted here: \(probe.errors)")
                return
            }
            try farm.append("echo one\n")
            let ended = try farm.call("run", "tasks", under: ["unshare", "-m", "sh", "-c", mount, "sh"])
            expectRefusal(ended, 74, "tasks_workdir", "Read-only")
            try farm.farmer("-n", "1").ends(0)
            try farm.expectComplete(2)
        }
    }

    @Test(arguments: [
        (["--time-out=3"], "did you mean --timeout?"), (["--worcdir", "x"], "did you mean --workdir?"),
        (["-n", "-1"], "--proc"), (["--timeout", "0"], "--timeout 0"), (["-Z"], "unknown option -Z"),
        (["-w"], "needs a value"), (["--quiet=yes"], "takes no value"),
    ])
    func `wrong usage makes no work directory`(words: [String], expected: String) throws {
        try Farm.use { farm in
            try farm.write(["echo zero"])
            expectRefusal(try farm.start(["run", "tasks"] + words).wait(), 64, expected)
            #expect(!farm.exists("tasks_workdir") && !farm.exists("x"))
        }
    }

    @Test func `a list that is missing or a folder gets no work directory`() throws {
        try Farm.use { farm in
            try makeFolders("folder", in: farm)
            expectRefusal(try farm.call("run", "nothing"), 78, "nothing: cannot be read")
            expectRefusal(try farm.call("run", "folder"), 78, "is a folder")
            #expect(!farm.exists("nothing_workdir") && !farm.exists("folder_workdir"))
        }
    }

    @Test(arguments: ["status", "check"])
    func `there is nothing to show where no work directory is`(command: String) throws {
        try Farm.use { farm in
            try farm.write(["echo zero"])
            expectRefusal(try farm.call(command, "nothing"), 64, "no work directory")
            expectRefusal(try farm.call(command), 64, "no work directory here")
            try farm.farmer("-n", "1").ends(0)
            #expect(try farm.call(command).status == 0, "the only one in the folder is found")
        }
    }

    @Test func `a work directory of an unknown version is refused and not touched`() throws {
        try Farm.use { farm in
            try farm.write(["echo zero"])
            try farm.farmer("-n", "1").ends(0)
            let text = farm.state("farm.json").replacing("\"version\": 4", with: "\"version\": 999")
            try farm.write(bytes: Array(text.utf8), to: "tasks_workdir/farm.json")
            let before = farm.state("state")
            for words in [["run", "tasks"], ["run", "--fresh", "tasks"], ["check", "tasks"], ["status", "tasks"]] {
                expectRefusal(try farm.start(words).wait(), 78, "999")
            }
            #expect(farm.state("state") == before && farm.state("farm.json") == text)
        }
    }
}
