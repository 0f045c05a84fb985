// A farmer inside a program refuses what the command refuses.

import Foundation
import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

struct TrustInProgramsTests {
    private static func open(_ path: Path) throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: path.description)
    }

    @Test func `a program's farmer does not run a list that everybody may write to, unless it is named`() async throws {
        let scratch = try Scratch()
        let list = scratch.path.appending("list")
        try Scratch.put(Array("true\n".utf8), at: list)
        try Self.open(list)
        let refused = try Farmer(.file(list.description))
        await #expect(throws: FarmError.self) { try await refused.run() }
        #expect(try Folder.facts(Path(refused.workDirectory)) == nil)
        var options = Farmer.Options(slots: 1)
        options.trust = [list.description]
        options.share = .group
        let summary = try await Farmer(.file(list.description), options: options).run()
        #expect(summary.isComplete)
        let made = try Farmer(.file(list.description)).workDirectory
        #expect(try OpenedFarm.readDescription(WorkDirectory(Path(made)))?.share == .group)
        #expect(try Farm(workDirectory: made, trust: [made]).check() == [])
    }

    @Test func `a program's registry refuses every name after an INI file that everybody may write to`() throws {
        let scratch = try Scratch()
        let file = scratch.path.appending("mine.ini")
        try Scratch.put(Array("[mine]\nRunner = shell\n".utf8), at: file)
        try Self.open(file)
        var registry = Registry(environment: [])
        #expect(refusal { try registry.read(file: file.description) }?.exitStatus == 78)
        #expect(refusal { try registry.runner(named: "shell") }?.exitStatus == 78)
        var trusting = Registry(environment: [])
        trusting.trust([scratch.path.description])
        try trusting.read(file: file.description)
        _ = try trusting.runner(named: "mine")
    }
}
