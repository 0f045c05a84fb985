import Foundation
import StoreCrasher
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

struct FilesHandlerTests {
    private static let kind = "TaskList = files\n"

    private static func put(_ names: [String], in folder: Path) throws {
        for name in names {
            let path = URL(filePath: folder.description).appending(path: name)
            try FileManager.default.createDirectory(
                at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data().write(to: path)
        }
    }

    @Test func `each line is a file, quoted into the command as GNU parallel does it`() throws {
        let bench = try HandlerBench(Self.kind + "command = process {} {#} > {.}.out")
        let found = try bench.tasks("a.dat\n\n# none\nd/b c.dat\r\n./#x\n \nit's")
        #expect(
            found == [
                "process a.dat 1 > a.out", "process 'd/b c.dat' 2 > 'd/b c'.out", "process './#x' 3 > './#x'.out",
                #"process 'it'\''s' 4 > 'it'\''s'.out"#,
            ])
    }

    @Test func `a command without a placeholder gets the file at its end`() throws {
        #expect(try HandlerBench(Self.kind + "command = wc -l").tasks("a b\n") == ["wc -l 'a b'"])
    }

    @Test func `a command of several lines stays one task`() throws {
        let bench = try HandlerBench(Self.kind + "command = cd /x\n  run {}")
        #expect(try bench.tasks("a\n") == [#"{"command":"cd /x\nrun a"}"#])
    }

    @Test func `a restart adds what was added, and {#} goes on`() throws {
        try HandlerBench(Self.kind + "command = do {} {#}").expectRestarts(
            "a\n#\nb\n", grown: "a\n#\nb\nc\nd\n", edited: "a\n#\nB\nc\nd\n")
    }

    @Test func `files that exist are no tasks, and a restart loses and doubles nothing when they exist by then`() throws
    {
        let scratch = try Scratch()
        let bench = try HandlerBench(
            Self.kind + "command = do {} {#}\nskip_if_exists = \(scratch.path)/{/.}.out")
        #expect(!bench.handler.isRepeatable)
        try Self.put(["b.out"], in: scratch.path)
        #expect(try bench.start(list: "a.x\nb.x\nc.x\n").tasks == ["do a.x 1", "do c.x 3"])
        try Self.put(["a.out", "c.out", "e.out"], in: scratch.path)
        #expect(try bench.start().tasks == ["do a.x 1", "do c.x 3"])
        let grown = try bench.start(list: "a.x\nb.x\nc.x\nd.x\ne.x\n")
        #expect(grown.tasks == ["do a.x 1", "do c.x 3", "do d.x 4"])
        let edited = try bench.start(list: "z.x\n")
        #expect(edited.tasks == grown.tasks && edited.notes.first?.contains("was edited") == true)
    }

    // MARK: folders

    @Test func `a pattern finds the files of a folder in order, but none hidden, none behind links to folders`() throws
    {
        let bench = try HandlerBench(Self.kind + "command = do\nglob = **/*.dat")
        let folder = bench.folder.appending("in")
        try Self.put(
            ["b.dat", "a/z.dat", "a.dat", "a-b/c.dat", "a/.h.dat", ".git/x.dat", "a/n.txt", "real/r.dat", "it em.dat"],
            in: folder)
        for (name, target) in [("a/link", "../real"), ("l.dat", "b.dat"), ("gone.dat", "nothing"), ("f.dat", "real")] {
            try FileManager.default.createSymbolicLink(
                atPath: folder.appending(name).description, withDestinationPath: target)
        }
        let expected = ["a-b/c.dat", "a.dat", "a/z.dat", "b.dat", "'it em.dat'", "l.dat", "real/r.dat"]
        let found = try bench.tasks(of: folder).map {
            $0.replacingOccurrences(of: "\(folder)/", with: "").replacingOccurrences(of: "do ", with: "")
        }
        #expect(found == expected)
    }

    @Test func `the work directory inside the folder is not part of it`() throws {
        let bench = try HandlerBench(Self.kind + "command = do\nglob = **/*")
        let folder = bench.folder
        try Folder.unlink(folder.appending("x.ini"))
        try Self.put(["a", "work/logs/log_0", "works/b"], in: folder)
        #expect(try bench.tasks(of: folder) == ["do \(folder)/a", "do \(folder)/works/b"])
    }

    @Test func `new matches after all others are new tasks, others are an edit`() throws {
        let bench = try HandlerBench(Self.kind + "command = do {/}\nglob = *.dat")
        let folder = bench.folder.appending("in")
        try Self.put(["b.dat", "c.dat"], in: folder)
        #expect(try bench.start(folder).tasks == ["do b.dat", "do c.dat"])
        let again = try bench.start(folder)
        #expect(again.tasks == ["do b.dat", "do c.dat"] && again.notes == [])
        try Self.put(["d.dat"], in: folder)
        #expect(try bench.start(folder).tasks == ["do b.dat", "do c.dat", "do d.dat"])
        try Self.put(["a.dat"], in: folder)
        let edited = try bench.start(folder)
        #expect(edited.tasks == ["do b.dat", "do c.dat", "do d.dat"])
        #expect(edited.notes.first?.contains("was edited") == true)
    }

    @Test func `a list that is no folder, or a name that no list can hold, is refused`() throws {
        let bench = try HandlerBench(Self.kind + "command = do\nglob = *")
        #expect(bench.refused("a\n") == "is a file, expected a folder, since the handler has a pattern")
        let folder = bench.folder.appending("in")
        #expect(refusal { try bench.tasks(of: folder) }?.description == "\(folder): no such folder")
        try Self.put(["a\nb"], in: folder)
        #expect(refusal { try bench.tasks(of: folder) }?.description.contains("a newline in a file's name") == true)
    }

    @Test(arguments: [
        (
            "",
            "1: [x] command: files needs it: The command, with {} {.} {/} {//} {/.} {#} for the file as in GNU parallel, quoted."
        ),
        ("command =", "3: [x] command: expected a command such as process {} > {.}.out"),
        (
            "command = a\nskip_if_exists = out",
            "4: [x] skip_if_exists: expected a file name with a placeholder, such as {.}.out"
        ),
        ("command = a\nglob = /x", "4: [x] glob: /x: expected a pattern below the folder, without / before it"),
        (
            "command = a\nskip_if_exist = {}",
            "4: [x] skip_if_exist: files has no such argument, expected one of: command, skip_if_exists, glob, task.X; did you mean "
                + "skip_if_exists?"
        ),
    ])
    func `wrong arguments are named with their line`(lines: String, message: String) {
        #expect(HandlerBench.complaint(Self.kind + lines) == message)
    }
}
