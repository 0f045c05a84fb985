// The examples in runners.d.

import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

@Suite("Examples of runners")
struct RunnerExamplesTests {
    private static let folder = Path(#filePath).parent.parent.parent.appending("runners.d")

    @Test("every example can be used where only HOME is known, and there is one of each kind")
    func examples() throws {
        let names = try Folder.names(in: Self.folder).filter { $0.suffix(4) == Array(".ini".utf8)[...] }
        #expect(!names.isEmpty)
        var registry = Registry(environment: [Array("HOME=/home/me".utf8)])
        for name in names { try registry.read(file: Self.folder.appending(bytes: name).description) }
        #expect(registry.problems.isEmpty)
        let examples = registry.runners.filter { $0.file != nil }
        for example in examples {
            #expect(example.problems.isEmpty, "\(example.name): \(example.problems)")
            let process = RunnerBench.process(
                try registry.runner(named: example.name), "echo hello", RunnerBench.context)
            #expect(process.arguments.contains { $0.text.contains("hello") }, "\(example.name): \(process.words)")
        }
        #expect(Set(examples.compactMap { $0.kind?.name }) == Set(registry.runnerKinds.map(\.name)))
        #expect(Set(examples.map(\.name)).count == examples.count)
        let kinds = Set(registry.runnerKinds.flatMap { [$0.name] + $0.aliases })
        #expect(examples.allSatisfy { !kinds.contains($0.name) }, "an example must not hide what ships with us")
    }

    @Test("every argument of every kind is explained by its example")
    func explained() throws {
        var registry = Registry(environment: [Array("HOME=/home/me".utf8)])
        for name in try Folder.names(in: Self.folder) where name.suffix(4) == Array(".ini".utf8)[...] {
            try registry.read(file: Self.folder.appending(bytes: name).description)
        }
        for example in registry.runners {
            guard let file = example.file, let kind = example.kind else { continue }
            let text = try Descriptor(Path(file), .reading).readAll(atMost: 1 << 20).text
            for argument in kind.arguments {
                #expect(text.contains(argument.name), "\(file) does not say what \(argument.name) is")
            }
        }
    }
}
