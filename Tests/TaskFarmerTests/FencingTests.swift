// Farmers beside each other: none takes what another has, and one that was declared dead changes nothing any more.

import StoreCrasher
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

@Suite("Farmers beside each other")
struct FencingTests {
    @Test("two farmers in turn get no task twice")
    func inTurn() throws {
        let (scratch, bench) = try Scratch.withList(40)
        let stores = [try bench.farm(), try bench.farm(), try bench.farm()]
        let seed = UInt64.random(in: 1...UInt64.max)
        var state = seed
        var seen: Set<Int> = []
        var held: [[TaskRecord]] = [[], [], []]
        for step in 0..<200 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let which = Int(state >> 33) % 3
            let outcomes: [Outcome] = [.succeeded, .exited(1), .interrupted, .succeeded]
            if Int(state >> 40) % 4 > 0 {
                let outcome = outcomes[Int(state >> 45) % 4]
                try Bench.note(held[which], by: stores[which], outcome)
                if outcome.isFinal {
                    for task in held[which] { #expect(seen.insert(task.id).inserted, "seed \(seed), step \(step)") }
                }
                held[which] = try bench.exchange(stores[which], 1 + Int(state >> 50) % 4)
            } else {
                held[which] = try bench.exchange(stores[which], 2, release: held[which])
            }
            if step % 10 == 0 { #expect(try bench.problems() == [], "seed \(seed), step \(step)") }
        }
        #expect(try bench.problems() == [], "seed \(seed)")
        withExtendedLifetime(scratch) {}
    }

    @Test("a farmer that was declared dead records nothing any more")
    func fenced() throws {
        let (scratch, bench) = try Scratch.withList()
        let dead = try bench.joinAsDead()
        let tasks = try bench.exchange(dead, 3)
        try Bench.note(tasks.prefix(1), by: dead, .succeeded)
        let other = try bench.farm()
        let findings = try other.lookAround(all: true, bench.patience)
        #expect(findings == [.recovered(farmer: dead.farmer, tasks: 2, givenUp: [])])

        try Bench.note(tasks.dropFirst(), by: dead, .succeeded)
        let before = try bench.contents()
        #expect(refusal { try bench.exchange(dead, 2) } == .fenced(farmer: dead.farmer))
        #expect(refusal { try bench.exchange(dead, release: [tasks[1]]) } == .fenced(farmer: dead.farmer))
        #expect(refusal { try dead.leave(release: [], bench.patience) } == .fenced(farmer: dead.farmer))
        #expect(try bench.contents() == before)
        #expect(try Reading(bench.directory).at(.finished) == [0])
        #expect(try bench.problems() == [])
        withExtendedLifetime(scratch) {}
    }

    @Test("a farmer that was declared dead is still fenced out when its place was given to another")
    func placeReused() throws {
        let (scratch, bench) = try Scratch.withList()
        let dead = try bench.joinAsDead()
        _ = try bench.exchange(dead, 3)
        let other = try bench.farm()
        _ = try other.lookAround(all: true, bench.patience)
        let third = try bench.farm()
        #expect(try Roster.read(bench.directory).map(\.farmer) == [third.farmer, other.farmer])
        #expect(refusal { try bench.exchange(dead, 1) } == .fenced(farmer: dead.farmer))
        #expect(try bench.problems() == [])
        withExtendedLifetime(scratch) {}
    }

    @Test("a dead farmer is recovered once, whoever looks")
    func recoveredOnce() throws {
        let (scratch, bench) = try Scratch.withList()
        let dead = try bench.joinAsDead()
        dead.journal.note(started: try bench.exchange(dead, 3).map(Bench.start), ended: [])
        try dead.journal.write()
        let first = try bench.farm()
        let second = try bench.farm()
        #expect(
            try first.lookAround(all: true, bench.patience) == [.recovered(farmer: dead.farmer, tasks: 3, givenUp: [])])
        #expect(try second.lookAround(all: true, bench.patience) == [])
        #expect(try Reading(bench.directory).attempts == [[0, 1], [1, 1], [2, 1]])
        // Lost attempts count: the next one has the number after.
        #expect(try bench.exchange(first, 3).map(\.attempts) == [1, 1, 1])
        withExtendedLifetime(scratch) {}
    }

    @Test("what a dead farmer holds is not swept away before it is recovered, and what it holds nothing of is")
    func swept() throws {
        let (scratch, bench) = try Scratch.withList()
        let dead = try bench.joinAsDead()
        _ = try bench.exchange(dead, 3)
        let living = try bench.farm()
        let early = try Store.make(
            try bench.open(), slots: 1, record: bench.deadRecord(), assumedDead: [])  // never entered the roster
        try bench.farm().leave(release: [], bench.patience)
        #expect(try Folder.facts(bench.directory.alive(early.farmer)) == nil)
        #expect(
            try living.lookAround(all: true, bench.patience) == [.recovered(farmer: dead.farmer, tasks: 3, givenUp: [])]
        )
        #expect(try bench.problems() == [])
        withExtendedLifetime((scratch, early)) {}
    }

    @Test("a farmer on another host whose heart beats while its lock is free stops everybody")
    func brokenRemoteLock() throws {
        let (scratch, bench) = try Scratch.withList()
        var record = bench.newRecord()
        record.host = "elsewhere"
        let store = try bench.join(try bench.open(), record: record)
        let liveness = Liveness(bench.directory)
        #expect(try liveness.judge(record.farmer) == .watching)
        #expect(try liveness.judge(record.farmer) == .alive)
        record.heartbeat += 1
        try store.alive.write(record)
        #expect(try liveness.judge(record.farmer) == .alive)

        let copy = bench.directory.alive(record.farmer)
        try Folder.unlink(copy)  // its lock goes with it
        record.heartbeat += 1
        try bench.write(record.encoded, to: copy)
        // It may have died since the last look; only a heart that beats on says that the lock is none.
        #expect(try liveness.judge(record.farmer) == .watching)
        record.heartbeat += 1
        try bench.write(record.encoded, to: copy)
        #expect(refusal { try liveness.judge(record.farmer) }?.word == "brokenLock")
        withExtendedLifetime((scratch, store)) {}
    }

    @Test("a farmer whose process ID belongs to another process by now is dead")
    func reusedProcessID() throws {
        let (scratch, bench) = try Scratch.withList()
        var record = bench.newRecord()
        let liveness = Liveness(bench.directory)
        let living = try bench.join(try bench.open(), record: record)
        #expect(try liveness.judge(living.farmer) == .alive)
        record = bench.newRecord()
        record.ticks -= 1
        let dead = try bench.join(try bench.open(), record: record)
        #expect(try liveness.judge(dead.farmer) == .dead)
        withExtendedLifetime(scratch) {}
    }
}
