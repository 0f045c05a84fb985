// Work directories that lease: the changes under the lock, checks, the folder it lies in.

import Foundation
import StoreCrasher
import Synchronization
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

/// What goes with the lock: the changes made under it, checks, the folder it lies in.
@Suite("Work directories with leases")
struct LeaseWorkTests {
    @Test("one whose turn has passed does not take back what it could not finish: the next one does")
    func leftToTheNext() async {
        await #expect(processExitsWith: .success) {
            let scratch = try Scratch()
            let bench = scratch.bench(.lease)
            try bench.writeList(3)
            let opened = try bench.open()
            let cycle = ChangeCycle(
                directory: opened.directory, lock: opened.lock, nonce: opened.description.nonce, farmer: "one")
            IOSeam.once(.write, "finished") { call throws(SystemError) in
                // Somebody else has the next turn.
                try? LeaseBench.putLast(99, beside: bench.directory.ownLock)
                throw SystemError("write", call.path, code: EIO)
            }
            let error = refusal {
                try cycle.run(bench.patience) { $0.append(.finished, Array("0 x\n".utf8)) }
            }
            IOSeam.install(nil)
            let left = try Folder.facts(bench.directory.transaction)?.size ?? 0
            require(error?.word == "system" && left > 0, "\(error?.word ?? "no error") \(left)")
            let undone = try Check.run(bench.directory, bench.patience)
            require(undone.isSound && undone.notes == ["undid a change that one left half made"], "\(undone)")
        }
    }

    @Test("a change whose turn cannot be renewed stops before its next write")
    func unrenewed() async {
        await #expect(processExitsWith: .success) {
            let scratch = try Scratch()
            let bench = scratch.bench(.lease)
            try bench.writeList(3)
            let opened = try bench.open()
            let lease = second / 2
            let cycle = ChangeCycle(
                directory: opened.directory, lock: try FarmLock(opened.lock.path, .lease, lease: lease),
                nonce: opened.description.nonce, farmer: "one")
            let (isHeld, isWritten) = (Once(), Once())
            IOSeam.install { call throws(SystemError) in
                if call.kind == .write, isHeld.hasBeen {
                    let name = call.path.name.text
                    if name == "transaction" { _ = isWritten.now }
                    if name.hasPrefix("turn.") { throw SystemError("write", call.path, code: EIO) }
                }
                return .max
            }
            let error = refusal {
                try cycle.run(bench.patience) { change in
                    _ = isHeld.now
                    let end = Clock.boot + lease
                    waitFor { Clock.boot > end }
                    change.append(.finished, Array("0 x\n".utf8))
                }
            }
            IOSeam.install(nil)
            require(error?.word == "suspended" && !isWritten.hasBeen, error?.word ?? "no error")
        }
    }

    @Test("a work directory where flock is not to be had can be checked, and has one autoscaler")
    func withoutFlock() async {
        await #expect(processExitsWith: .success) {
            let scratch = try Scratch()
            let bench = scratch.bench(.lease)
            try bench.writeList(3)
            IOSeam.install { call throws(SystemError) in
                if call.kind == .lock { throw SystemError("lock", call.path, code: ENOLCK) }
                return .max
            }
            try bench.drain(try bench.farm())
            require(try Check.run(bench.directory, bench.patience).isSound)
            _ = try Repair.run(bench.directory, lock: .same, assumedDead: [], bench.patience)
            // Long enough not to run out while this process waits for a processor.
            try LeaseTurns.$standardLease.withValue(6 * second) {
                let owner = try JobQueue.soleOwner(bench.directory)
                require(owner != nil)
                require(try JobQueue.soleOwner(bench.directory) == nil, "there are two")
                withExtendedLifetime(owner) {}
            }
            require(try JobQueue.soleOwner(bench.directory) != nil, "the next one has to wait")
            IOSeam.install(nil)
        }
    }

    @Test("no file that others write to stays open")
    func closed() async {
        await #expect(processExitsWith: .success) {
            let bench = try LeaseBench()
            let open = Atomic<Int>(0)
            IOSeam.install { call throws(SystemError) in
                if call.path == bench.lock {
                    if call.kind == .open { open.add(1, ordering: .relaxed) }
                    if call.kind == .close { open.subtract(1, ordering: .relaxed) }
                }
                return .max
            }
            let lock = try FarmLock(bench.lock, .lease)
            require(open.load(ordering: .relaxed) == 0)
            try lock.acquire(EndlessPatience())
            require(open.load(ordering: .relaxed) == 0)
            try lock.write(LockRecord(nonce: "n", epoch: 1, status: .busy, holder: "one", since: 0), flush: true)
            require(try !lock.isEmpty)
            require(open.load(ordering: .relaxed) == 0)
            lock.release()
            IOSeam.install(nil)
        }
    }

    @Test("whoever waits is told who has the turn, and that it passes by itself")
    func told() throws {
        let bench = try LeaseBench()
        let holder = try FarmLock(bench.lock, .lease, lease: 3600 * second)
        let other = try FarmLock(bench.lock, .lease, lease: second / 2)
        try holder.acquire(EndlessPatience())
        let texts = Mutex<[String]>([])
        try other.acquire(EndlessPatience { text in texts.withLock { $0.append(text) } })
        let text = try #require(texts.withLock { $0.first })
        #expect(text.contains("held by process \(ProcessTable.own) on \(HostIdentity.current.name)"), "\(text)")
        #expect(text.contains("passes by itself") && !text.contains("--new-lock"), "\(text)")
        other.release()
    }

    @Test("a folder of turns that somebody else made is not used: a link, a file, or one that everybody can write to")
    func planted() throws {
        let files = FileManager.default
        for kind in ["link", "file", "folder"] {
            let bench = try LeaseBench()
            let target = bench.scratch.path.appending("elsewhere")
            try Folder.make(target)
            switch kind {
            case "link":
                try files.createSymbolicLink(
                    atPath: bench.folder.description, withDestinationPath: target.description)
            case "file": try Scratch.put([], at: bench.folder)
            default:
                try Folder.make(bench.folder)
                try files.setAttributes([.posixPermissions: 0o777], ofItemAtPath: bench.folder.description)
            }
            let word = refusal { try FarmLock(bench.lock, .lease) }?.word
            #expect(word == (kind == "folder" ? "configuration" : "system"), "\(kind)")
            #expect(try Folder.names(in: target).isEmpty)
        }
    }

    @Test("the lock of an autoscaler is not made through a link", arguments: Locking.allCases)
    func plantedAutoscale(_ locking: Locking) throws {
        let scratch = try Scratch()
        let bench = scratch.bench(locking)
        try bench.writeList(3)
        _ = try bench.open()
        let suffix = locking == .flock ? ".autoscale" : ".autoscale.turns"
        let target = scratch.path.appending("elsewhere")
        try FileManager.default.createSymbolicLink(
            atPath: bench.directory.ownLock.adding(suffix: suffix).description, withDestinationPath: target.description)
        #expect(throws: (any Error).self) { try JobQueue.soleOwner(bench.directory) }
        #expect(try Folder.linkFacts(target) == nil)
    }
}
