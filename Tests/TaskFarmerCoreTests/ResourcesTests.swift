import ClaimSimulation
import Testing

@testable import TaskFarmerCore

@Suite("Resources") struct ResourcesTests {
    @Test func `what is taken and given back leaves what there was`() {
        var random = SplitMix(seed: 7)
        let offer = Offer(cpus: 16, memory: 1000, gpus: ["0", "1", "2", "3"], others: ["licence": 3])
        var pool = ResourcePool(offer, processors: ProcessorPool(nodes: [Array(0..<8), Array(8..<16)]))
        var running: [Grant] = []
        for _ in 0..<20_000 {
            let demand = Demand(
                cpus: Int.random(in: 1...6, using: &random), memory: Int.random(in: 0...400, using: &random),
                gpus: Int.random(in: 0...2, using: &random),
                others: Bool.random(using: &random) ? ["licence": Int.random(in: 1...2, using: &random)] : [:])
            if pool.holds(demand) {
                guard let grant = pool.take(demand) else { continue }
                #expect(grant.processors.count == demand.cpus && grant.devices.count == demand.gpus)
                running.append(grant)
            } else if !running.isEmpty {
                pool.giveBack(running.remove(at: Int.random(in: 0..<running.count, using: &random)))
            }
            let processors = running.flatMap(\.processors)
            let devices = running.flatMap(\.devices)
            #expect(
                Set(processors).count == processors.count && Set(devices).count == devices.count, "two have the same")
            #expect(running.reduce(0) { $0 + $1.demand.memory } <= 1000)
            #expect(running.reduce(0) { $0 + ($1.demand.others["licence"] ?? 0) } <= 3)
        }
        for grant in running { pool.giveBack(grant) }
        #expect(pool.holds(Demand(cpus: 16, memory: 1000, gpus: 4, others: ["licence": 3])))
        #expect(!pool.holds(Demand(cpus: 17)) && !pool.holds(Demand(others: ["other": 1])))
    }

    @Test func `processors are of one node where one has enough, and the fullest such is used up first`() {
        var pool = ProcessorPool(nodes: [[0, 1, 2, 3], [4, 5, 6, 7]])
        #expect(pool.take(3) == [0, 1, 2])
        #expect(pool.take(1) == [3], "and not one of a node that could hold a large task")
        #expect(pool.take(2) == [4, 5])
        pool.giveBack([1, 2])
        #expect(pool.take(4) == [1, 2, 6, 7], "across nodes only where it must be")
        #expect(pool.take(1).isEmpty)
    }

    @Test func `what can never be had is said with what there is`() {
        let offer = Offer(cpus: 4, memory: 8 << 30, gpus: ["0"], others: ["licence": 2])
        #expect(offer.lack(Demand(cpus: 4, memory: 8 << 30, gpus: 1, others: ["licence": 2])) == nil)
        #expect(offer.lack(Demand(cpus: 5)) == "needs 5 cpus, this farmer has 4")
        #expect(offer.lack(Demand(memory: 9 << 30)) == "needs 9G of memory, this farmer has 8G")
        #expect(offer.lack(Demand(gpus: 2)) == "needs 2 gpus, this farmer has 1")
        #expect(offer.lack(Demand(others: ["seat": 1])) == "needs seat=1, this farmer has 0 (--offer seat=N)")
        #expect(offer.count(of: Demand(cpus: 1, memory: 3 << 30)) == 2)
        #expect(offer.count(of: Demand(cpus: 2, others: ["licence": 2])) == 1)
        #expect(offer.count(of: Demand()) == 4)
    }

    @Test func `the first that fits is started, and one that was passed over often enough is waited for`() {
        var order = StartOrder(slots: 4)
        #expect(order.choose([3, 4, 5]) { _ in true } == 0)
        #expect(order.choose([6, 4, 5]) { $0 == 2 } == 2)
        var passed = 1
        while order.choose([6, 100 + passed, 200 + passed], fits: { $0 == 1 }) != nil { passed += 1 }
        #expect(passed == 16)
        #expect(order.choose([6, 7]) { $0 == 1 } == nil, "nothing is started before it")
        #expect(order.choose([6, 7]) { _ in true } == 0)
        #expect(order.choose([7, 8]) { $0 == 1 } == 1, "the next one is passed over anew")
        #expect(order.choose([]) { _ in true } == nil)
    }

    @Test func `demands come from the task's line, else from the options, and memory grows with what ran out of it`()
        throws
    {
        let rules = try RetryPolicy.rules("oom=3:mem*2..3G", signals: [:])
        let demands = Demands(
            form: .objects, common: TaskNeeds(cpus: 2, memory: 1 << 30), retry: RetryPolicy(rules: rules),
            offer: Offer(cpus: 8, memory: 16 << 30))
        func line(_ edit: (inout TaskDescription) -> Void) throws -> TaskRecord {
            var task = TaskDescription("x")
            edit(&task)
            return TaskRecord(id: 1, command: try TaskForm.objects.line(task))
        }
        #expect(demands[try line { _ in }] == Demand(cpus: 2, memory: 1 << 30))
        var own = try line { $0.needs = TaskNeeds(cpus: 5, gpus: 1, others: ["a": 1, "b": 0]) }
        #expect(demands[own] == Demand(cpus: 5, memory: 1 << 30, gpus: 1, others: ["a": 1]))
        own.failures[.outOfMemory] = 1
        #expect(demands[own].memory == 2 << 30)
        own.failures[.outOfMemory] = 3
        #expect(demands[own].memory == 3 << 30, "no more than the rule says")
        #expect(demands.lack(try line { $0.needs.cpus = 9 }) == "needs 9 cpus, this farmer has 8")
        #expect(
            !demands.isUniform
                && Demands(
                    form: .commands, common: TaskNeeds(), retry: RetryPolicy(), offer: Offer(cpus: 1)
                ).isUniform)
    }
}

@Suite("What tasks need, as users write it") struct TaskNeedsTests {
    @Test(arguments: [
        ("512M", 512 << 20), ("1.5G", 3 << 29), ("64GB", 64 << 30), ("2gib", 2 << 30), ("1k", 1024), ("3T", 3 << 40),
    ])
    func sizes(text: String, bytes: Int) { #expect(SizeText.bytes(text) == bytes) }

    @Test(arguments: ["", "G", "8", "8X", "-1G", "1e3G", "nanG", "0G", "1 G", "99999999999T"])
    func `no sizes`(text: String) { #expect(SizeText.bytes(text) == nil) }

    @Test(arguments: [1024, 1536, 512 << 20, 3 << 29, 8 << 30, 5 << 40])
    func `sizes are shown as they are read`(bytes: Int) { #expect(SizeText.bytes(SizeText.text(bytes)) == bytes) }

    @Test func words() throws {
        var needs = TaskNeeds()
        for word in ["cpus=4", "mem=1.5G", "gpus=1", "matlab-seats=2"] { try needs.set(word) }
        #expect(needs == TaskNeeds(cpus: 4, memory: 3 << 29, gpus: 1, others: ["matlab-seats": 2]))
        #expect(needs.text == "cpus=4 mem=1.5G gpus=1 matlab-seats=2")
    }

    @Test(arguments: [
        ("cpus", "expected an amount"), ("cpus=0", "from 1 to"), ("mem=4000", "with a unit"),
        ("gpus=x", "from 0 to 1024"),
        ("a=-1", "a whole number"), ("4a=1", "no name of an amount"), ("a b=1", "no name of an amount"),
    ])
    func `words that are none`(word: String, message: String) {
        var needs = TaskNeeds()
        let problem = #expect(throws: TaskNeeds.Problem.self) { try needs.set(word) }
        #expect(problem?.message.contains(message) == true, "\(problem?.message ?? "")")
    }

    @Test func `what a task needs survives its line, and comes before its command`() throws {
        var task = TaskDescription("run me")
        task.needs = TaskNeeds(cpus: 4, memory: 5 << 30, gpus: 2, others: ["b": 1, "a": 2])
        task.expectedSeconds = 90.5
        task.priority = -3
        let line = try TaskForm.objects.line(task)
        #expect(
            line.text
                == #"{"cpus":4,"mem":5368709120,"gpus":2,"resources":{"a":2,"b":1},"time":90.5,"priority":-3,"command":"run me"}"#
        )
        #expect(try TaskForm.objects.task(line) == task)
        let plain = try TaskForm.objects.line(TaskDescription("x"))
        #expect(TaskForm.objects.mayDemand(line) && !TaskForm.objects.mayDemand(plain))
        let written = Array(#"{"command": "x", "mem": "8G", "time": "30m", "resources": {"l": 1}, "cpus": null}"#.utf8)
        let read = try TaskForm.objects.task(written)
        #expect(read.needs == TaskNeeds(memory: 8 << 30, others: ["l": 1]) && read.expectedSeconds == 1800)
    }

    @Test(arguments: [
        (#""cpus":0"#, "\"cpus\": expected a whole number from 1"), (#""cpus":"4""#, "\"cpus\""),
        (#""mem":"8""#, "\"mem\""),
        (#""mem":0"#, "\"mem\""), (#""gpus":1.5"#, "\"gpus\""), (#""resources":3"#, "expected an object of numbers"),
        (#""resources":{"cpus":1}"#, "cpus is a field of its own"), (#""resources":{"a b":1}"#, "no name of an amount"),
        (#""time":-1"#, "\"time\""),
        (#""time":"soon""#, "\"time\""),
        (#""priority":"high""#, "\"priority\""),
    ])
    func `wrong fields are named`(field: String, message: String) {
        let line = Array("{\(field),\"command\":\"x\"}".utf8)
        let problem = #expect(throws: TaskForm.Problem.self) { try TaskForm.objects.task(line) }
        #expect(problem?.message.contains(message) == true, "\(problem?.message ?? "")")
    }
}

@Suite("Kills for want of memory") struct MemoryKillsTests {
    private let second = 1_000_000_000

    @Test func `each kill is one task's end, and what others were killed for long ago is nobody's here`() {
        var kills = MemoryKills(5, at: 0)
        var isOurs = kills.claim(5)
        #expect(!isOurs, "killed by somebody")
        let claims = (0..<3).map { _ in kills.claim(7) }
        #expect(claims == [true, true, false])
        #expect(!kills.isDue(at: 9 * second) && kills.isDue(at: 10 * second))
        // Another user's task was killed.
        kills.note(8, at: 10 * second)
        isOurs = kills.claim(8)
        #expect(isOurs, "it may have been ours, that takes a while to be gone")
        kills.note(9, at: 20 * second)
        kills.note(9, at: 30 * second)
        isOurs = kills.claim(9)
        #expect(!isOurs, "not after so long")
        isOurs = kills.claim(10)
        #expect(isOurs)
    }
}
