import TaskFarmerCore
import Testing

struct ClaimShareTests {
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
        let share = ClaimPolicy.share(
            asked: asked, free: free, slots: slots, toprocess: toprocess, liveSlots: liveSlots)
        #expect(share == given)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `a share is never more than was asked for or is there, and never negative`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2000 {
            func random(_ limit: Int) -> Int { Int.random(in: 0...limit, using: &generator) }
            let slots = 1 + random(500)
            let (asked, free, live) = (random(20_000), random(slots), random(100_000))
            let toprocess = random(9) == 0 ? .max - random(9) : random(30_000)
            let share = ClaimPolicy.share(asked: asked, free: free, slots: slots, toprocess: toprocess, liveSlots: live)
            #expect(share >= 0 && share <= asked && share <= toprocess, "seed \(seed)")
            #expect(share >= min(asked, free, toprocess), "a free slot stays empty, seed \(seed)")
        }
    }

    @Test func `a farmer whose share would be nothing does not go to the lock`() {
        let now = ClaimSituation(
            slots: 1, running: 1, ended: 100, rate: 10, cycle: 5_000_000, sinceChange: 0, toprocess: 5,
            liveFarmers: 100,
            liveSlots: 100)
        #expect(ClaimPolicy.share(asked: 15, free: 0, slots: 1, toprocess: 5, liveSlots: 100) == 0)
        if case .change = ClaimPolicy.decide(now) { Issue.record("it asks for tasks that it cannot get") }
    }

    @Test func `a farmer that has its share does not come back at once for more`() {
        let share = ClaimPolicy.share(asked: 150, free: 0, slots: 10, toprocess: 100, liveSlots: 100)
        let now = ClaimSituation(
            slots: 10, running: 10, queued: share, ended: 1000, rate: 100, cycle: 5_000_000, sinceChange: 0,
            toprocess: 100 - share, liveFarmers: 10, liveSlots: 100)
        if case .change(let take) = ClaimPolicy.decide(now) {
            Issue.record("it got \(share) and asks for \(take) more")
        }
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
        #expect((95...130).contains(rate.rate(at: now)), "\(rate.rate(at: now))")
        run(1000, 2)
        #expect((900...1010).contains(rate.rate(at: now)), "\(rate.rate(at: now))")
    }

    @Test func `a pause brings the rate down`() {
        var rate = RateEstimate()
        rate.note(ended: 0, at: 0)
        for end in 1...1000 { rate.note(ended: 1, at: end * 1_000_000) }
        rate.note(ended: 0, at: 11 * Self.second)
        #expect(rate.rate(at: 11 * Self.second) < 30)
        for step in 1...20 { rate.note(ended: 0, at: 11 * Self.second + step * 250_000_000) }
        #expect(rate.rate(at: 16 * Self.second) < 0.01)
    }

    @Test func `several ends at once count as several`() {
        var rate = RateEstimate()
        rate.note(ended: 0, at: 0)
        rate.note(ended: 500, at: Self.second / 2)
        #expect(rate.rate(at: Self.second / 2) == 1000)
    }
}
