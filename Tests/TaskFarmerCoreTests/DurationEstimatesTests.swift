// What is known of how long tasks take.

import ClaimSimulation
import TaskFarmerCore
import Testing

@Suite("Durations") struct DurationEstimatesTests {
    private func identity(_ line: String, _ form: TaskForm = .commands) -> TaskIdentity {
        TaskIdentity(line: utf8(line).span, form)
    }

    private func kind(_ command: String) -> String { TaskClass.name(of: utf8(command)).text }

    @Test func `a class is the program, and what it runs where it is an interpreter`() {
        for (command, name) in [
            ("./simulate --seed 1 > out", "simulate"), ("/opt/bin/sim x", "sim"), ("A=1 B='x y' ./sim 3", "sim"),
            ("python3 fit.py --n 3", "python3 fit.py"), ("/usr/bin/python3.11 -u scripts/fit.py", "python3.11 fit.py"),
            ("python3 -m pkg.mod 3", "python3 pkg.mod"), ("bash -c './sim 3; true'", "bash sim"),
            ("sh -e run.sh", "sh run.sh"), ("cd /a/b && ./sim 1", "sim"), ("cd /a/b; A=1 ./sim", "sim"),
            ("env A=1 ./sim", "sim"), ("exec nohup ./sim", "sim"), ("\"/my dir/sim\" 1", "sim"), ("", ""),
            ("   ", ""), ("A=1", ""), ("bash", "bash"), ("python3 -u", "python3"), ("./sim\\ x 1", "sim x"),
            ("'unclosed quote", "unclosed quote"), ("=x y", "=x"), ("1A=x y", "1A=x"), ("/", "/"), ("cd", ""),
            ("shuffle x", "shuffle"), ("bash -c 'bash -c \"a b\"'", "bash bash a b"),
        ] { #expect(kind(command) == name, "\(command)") }
        #expect(kind(String(repeating: "x", count: 10_000)).count == 128)
        #expect(TaskClass.name(of: [0xFF, 0xFE, 32, 0xC0]) == [0xFF, 0xFE])
    }

    @Test func `an identity is the command, its folder and its environment, and not its name or its needs`() {
        let plain = identity("./sim 1")
        #expect(identity(#"{"command":"./sim 1"}"#, .objects).key == plain.key)
        #expect(identity(#"{"time":60,"cpus":2,"command":"./sim 1","name":"x"}"#, .objects).key == plain.key)
        #expect(identity(#"{"command":["./sim","1"]}"#, .objects).key == plain.key)
        #expect(identity(#"{"command":"./sim 1","cwd":"a"}"#, .objects).key != plain.key)
        #expect(identity(#"{"command":"./sim 1","env":{"A":"1"}}"#, .objects).key != plain.key)
        #expect(identity(#"{"command":"./sim 1","env":{"A":null}}"#, .objects).key != plain.key)
        #expect(identity("./sim 2").key != plain.key && identity("./sim 2").kind == plain.kind)
        #expect(identity(#"{"time":"2m","command":"./sim 1"}"#, .objects).expected == 120)
    }

    @Test func `a sample is even and bounded, and forgets a long history`() {
        var sample = DurationSample()
        #expect(sample.quantile(0.5) == nil)
        sample.note(7)
        #expect(sample.quantile(0) == 7 && sample.quantile(0.5) == 7 && sample.quantile(1) == 7)
        sample = DurationSample()
        // The longest came first, as they do in that order.
        for value in (0..<100_000).reversed() { sample.note(Double(value)) }
        #expect(sample.count == DurationSample.most)
        #expect((40_000...60_000).contains(sample.quantile(0.5) ?? 0), "\(sample.quantile(0.5) ?? 0)")
        #expect((90_000...100_000).contains(sample.quantile(0.95) ?? 0))
        sample.settle()
        for _ in 0..<1000 { sample.note(1) }
        #expect(sample.quantile(0.5) == 1)
    }

    @Test func `a task is known by ID and command, by a command that only one had, and not by an ID alone`() {
        var known = DurationEstimates()
        known.remember(task: 0, identity("a 1"), seconds: 10)
        known.remember(task: 1, identity("a 2"), seconds: 20)
        known.remember(task: 2, identity("same"), seconds: 30)
        known.remember(task: 3, identity("same"), seconds: 40)
        known.remember(task: 1, identity("a 2"), seconds: 25)
        known.settle()
        func own(_ task: Int, _ line: String) -> Double? {
            guard let likely = known.likely(task, identity(line)), likely.source == .own else { return nil }
            return likely.seconds
        }
        #expect(own(0, "a 1") == 10)
        #expect(own(1, "a 2") == 25, "the longest of several")
        #expect(own(7, "a 1") == 10, "the list was edited and the line has moved")
        #expect(own(1, "a 1") == 10)
        #expect(own(0, "a 3") == nil, "the same ID, another command")
        #expect(own(2, "same") == 30 && own(3, "same") == 40 && own(4, "same") == nil)
        #expect(own(.max, "a 2") == nil && own(-1, "a 2") == nil, "no such IDs")
    }

    @Test func `without commands the ID is all there is`() {
        var known = DurationEstimates()
        for task in 0..<5 { known.remember(task: task, nil, seconds: Double(task)) }
        known.settle()
        let second = known.likely(3, identity("x"))
        #expect(second?.seconds == 3 && second?.source == .own)
        #expect(known.likely(5, identity("x"))?.source == .all && known.highest(5, identity("x")) == nil)
    }

    @Test func `better knowledge goes first, and what is little keeps nothing from starting`() throws {
        var known = DurationEstimates()
        #expect(known.likely(0, identity("a")) == nil && known.highest(0, identity("a")) == nil && known.isEmpty)
        let told = identity(#"{"time":60,"command":"a 9"}"#, .objects)
        #expect(known.likely(0, told)?.seconds == 60 && known.highest(0, told) == 60)
        known.note(kind: identity("a 1").kind, seconds: 5)
        known.note(kind: identity("a 1").kind, seconds: 9)
        #expect(known.likely(0, identity("a 3"))?.source == .kind && known.highest(0, identity("a 3")) == nil)
        #expect(known.likely(0, identity("b"))?.source == .all && known.likely(0, told)?.source == .list)
        known.note(kind: identity("a 1").kind, seconds: 1)
        #expect(known.likely(0, identity("a 3"))?.seconds == 5 && known.highest(0, identity("a 3")) == 9)
        known.remember(task: 4, told, seconds: 100)
        known.settle()
        #expect(known.likely(4, told)?.seconds == 100, "what was measured goes before what is said")
        #expect(abs(try #require(known.highest(4, told)) - 110) < 0.01)
    }

    @Test func `classes are bounded`() {
        var known = DurationEstimates()
        for number in 0..<2 * DurationEstimates.mostKinds { known.note(kind: UInt64(number), seconds: 1) }
        known.note(kind: identity("late").kind, seconds: 1)
        #expect(known.likely(0, identity("late"))?.source == .all)
    }
}

@Suite("Order of the list") struct ListOrderTests {
    @Test func `orders are what users write`() {
        for text in ["list", "longest", "shortest", "random:0", "random:12"] { #expect(ListOrder(text)?.text == text) }
        for text in ["", "random", "random:", "random:-1", "random:x", "Longest", "random:99999999999999999999"] {
            #expect(ListOrder(text) == nil, "\(text)")
        }
    }

    @Test(arguments: [0, 1, 2, 3, 100, 1023, 1025])
    func `every order has each task once, the same every time`(count: Int) {
        var random = SplitMix(seed: UInt64(count))
        let seconds = (0..<count).map { _ in Float(Int(random.next() % 7)) - 1 }
        for order: ListOrder in [.list, .longest, .shortest, .random(seed: 3)] {
            let sequence = order.sequence(count: count, seconds: seconds, otherwise: 3)
            #expect(sequence.sorted() == (0..<count).map { UInt32($0) }, "\(order)")
            #expect(sequence == order.sequence(count: count, seconds: seconds, otherwise: 3))
        }
        if count > 100 {
            #expect(
                ListOrder.random(seed: 1).sequence(count: count, seconds: [])
                    != ListOrder.random(seed: 2).sequence(count: count, seconds: []))
        }
    }

    @Test func `the longest go first, the unknown where the middle is, equals as in the list`() {
        let seconds: [Float] = [5, -1, 9, 5, 1, -1]
        #expect(ListOrder.longest.sequence(count: 6, seconds: seconds, otherwise: 4) == [2, 0, 3, 1, 5, 4])
        #expect(ListOrder.shortest.sequence(count: 6, seconds: seconds, otherwise: 4) == [4, 1, 5, 0, 3, 2])
        #expect(ListOrder.longest.sequence(count: 3, seconds: [-1, -1, -1]) == [0, 1, 2], "nothing is known")
    }

    @Test(arguments: [1, 7, 64, 1 << 20])
    func `a stack in any order has each line in its place, in windows of whole lines`(window: Int) {
        var random = SplitMix(seed: 4)
        let commands = (0..<130).map { _ in random.bytes(Int(random.next() % 20)) }
        let running = ListOrder.random(seed: 9).sequence(count: 130, seconds: [])
        let layout = StackLayout(running: running, lengths: commands.map { UInt32($0.count) }, window: window)
        var expected: [UInt8] = []
        for id in running.reversed() {
            #expect(layout.offsets[Int(id)] == expected.count)
            TaskRecord(id: Int(id), command: commands[Int(id)]).appendLine(to: &expected)
        }
        #expect(layout.windows.first?.lowerBound == 0 && layout.windows.last?.upperBound == expected.count)
        for (one, next) in zip(layout.windows, layout.windows.dropFirst()) {
            #expect(one.upperBound == next.lowerBound && layout.offsets.contains(next.lowerBound))
            #expect(one.count >= window && one.count < window + 30)
        }
        #expect(StackLayout(running: [], lengths: [], window: window).windows.isEmpty)
    }

    @Test func `with the longest first a farm ends sooner than in the order of the list`() {
        for seed: UInt64 in 1...3 {
            var scenario = ClaimScenario(farmers: 8, slots: 4, tasks: 400, mean: 60, sigma: 1.2, seed: seed)
            let list = scenario.run()
            scenario.order = .longest
            let longest = scenario.run()
            #expect(longest.ended == 400 && longest.runs.allSatisfy { $0 == 1 })
            #expect(abs(longest.perSlot - list.perSlot) < 1e-6, "the same tasks")
            #expect(longest.makespan < list.makespan, "seed \(seed)")
            #expect(longest.makespan <= 1.1 * longest.bound, "seed \(seed): \(longest.makespan) of \(longest.bound)")
        }
    }
}
