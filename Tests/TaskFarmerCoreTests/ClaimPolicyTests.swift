import TaskFarmerCore
import Testing

struct ClaimPolicyTests {
    private static let second = 1_000_000_000

    /// A farmer in full work: every slot runs, nothing waits.
    private static func busy(_ change: (inout ClaimSituation) -> Void) -> ClaimSituation {
        var now = ClaimSituation(
            slots: 4, running: 4, ended: 10_000, rate: 100, cycle: 5_000_000, held: 5_000_000, sinceChange: second,
            pool: ClaimPool(toprocess: 100_000, claimed: 4, liveFarmers: 1, liveSlots: 4))
        change(&now)
        return now
    }

    /// How many tasks it asks for.
    private static func taken(_ now: ClaimSituation) -> Int? {
        if case .change(let request) = ClaimPolicy.decide(now) { request.asked } else { nil }
    }

    private static func waits(_ now: ClaimSituation) -> Bool {
        if case .wait(let time) = ClaimPolicy.decide(now) { time > 0 } else { false }
    }

    // MARK: taking

    @Test(arguments: [1, 4, 128, 20_000])
    func `a farmer that knows nothing claims one task a slot`(slots: Int) {
        #expect(Self.taken(ClaimSituation(slots: slots)) == slots)
        let request = ClaimPolicy.first(slots: slots, waited: 50 * Self.second, held: 2_000_000, of: ClaimPool())
        #expect(ClaimPolicy.share(request, of: ClaimPool(toprocess: 1 << 40)) == slots)
    }

    @Test func `a farmer that joins a farm whose tasks are known claims a few seconds' work`() {
        var pool = ClaimPool(
            toprocess: 1_000_000, claimed: 1000, attempts: 1_000_000, meanTask: 100_000_000, liveFarmers: 10,
            liveSlots: 80)
        func first(waited: Int = 0, slots: Int = 8) -> Int {
            ClaimPolicy.share(ClaimPolicy.first(slots: slots, waited: waited, held: 2_000_000, of: pool), of: pool)
        }
        #expect((200...600).contains(first()), "3 to 7 s at 80 tasks/s: \(first())")
        // It takes more where the lock took long.
        #expect((1500...3000).contains(first(waited: 4 * Self.second)), "\(first(waited: 4 * Self.second))")
        // However many slots, nobody starts 64,000 processes in a second.
        #expect(first(slots: 6400) <= 6400 + 7000, "\(first(slots: 6400))")
        pool.attempts = 3
        #expect(first() < 100, "three attempts do not say much: \(first())")
        pool.toprocess = 100
        #expect(first() <= 60, "\(first())")
    }

    @Test func `a rate from one millisecond does not make an absurd batch`() {
        for ended in [0, 1, 3, 10] {
            for rate in [1e3, 1e6, 1e9] {
                for free in 0...4 {
                    let now = Self.busy {
                        $0.running = 4 - free
                        $0.ended = ended
                        $0.rate = rate
                        $0.cycle = 60 * Self.second
                    }
                    let take = Self.taken(now) ?? 0
                    #expect(take <= max(free, ClaimPolicy.growth * ended) + free, "\(ended) ended at \(rate)")
                }
            }
        }
    }

    @Test(arguments: [0, 1e-9, 1e3, 1e9, 1e15])
    func `no rate and no cycle makes a batch that is larger than the largest`(rate: Double) {
        for cycle in [0, 1, Self.second, 3600 * Self.second] {
            for queued in [0, 1, 100, 16_383, 16_384, 100_000] {
                let now = Self.busy {
                    $0.rate = rate
                    $0.cycle = cycle
                    $0.queued = queued
                    $0.ended = 1 << 40
                    $0.pool.toprocess = .max
                }
                let take = Self.taken(now) ?? 0
                #expect(take >= 0 && take + queued <= max(queued, ClaimPolicy.largestBatch))
            }
        }
    }

    @Test func `what has been seen to end bounds the first batches`() throws {
        var held: [Int] = []
        for ended in [1, 2, 5, 17] {
            let now = Self.busy {
                $0.ended = ended
                $0.rate = 5000
            }
            held.append(try #require(Self.taken(now)))
        }
        #expect(held == [16, 32, 80, 272])
    }

    @Test func `short tasks come in batches of seconds, or of a handful`() throws {
        for (rate, seconds) in [(10.0, 6.0), (40, 6), (100, 2.5), (1000, 1.5), (5000, 1.5)] {
            let take = try #require(Self.taken(Self.busy { $0.rate = rate }))
            #expect((seconds...(seconds + 0.4)).contains(Double(take) / rate), "\(take) at \(rate)")
        }
        // A visit that took long is made up for.
        let slow = Self.busy { $0.cycle = Self.second }
        #expect(try #require(Self.taken(slow)) > 600)
    }

    @Test func `many farmers come seldom and fetch more`() throws {
        func crowded(_ change: (inout ClaimSituation) -> Void = { _ in }) -> ClaimSituation {
            Self.busy {
                $0.pool = ClaimPool(toprocess: 10_000_000, claimed: 40_000, liveFarmers: 1000, liveSlots: 4000)
                $0.sinceChange = 100 * Self.second
                change(&$0)
            }
        }
        // With 5 ms under the lock, all of them together visit it for a fifth of the time.
        let take = try #require(Self.taken(crowded()))
        #expect((25.0...30).contains(Double(take) / 100), "\(take)")
        #expect(Self.waits(crowded { $0.queued = 400 }))
        #expect(Self.waits(crowded { $0.sinceChange = 5 * Self.second }), "before the others had their turn")
        #expect(
            Self.waits(crowded { ($0.running, $0.sinceChange) = (3, 4 * Self.second) }), "for one empty slot of four")
        #expect(Self.taken(crowded { ($0.running, $0.sinceChange) = (3, 5 * Self.second) }) != nil)
        #expect(Self.taken(crowded { ($0.running, $0.sinceChange) = (0, 0) }) != nil)
    }

    @Test func `the queue is filled before it is empty, and not before it is low`() throws {
        #expect(Self.waits(Self.busy { $0.queued = 100 }))
        #expect(Self.waits(Self.busy { $0.queued = 27 }))
        let low = try #require(Self.taken(Self.busy { $0.queued = 25 }))
        #expect(try #require(Self.taken(Self.busy { $0.queued = 1 })) == low + 24)
    }

    @Test func `long tasks are not taken in advance`() {
        for rate in [0, 0.001, 0.1, 0.15] {
            #expect(Self.waits(Self.busy { $0.rate = rate }), "rate \(rate)")
            let now = Self.busy {
                $0.rate = rate
                $0.running = 3
            }
            #expect(Self.taken(now) == 1, "rate \(rate)")
        }
    }

    @Test func `a free slot is filled, and one for which a task waits is not free`() {
        #expect(Self.busy { $0.running = 1 }.free == 3)
        #expect(ClaimSituation(slots: 4, running: 1, queued: 2).free == 1)
        #expect(ClaimSituation(slots: 4, running: 4, queued: 2).free == 0)
        #expect(ClaimSituation(slots: 4, running: 1, queued: 9).free == 0)
        let now = Self.busy {
            $0.rate = 0
            $0.running = 1
            $0.queued = 2
        }
        #expect(Self.taken(now) == 1)
    }

    @Test func `nobody goes to the lock for tasks when there are none`() {
        for free in 0...4 {
            for rate in [0, 100, 1e6] {
                var now = Self.busy {
                    $0.running = 4 - free
                    $0.rate = rate
                    $0.pool.toprocess = 0
                }
                #expect(Self.waits(now))
                if free == 4 { continue }
                now.unreported = 3
                now.sinceUnreported = Self.second - 1
                #expect(ClaimPolicy.decide(now) == .wait(nanoseconds: 1))
            }
        }
    }

    // MARK: reporting

    @Test func `ends are reported after a second although nothing is taken`() {
        let now = Self.busy {
            $0.rate = 0.1
            $0.unreported = 1
            $0.sinceUnreported = Self.second
        }
        #expect(Self.taken(now) == 0)
        let earlier = Self.busy {
            $0.rate = 0.1
            $0.unreported = 1
            $0.sinceUnreported = 250_000_000
        }
        #expect(ClaimPolicy.decide(earlier) == .wait(nanoseconds: 750_000_000))
    }

    @Test func `the last end is reported at once`() {
        let now = Self.busy {
            $0.running = 0
            $0.rate = 0
            $0.pool.toprocess = 0
            $0.unreported = 1
        }
        #expect(Self.taken(now) != nil)
    }

    @Test func `many farmers report less often, so that the lock is not worn out`() {
        for (farmers, seconds) in [(1, 1), (40, 1), (80, 2), (400, 10), (10_000, 250)] {
            var now = Self.busy {
                $0.rate = 0.1
                $0.unreported = 1
                $0.pool = ClaimPool(toprocess: 0, claimed: 5, liveFarmers: farmers, liveSlots: 4 * farmers)
                $0.sinceUnreported = seconds * Self.second - 1
            }
            #expect(ClaimPolicy.decide(now) == .wait(nanoseconds: 1), "\(farmers)")
            now.sinceUnreported += 1
            #expect(Self.taken(now) != nil, "\(farmers)")
        }
    }

    @Test func `a farmer that will go for tasks anyway reports then`() {
        let now = Self.busy {
            ($0.unreported, $0.sinceUnreported) = (100, 2 * Self.second)
            $0.queued = 60
        }
        #expect(Self.waits(now))
        var late = now
        late.sinceUnreported = 3 * Self.second
        #expect(Self.taken(late) != nil)
    }

    // MARK: giving back

    private static func stalled(_ change: (inout ClaimSituation) -> Void = { _ in }) -> ClaimSituation {
        busy {
            $0.queued = 10
            $0.pool.liveFarmers = 2
            $0.pool.liveSlots = 8
            $0.pool.toprocess = 100
            $0.sinceStart = Int(ClaimPolicy.stall * 1e9)
            change(&$0)
        }
    }

    @Test func `a queue behind long tasks is given back when others could run it`() {
        #expect(ClaimPolicy.decide(Self.stalled()) == .release)
        #expect(ClaimPolicy.decide(Self.stalled { $0.pool.liveFarmers = 1 }) != .release)
        #expect(ClaimPolicy.decide(Self.stalled { $0.sinceStart -= 1 }) != .release)
        #expect(ClaimPolicy.decide(Self.stalled { $0.running = 3 }) != .release)
        #expect(ClaimPolicy.decide(Self.stalled { $0.queued = 0 }) != .release)
    }

    @Test(arguments: [1, 3, 30, 1000])
    func `a queue that was given back is not fetched again while nothing moves`(rate: Double) {
        #expect(ClaimPolicy.decide(Self.stalled { $0.rate = rate }) == .release)
        let after = Self.stalled {
            $0.rate = rate
            $0.queued = 0
            $0.sinceStart += 500_000_000
            $0.sinceChange = 500_000_000
        }
        #expect(Self.waits(after))
    }

    @Test func `a farmer that stops gives its queue back, takes nothing and reports the rest`() {
        let stopping = Self.busy {
            $0.isStopping = true
            $0.queued = 5
            $0.unreported = 3
        }
        #expect(ClaimPolicy.decide(stopping) == .release)
        let draining = Self.busy {
            $0.isStopping = true
            $0.running = 2
            $0.unreported = 3
            $0.sinceUnreported = Self.second
        }
        #expect(ClaimPolicy.decide(draining) == .change(.nothing))
        let last = Self.busy {
            $0.isStopping = true
            $0.running = 0
            $0.unreported = 3
        }
        #expect(ClaimPolicy.decide(last) == .change(.nothing))
        #expect(Self.waits(Self.busy { $0.isStopping = true }))
        #expect(Self.waits(ClaimSituation(slots: 4, isStopping: true)))
    }

    @Test func `a farmer that drains reports no later than a second after an end`() {
        let now = Self.busy {
            $0.isStopping = true
            $0.unreported = 1
            $0.sinceUnreported = 900_000_000
        }
        #expect(ClaimPolicy.decide(now) == .wait(nanoseconds: 100_000_000))
    }
}
