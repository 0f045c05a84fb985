// Many farmers, one list.

import Foundation
import Testing

struct SharedListTests {
    @Test func `four farmers at once run each of 5,000 tasks exactly once`() throws {
        try Farm.use { farm in
            let count = 5000
            // By turns for the shell and without one.
            try farm.write((0..<count).map { $0.isMultiple(of: 2) ? "echo task $PROC_NUMBER" : "/bin/echo task \($0)" })
            let farmers = try (0..<4).map { _ in try farm.farmer("-n", "4") }
            for farmer in farmers { try farmer.ends(0) }
            try farm.expectComplete(count)
            let wrong = (0..<count).filter { farm.log($0) != "task \($0)\n" }
            #expect(wrong == [], "logs that are not whole")
            let attempts = farm.attempts()
            #expect(attempts.count == count, "no task ran twice")
            #expect(attempts.allSatisfy { $0["attempt"] == "1" && $0["outcome"] == "succeeded" })
            #expect(Set(attempts.compactMap { $0["farmer"] }).count > 1, "the work was shared")
        }
    }

    @Test func `farmers that make the same work directory at once make it once`() throws {
        for _ in 0..<5 {
            try Farm.use { farm in
                try farm.write((0..<50).map { "echo \($0)" })
                let farmers = try (0..<4).map { _ in try farm.farmer("-n", "2") }
                for farmer in farmers { try farmer.ends(0) }
                try farm.expectComplete(50)
                #expect(farm.attempts().count == 50)
            }
        }
    }

    @Test func `a farmer with nothing to take waits for what others run, and takes what they put back`() throws {
        try Farm.use { farm in
            try farm.write(["echo > up; test $TASKFARMER_ATTEMPT = 2 || exec sleep 1000"])
            let first = try farm.farmer("-n", "1")
            try eventually("the task runs") { farm.exists("up") }
            let second = try farm.farmer("-n", "1")
            try eventually("the second farmer has joined") { farm.state("roster").contains(".\(second.identifier).") }
            first.signal(SIGTERM)
            try first.ends(75)
            try second.ends(0)
            try farm.expectComplete(1)
        }
    }

    @Test func `tasks start in the order of the list`() throws {
        try Farm.use { farm in
            try farm.write((0..<200).map { "echo \($0) >> order" })
            try farm.farmer("-n", "1").ends(0)
            let expected = (0..<200).map { "\($0)\n" }.joined()
            #expect(farm.text("order") == expected)
        }
    }
}
