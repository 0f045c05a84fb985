// A scheduler's job in words.

package import TaskFarmerCore

package enum AllocationText {
    /// What a farmer tells of its job when it begins: `SLURM job 123 step 0, restart 1, on n1: 4 slots, 3.9 GiB, ends 17:05`.
    ///
    /// - Parameters:
    ///   - allocation: the job
    ///   - slots: how many slots the farmer has, whatever it was given
    ///   - ends: when the job's time is over, as people write it
    /// - Returns: one line
    package static func note(_ allocation: Allocation, slots: Int, ends: String?) -> String {
        var place = "\(allocation.schedulerName) job \(allocation.job)"
        if let step = allocation.step { place += step.first?.isNumber == true ? " step \(step)" : " (\(step))" }
        if allocation.restarts > 0 { place += ", restart \(allocation.restarts)" }
        if let node = allocation.node { place += ", on \(node)" }
        var facts = [Text.count(slots, "slot")]
        if let memory = allocation.memory { facts.append(Self.memory(memory)) }
        if let gpus = allocation.gpus { facts.append("GPUs \(gpus)") }
        if let ends { facts.append("ends \(ends)") }
        return "\(place): \(facts.joined(separator: ", "))"
    }

    /// MiB as people read them.
    package static func memory(_ mebibytes: Int) -> String {
        mebibytes < 1024 ? "\(mebibytes) MiB" : "\(Text.decimal(Double(mebibytes) / 1024, places: 1)) GiB"
    }

    /// As an object.
    static func json(_ allocation: Allocation) -> String {
        func text(_ value: String?) -> String { value.map(JSONText.string) ?? "null" }
        func number(_ value: Int?) -> String { value.map { "\($0)" } ?? "null" }
        return #"{"scheduler": \#(text(allocation.scheduler)), "job": \#(text(allocation.job)), "#
            + #""step": \#(text(allocation.step)), "restarts": \#(allocation.restarts), "node": \#(text(allocation.node)), "#
            + #""slots": \#(number(allocation.slots)), "memory_mib": \#(number(allocation.memory)), "#
            + #""gpus": \#(text(allocation.gpus)), "ends": \#(number(allocation.ends.map { $0 / 1_000_000 }))}"#
    }
}
