import TaskFarmerCore
import Testing

struct FarmerCountersTests {
    private static let second = 1_000_000

    /// Values by seconds and what is told of them, in the unit of `means`.
    private func told(_ values: [(Double, Int)], end: Double, _ start: StepMeans) -> [CounterSample] {
        var means = start
        var samples: [CounterSample] = []
        for (time, value) in values { means.set(value, at: Int(time * 1e6), &samples) }
        means.finish(at: Int(end * 1e6), &samples)
        return samples
    }

    private func sample(_ time: Double, _ value: Int) -> CounterSample {
        CounterSample(time: Int(time * 1e6), value: value)
    }

    @Test func `what changes seldom is told exactly`() {
        let found = told([(3, 10), (5.25, 20), (9, 10), (11.5, 0)], end: 20, StepMeans(span: Self.second, step: 1))
        #expect(found == [sample(3, 10), sample(5.25, 20), sample(9, 10), sample(11.5, 0)])
    }

    @Test func `what changes often is told once a second, as a mean, and the sum stays right`() {
        var random = SplitMix(seed: 7)
        var values: [(Double, Int)] = []
        var area = 0.0
        var last = (0.0, 0)
        for step in 0..<5000 {
            let time = Double(step) / 100
            let value = Int(random.next() % 40)
            area += Double(last.1) * (time - last.0)
            values.append((time, value))
            last = (time, value)
        }
        area += Double(last.1) * (60 - last.0)
        let found = told(values, end: 60, StepMeans(span: Self.second, step: 1))
        #expect(found.count <= 53 && zip(found, found.dropFirst()).allSatisfy { $1.time - $0.time >= Self.second })
        let sum = zip(found, found.dropFirst()).reduce(0.0) {
            $0 + Double($1.0.value) * Double($1.1.time - $1.0.time) / 1e6
        }
        #expect(abs(sum - area) < 30, "\(sum) \(area)")
    }

    @Test func `a gap too short to matter is not told, and zero always is`() {
        let means = StepMeans(span: Self.second, step: 1)
        let gaps = (1..<50).flatMap { [(Double($0), 9), (Double($0) + 0.02, 10)] }
        #expect(told([(0, 10)] + gaps, end: 60, means).map(\.value) == [10, 0])
        let parted = StepMeans(span: Self.second, step: 1, part: 50)
        #expect(
            told([(0, 1000), (10, 1010), (20, 1030), (30, 1)], end: 40, parted)
                == [sample(0, 1000), sample(20, 1030), sample(30, 1), sample(40, 0)])
        // A clock that was set back.
        #expect(told([(10, 5), (3, 6)], end: 20, means).map(\.value).last == 0)
        #expect(told([], end: 20, means) == [])
    }

    private func attempt(_ started: Double, _ wall: Double, _ memory: Int) -> Attempt {
        Attempt(
            task: 1, number: 1, host: "h", farmer: "f", slot: 0, started: Int(started * 1e6), wall: Int(wall * 1e6),
            maxResidentKiB: memory, outcome: .succeeded)
    }

    /// Times in seconds and values.
    private func samples(_ events: [UInt8], _ name: String) -> [(Double, Double)] {
        events.text.split(separator: "\n").filter { $0.contains("\"name\":\"\(name)\"") }.map { line in
            func number(after key: String) -> Double {
                let rest = line.split(separator: key).last ?? ""
                return Double(rest.prefix { "0123456789.".contains($0) }) ?? .nan
            }
            return (number(after: "\"ts\":") / 1e6, number(after: name.hasPrefix("memory") ? "\"MiB\":" : "\"tasks\":"))
        }
    }

    @Test func `memory is told of an instant once all that ran then is over`() {
        var counters = FarmerCounters()
        counters.note(running: 2, at: 10 * Self.second)
        counters.note(ended: attempt(10, 20, 1024))
        counters.note(running: 1, at: 30 * Self.second)
        let first = counters.take(at: 30 * Self.second, oldest: 10 * Self.second, process: 3)
        #expect(
            first.text
                == #",\#n{"name":"running tasks","cat":"farm","ph":"C","ts":10000000,"pid":3,"args":{"tasks":2.0}}"#)
        counters.note(ended: attempt(10, 40, 2048))
        counters.note(running: 0, at: 50 * Self.second)
        let rest = counters.take(at: 50 * Self.second, oldest: nil, process: 3, isLast: true)
        #expect(samples(rest, "running tasks").map { [$0.0, $0.1] } == [[30, 1], [50, 0]])
        #expect(samples(rest, "memory at most").map { [$0.0, $0.1] } == [[10, 3], [30, 2], [50, 0]])
        #expect(counters.take(at: 60 * Self.second, oldest: nil, process: 3, isLast: true).isEmpty)
    }

    @Test func `one long task neither has much kept of the short ones beside it, nor much written at once`() {
        var counters = FarmerCounters()
        let hours = 100_000
        for second in 0..<hours { counters.note(ended: attempt(Double(second), 1, 1024 * (second % 7 + 1))) }
        #expect(counters.take(at: hours * Self.second, oldest: 0, process: 1).isEmpty)
        counters.note(ended: attempt(0, Double(hours), 4096))
        let events = counters.take(at: hours * Self.second, oldest: nil, process: 1, isLast: true)
        #expect(events.count < 500_000)
        let found = samples(events, "memory at most")
        let sum = zip(found, found.dropFirst()).reduce(0.0) { $0 + $1.0.1 * ($1.1.0 - $1.0.0) }
        #expect(abs(sum / Double(hours) - 8) < 0.2 && found.last?.1 == 0, "\(sum / Double(hours))")
    }

    @Test func `a quick farmer's counters are few`() {
        var counters = FarmerCounters()
        var size = 0
        for step in 0..<20_000 {
            let time = Double(step) / 1000
            counters.note(running: step % 2 + 3, at: Int(time * 1e6))
            counters.note(ended: attempt(time - 0.001, 0.001, 2000 + step % 50))
            if step % 100 == 0 { size += counters.take(at: Int(time * 1e6), oldest: Int(time * 1e6), process: 1).count }
        }
        #expect(size < 45 * 110)
    }
}
