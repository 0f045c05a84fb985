import TaskFarmerCore
import Testing

@Suite("Whether a work directory is all right") struct FarmHealthTests {
    private func state(
        toprocess: Int = 0, claimed: Int = 0, finished: Int = 0, failed: Int = 0, held: Int = 0
    ) -> StateRecord {
        var state = StateRecord()
        (state.toprocess, state.claimed, state.finished) = (toprocess, claimed, finished)
        (state.failed, state.held) = (failed, held)
        state.tasks = toprocess + claimed + finished + failed + held
        return state
    }

    private func farmer(
        _ name: String, _ life: Explanation.Farmer.Life = .alive, running: Int = 1,
        mode: AliveRecord.Control.Mode? = .working, _ change: (inout AliveRecord.Outlook) -> Void = { _ in }
    ) -> Explanation.Farmer {
        var outlook = AliveRecord.Outlook(offer: Offer(cpus: 4))
        change(&outlook)
        return Explanation.Farmer(
            name: name, host: "n", life: life, slots: 4, running: running, mode: mode, outlook: outlook)
    }

    private func expect(
        _ health: FarmHealth, _ status: FarmHealth.Status, _ findings: FarmHealth.Finding...,
        where: SourceLocation = #_sourceLocation
    ) {
        #expect(health.findings == findings, sourceLocation: `where`)
        #expect(health.status == status, sourceLocation: `where`)
        #expect(health.isHealthy == (status != .failing), sourceLocation: `where`)
    }

    @Test func `work that is being done, and work that is done, are all right`() {
        expect(FarmHealth(state(toprocess: 5, claimed: 1), [farmer("a")]), .ok)
        expect(FarmHealth(state(finished: 5), []), .complete)
        expect(FarmHealth(state(), []), .complete)
        // Waiting for tasks that are added.
        expect(FarmHealth(state(finished: 5), [farmer("a", running: 0)]), .complete)
        // As in work directories before version 4.
        var old = farmer("a", mode: nil)
        old.outlook = nil
        expect(FarmHealth(state(toprocess: 1), [old]), .ok)
    }

    @Test func `work that nobody does is not`() {
        expect(FarmHealth(state(toprocess: 5, claimed: 2), []), .failing, .noFarmers(left: 7))
        expect(FarmHealth(state(claimed: 2), []), .failing, .noFarmers(left: 2))
        let silent = FarmHealth.Farmers(count: 2, first: "a")
        expect(
            FarmHealth(state(toprocess: 5), [farmer("a", .silent(90)), farmer("b", .dead)]), .failing,
            .allSilent(left: 5, silent, .silent(90)))
        expect(FarmHealth(unreadable: "gone"), .failing, .unreadable("gone"))
    }

    @Test func `one of several that is silent, and all when nothing is left, are only worth a look`() {
        let one = FarmHealth.Farmers(count: 1, first: "b")
        expect(
            FarmHealth(state(toprocess: 5), [farmer("a"), farmer("b", .dead)]), .degraded, .farmersSilent(one, .dead))
        expect(FarmHealth(state(finished: 5), [farmer("b", .silent(7))]), .degraded, .farmersSilent(one, .silent(7)))
    }

    @Test func `failed and held tasks are said, whatever else there is`() {
        expect(FarmHealth(state(finished: 1, failed: 2), []), .degraded, .tasksFailed(2))
        expect(FarmHealth(state(finished: 1, held: 3), []), .degraded, .tasksHeld(3))
        expect(
            FarmHealth(state(toprocess: 1, failed: 2, held: 3), []), .failing, .noFarmers(left: 1), .tasksFailed(2),
            .tasksHeld(3))
    }

    @Test func `farmers that take nothing are said, with the reason of the first`() {
        let farmers = [
            farmer("a"), farmer("b", mode: .draining) { $0.leaving = "SIGUSR2" }, farmer("c", mode: .stopping),
            farmer("d", mode: .paused), farmer("e") { $0.heldBack = "too busy" },
            farmer("f", running: 0) { $0.refused = .init(count: 2, first: 9, reason: "needs 8 cpus") },
        ]
        expect(
            FarmHealth(state(toprocess: 5), farmers), .degraded,
            .farmersLeaving(.init(count: 2, first: "b", words: "SIGUSR2")), .farmersPaused(.init(count: 1, first: "d")),
            .heldBack(.init(count: 1, first: "e", words: "too busy")),
            .nothingFits(.init(count: 1, first: "f", words: "needs 8 cpus")))
        // One that left some to others and runs tasks is busy; what a silent one said last counts no more.
        let refused = AliveRecord.Outlook.Refused(count: 2, first: 9, reason: "needs 8 cpus")
        expect(
            FarmHealth(
                state(toprocess: 5),
                [farmer("a") { $0.refused = refused }, farmer("b", .dead, mode: .paused) { $0.heldBack = "x" }]),
            .degraded, .farmersSilent(.init(count: 1, first: "b"), .dead))
    }

    @Test func `whether it is healthy is in the reasons, and their words are those that are documented`() {
        #expect(
            FarmHealth.Reason.allCases.map(\.rawValue) == [
                "unreadable", "no-farmers", "all-silent", "tasks-failed", "tasks-held", "farmers-silent",
                "farmers-leaving", "farmers-paused", "held-back", "nothing-fits",
            ])
        #expect(FarmHealth.Reason.allCases.filter(\.isUnhealthy) == [.unreadable, .noFarmers, .allSilent])
    }
}
