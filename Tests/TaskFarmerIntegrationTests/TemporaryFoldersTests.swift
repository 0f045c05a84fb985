// Each attempt's own TMPDIR: what a task sees of it, and that nothing is left of it, however farmers and tasks end.

import Foundation
import Testing

struct TemporaryFoldersTests {
    /// A farmer whose tasks have folders of their own, in `temporary`.
    private func farmer(_ farm: Farm, _ options: String..., folder: String? = nil) throws -> Program {
        try farm.write(["[own]", "Runner = shell", "tempdir = True"], to: "own.ini")
        let folder = folder ?? "temporary"
        if folder == "temporary" {
            try FileManager.default.createDirectory(
                at: farm.folder.appending(path: folder), withIntermediateDirectories: true)
        }
        return try farm.start(
            ["run", "--config", "own.ini", "-r", "own"] + options + [farm.list.lastPathComponent],
            ["TMPDIR": farm.folder.appending(path: folder).path])
    }

    private func expectNothingLeft(_ farm: Farm, _ where: SourceLocation = #_sourceLocation) throws {
        #expect(try farm.names(in: "temporary") == [], sourceLocation: `where`)
    }

    @Test func `each attempt finds an empty folder that is nobody else's, and it is gone afterwards`() throws {
        try Farm.use { farm in
            let task =
                "test -z \"$(ls -A $TMPDIR)\" && stat -c '%a %n' $TMPDIR && echo x > $TMPDIR/file; exit $((PROC_NUMBER % 2))"
            try farm.write(Array(repeating: task, count: 40) + ["kill -9 $$"])
            _ = try farmer(farm, "-n", "4").ends(1)
            let folders = (0..<40).map { farm.log($0) }
            #expect(Set(folders).count == 40)
            let base = farm.folder.appending(path: "temporary/taskfarmer.").path
            #expect(folders.allSatisfy { $0.hasPrefix("700 \(base)") })
            #expect((0..<40).allSatisfy { folders[$0].hasSuffix("/\($0).1\n") })
            try expectNothingLeft(farm)
            _ = try farmer(farm, "-n", "4", "--retry-failed").ends(1)
            #expect(farm.log(1).hasSuffix("/1.2\n"))
            try expectNothingLeft(farm)
        }
    }

    @Test func `a folder is gone before its farmer is, as soon as the attempt is over`() throws {
        try Farm.use { farm in
            try farm.write([
                "echo $TMPDIR > folder; chmod 000 $TMPDIR",
                "until test -e folder && ! test -e $(cat folder); do sleep 0.02; done",
            ])
            _ = try farmer(farm, "-n", "2").ends(0)
            try expectNothingLeft(farm)
        }
    }

    @Test(arguments: [SIGTERM, SIGUSR1])
    func `a farmer that is stopped leaves no folder`(signal: Int32) throws {
        try Farm.use { farm in
            try farm.write(["touch $TMPDIR/file; echo > up; exec sleep 1000"] + Array(repeating: ":", count: 20))
            let farmer = try farmer(farm, "-n", "1")
            try eventually("a task is up") { farm.exists("up") }
            farmer.signal(signal)
            try farmer.ends(75)
            try expectNothingLeft(farm)
        }
    }

    @Test func `a farmer whose time is up leaves no folder`() throws {
        try Farm.use { farm in
            try farm.write(["touch $TMPDIR/file; exec sleep 1000"])
            try farmer(farm, "-n", "1", "--timeout", "0.3").ends(75)
            try expectNothingLeft(farm)
        }
    }

    @Test func `what a killed farmer left is removed by the next one, and others' folders are not`() throws {
        try Farm.use { farm in
            try farm.write(["mkdir $TMPDIR/inner; echo > up; test $TASKFARMER_ATTEMPT = 2 || exec sleep 1000"])
            let first = try farmer(farm, "-n", "1")
            try eventually("a task is up") { farm.exists("up") && (try? farm.journal(says: "S", of: 0)) == true }
            first.signal(SIGKILL)
            _ = try first.wait()
            #expect(try farm.names(in: "temporary").count == 1)
            let host = try #require(try farm.names(in: "temporary").first?.split(separator: ".").dropFirst().first)
            let living = "taskfarmer.\(host).\(ProcessInfo.processInfo.processIdentifier).5"
            for name in [living, "taskfarmer.elsewhere.8388609.5", "taskfarmer.\(host).8388609.x", "taskfarmer"] {
                try FileManager.default.createDirectory(
                    at: farm.folder.appending(path: "temporary/\(name)"), withIntermediateDirectories: false)
            }
            try FileManager.default.createDirectory(
                at: farm.folder.appending(path: "temporary/taskfarmer.\(host).8388609.5/1.1"),
                withIntermediateDirectories: true)
            try farmer(farm, "-n", "1").ends(0)
            #expect(try farm.names(in: "temporary").count == 4)
            #expect(try farm.names(in: "temporary").contains(living))
        }
    }

    @Test func `a farmer without folders removes that of a farmer whose tasks it takes over`() throws {
        try Farm.use { farm in
            try farm.write(["test $TASKFARMER_ATTEMPT = 2 && exit; mkdir $TMPDIR/inner; echo > up; exec sleep 1000"])
            let first = try farmer(farm, "-n", "1")
            try eventually("a task is up") { farm.exists("up") && (try? farm.journal(says: "S", of: 0)) == true }
            first.signal(SIGKILL)
            _ = try first.wait()
            try farm.farmer(
                "-n", "1", environment: ["TMPDIR": farm.folder.appending(path: "temporary").path]
            ).ends(0)
            try expectNothingLeft(farm)
        }
    }

    @Test func `a task that leaves 20,000 files disturbs no other, and they are gone`() throws {
        try Farm.use { farm in
            let filling =
                "cd $TMPDIR && mkdir a b && (cd a && seq 10000 | xargs touch) && (cd b && seq 10000 | xargs touch)"
            try farm.write([filling] + Array(repeating: "test -d $TMPDIR && touch $TMPDIR/file", count: 200))
            try farmer(farm, "-n", "2").ends(0)
            try farm.expectComplete(201)
            try expectNothingLeft(farm)
        }
    }

    @Test func `a farmer that cannot make folders says which, and its tasks go back`() throws {
        try Farm.use { farm in
            try farm.write(["echo 0", "echo 1"])
            let ended = try farmer(farm, "-n", "1", folder: "missing").ends(74)
            #expect(ended.output.contains("missing/taskfarmer.") || ended.errors.contains("missing/taskfarmer."))
            #expect(farm.ids("toprocess").sorted() == [0, 1])
            try farm.expectSound()
            try farmer(farm, "-n", "1").ends(0)
            try farm.expectComplete(2)
        }
    }
}
