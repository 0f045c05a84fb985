// The work directory goes away while tasks run.

import Foundation
import Testing

struct VanishedFolderTests {
    /// Removes the work directory while the farmer stands still, so that it sees all of it gone or nothing.
    private func removeWorkDirectory(_ farm: Farm, of farmer: Program) throws {
        farmer.signal(SIGSTOP)
        try eventually("the farmer stands still") { Processes.status(of: farmer.identifier)["State"]?.first == "T" }
        try FileManager.default.removeItem(at: farm.workDirectory)
        farmer.signal(SIGCONT)
    }

    private func expectStop(_ farm: Farm, _ farmer: Program, _ where: SourceLocation = #_sourceLocation) throws {
        let ended = try farmer.ends(74, `where`)
        #expect(ended.errors.contains("stopping"), "\(ended.errors)", sourceLocation: `where`)
        #expect(ended.errors.contains("tasks_workdir"), "\(ended.errors)", sourceLocation: `where`)
        #expect(farm.processes() == [], sourceLocation: `where`)
    }

    @Test func `a farmer whose work directory is removed stops its tasks and says so`() throws {
        try Farm.use { farm in
            let farmer = try farm.farmerAtWork(
                on: ["echo > up; exec sleep 1000"] + Array(repeating: "sleep 0.05", count: 10_000), "-n", "2")
            try removeWorkDirectory(farm, of: farmer)
            try expectStop(farm, farmer)
        }
    }

    @Test func `a farmer whose tasks are all long notices that its work directory was removed`() throws {
        try Farm.use { farm in
            let farmer = try farm.farmerAtWork(on: ["echo > up; exec sleep 1000", "sleep 1000"], "-n", "2")
            try removeWorkDirectory(farm, of: farmer)
            try expectStop(farm, farmer)
        }
    }

    @Test func `a farmer whose tasks are all long notices that its work directory was moved`() throws {
        try Farm.use { farm in
            let farmer = try farm.farmerAtWork(
                on: ["echo > up; exec sleep 1000", "echo > up; exec sleep 1000"], "-n", "2")
            try FileManager.default.moveItem(at: farm.workDirectory, to: farm.folder.appending(path: "away"))
            try expectStop(farm, farmer)
        }
    }

    @Test func `a farmer whose work directory is moved away loses nothing, and goes on where it was moved back`() throws
    {
        try Farm.use { farm in
            let farmer = try farm.farmerAtWork(
                on: (0..<2000).map { "echo > up; sleep 0.02; echo task \($0)" }, "-n", "2")
            let away = farm.folder.appending(path: "away")
            try FileManager.default.moveItem(at: farm.workDirectory, to: away)
            try expectStop(farm, farmer)
            #expect(!farm.exists("tasks_workdir"), "nothing is made in its place")
            try FileManager.default.moveItem(at: away, to: farm.workDirectory)
            let again = try farm.farmer("-n", "2")
            try eventually("tasks are finished") { farm.ids("finished").count > 5 }
            again.signal(SIGTERM)
            try again.ends(75)
            try farm.expectSound()
        }
    }
}
