// What a farmer has to give to running tasks, and what it has given: sums of amounts, processors by number, devices by name. Pure,
// and cheap for the usual farmer, whose tasks ask for nothing.

/// What one task takes of a farmer while it runs.
package struct Demand: Sendable, Equatable {
    package var cpus: Int
    /// Bytes.
    package var memory: Int
    package var gpus: Int
    package var others: [String: Int]

    package init(cpus: Int = 1, memory: Int = 0, gpus: Int = 0, others: [String: Int] = [:]) {
        self.cpus = cpus
        self.memory = memory
        self.gpus = gpus
        self.others = others
    }

    /// One processor, and nothing else of which anybody keeps account.
    package var isPlain: Bool { cpus == 1 && memory == 0 && gpus == 0 && others.isEmpty }

    package init(_ needs: TaskNeeds) {
        self.init(
            cpus: needs.cpus ?? 1, memory: needs.memory ?? 0, gpus: needs.gpus ?? 0,
            others: needs.others.filter { $0.value > 0 })
    }
}

/// What a farmer has.
package struct Offer: Sendable, Equatable {
    package var cpus: Int
    /// Bytes.
    package var memory: Int
    /// As programs name them.
    package var gpus: [String]
    package var others: [String: Int]

    package init(cpus: Int, memory: Int = .max, gpus: [String] = [], others: [String: Int] = [:]) {
        self.cpus = cpus
        self.memory = memory
        self.gpus = gpus
        self.others = others
    }

    /// What a task asks for that there never is, in words; nil when it can run here.
    package func lack(_ demand: Demand) -> String? {
        func count(_ number: Int, _ what: String) -> String { "\(number) \(what)\(number == 1 ? "" : "s")" }
        if demand.cpus > cpus { return "needs \(count(demand.cpus, "cpu")), this farmer has \(cpus)" }
        if demand.memory > memory {
            return "needs \(SizeText.text(demand.memory)) of memory, this farmer has \(SizeText.text(memory))"
        }
        if demand.gpus > gpus.count { return "needs \(count(demand.gpus, "gpu")), this farmer has \(gpus.count)" }
        for (name, amount) in demand.others.sorted(by: { $0.key < $1.key }) where amount > others[name] ?? 0 {
            return "needs \(name)=\(amount), this farmer has \(others[name] ?? 0) (--offer \(name)=N)"
        }
        return nil
    }

    /// How many tasks that ask for this can run at a time.
    package func count(of demand: Demand) -> Int {
        var most = cpus / max(1, demand.cpus)
        if demand.memory > 0 { most = min(most, memory / demand.memory) }
        if demand.gpus > 0 { most = min(most, gpus.count / demand.gpus) }
        for (name, amount) in demand.others { most = min(most, (others[name] ?? 0) / amount) }
        return most
    }
}

/// What a running task has been given; nothing stands for any one processor. An object, since what runs is copied a lot.
package final class Grant: Sendable {
    package let demand: Demand
    /// Its own processors, where tasks are bound to some.
    package let processors: [Int]
    package let devices: [String]

    init(_ demand: Demand, processors: [Int], devices: [String]) {
        self.demand = demand
        self.processors = processors
        self.devices = devices
    }
}

/// What a farmer has left.
package struct ResourcePool: Sendable {
    package private(set) var offer: Offer
    private var cpus: Int
    private var memory: Int
    private var others: [String: Int]
    /// In the farmer's order.
    private var devices: [String]
    /// nil where tasks are not bound to processors.
    private var processors: ProcessorPool?

    /// - Parameters:
    ///   - offer: what there is
    ///   - processors: those to which tasks are bound; nil where they are not
    package init(_ offer: Offer, processors: ProcessorPool? = nil) {
        self.offer = offer
        self.processors = processors
        cpus = offer.cpus
        memory = offer.memory
        others = offer.others
        devices = offer.gpus
    }

    /// Offers so many processors, if it has offered less.
    package mutating func grow(cpus most: Int) {
        let more = max(0, most - offer.cpus)
        offer.cpus += more
        cpus += more
    }

    /// Nothing can be started, whatever it asks for.
    package var isUsedUp: Bool { cpus == 0 }

    /// Whether a task fits beside those that run.
    package func holds(_ demand: Demand) -> Bool {
        demand.cpus <= cpus && demand.memory <= memory && demand.gpus <= devices.count
            && (demand.others.isEmpty || demand.others.allSatisfy { $0.value <= others[$0.key] ?? 0 })
    }

    /// Gives it what it asks for; call it only where that fits.
    package mutating func take(_ demand: Demand) -> Grant? {
        cpus -= demand.cpus
        if demand.isPlain && processors == nil { return nil }
        memory -= demand.memory
        for (name, amount) in demand.others { others[name, default: 0] -= amount }
        let own = Array(devices.prefix(demand.gpus))
        devices.removeFirst(demand.gpus)
        return Grant(demand, processors: processors?.take(demand.cpus) ?? [], devices: own)
    }

    package mutating func giveBack(_ grant: Grant?) {
        guard let grant else {
            cpus += 1
            return
        }
        cpus += grant.demand.cpus
        memory += grant.demand.memory
        for (name, amount) in grant.demand.others { others[name, default: 0] += amount }
        if !grant.devices.isEmpty {
            let free = Set(devices + grant.devices)
            devices = offer.gpus.filter { free.contains($0) }
        }
        processors?.giveBack(grant.processors)
    }
}

/// Processors to which tasks are bound, by the memory that is near them (NUMA nodes).
package struct ProcessorPool: Sendable, Equatable {
    /// Those that are free, by node, in the order in which they are given.
    private var nodes: [[Int]]
    private let order: [[Int]]

    /// - Parameter nodes: the processors of each node; neighbours in a list share what processors share
    package init(nodes: [[Int]]) {
        order = nodes
        self.nodes = nodes
    }

    package var count: Int { order.reduce(0) { $0 + $1.count } }

    /// Takes processors of one node where one has enough, of the fullest such; else of as few as can be.
    package mutating func take(_ count: Int) -> [Int] {
        let fitting = nodes.indices.filter { nodes[$0].count >= count }
        if let node = fitting.min(by: { nodes[$0].count < nodes[$1].count }) {
            defer { nodes[node].removeFirst(count) }
            return Array(nodes[node].prefix(count))
        }
        var taken: [Int] = []
        while taken.count < count, let node = nodes.indices.max(by: { nodes[$0].count < nodes[$1].count }),
            !nodes[node].isEmpty
        {
            let part = min(count - taken.count, nodes[node].count)
            taken += nodes[node].prefix(part)
            nodes[node].removeFirst(part)
        }
        return taken.sorted()
    }

    package mutating func giveBack(_ processors: [Int]) {
        if processors.isEmpty { return }
        let back = Set(processors)
        for node in nodes.indices {
            let free = back.union(nodes[node])
            nodes[node] = order[node].filter { free.contains($0) }
        }
    }
}

/// Which of the tasks that wait is started next: the first that fits. One that was passed over often enough is waited for, so that
/// small tasks do not keep a large one waiting for ever.
package struct StartOrder: Sendable {
    private var passed = 0
    private var first: Int?
    /// So often a task is passed over.
    private let patience: Int

    package init(slots: Int) { patience = 4 * max(4, slots) }

    /// - Parameters:
    ///   - ids: the tasks that wait, in order
    ///   - fits: whether one of them fits now
    /// - Returns: the place of the one to start; nil when none shall be
    package mutating func choose(_ ids: some RandomAccessCollection<Int>, fits: (Int) -> Bool) -> Int? {
        guard let head = ids.first else { return nil }
        if first != head {
            first = head
            passed = 0
        }
        if fits(0) {
            first = nil
            return 0
        }
        if passed >= patience { return nil }
        for place in 0..<ids.count where place > 0 && fits(place) {
            passed += 1
            return place
        }
        return nil
    }
}
