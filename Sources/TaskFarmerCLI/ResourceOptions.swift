// The options by which tasks say what they need, farmers what they have, and both are kept to it.

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerSystem

enum ResourceOptions {
    static let options: [Option] = [
        Option("cpus", value: "N", "How many processors each task needs that does not say so itself.", standard: "1"),
        Option(
            "mem", value: "SIZE", "How much memory each task needs that does not say so itself: 512M, 8G.",
            standard: "none is kept account of"),
        Option("gpus", value: "N", "How many GPUs each task needs that does not say so itself.", standard: "0"),
        Option(
            "need", value: "NAME=N,…", "What else each task needs that does not say so itself: licence=1.",
            standard: "nothing"),
        Option(
            "offer", value: "NAME=N,…",
            "What this farmer has for its tasks: any name, as in licence=4, and cpus, mem, gpus in place of what it finds.",
            standard: "processors, memory and GPUs by affinity, control groups, scheduler and CUDA_VISIBLE_DEVICES"),
        Option("pin", "Bind each task to processors of its own, of one NUMA node where they can be."),
        Option(
            "mem-enforce", value: "HOW",
            "Keep tasks to the memory that they need: rss (looked at every second, killed), rlimit (address space, refused by "
                + "the kernel), cgroup (killed by the kernel).", standard: "not at all",
            completion: .words(MemoryEnforcement.allCases.map(\.rawValue))),
        Option(
            "mem-slack", value: "FACTOR", "What a task may use under --mem-enforce, as a multiple of what it needs.",
            standard: "1"),
        Option(
            "ulimit", value: "NAME=N,…",
            "Limits of each process of a task: \(ResourceLimit.Kind.allCases.map(\.rawValue).joined(separator: ", ")); sizes "
                + "with a unit, as in core=0,nofile=4096,as=8G.", standard: "the farmer's"),
        Option(
            "load", value: "N",
            "Start no task while N threads of this machine run or want to; 100% is one for each processor.",
            standard: "no limit"),
        Option(
            "memfree", value: "SIZE",
            "Start no task while less memory is free; when it is less than half of that, the youngest task goes back.",
            standard: "no limit"),
        Option("nice", value: "N", "Run tasks with a niceness that is higher by N, from 0 to 19.", standard: "0"),
        Option(
            "ionice", value: "CLASS", "Run tasks with this I/O priority: idle, best-effort or best-effort:0 to :7.",
            standard: "the farmer's"),
    ]

    /// - Parameters:
    ///   - arguments: what the user wrote
    ///   - process: where variables are found
    ///   - allocation: the scheduler's job
    /// - Returns: what the farmer gives to its tasks, and how many run at a time
    /// - Throws: `UsageError` where something makes no sense
    static func settings(
        _ arguments: Arguments, _ process: CommandProcess, _ allocation: Allocation?
    ) throws(UsageError) -> (resources: ResourceSettings?, slots: Int) {
        var offered = TaskNeeds()
        try read("offer", arguments, into: &offered)
        let asked = try arguments.number("proc", in: 1...65_536)
        var (settings, slots): (ResourceSettings, Int)
        do throws(TaskNeeds.Problem) {
            (settings, slots) = try ResourceSettings.found(
                offered: offered, slots: asked, allocation, variable: process.variable)
        } catch {
            throw UsageError(message: "--offer \(error.message)")
        }
        settings.common = try common(arguments)
        settings.isPinning = arguments.has("pin")
        if let problem = settings.pinningProblem {
            throw UsageError(message: "--pin: \(problem); expected no more with --proc or --offer cpus=N")
        }
        settings.enforcement = try RunCommand.choice("mem-enforce", arguments)
        settings.slack = try factor("mem-slack", arguments) ?? 1
        if arguments.has("mem-slack") && settings.enforcement == nil {
            throw UsageError(message: "--mem-slack needs --mem-enforce")
        }
        settings.limits = try limits(arguments)
        settings.mostLoad = try load(arguments)
        settings.leastMemory = try size("memfree", arguments)
        if let least = settings.leastMemory, least >= HostMemory.total {
            throw UsageError(
                message: "--memfree \(SizeText.text(least)): this machine has \(SizeText.text(HostMemory.total)) in all"
            )
        }
        settings.niceness = try arguments.number("nice", in: 0...19) ?? 0
        settings.ioPriority = try ioPriority(arguments)
        return (settings, slots)
    }

    /// Finds what makes no sense wherever the farmers run.
    static func check(_ arguments: Arguments) throws(UsageError) {
        var offered = TaskNeeds()
        try read("offer", arguments, into: &offered)
        _ = try common(arguments)
        _ = try arguments.number("proc", in: 1...65_536)
        _ = try RunCommand.choice("mem-enforce", arguments) as MemoryEnforcement?
        _ = try factor("mem-slack", arguments)
        _ = try limits(arguments)
        _ = try load(arguments)
        _ = try size("memfree", arguments)
        _ = try arguments.number("nice", in: 0...19)
        _ = try ioPriority(arguments)
    }

    /// What tasks need that do not say.
    private static func common(_ arguments: Arguments) throws(UsageError) -> TaskNeeds {
        var common = TaskNeeds()
        try read("need", arguments, into: &common)
        if let cpus = try arguments.number("cpus", in: 1...TaskNeeds.mostCPUs) { common.cpus = cpus }
        if let size = try size("mem", arguments) { common.memory = size }
        if let gpus = try arguments.number("gpus", in: 0...1024) { common.gpus = gpus }
        return common
    }

    private static func read(
        _ name: String, _ arguments: Arguments, into needs: inout TaskNeeds
    ) throws(UsageError) {
        for word in (arguments.text(name) ?? "").split(separator: ",") {
            do throws(TaskNeeds.Problem) {
                try needs.set(String(word))
            } catch {
                throw UsageError(message: "--\(name) \(error.message)")
            }
        }
    }

    private static func size(_ name: String, _ arguments: Arguments) throws(UsageError) -> Int? {
        guard let text = arguments.text(name) else { return nil }
        guard let size = SizeText.bytes(text) else {
            throw UsageError(message: "--\(name) \(text): expected a size with a unit, like 512M or 8G")
        }
        return size
    }

    private static func factor(_ name: String, _ arguments: Arguments) throws(UsageError) -> Double? {
        guard let text = arguments.text(name) else { return nil }
        guard let value = Double(text), value >= 1, value <= 1000 else {
            throw UsageError(message: "--\(name) \(text): expected a number from 1 to 1000")
        }
        return value
    }

    private static func limits(_ arguments: Arguments) throws(UsageError) -> [ResourceLimit] {
        let names = ResourceLimit.Kind.allCases.map(\.rawValue)
        var limits: [ResourceLimit] = []
        for word in (arguments.text("ulimit") ?? "").split(separator: ",") {
            let halves = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let kind = ResourceLimit.Kind(rawValue: halves[0]) else {
                let hint = Nearest.to(halves[0], in: names).map { "; did you mean \($0)?" } ?? ""
                throw UsageError(
                    message: "--ulimit \(word): expected one of \(names.joined(separator: ", ")), each with =N\(hint)")
            }
            let text = halves.count == 2 ? halves[1] : ""
            guard let most = (kind.isSize ? SizeText.bytes(text) : nil) ?? Int(text), most >= 0,
                !kind.isSize || most == 0 || Int(text) == nil
            else {
                throw UsageError(
                    message:
                        "--ulimit \(word): expected \(kind.isSize ? "a size with a unit, like \(kind.rawValue)=8G, or 0" : "a whole number")"
                )
            }
            limits.append(ResourceLimit(kind, most))
        }
        return limits
    }

    private static func load(_ arguments: Arguments) throws(UsageError) -> Double? {
        guard let text = arguments.text("load") else { return nil }
        let isShare = text.hasSuffix("%")
        guard let value = Double(isShare ? String(text.dropLast()) : text), value > 0, value <= 1e6 else {
            throw UsageError(message: "--load \(text): expected a number of threads above 0, or a share like 100%")
        }
        return isShare ? value / 100 * Double(Processors.available) : value
    }

    /// As ioprio_set(2) has it: the class in the upper bits, the level in the lower.
    private static func ioPriority(_ arguments: Arguments) throws(UsageError) -> Int {
        guard let text = arguments.text("ionice") else { return 0 }
        if text == "idle" { return 3 << 13 }
        if text == "best-effort" { return 2 << 13 | 4 }
        if text.hasPrefix("best-effort:"), let level = Int(text.dropFirst(12)), (0...7).contains(level) {
            return 2 << 13 | level
        }
        throw UsageError(message: "--ionice \(text): expected idle, best-effort, or best-effort:0 to best-effort:7")
    }
}
