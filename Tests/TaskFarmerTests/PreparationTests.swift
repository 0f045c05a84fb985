import StoreCrasher
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

struct PreparationTests {
    private struct Silent: FarmObserver {
        var progressInterval: Int? { nil }
        func observe(_ event: FarmEvent) {}
    }

    @Test func `what a host that is said to be gone holds goes back before a job is submitted`() throws {
        let (scratch, bench) = try Scratch.withList()
        let opened = try bench.open()
        // Two farmers whose locks are kept and whose hearts stand still; one of the hosts is named.
        var (gone, other) = (bench.newRecord(), bench.newRecord())
        gone.host = "gone"
        other.host = "other"
        let farmers = [try bench.join(opened, record: gone), try bench.join(opened, record: other)]
        let held = try farmers.map { try bench.exchange($0, 2).count }
        #expect(held == [2, 2])
        var request = try bench.request()
        request.assumedDead = ["gone"]
        let state = try Preparation.run(request, retryFailed: false, observer: Silent())
        #expect(state.claimed == 2)
        #expect(try Roster.read(bench.directory).filter { $0.status == .live }.map(\.host) == ["other"])
        withExtendedLifetime((scratch, farmers)) {}
    }
}
