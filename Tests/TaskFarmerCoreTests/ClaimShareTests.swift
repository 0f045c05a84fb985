import ClaimSimulation
import TaskFarmerCore
import Testing

struct ClaimShareTests {
    private static func request(
        asked: Int = 1000, free: Int = 0, slots: Int = 4, holding: Int = 0, rate: Double = 0
    ) -> ClaimRequest {
        ClaimRequest(asked: asked, free: free, slots: slots, holding: holding, rate: rate, held: 5_000_000)
    }

    @Test(arguments: [
        // asked, free, slots, toprocess, liveSlots, given
        (4, 4, 4, 1000, 4, 4), (150, 0, 4, 100_000, 4, 150), (1000, 0, 4, 80, 40, 4), (1000, 0, 4, 1000, 40, 50),
        (1000, 2, 4, 8, 40, 2), (3, 2, 4, 8, 40, 2), (1000, 0, 1, 5, 100, 0), (1000, 1, 1, 5, 100, 1),
        (1000, 4, 4, 1, 400, 1),
        (1000, 4, 4, 0, 400, 0), (0, 4, 4, 100, 4, 0), (100, 0, 4, 100, 4, 50), (100, 0, 4, 100, 0, 50),
        (7, 4, 4, 3, 4, 3),
    ])
    func `near the end a farmer gets its free slots or half a share`(
        asked: Int, free: Int, slots: Int, toprocess: Int, liveSlots: Int, given: Int
    ) {
        let request = Self.request(asked: asked, free: free, slots: slots)
        #expect(ClaimPolicy.share(request, of: ClaimPool(toprocess: toprocess, liveSlots: liveSlots)) == given)
    }

    @Test func `what the others hold counts half, and what the farmer holds itself counts against it`() {
        func given(claimed: Int, holding: Int, toprocess: Int = 1000) -> Int {
            let pool = ClaimPool(toprocess: toprocess, claimed: claimed, liveFarmers: 10, liveSlots: 40)
            return ClaimPolicy.share(Self.request(holding: holding), of: pool)
        }
        #expect(given(claimed: 0, holding: 0) == 50)
        #expect(given(claimed: 800, holding: 0) == 70)
        #expect(given(claimed: 840, holding: 40) == 52)
        #expect(given(claimed: 1000, holding: 1000) == 0)
    }

    @Test func `what is worth a visit is given at once, but not more than makes all end together`() {
        // A round of all farmers takes 6 s here, in which this one runs 60 tasks.
        func given(toprocess: Int, claimed: Int) -> Int {
            let pool = ClaimPool(toprocess: toprocess, claimed: claimed, liveFarmers: 1000, liveSlots: 4000)
            return ClaimPolicy.share(Self.request(rate: 10), of: pool)
        }
        #expect(given(toprocess: 1_000_000, claimed: 0) == 500)
        #expect(given(toprocess: 100_000, claimed: 0) == 60)
        #expect(given(toprocess: 40_000, claimed: 0) == 40)
        #expect(given(toprocess: 1000, claimed: 78_000) == 40)
        #expect(given(toprocess: 1000, claimed: 0) == 1)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `a share is never more than was asked for or is there, and never negative`(seed: UInt64) {
        var generator = SplitMix(seed: seed)
        for _ in 0..<2000 {
            func random(_ limit: Int) -> Int { Int.random(in: 0...limit, using: &generator) }
            let slots = 1 + random(500)
            var request = ClaimRequest(asked: random(20_000), free: random(slots), slots: slots)
            request.holding = random(30_000)
            request.unreported = random(30_000)
            request.rate = [0, 1e-9, 1, 1e3, 1e300][random(4)]
            request.held = random(9) == 0 ? .max : random(1 << 40)
            let toprocess = random(9) == 0 ? .max - random(9) : random(30_000)
            let pool = ClaimPool(
                toprocess: toprocess, claimed: random(60_000), attempts: random(1000), meanTask: random(1 << 40),
                liveFarmers: random(20_000), liveSlots: random(100_000))
            let share = ClaimPolicy.share(request, of: pool)
            #expect(share >= 0 && share <= request.asked && share <= toprocess, "seed \(seed)")
            #expect(
                share >= min(request.asked, request.free, toprocess), "a free slot stays empty, seed \(seed)")
        }
    }

    @Test func `a farmer whose share would be nothing does not go to the lock`() {
        let pool = ClaimPool(toprocess: 5, claimed: 100, liveFarmers: 100, liveSlots: 100)
        let now = ClaimSituation(
            slots: 1, running: 1, ended: 100, rate: 1, cycle: 5_000_000, held: 5_000_000, pool: pool)
        #expect(ClaimPolicy.share(Self.request(slots: 1, holding: 1, rate: 1), of: pool) == 0)
        if case .change = ClaimPolicy.decide(now) { Issue.record("it asks for tasks that it cannot get") }
    }

    @Test func `a farmer that has its share does not come back at once for more`() {
        var pool = ClaimPool(toprocess: 100, claimed: 100, liveFarmers: 10, liveSlots: 100)
        let share = ClaimPolicy.share(Self.request(asked: 150, slots: 10, holding: 10, rate: 100), of: pool)
        pool.toprocess -= share
        pool.claimed += share
        let now = ClaimSituation(
            slots: 10, running: 10, queued: share, ended: 1000, rate: 100, cycle: 5_000_000, held: 5_000_000,
            sinceChange: 0, pool: pool)
        if case .change(let request) = ClaimPolicy.decide(now) {
            Issue.record("it got \(share) and asks for \(request.asked) more")
        }
    }

    @Test func `idle farmers look rarely, and all together at most a thousand times in a second`() {
        var wait = 0
        for _ in 0..<30 {
            let next = ClaimPolicy.nextLook(after: wait, liveFarmers: 10)
            #expect(next >= wait && next <= 1_000_000_000)
            wait = next
        }
        #expect(wait == 1_000_000_000)
        for _ in 0..<30 { wait = ClaimPolicy.nextLook(after: wait, liveFarmers: 10_000) }
        #expect(wait == 10_000_000_000)
    }
}

struct RateEstimateTests {
    private static let second = 1_000_000_000

    @Test func `before any work there is no rate`() {
        var rate = RateEstimate()
        #expect(rate.rate(at: 0) == 0)
        #expect(rate.rate(at: .max) == 0)
        rate.note(ended: 0, at: Self.second)
        #expect(rate.rate(at: Self.second) == 0)
        #expect(rate.rate(at: 9 * Self.second) == 0)
    }

    @Test func `one end right after the start does not make an endless rate`() {
        var rate = RateEstimate()
        rate.note(ended: 0, at: Self.second)
        rate.note(ended: 1, at: Self.second)
        #expect(rate.rate(at: Self.second) == 1000)
        #expect(rate.rate(at: Self.second + 1) == 1000)
        #expect(rate.rate(at: Self.second + 10_000_000) == 100)
    }

    @Test(arguments: [1, 4, 100, 2000])
    func `a steady rate is found and kept`(perSecond: Int) {
        var rate = RateEstimate()
        rate.note(ended: 0, at: 7)
        for end in 1...(5 * perSecond) { rate.note(ended: 1, at: 7 + end * (Self.second / perSecond)) }
        let found = rate.rate(at: 7 + 5 * Self.second)
        #expect(abs(found / Double(perSecond) - 1) < 0.1, "\(found)")
    }

    @Test func `a change of pace is noticed within a second or two`() {
        var rate = RateEstimate()
        rate.note(ended: 0, at: 0)
        var now = 0
        func run(_ perSecond: Int, _ seconds: Int) {
            for _ in 0..<(perSecond * seconds) {
                now += Self.second / perSecond
                rate.note(ended: 1, at: now)
            }
        }
        run(1000, 3)
        #expect((900...1100).contains(rate.rate(at: now)))
        run(100, 2)
        #expect((95...150).contains(rate.rate(at: now)), "\(rate.rate(at: now))")
        run(1000, 2)
        #expect((850...1010).contains(rate.rate(at: now)), "\(rate.rate(at: now))")
    }

    @Test func `a pause brings the rate down`() {
        var rate = RateEstimate()
        rate.note(ended: 0, at: 0)
        for end in 1...1000 { rate.note(ended: 1, at: end * 1_000_000) }
        rate.note(ended: 0, at: 11 * Self.second)
        #expect(rate.rate(at: 11 * Self.second) < 30)
        for step in 1...20 { rate.note(ended: 0, at: 11 * Self.second + step * 250_000_000) }
        #expect(rate.rate(at: 16 * Self.second) < 5)
    }

    @Test func `rare ends do not make the rate jump`() {
        var rate = RateEstimate()
        rate.note(ended: 0, at: 0)
        // One end in ten seconds, and looks in between.
        for step in 1...4000 {
            rate.note(ended: step % 40 == 0 ? 1 : 0, at: step * 250_000_000)
            if step > 400 { #expect((0.08...0.12).contains(rate.rate(at: step * 250_000_000)), "\(step)") }
        }
    }

    @Test func `several ends at once count as several`() {
        var rate = RateEstimate()
        rate.note(ended: 0, at: 0)
        rate.note(ended: 500, at: Self.second / 2)
        #expect(rate.rate(at: Self.second / 2) == 1000)
    }
}
