import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

struct TaskListExamplesTests {
    private static let folder = Path(#filePath).parent.parent.parent.appending("tasklists.d")

    @Test func `every example in tasklists.d loads, and there is one of each kind`() throws {
        var registry = Registry(environment: [])
        let files = try Folder.names(in: Self.folder).map(\.text).filter { $0.hasSuffix(".ini") }
        for file in files { try registry.read(file: Self.folder.appending(file).description) }
        #expect(registry.problems == [])
        let examples = registry.handlers.filter { $0.file != nil }
        #expect(examples.count == files.count)
        for example in examples {
            #expect(example.problems == [], "\(example.name)")
            #expect(example.file?.hasSuffix("/\(example.name).ini") == true, "a file is called as its section")
            _ = try registry.handler(named: example.name)
        }
        #expect(Set(examples.compactMap(\.kind?.name)) == Set(registry.handlerKinds.map(\.name)))
        let readme = try Folder.content(of: Self.folder.appending("README.md")).text
        for file in files { #expect(readme.contains("`\(file)`"), "\(file)") }
    }

    @Test(arguments: [
        ("compress-each-file", "a b.log\n", ["gzip --keep 'a b.log'"]),
        ("run-for-each-row", "events,name,mass\n5,light,1\n", ["echo light: mass 1, 5 events"]),
        (
            "parameter-scan", "seed = 7\nmodel = \"two Higgs\"\n",
            ["echo mass 100, model 'two Higgs', seed 7"]
        ),
    ])
    func `an example makes the tasks it speaks of`(name: String, list: String, tasks: [String]) throws {
        let text = try Folder.content(of: Self.folder.appending("\(name).ini")).text
        let section = text.split(separator: "\n").drop { $0.first != "[" }.dropFirst().joined(separator: "\n")
        #expect(try HandlerBench(section).tasks(list) == tasks)
    }
}
