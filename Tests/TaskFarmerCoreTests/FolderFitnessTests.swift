// What measurements mean for a farm, for every kind of file system that was found in the lab.

import TaskFarmerCore
import Testing

@Suite("Fitness of a folder")
struct FolderFitnessTests {
    /// Two peers on which everything is as it should be.
    static func sound(_ fileSystem: String = "nfs4 vers=4.2", hosts: [String] = ["n1", "n2"], isLocal: Bool = false)
        -> FolderExamination
    {
        var facts = FolderExamination()
        for (index, host) in hosts.enumerated() {
            var peer = FolderExamination.Peer(
                name: hosts[0] == hosts[1] ? "\(host)#\(index + 1)" : host, host: "\(host) boot-\(host)",
                fileSystem: fileSystem, isLocal: isLocal)
            peer.freeBytes = 5 << 30
            peer.freeFiles = 100_000
            peer.skew = index * 4000
            peer.serverSkew = 0
            for (place, speed) in FolderExamination.Speed.allCases.enumerated() {
                peer.speeds[speed] = (place + 1) * 600_000
            }
            facts.peers.append(peer)
        }
        facts.pairs = FolderExamination.pairs(of: hosts.count).map { .init($0.0, $0.1, .excludes) }
        facts.kills = [.init(host: 0, waiter: 1, freed: 12_000_000)]
        facts.turns.count = 29
        facts.turns.seen = 29
        var changes = FolderExamination.Changes()
        changes.made = 212
        changes.found = 212
        changes.handovers = 120
        facts.changes = changes
        facts.createsOnce = true
        return facts
    }

    private static func row(_ fitness: FolderFitness, _ check: String) -> FolderFitness.Finding? {
        fitness.findings.first { $0.check == check }
    }

    @Test(
        "what is known of a lost node's locks is said for the file system at hand",
        arguments: [
            ("nfs4 vers=4.2", "90 s"), ("nfs vers=3", "--assume-dead"), ("fuse.glusterfs", "5 to 42 s"),
            ("fuse.mfs", "--assume-dead"), ("lustre", "--assume-dead"),
        ])
    func lostNode(_ fileSystem: String, _ words: String) {
        let fitness = FolderFitness(Self.sound(fileSystem))
        #expect(fitness.verdict == .conditional)
        #expect(fitness.reasons.count == 1)
        #expect(fitness.reasons[0].contains(words))
        #expect(fitness.advice == [])
    }

    @Test func `one host on a network file system is not taken for all of them`() {
        let fitness = FolderFitness(Self.sound("nfs vers=3 nolock", hosts: ["n1", "n1"]))
        #expect(fitness.verdict == .conditional)
        #expect(
            fitness.reasons == [
                "only processes on n1 were tested: what other nodes see, and whether locks keep them out, is unknown"
            ])
        #expect(fitness.advice.first?.contains("--hosts") == true)
        #expect(fitness.advice.first?.contains("--srun") == true)
    }

    @Test func `a disk of the node's own is fit for farmers of that node`() {
        let fitness = FolderFitness(Self.sound("ext4", hosts: ["n1", "n1"], isLocal: true))
        #expect(fitness.verdict == .conditional)
        #expect(fitness.reasons == ["for farmers on n1 only: ext4 is a disk of its own, which other nodes do not see"])
        #expect(fitness.advice == [])
    }

    @Test
    func
        `a lock that both have is unfit whatever the file system is called, and a lease is named where views are fresh`()
    {
        for fileSystem in ["nfs vers=3 nolock", "nfs4 vers=4.2", "ext4"] {
            var facts = Self.sound(fileSystem)
            facts.pairs[0].exclusion = .excludesNobody
            facts.changes = nil
            let fitness = FolderFitness(facts)
            #expect(fitness.verdict == .unfit)
            #expect(Self.row(fitness, "locks")?.result == .unfit)
            #expect(fitness.advice.contains { $0.contains("--lock-dir") })
            #expect(fitness.advice.contains { $0.contains("--lock lease") })
        }
    }

    @Test func `no lease is named where views are old or two can make the same file`() {
        var facts = Self.sound("fuse.sshfs")
        facts.pairs[0].exclusion = .excludesNobody
        facts.turns.seen = 11
        #expect(!FolderFitness(facts).advice.contains { $0.contains("--lock") })
        facts.turns.seen = 29
        facts.createsOnce = false
        #expect(!FolderFitness(facts).advice.contains { $0.contains("lease") })
        #expect(FolderFitness(facts).advice.contains { $0.contains("--lock-dir") })
    }

    @Test func `refused locks are unfit with what the farmer would say`() {
        var facts = Self.sound()
        facts.refusedLock = "/data/lock cannot be locked (No locks available)"
        facts.pairs = []
        facts.changes = nil
        let fitness = FolderFitness(facts)
        #expect(fitness.verdict == .unfit)
        #expect(fitness.reasons[0].contains("No locks available"))
        #expect(fitness.advice.contains { $0.contains("--lock lease") })
    }

    @Test func `old views are unfit although locks work, and no option is promised to help`() {
        var facts = Self.sound("fuse.glusterfs")
        facts.turns.seen = 25
        let fitness = FolderFitness(facts)
        #expect(fitness.verdict == .unfit)
        #expect(Self.row(fitness, "views")?.figure == .share(25, of: 29))
        #expect(!fitness.advice.contains { $0.contains("--lock") })
    }

    @Test func `one lost change or one farmer that would stop is unfit`() {
        var facts = Self.sound()
        facts.changes?.found = 211
        #expect(FolderFitness(facts).verdict == .unfit)
        #expect(Self.row(FolderFitness(facts), "changes")?.words == "1 of them were lost")
        facts = Self.sound()
        facts.changes?.fault = "n2: state is not as its last writer left it"
        #expect(FolderFitness(facts).verdict == .unfit)
        #expect(FolderFitness(facts).reasons[0].contains("n2: state"))
    }

    @Test func `too few handovers are said to prove little`() {
        var facts = Self.sound()
        facts.changes?.handovers = FolderFitness.enoughHandovers - 29
        #expect(Self.row(FolderFitness(facts), "changes")?.result == .good)
        facts.changes?.handovers -= 1
        let fitness = FolderFitness(facts)
        #expect(fitness.verdict == .conditional)
        #expect(Self.row(fitness, "changes")?.result == .warning)
    }

    @Test func `a killed process whose lock stays taken is a condition`() {
        var facts = Self.sound()
        facts.kills[0].freed = nil
        let fitness = FolderFitness(facts)
        #expect(fitness.verdict == .conditional)
        #expect(fitness.reasons.contains { $0.hasPrefix("killed, n1, n2: ") })
    }

    @Test func `another folder on a node is unfit before anything else is tried`() {
        var facts = Self.sound()
        facts.pairs = []
        facts.kills = []
        facts.turns = .init()
        facts.changes = nil
        facts.createsOnce = nil
        facts.peers[1].absence = "/scratch is not the same folder on every node"
        let fitness = FolderFitness(facts)
        #expect(fitness.verdict == .unfit)
        #expect(fitness.reasons == ["folder, n2: /scratch is not the same folder on every node"])
        #expect(fitness.advice == ["name a folder that is the same on all nodes"])
    }

    @Test(
        "clocks a second apart are a warning, and less is none, either way round",
        arguments: [(999_999, 0), (1_000_000, 1), (-1_000_000, 1), (-999_999, 0)])
    func clocks(_ skew: Int, _ warnings: Int) {
        var facts = Self.sound()
        facts.peers[1].skew = skew
        #expect(FolderFitness(facts).findings.count { $0.check == "clock" && $0.result == .warning } == warnings)
        facts.peers[1].serverSkew = skew
        #expect(FolderFitness(facts).findings.count { $0.check == "file times" && $0.result == .warning } == warnings)
        #expect(FolderFitness(facts).verdict == .conditional)
    }

    @Test func `little space, few files and a slow lock are conditions`() {
        var facts = Self.sound()
        facts.peers[0].freeBytes = 1 << 20
        facts.peers[0].freeFiles = 12
        facts.peers[1].speeds[.lock] = 80_000_000
        let fitness = FolderFitness(facts)
        #expect(fitness.verdict == .conditional)
        #expect(
            fitness.findings.filter { $0.result == .warning }.map(\.check) == [
                "lock cycle", "free space", "free files",
            ])
    }

    @Test func `few peers are held against all others, many against the next in a ring`() {
        #expect(FolderExamination.pairs(of: 2).map { [$0.0, $0.1] } == [[0, 1]])
        #expect(FolderExamination.pairs(of: 4).count == 6)
        #expect(
            FolderExamination.pairs(of: 6).map { [$0.0, $0.1] } == [
                [0, 1], [1, 2], [2, 3], [3, 4], [4, 5], [5, 0],
            ])
        #expect(FolderExamination.pairs(of: 0).isEmpty)
    }
}
