// Where INI files are looked for, and which one wins.

import Foundation
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

@Suite("Places of INI files")
struct RegistryPlacesTests {
    /// The later ones win. `.` stands for the current folder, which is the tests' own.
    private static let order = [
        "etc/runners.d/b.ini", "etc/tasklists.d/a.ini", "home/.pytaskfarmer/runners.d/a.ini",
        "home/.pytaskfarmer/tasklists.d/a.ini", "home/.config/taskfarmer/runners.d/a.ini",
        "home/.config/taskfarmer/tasklists.d/a.ini",
    ]

    @Test("each place wins over those before it, and --config over all")
    func order() throws {
        let bench = try RegistryBench()
        for (index, file) in Self.order.enumerated() {
            try bench.put("[x]\nRunner = shell\nenv.PLACE = \(index)\n", at: file)
            let registry = try bench.registry()
            #expect(try registry.changes("x") == ["PLACE=\(index)"], "\(file)")
            #expect(registry.runners.count { $0.name == "x" } == index + 1)
        }
        let own = try bench.put("[x]\nRunner = shell\nenv.PLACE = own\n", at: "own.ini")
        let registry = try bench.registry(config: own)
        #expect(try registry.changes("x") == ["PLACE=own"])
        let files = registry.runners.filter { $0.name == "x" }.map { $0.file ?? "" }
        #expect(files == (Self.order + ["own.ini"]).map { bench.folder.appending($0).description })
    }

    @Test("in a folder, the files win in the order of their names")
    func names() throws {
        let bench = try RegistryBench()
        for name in ["a", "b", "10", "9"] {
            try bench.put("[x]\nRunner = shell\nenv.FILE = \(name)\n", at: "etc/runners.d/\(name).ini")
        }
        #expect(try bench.registry().changes("x") == ["FILE=b"])
    }

    @Test("XDG_CONFIG_HOME stands for ~/.config, unless it is empty; without HOME neither is looked for")
    func configurationHome() throws {
        let bench = try RegistryBench()
        try bench.put("[x]\nRunner = shell\nenv.PLACE = home\n", at: "home/.config/taskfarmer/runners.d/a.ini")
        try bench.put("[x]\nRunner = shell\nenv.PLACE = other\n", at: "xdg/taskfarmer/runners.d/a.ini")
        let other = "XDG_CONFIG_HOME=\(bench.folder.appending("xdg"))"
        #expect(try bench.registry().changes("x") == ["PLACE=home"])
        #expect(try bench.registry([other]).changes("x") == ["PLACE=other"])
        #expect(try bench.registry([other]).runners.count { $0.name == "x" } == 1)
        #expect(try bench.registry(["XDG_CONFIG_HOME="]).changes("x") == ["PLACE=home"])
        for environment in [[], ["HOME="]] {
            var homeless = Registry(environment: (environment + ["A=b"]).map { Array($0.utf8) })
            homeless.readStandardPlaces(system: bench.system)
            #expect(!homeless.runners.contains { $0.name == "x" })
        }
    }

    @Test("only files that end in .ini and are not hidden are read")
    func endings() throws {
        let bench = try RegistryBench()
        for name in ["a.ini~", ".a.ini", "a.ini.bak", "aini", "#a.ini#"] {
            try bench.put("[x]\nRunner = shell\n", at: "etc/runners.d/\(name)")
        }
        let registry = try bench.registry()
        #expect(!registry.runners.contains { $0.name == "x" } && registry.problems.isEmpty)
    }

    @Test("what cannot be read is told and hides nothing")
    func unreadable() throws {
        let bench = try RegistryBench()
        try bench.put("[x]\nRunner = shell\n", at: "etc/runners.d/z.ini")
        try bench.makeFolder(bench.system.appending("runners.d/folder.ini"))
        try FileManager.default.createSymbolicLink(
            atPath: bench.system.appending("runners.d/link.ini").description, withDestinationPath: "/no/such/file")
        try bench.put("", at: "home/.pytaskfarmer/runners.d")
        let registry = try bench.registry()
        #expect(registry.runnerRefusal("x") == "none")
        let found = registry.problems.map { "\(Path($0.file ?? "").name.text): \($0.text)" }
        #expect(
            found == [
                "folder.ini: cannot be read: expected a file of text",
                "link.ini: cannot be read: No such file or directory",
            ])
        let missing = registry.runnerRefusal("y")
        #expect(missing.hasSuffix(" (2 in INI files cannot be used: taskfarmer runners)"), "\(missing)")
    }

    @Test("a file that was asked for by name and cannot be read is an error")
    func named() throws {
        let bench = try RegistryBench()
        var registry = Registry(environment: [])
        let missing = refusal { try registry.read(file: "/no/such.ini") }
        #expect(missing?.description == "/no/such.ini: cannot be read: No such file or directory")
        let folder = refusal { try registry.read(file: bench.folder.description) }
        #expect(folder?.description == "\(bench.folder): cannot be read: Is a directory")
    }

    @Test("a file that is found twice does not hide itself, is told of once, and counts where it is found last")
    func twice() throws {
        let bench = try RegistryBench()
        try bench.put("[x]\nRunner = shell\nenv.A = first\n[bad]\nRunner = shel\n[odd\n", at: "etc/runners.d/a.ini")
        try bench.put("[x]\nRunner = shell\nenv.A = second\n", at: "etc/runners.d/b.ini")
        #expect(try bench.registry().changes("x") == ["A=second"])
        let again = bench.system.appending("runners.d/../runners.d/a.ini")
        let registry = try bench.registry(config: again)
        #expect(try registry.changes("x") == ["A=first"])
        #expect(registry.runners.count { $0.name == "x" } == 2)
        #expect(registry.runners.filter { $0.name == "bad" }.map(\.file) == [again.description])
    }
}
