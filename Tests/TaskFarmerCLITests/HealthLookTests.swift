import Foundation
import TaskFarmerCore
import TaskFarmerReport
import TaskFarmerSystem
import Testing

@testable import TaskFarmerCLI

@Suite("Looking at health from a thread of its own") struct HealthLookTests {
    @Test func `a file system that does not answer holds nobody up, and is seen again when it does`() async {
        await #expect(processExitsWith: .success) {
            let folder = FileManager.default.temporaryDirectory.appending(path: "taskfarmer-look-\(UUID().uuidString)")
            let root = Path(folder.path(percentEncoded: false))
            let (asked, goes) = try (Wakeup(), Wakeup())
            IOSeam.install { call throws(SystemError) in
                if call.path == root.appending("farm.json") {
                    asked.signal()
                    goes.wait(nanoseconds: -1)
                    // For whoever comes next.
                    goes.signal()
                }
                return .max
            }
            let look = try HealthLook(root)
            #expect(look.answer(to: Clock.boot) == nil)
            asked.wait(nanoseconds: -1)
            // To whoever has asked long ago.
            let stuck = look.answer(to: Clock.boot - HealthLook.patience)
            precondition(stuck?.health.findings == [.unreadable("the file system has not answered for 3 s")])
            precondition(look.answer(to: Clock.boot) == nil)
            goes.signal()
            look.news.wait(nanoseconds: -1)
            let seen = look.answer(to: Clock.boot)
            guard case .unreadable(let message)? = seen?.health.findings.first else {
                preconditionFailure("\(seen as Any)")
            }
            precondition(message.hasPrefix("there is no work directory at"))
            look.end()
        }
    }
}
