// What every benchmark works with: a folder of its own, the programs it runs, how much it shall do.

internal import TaskFarmerCore
internal import TaskFarmerSystem

final class Workbench {
    let options: BenchmarkOptions
    let folder: Path
    let programs: Programs
    /// The program that is measured.
    let taskfarmer: String
    /// The C loop that is the measure.
    let spawnLoop: String
    /// This program, which is a farmer of many kinds itself.
    let own: String
    /// A `true` that is a program.
    let noOp: String
    private let searchPath: [String]
    private let begin = Clock.boot

    init(_ options: BenchmarkOptions, folder: Path, signals: SignalSource) throws {
        self.options = options
        self.folder = folder
        guard let exe = Path("/proc/self/exe").resolved else {
            throw BenchmarkError.program("cannot find this program in /proc/self/exe")
        }
        own = exe.description
        taskfarmer = options.taskfarmer ?? exe.parent.appending("taskfarmer").description
        spawnLoop = exe.parent.appending("SpawnLoop").description
        let heeded = ["SCRATCH=", "TASKFARMER", "SLURM", "TMPDIR=", "PARALLEL"]
        let kept = OwnProcess.environment.filter { entry in !heeded.contains { entry.starts(with: $0.utf8) } }
        let path = OwnProcess.variable("PATH").map(\.text) ?? "/usr/bin:/bin"
        searchPath = path.split(separator: ":").map(String.init)
        let temporary = folder.appending("tmp")
        try Folder.make(temporary)
        programs = Programs(
            folder: folder,
            environment: kept + [
                Array("TMPDIR=".utf8) + temporary.bytes, Array("PARALLEL_HOME=".utf8) + temporary.bytes,
            ],
            signals: signals)
        noOp = Self.find("true", in: searchPath) ?? "/bin/true"
        for needed in [taskfarmer, spawnLoop, noOp] where try Folder.facts(Path(needed)) == nil {
            throw BenchmarkError.program("\(needed) is missing; run: swift build -c release")
        }
    }

    private static func find(_ name: String, in path: [String]) -> String? {
        path.map { "\($0)/\(name)" }.first { (try? Folder.facts(Path($0)))??.isRegular == true }
    }

    /// Where a program is; nil where it is not installed.
    func find(_ name: String) -> String? { Self.find(name, in: searchPath) }

    /// How many rounds to make.
    func rounds(_ usual: Int) -> Int { options.runs ?? (options.isSmall ? 1 : usual) }

    /// One of two sizes.
    func size(_ full: Int, small: Int) -> Int { options.isSmall ? small : full }

    /// Says on standard error what is going on.
    func tell(_ text: String) {
        OwnProcess.put("[\(Number.text(Double(Clock.boot - begin) / 1e9)) s] \(text)\n", to: 2)
    }

    /// Does something with a folder that is gone afterwards.
    func inFolder<Result>(_ name: String, _ body: (Path) throws -> Result) throws -> Result {
        let place = folder.appending(name)
        try Folder.make(place)
        let result: Result
        do { result = try body(place) } catch {
            programs.stopAll()
            try? remove(place)
            throw error
        }
        try remove(place)
        return result
    }

    /// Removes a folder; `rm` does it many times faster than a loop over names, and can be interrupted.
    func remove(_ place: Path) throws {
        guard let rm = find("rm") else { return try Folder.removeTree(place) }
        try programs.run([rm, "-rf", place.description]).checked()
    }

    /// Writes a list: as many lines as `count` says.
    func writeList(_ path: Path, count: Int, _ line: (Int, inout [UInt8]) -> Void) throws {
        let file = try Descriptor(path, [.writing, .create, .empty])
        var bytes: [UInt8] = []
        for index in 0..<count {
            line(index, &bytes)
            bytes.append(10)
            if bytes.count >= 1 << 20 {
                try file.write(bytes)
                bytes.removeAll(keepingCapacity: true)
                try programs.heed()
            }
        }
        try file.write(bytes)
    }

    static var machine: Machine {
        let memory = HostIdentity.small("/proc/meminfo").flatMap { ProcText.kibibytes("MemTotal", in: $0.text) }
        return Machine(cores: Processors.available, memoryKiB: memory ?? 0)
    }
}
