// The launcher's end of farmers elsewhere, in a process of its own: it reaps all children.

import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

@Suite("Host crew")
struct HostCrewTests {
    private struct Silent: CrewObserver {
        func printed(_ line: String, on host: HostEntry) {}
        func ended(_ host: HostEntry, _ end: HostEnd) {}
        func passing(_ signal: Signal) {}
        func progress(_ crew: HostCrew) {}
    }

    @Test("a host whose ssh answers and where nothing happens then is given up, and does not keep the others waiting")
    func hangs() async {
        await #expect(processExitsWith: .success) {
            let signals = try SignalSource([.terminate, .child])
            // A comment takes the rest of what ssh would be told.
            let shell = RemoteShell(program: Array("sleep 1000 #".utf8), folder: Path("/"))
            let hosts = try HostList.parse("n1,n2") { _ in "" }
            let crew = try HostCrew(
                hosts, .init(shell: shell, hasLeader: true, answer: 100_000_000) { _, _ in [Array("true".utf8)] },
                signals: signals, observer: Silent())
            try crew.run()
            let ends = crew.members.map(\.end)
            precondition(ends == [.unreachable, .unreachable], "\(ends)")
            precondition(crew.members.allSatisfy { $0.lastLine.contains("no farmer has answered") })
        }
    }
}
