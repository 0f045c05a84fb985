// What a scheduler gave to this process, by the variables that it finds. What is missing or not of its form is not known, and
// changes nothing.

/// The job that a farmer runs in, and what it has there.
package struct Allocation: Sendable, Equatable {
    /// The scheduler, as files name it.
    package var scheduler: String
    /// The job's ID; `ARRAY_INDEX` for a job of an array.
    package var job: String
    package var step: String?
    /// How often the job was started before.
    package var restarts = 0
    package var node: String?
    /// The processors that are this process's.
    package var slots: Int?
    /// Its memory, in MiB.
    package var memory: Int?
    /// The GPUs, as the scheduler numbers or names them.
    package var gpus: String?
    /// When the job's time is over, in microseconds since 1970.
    package var ends: Int?

    package init(scheduler: String, job: String, step: String? = nil) {
        self.scheduler = scheduler
        self.job = job
        self.step = step
    }

    /// `slurm:123_4.0`: what stands for the job and its step in files and tables.
    package var label: String { "\(scheduler):\(job)\(step.map { ".\($0)" } ?? "")" }

    /// The label's place in a file where there is no scheduler.
    package static let none = "-"

    /// What people call the scheduler.
    package var schedulerName: String {
        AllocationVariables.all.first { $0.word == scheduler }?.name ?? scheduler
    }

    // MARK: from the environment

    /// - Parameter variable: the value of a variable, nil where it is not set
    /// - Returns: the allocation; nil when this is no scheduler's job
    package static func read(_ variable: (String) -> [UInt8]?) -> Allocation? {
        for names in AllocationVariables.all {
            func value(_ name: String?) -> [UInt8]? { name.flatMap(variable) }
            if let mark = names.mark, variable(mark) == nil { continue }
            guard let job = value(names.job).flatMap(jobName) else { continue }
            var found = Allocation(scheduler: names.word, job: job)
            // LSF says 0, Grid Engine `undefined`, where there is no array; PBS has the index in the ID.
            if let index = value(names.index)?.decimalValue, !job.contains("["), names.word != "lsf" || index > 0 {
                found.job = "\(value(names.array).flatMap(jobName) ?? job)_\(index)"
            }
            found.node = value(names.node).flatMap { text($0, atMost: 64) }
            found.step = step(value(names.step)?.decimalValue, onNode: found.node != nil)
            let restarts = value(names.restarts)
            found.restarts = restarts == [UInt8(ascii: "Y")] ? 1 : restarts?.decimalValue ?? 0
            let share = share(names, isStep: found.step?.first?.isNumber == true, value)
            found.slots = share.slots
            found.memory = share.memory
            found.gpus = names.gpus.compactMap { variable($0).flatMap(gpuList) }.first
            if let end = value(names.ends)?.decimalValue, (1...1 << 40).contains(end) { found.ends = end * 1_000_000 }
            if found.label.utf8.count <= largestLabel { return found }
        }
        return nil
    }

    /// It has a place in lines of fixed width.
    private static let largestLabel = 48

    /// What of its node is this process's. All processes of a step on a node share what the step has there.
    private static func share(
        _ names: AllocationVariables, isStep: Bool, _ value: (String?) -> [UInt8]?
    ) -> (slots: Int?, memory: Int?) {
        func positive(_ name: String?) -> Int? {
            value(name)?.decimalValue.flatMap { (1...1 << 40).contains($0) ? $0 : nil }
        }
        let words = value(names.hosts)?.split(separator: 32) ?? []
        let hosts = words.count == 1 ? words[0].decimalValue ?? 2 : words.count / 2
        let here = hosts > 1 ? nil : positive(names.slots)
        let memory =
            positive(names.memory) ?? positive(names.memoryEach).flatMap { each in here.map { each * min($0, 65_536) } }
        guard isStep else { return (here, memory) }
        let processes =
            value(names.processes).flatMap { counts($0, at: value(names.nodeIndex)?.decimalValue ?? 0) } ?? 1
        let slots = here.map { max(1, $0 / processes) }
        // A step does not have the --cpus-per-task of its batch script, but may find the variable; so both are limits.
        let each = positive(names.slotsEach)
        return (slots.map { min($0, each ?? $0) } ?? each, memory.map { max(1, $0 / processes) })
    }

    /// One of SLURM's numbers for each node, `2(x3),1`.
    private static func counts(_ list: [UInt8], at place: Int) -> Int? {
        var left = place
        for part in list.split(separator: UInt8(ascii: ",")) {
            let pieces = part.split { !(48...57).contains($0) }.map { $0.decimalValue ?? 0 }
            guard let count = pieces.first, count > 0, pieces.count <= 2 else { return nil }
            let times = pieces.count == 2 ? pieces[1] : 1
            if left < times { return count }
            left -= times
        }
        return nil
    }

    /// The steps that are none of their own have numbers from the end of 32 bits (slurm.h); a batch script has no number.
    private static func step(_ number: Int?, onNode: Bool) -> String? {
        switch number {
        case nil: onNode ? "batch" : nil
        case 4_294_967_290: "interactive"
        case 4_294_967_291: "batch"
        case 4_294_967_292: "extern"
        case let number?: "\(number)"
        }
    }

    /// Without the server's name that PBS has after it. What begins with `ƒ` in Flux may as well begin with `f` (Flux RFC 19).
    private static func jobName(_ bytes: [UInt8]) -> String? {
        let name = bytes.prefix { $0 != UInt8(ascii: ".") }
        return text(name.starts(with: "ƒ".utf8) ? [UInt8(ascii: "f")] + name.dropFirst(2) : Array(name), atMost: 32)
    }

    private static func gpuList(_ bytes: [UInt8]) -> String? {
        text(bytes, atMost: 128).flatMap { $0 == "NoDevFiles" ? nil : $0 }
    }

    /// A word that is safe wherever it is shown.
    private static func text(_ bytes: [UInt8], atMost limit: Int) -> String? {
        let others = "-_.,:/[]".utf8
        func isPlain(_ byte: UInt8) -> Bool {
            switch byte {
            case 48...57, 65...90, 97...122: true
            default: others.contains(byte)
            }
        }
        guard (1...limit).contains(bytes.count), bytes.allSatisfy(isPlain), bytes != Array(none.utf8) else {
            return nil
        }
        return bytes.text
    }

    // MARK: in a farmer's own file

    /// The facts in a line without its newline; the length is limited.
    package var line: String {
        func field(_ value: (some CustomStringConvertible)?) -> String { value.map { "\($0)" } ?? Self.none }
        return "\(scheduler) \(job) \(field(step)) \(restarts) \(field(node)) \(field(slots)) \(field(memory)) "
            + "\(field(gpus)) \(field(ends))"
    }

    /// nil when the line is not of its form.
    package init?(line: ArraySlice<UInt8>) {
        let fields = line.split(separator: 32).map { Array($0) }
        guard fields.count == 9, let scheduler = Self.text(fields[0], atMost: 16),
            let job = Self.text(fields[1], atMost: Self.largestLabel), let restarts = fields[3].decimalValue
        else { return nil }
        func word(_ index: Int) -> String? { Self.text(fields[index], atMost: 128) }
        self.init(scheduler: scheduler, job: job, step: word(2))
        self.restarts = restarts
        node = word(4)
        (slots, memory, ends) = (fields[5].decimalValue, fields[6].decimalValue, fields[8].decimalValue)
        gpus = word(7)
    }
}
