// INI files: what stands in them, references filled in, and what becomes of that.

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerSystem

enum INITarget {
    private static let plain = Registry(environment: [])

    static func run(_ bytes: [UInt8]) throws {
        let file = INIFile(bytes)
        for section in file.sections {
            let (values, problems) = file.values(of: section)
            try require(values.allSatisfy { $0.value.utf8.count <= (8 << 20) + bytes.count }, "a value without bounds")
            try require(problems.allSatisfy { $0.line >= 1 && $0.line <= bytes.count + 1 }, "a problem in no line")
        }
        try require(file.problems.allSatisfy { !$0.message.contains("\n") }, "a message of two lines")
        let folder = Path("/dev/shm")
        let path = folder.appending("taskfarmer-fuzz.\(ProcessTable.own).ini")
        try Descriptor(path, [.writing, .create, .empty, .noLink], permissions: 0o600).write(bytes)
        defer { _ = try? Folder.unlink(path) }
        var registry = plain
        try? registry.read(file: path.description)
        registry.tryAll()
        for definition in registry.runners where definition.file != nil {
            _ = try? registry.runner(named: definition.name)
        }
        for definition in registry.handlers where definition.file != nil {
            _ = try? registry.handler(named: definition.name)
        }
    }
}
