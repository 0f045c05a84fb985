import TaskFarmerCore
import TaskFarmerReport
import Testing

struct DoctorReportTests {
    private static func peer(_ name: String, _ place: Int) -> FolderExamination.Peer {
        var peer = FolderExamination.Peer(
            name: name, host: "\(name) 4f1e", fileSystem: "nfs4 vers=4.2", isLocal: false)
        peer.freeBytes = 3_650_722_201
        peer.freeFiles = 31_000
        peer.skew = place * -1_250_000
        peer.serverSkew = 0
        peer.speeds = [.lock: 610_000, .change: 31_400_000, .create: 900_000, .append: 41_000, .flush: 2_000_000]
        return peer
    }

    private static var facts: FolderExamination {
        var facts = FolderExamination()
        facts.peers = [peer("n1", 0), peer("n2", 1)]
        facts.pairs = [.init(0, 1, .excludes)]
        facts.kills = [.init(host: 0, waiter: 1, freed: 12_000_000), .init(host: 1, waiter: 0, freed: nil)]
        facts.turns.count = 29
        facts.turns.seen = 29
        var changes = FolderExamination.Changes()
        (changes.made, changes.found, changes.handovers) = (212, 212, 120)
        facts.changes = changes
        facts.createsOnce = true
        return facts
    }

    @Test func `the table and the JSON of a fit folder change only on purpose`() throws {
        let report = DoctorReport(folder: "/scratch/me", lockFolder: nil, examination: Self.facts)
        try Golden.expect(report.text, is: "doctor.txt")
        try Golden.expect(report.json, is: "doctor.json")
    }

    @Test func `the table and the JSON of an unfit folder change only on purpose`() throws {
        var facts = Self.facts
        facts.pairs[0].exclusion = .excludesNobody
        facts.changes = nil
        facts.kills = []
        facts.turns.seen = 28
        let report = DoctorReport(folder: "/scratch/\"me\"", lockFolder: "/locks", examination: facts)
        try Golden.expect(report.text, is: "doctor-unfit.txt")
        try Golden.expect(report.json, is: "doctor-unfit.json")
    }

    @Test func `both forms of JSON are JSON`() {
        for lockFolder in [nil, "/locks"] {
            var syntax = JSONSyntax()
            syntax.add(
                Array(DoctorReport(folder: "/a\n", lockFolder: lockFolder, examination: Self.facts).json.utf8))
            #expect(syntax.isWhole)
        }
    }

    @Test(
        "bytes are shown in the unit of which there is one",
        arguments: [
            (0, "0.0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (52_428_800, "50 MiB"), (3_650_722_201, "3.4 GiB"),
            (1 << 52, "4096 TiB"),
        ])
    func bytes(_ count: Int, _ text: String) {
        #expect(Text.bytes(count) == text)
    }
}
