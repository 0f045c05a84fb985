import TaskFarmerCore
import Testing

struct AutoscalePolicyTests {
    private static let second = 1_000_000_000
    private static let limits = AutoscaleLimits(nodes: 16, backlog: 4)

    private func decide(
        _ limits: AutoscaleLimits = limits, left: Int, unstarted: Int? = nil, idle: Int = 0, meanTask: Int = 0,
        farmers: Int = 0, slots: Int? = 8, queued: Int = 0, running: Int = 0, failures: Int = 0, fruitless: Int = 0
    ) -> AutoscalePolicy.Decision {
        AutoscalePolicy.decide(
            AutoscaleSituation(
                left: left, unstarted: unstarted ?? left, idle: idle, meanTask: meanTask, farmers: farmers,
                slots: slots, queued: queued, running: running, failures: failures, fruitless: fruitless), limits)
    }

    @Test func `nothing is submitted when all tasks are over`() {
        #expect(decide(left: 0) == .finished)
        #expect(decide(left: 0, queued: 2, running: 3) == .finished)
    }

    @Test func `the first node shows how many tasks a node runs before others are asked for`() {
        #expect(decide(left: 1000, slots: nil) == .submit(1))
        #expect(decide(left: 1000, slots: nil, queued: 1) == .wait)
        #expect(decide(left: 1000, slots: nil, running: 1) == .wait)
        #expect(decide(left: 1000, slots: nil, queued: 2, running: 1) == .wait)
    }

    @Test func `never more nodes than tasks can use`() {
        #expect(decide(left: 1) == .submit(1))
        #expect(decide(left: 8) == .submit(1))
        #expect(decide(left: 9) == .submit(2))
        #expect(decide(left: 24, queued: 3) == .wait)
    }

    @Test func `the backlog holds although much is left`() {
        #expect(decide(left: 100_000) == .submit(4))
        #expect(decide(left: 100_000, farmers: 3, queued: 4, running: 3) == .wait)
        #expect(decide(left: 100_000, farmers: 3, queued: 1, running: 3) == .submit(3))
    }

    @Test func `the limit of nodes counts those that run`() {
        #expect(decide(left: 100_000, farmers: 14, running: 14) == .submit(2))
        #expect(decide(left: 100_000, farmers: 15, queued: 1, running: 15) == .wait)
        #expect(decide(left: 100_000, farmers: 16, running: 16) == .wait)
    }

    @Test func `a node that has started but not joined yet is counted on`() {
        #expect(decide(left: 8, running: 1) == .wait)
        #expect(decide(left: 9, running: 1) == .submit(1))
    }

    @Test func `queued jobs for which nothing is left are cancelled`() {
        #expect(decide(left: 8, unstarted: 0, farmers: 1, queued: 2, running: 1) == .cancel(2))
        #expect(decide(left: 16, unstarted: 3, farmers: 1, queued: 3, running: 1) == .cancel(2))
    }

    @Test func `a place in the queue is not given up because tasks turn out to be short`() {
        #expect(decide(left: 100, unstarted: 90, meanTask: 1, farmers: 1, queued: 2, running: 1) == .wait)
    }

    @Test func `no further node for work that is over before it has started`() {
        // 800 tasks of 0.1 s on 8 slots are 10 s of work.
        #expect(decide(left: 808, unstarted: 800, meanTask: Self.second / 10, farmers: 1, running: 1) == .wait)
        // 800 tasks of 3 s are 300 s: with ten nodes each has 30 s.
        #expect(decide(left: 808, unstarted: 800, meanTask: 3 * Self.second, farmers: 8, running: 8) == .submit(2))
        #expect(decide(left: 808, unstarted: 800, meanTask: 3 * Self.second, farmers: 10, running: 10) == .wait)
        // Without any node there is one however short the tasks are.
        #expect(decide(left: 3, meanTask: 1) == .submit(1))
    }

    @Test func `three failures in a row end it, two do not`() {
        #expect(decide(left: 9, failures: 2) == .submit(2))
        #expect(decide(left: 9, failures: 3) == .stop)
        #expect(decide(left: 0, failures: 3) == .finished)
    }

    @Test func `three jobs in a row that brought nothing are followed by no fourth, but who is at work is waited for`()
    {
        #expect(decide(left: 1, fruitless: 2) == .submit(1))
        #expect(decide(left: 1, fruitless: 3) == .stop)
        #expect(decide(left: 9, slots: nil, fruitless: 3) == .stop)
        #expect(decide(left: 9, running: 1, fruitless: 3) == .wait)
        #expect(decide(left: 9, farmers: 1, fruitless: 3) == .wait)
        #expect(decide(left: 30, queued: 1, fruitless: 3) == .wait)
        // The last tasks run elsewhere, and those that left had nothing to do: nothing is wrong.
        #expect(decide(left: 3, unstarted: 0, farmers: 1, fruitless: 5) == .wait)
        #expect(decide(left: 0, fruitless: 5) == .finished)
    }

    @Test func `slots without work are to take what waits before another node is asked for`() {
        #expect(decide(left: 1, idle: 7, farmers: 1, running: 1) == .wait)
        #expect(decide(left: 9, unstarted: 9, idle: 8, farmers: 1, running: 1) == .submit(1))
        // A farmer that stops has free slots for a moment: no place in the queue is given up for these.
        #expect(decide(left: 8, unstarted: 8, idle: 8, farmers: 1, queued: 1, running: 1) == .wait)
    }

    @Test func `what nobody can take is told with the host that holds it, and what takes too long with the time`() {
        var holder = RosterEntry(farmer: "a", ordinal: 1, slots: 8, host: "n7", joined: 0)
        holder.claimed = 3
        let left = RosterEntry(farmer: "b", ordinal: 2, slots: 8, host: "n8", joined: 0)
        let held = AutoscalePolicy.advice(silent: [holder, left], time: "10")
        #expect(held.contains("3 of the tasks") && held.hasSuffix("--assume-dead n7"), "\(held)")
        #expect(AutoscalePolicy.advice(silent: [left], time: "1:00:00").contains("--time 1:00:00"))
    }

    @Test func `tasks of a farmer without a heartbeat are work to be done`() {
        var state = StateRecord()
        state.tasks = 20
        state.claimed = 20
        func situation(_ claims: (Int, Int), _ beating: Set<String>) -> AutoscaleSituation {
            let farmers = [("a", claims.0), ("b", claims.1)].map {
                RosterEntry(farmer: $0.0, ordinal: 1, slots: 8, claimed: $0.1, host: "n1", joined: 0)
            }
            return AutoscaleSituation(
                state, farmers: farmers, beating: beating, slots: nil, queued: 0, running: 0, failures: 0, fruitless: 0)
        }
        let beating = situation((8, 12), ["a", "b"])
        #expect(beating.unstarted == 4)
        #expect(beating.farmers == 2)
        #expect(beating.idle == 0)
        #expect(situation((3, 17), ["a"]).idle == 5)
        let dead = situation((8, 12), [])
        #expect(dead.unstarted == 20)
        #expect(dead.farmers == 0)
        #expect(dead.slots == 8)
    }

    @Test func `a heart beats when it is seen to change, whatever the clocks of two hosts say`() {
        var watch = HeartWatch()
        let patience = HeartWatch.patience
        #expect(watch.look(["a": 7, "b": 7, "c": nil], at: 0) == ["a", "b", "c"])
        #expect(watch.look(["a": 8, "b": 7, "c": nil], at: patience - 1) == ["a", "b", "c"])
        #expect(watch.look(["a": 8, "b": 7, "c": nil], at: patience) == ["a"])
        #expect(watch.look(["a": 8, "b": 8, "c": nil], at: patience + 1) == ["a", "b"])
        // Seldom looked at: what has changed since has beaten.
        #expect(watch.look(["a": 9, "b": 8, "c": 1], at: 10 * patience) == ["a", "c"])
        // Who has left and comes under the same name is new.
        #expect(watch.look([:], at: 11 * patience).isEmpty)
        #expect(watch.look(["b": 8], at: 12 * patience) == ["b"])
    }
}

struct AllocationBookTests {
    private func job(_ id: String, pending: Bool = false) -> ListedJob {
        ListedJob(id: id, isPending: pending, state: pending ? "PENDING" : "RUNNING")
    }

    @Test func `jobs of an earlier run are taken over and not submitted again`() {
        var book = AllocationBook()
        #expect(book.update([job("1"), job("2", pending: true)], done: 0).isEmpty)
        #expect(book.running == ["1"])
        #expect(book.pending == ["2"])
    }

    @Test func `a job that is not listed yet, or between two states, is not taken for gone`() {
        var book = AllocationBook()
        book.submitted("1", done: 0)
        #expect(book.update([], done: 0).isEmpty)
        #expect(book.pending == ["1"])
        #expect(book.update([job("1")], done: 0).isEmpty)
        #expect(book.update([], done: 0).isEmpty)
        #expect(book.update([job("1", pending: true)], done: 0).isEmpty)
        #expect(book.update([], done: 0).isEmpty)
        #expect(book.update([], done: 0) == [.init(id: "1", sawWork: false)])
        #expect(book.running.isEmpty && book.pending.isEmpty)
    }

    @Test func `jobs are told of in order of time and not of letters`() {
        var book = AllocationBook()
        for id in ["9", "10", "11", "100"] { book.submitted(id, done: 0) }
        #expect(book.pending == ["9", "10", "11", "100"])
        _ = book.update([job("10"), job("9")], done: 0)
        #expect(book.running == ["9", "10"])
        _ = book.update([], done: 0)
        #expect(book.update([], done: 0).map(\.id) == ["9", "10"])
    }

    @Test func `work that was over while a job waited is not its own`() {
        var book = AllocationBook()
        book.submitted("1", done: 0)
        _ = book.update([job("1", pending: true)], done: 7)
        _ = book.update([job("1")], done: 7)
        _ = book.update([], done: 7)
        #expect(book.update([], done: 7) == [.init(id: "1", sawWork: false)])
        book.submitted("2", done: 7)
        _ = book.update([job("2")], done: 8)
        _ = book.update([], done: 9)
        #expect(book.update([], done: 9) == [.init(id: "2", sawWork: true)])
    }

    @Test func `a job that was cancelled on purpose has not failed`() {
        var book = AllocationBook()
        book.submitted("1", done: 0)
        book.cancelled(["1"])
        _ = book.update([], done: 0)
        #expect(book.update([], done: 0).isEmpty)
    }

    @Test func `a job that found nothing to do is no failure, and no success either`() {
        func use(_ record: String?, _ sawWork: Bool = false) -> AllocationBook.Use {
            AllocationBook.use(record: record, sawWork: sawWork)
        }
        for status in [0, 1, 75] {
            #expect(use("started\nended \(status)\n") == .fruitless)
            #expect(use("started\nended \(status)\n", true) == .worked)
        }
        #expect(use("started\nended 127\n", true) == .failed("its farmer ended with exit status 127"))
        #expect(use("started\nended 0\nstarted\nended 71\n") == .failed("its farmer ended with exit status 71"))
        #expect(use("started\n") == .failed("it was ended before any task was over"))
        #expect(use("started\n", true) == .worked)
        #expect(use(nil, true) == .failed("it ended before its script began"))
    }

    @Test func `a listing is read with its reasons, and without what is none`() {
        let text = "12 PENDING Resources\n13_4 RUNNING None\n\nodd\n14_[0-3] PENDING (Job held)\n"
        let jobs = ListedJob.parse(text, pending: ["PENDING"])
        #expect(jobs.map(\.id) == ["12", "13_4", "14_[0-3]"])
        #expect(jobs.map(\.isPending) == [true, false, true])
        #expect(jobs[0].state == "PENDING Resources")
        #expect(jobs.map { $0.belongs(to: "14") } == [false, false, true])
        #expect(!jobs[1].belongs(to: "1"))
    }
}

struct WallTimeTests {
    @Test(
        "times are read as sbatch reads them",
        arguments: [
            ("90", 5400), ("90:30", 5430), ("2:00:00", 7200), ("1-0", 86_400), ("1-12", 129_600), ("0-0:30", 1800),
            ("2-03:04:05", 183_845),
        ])
    func read(_ text: String, _ seconds: Int) { #expect(WallTime.seconds(text) == seconds) }

    @Test(
        "what is no time is refused, not guessed",
        arguments: ["", "0", "2h", "-1", "1:60", "1:00:60", "1-", "-", "1:2:3:4", "+5", " 5", "1-1-1", "9999999", "5:"])
    func refuse(_ text: String) { #expect(WallTime.seconds(text) == nil) }

    @Test func `what is written is read back`() {
        for seconds in [1, 59, 60, 3599, 3600, 86_400, 359_999] {
            #expect(WallTime.seconds(WallTime.clock(seconds)) == seconds)
        }
    }
}
