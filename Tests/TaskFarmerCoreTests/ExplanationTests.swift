import Testing

@testable import TaskFarmerCore

@Suite("Why a task is not running") struct ExplanationTests {
    private typealias Farmer = Explanation.Farmer
    private static let now = 1_700_000_000_000_000

    private func facts(
        _ state: TaskState, _ farmers: [Farmer] = [], _ change: (inout Explanation.Facts) -> Void = { _ in }
    ) -> Explanation.Facts {
        var facts = Explanation.Facts(
            state: state, task: TaskRecord(id: 3, command: utf8("x")), form: .commands, now: Self.now)
        facts.farmers = farmers
        change(&facts)
        return facts
    }

    private func farmer(
        _ name: String = "f", running: Int = 0, _ change: (inout Farmer) -> Void = { _ in }
    ) -> Farmer {
        var farmer = Farmer(
            name: name, host: "h", slots: 2, running: running,
            outlook: AliveRecord.Outlook(offer: Offer(cpus: 2, memory: 1 << 30)))
        change(&farmer)
        return farmer
    }

    private func why(_ facts: Explanation.Facts) -> [Explanation.Reason] { Explanation.reasons(facts) }

    @Test func `what is over or held has no other reason`() {
        #expect(why(facts(.finished)) == [.finished])
        #expect(why(facts(.failed, [farmer()])) == [.failed])
        #expect(why(facts(.skipped)) == [.skipped])
        #expect(why(facts(.held, [farmer()])) == [.held])
    }

    @Test func `without farmers nothing runs`() {
        #expect(why(facts(.waiting)) == [.noFarmer])
        #expect(why(facts(.waiting) { $0.ahead = 7 }) == [.noFarmer, .behind(7)])
    }

    @Test func `a task waits for its turn`() {
        #expect(why(facts(.waiting, [farmer()])) == [.next])
        #expect(
            why(facts(.waiting, [farmer(running: 2)]) { $0.ahead = 7 }) == [.behind(7), .busy(farmer: "f", slots: 2)])
    }

    @Test func `a task waits for a farmer that has what it needs`() {
        let large = facts(.waiting, [farmer(), farmer("g") { $0.outlook?.offer.cpus = 64 }]) { facts in
            facts.form = .objects
            facts.task.command = utf8(#"{"cpus":8,"command":"x"}"#)
        }
        #expect(why(large) == [.next, .lacks(farmer: "f", "needs 8 cpus, this farmer has 2")])
        var nowhere = large
        nowhere.farmers.removeLast()
        nowhere.ahead = 1
        #expect(why(nowhere) == [.lacks(farmer: "f", "needs 8 cpus, this farmer has 2"), .behind(1)])
        // Where not everything is told that it has, nothing is said of what it lacks.
        nowhere.farmers[0].outlook?.isPartial = true
        #expect(why(nowhere) == [.behind(1)])
    }

    @Test func `memory that a task lacks after it ran out of it counts`() {
        let grown = farmer { farmer in
            farmer.outlook?.common.memory = 512 << 20
            farmer.outlook?.growth = [
                .init(.outOfMemory, limit: nil, growth: .memory(factor: 4, most: 1 << 40))
            ]
        }
        let task = facts(.waiting, [grown]) { $0.task.failures[.outOfMemory] = 1 }
        #expect(why(task) == [.lacks(farmer: "f", "needs 2G of memory, this farmer has 1G")])
    }

    @Test func `a task that takes longer than there is time is left to others`() {
        let ending = farmer { $0.outlook?.due = Self.now + 60_000_000 }
        #expect(
            why(facts(.waiting, [ending]) { $0.expected = 61 })
                == [.tooLong(farmer: "f", seconds: 61, left: 60_000_000)])
        #expect(why(facts(.waiting, [ending]) { $0.expected = 59 }) == [.next])
        #expect(why(facts(.waiting, [ending])) == [.next])
        let told = farmer {
            $0.outlook?.refused = .init(count: 1, first: 3, reason: "takes longer than there is time")
        }
        #expect(why(facts(.waiting, [told])) == [.refused(farmer: "f", "takes longer than there is time")])
        let other = farmer { $0.outlook?.refused = .init(count: 1, first: 4, reason: "takes longer") }
        #expect(why(facts(.waiting, [other])) == [.next])
    }

    @Test func `farmers that start nothing say why`() {
        #expect(why(facts(.waiting, [farmer { $0.mode = .paused }])) == [.paused(farmer: "f")])
        let draining = farmer {
            $0.mode = .draining
            $0.outlook?.leaving = "--halt soon,fail=1"
        }
        #expect(why(facts(.waiting, [draining])) == [.leaving(farmer: "f", "--halt soon,fail=1")])
        #expect(why(facts(.waiting, [farmer { $0.mode = .stopping }])) == [.leaving(farmer: "f", nil)])
        let busy = farmer { $0.outlook?.heldBack = "12 threads run" }
        #expect(why(facts(.waiting, [busy])) == [.heldBack(farmer: "f", "12 threads run")])
    }

    @Test func `a farmer that is gone takes nothing, and one that works is named first`() {
        let dead = farmer("d") { $0.life = .dead }
        let silent = farmer("s") { $0.life = .silent(90_000_000) }
        #expect(
            why(facts(.waiting, [dead, silent])) == [
                .dead(farmer: "d", host: "h"), .silent(farmer: "s", host: "h", for: 90_000_000),
            ])
        #expect(why(facts(.waiting, [dead, farmer()])) == [.next, .dead(farmer: "d", host: "h")])
    }

    @Test func `an older work directory's farmers tell nothing, and are believed to work`() {
        let old = farmer {
            $0.outlook = nil
            $0.mode = nil
        }
        #expect(why(facts(.waiting, [old]) { $0.ahead = 2 }) == [.behind(2)])
    }

    // MARK: with a farmer

    private func claimed(
        _ farmer: Farmer, _ state: TaskState = .claimed, _ change: (inout Explanation.Claim) -> Void = { _ in }
    ) -> Explanation.Facts {
        facts(state, [farmer]) { facts in
            var claim = Explanation.Claim(farmer: farmer)
            change(&claim)
            facts.claim = claim
        }
    }

    @Test func `a task that was taken waits for those before it`() {
        #expect(
            why(claimed(farmer(running: 2)) { $0.ahead = 4 })
                == [.queued(farmer: "f", host: "h", behind: 4), .busy(farmer: "f", slots: 2)])
        let crowded = farmer(running: 1) { $0.outlook?.isCrowded = true }
        #expect(
            why(claimed(crowded)) == [.queued(farmer: "f", host: "h", behind: 0), .crowded(farmer: "f")])
        let paused = farmer(running: 2) { $0.mode = .paused }
        #expect(why(claimed(paused)) == [.queued(farmer: "f", host: "h", behind: 0), .paused(farmer: "f")])
        let dead = farmer { $0.life = .dead }
        #expect(
            why(claimed(dead)) == [.queued(farmer: "f", host: "h", behind: 0), .dead(farmer: "f", host: "h")])
    }

    @Test func `a task that waits for its retry says until when`() {
        let keeping = farmer {
            $0.outlook?.delayed = 1
            $0.outlook?.late = [.init(task: 3, due: Self.now + 5)]
        }
        #expect(why(claimed(keeping)) == [.delayed(farmer: "f", until: Self.now + 5)])
        // Only the first of many are named.
        let many = farmer {
            $0.outlook?.delayed = 2
            $0.outlook?.late = [.init(task: 9, due: Self.now + 5)]
        }
        var failed = claimed(many)
        #expect(why(failed) == [.queued(farmer: "f", host: "h", behind: 0)])
        failed.task.failures[.exited] = 1
        #expect(why(failed) == [.delayed(farmer: "f", until: nil)])
    }

    @Test func `a task that runs says where, and whether that goes on`() {
        let running = JournalRecord.RunningTask(task: 3, attempt: 1, slot: 0, group: 7, started: Self.now)
        func on(_ farmer: Farmer) -> [Explanation.Reason] {
            why(claimed(farmer, .running) { $0.running = running })
        }
        #expect(on(farmer(running: 1)) == [.running(farmer: "f", host: "h")])
        #expect(on(farmer { $0.mode = .draining }) == [.running(farmer: "f", host: "h")])
        #expect(on(farmer { $0.mode = .paused }) == [.running(farmer: "f", host: "h"), .paused(farmer: "f")])
        #expect(
            on(farmer { $0.life = .dead }) == [.running(farmer: "f", host: "h"), .dead(farmer: "f", host: "h")])
        #expect(
            why(
                claimed(farmer(), .running) {
                    $0.running = running
                    $0.isCancelled = true
                }) == [.running(farmer: "f", host: "h"), .cancelling(farmer: "f")])
    }

    @Test func `a task that has just ended is about to be recorded`() {
        #expect(why(claimed(farmer()) { $0.ended = .exited(3) }) == [.ended(farmer: "f", .exited(3))])
    }
}
