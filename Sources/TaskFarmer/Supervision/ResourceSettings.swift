// What a farmer gives to its tasks, and within which bounds they run.

package import TaskFarmerCore
package import TaskFarmerSystem

/// How tasks are kept within the memory that they asked for.
public enum MemoryEnforcement: String, Sendable, CaseIterable {
    /// The farmer looks every second, and kills a task whose processes' resident sets are larger.
    case rss
    /// The kernel refuses each process address space beyond it.
    case rlimit
    /// The kernel kills a task that uses more, by control groups.
    case cgroup
}

package struct ResourceSettings: Sendable {
    /// What tasks need that do not say.
    package var common = TaskNeeds()
    package var offer: Offer
    /// Whether there are as many processors as slots at least, as nobody said how many there are.
    package var cpusFollowSlots = true
    /// Whether each task gets processors of its own.
    package var isPinning = false
    package var enforcement: MemoryEnforcement?
    /// What tasks may use, as a multiple of what they asked for.
    package var slack = 1.0
    package var limits: [ResourceLimit] = []
    package var niceness = 0
    package var ioPriority = 0
    /// No task is started while so many threads of the machine run or want to.
    package var mostLoad: Double?
    /// No task is started while less memory is free, in bytes, and the youngest is put back when it is less than half of it.
    package var leastMemory: Int?

    package init(offer: Offer) { self.offer = offer }

    /// What this process has.
    ///
    /// - Parameters:
    ///   - offered: what the user says there is
    ///   - slots: how many tasks run at a time at most; nil for as many as there are processors
    ///   - allocation: the scheduler's job
    ///   - variable: finds variables
    /// - Returns: what is given to tasks, and how many run at a time
    /// - Throws: what of it cannot be
    package static func found(
        offered: TaskNeeds, slots: Int?, _ allocation: Allocation?, variable: (String) -> [UInt8]?
    ) throws(TaskNeeds.Problem) -> (settings: ResourceSettings, slots: Int) {
        let processors = Farmer.processors(allocation)
        let slots = slots ?? offered.cpus ?? processors
        let offer = Offer(
            cpus: offered.cpus ?? max(processors, slots), memory: offered.memory ?? Farmer.memory(allocation),
            gpus: try devices(offered.gpus, allocation, variable), others: offered.others)
        var settings = ResourceSettings(offer: offer)
        settings.cpusFollowSlots = offered.cpus == nil
        return (settings, slots)
    }

    /// GPUs as programs name them: what the variables for them say, else the scheduler, else the NVIDIA driver.
    private static func devices(
        _ offered: Int?, _ allocation: Allocation?, _ variable: (String) -> [UInt8]?
    ) throws(TaskNeeds.Problem) -> [String] {
        let list = deviceVariables.compactMap { variable($0)?.text }.first ?? allocation?.gpus
        guard let list else { return (0..<(offered ?? HostDevices.nvidia)).map { "\($0)" } }
        let named = list == "NoDevFiles" ? [] : list.split { $0 == "," || $0 == " " }.map(String.init)
        guard let offered else { return named }
        if offered > named.count {
            throw TaskNeeds.Problem(
                message: "gpus=\(offered): this process has \(named.count) (\(named.joined(separator: ",")))")
        }
        return Array(named.prefix(offered))
    }

    /// Why tasks cannot be bound to processors of their own; nil where they can.
    package var pinningProblem: String? {
        let bound = Processors.nodes.reduce(0) { $0 + $1.count }
        return !isPinning || offer.cpus <= bound
            ? nil : "\(offer.cpus) processors are offered, but this process may use \(bound)"
    }

    /// What a task is bound by.
    func bounds(_ grant: Grant?, group: Int32) -> ProcessBounds {
        var bounds = ProcessBounds()
        if let grant { bounds.processors = grant.processors }
        bounds.limits = limits
        bounds.niceness = niceness
        bounds.ioPriority = ioPriority
        bounds.group = group
        if enforcement == .rlimit, let most = mostMemory(grant) {
            bounds.limits.append(ResourceLimit(.addressSpace, most))
        }
        return bounds
    }

    /// What a task may use, in bytes; nil where that is not watched.
    func mostMemory(_ grant: Grant?) -> Int? {
        guard enforcement != nil, let grant, grant.demand.memory > 0 else { return nil }
        return Int(min(Double(1 << 60), Double(grant.demand.memory) * slack))
    }

    /// What a task finds in its environment of what it was given.
    ///
    /// - Parameters:
    ///   - grant: that
    ///   - needs: what it asked for by itself or by the options
    ///   - inherited: whether the farmer found a variable
    /// - Returns: changes, to be carried out before its own
    func environment(_ grant: Grant?, _ needs: TaskNeeds, inherited: (String) -> Bool) -> [EnvironmentChange] {
        var changes: [EnvironmentChange] = []
        if let cpus = needs.cpus {
            changes.append(EnvironmentChange("TASKFARMER_CPUS", "\(cpus)"))
            if !inherited("OMP_NUM_THREADS") { changes.append(EnvironmentChange("OMP_NUM_THREADS", "\(cpus)")) }
        }
        if let memory = grant?.demand.memory, memory > 0 {
            changes.append(EnvironmentChange("TASKFARMER_MEM", "\(memory)"))
        }
        if needs.gpus != nil {
            let devices = grant?.devices.joined(separator: ",") ?? ""
            let names = Self.deviceVariables.filter(inherited)
            for name in names.isEmpty ? [Self.deviceVariables[0]] : names {
                changes.append(EnvironmentChange(name, devices))
            }
        }
        return changes
    }

    /// Where GPUs are named, by their makers; the first where a farmer finds none of them.
    package static let deviceVariables = ["CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "ZE_AFFINITY_MASK"]
}
