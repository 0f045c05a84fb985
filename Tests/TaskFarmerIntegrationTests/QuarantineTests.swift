// A node on which tasks fail that succeed elsewhere.

import Foundation
import Testing

@Suite("A bad node") struct QuarantineTests {
    /// A host name of its own, as another machine would have; nil where this user may not do that.
    private static func host(_ name: String) -> [String]? {
        let words = ["unshare", "--uts", "sh", "-c", "hostname \(name) && exec \"$@\"", "sh"]
        let trial = Process()
        trial.executableURL = URL(filePath: "/usr/bin/env")
        trial.arguments = words + ["true"]
        trial.standardError = FileHandle.nullDevice
        guard (try? trial.run()) != nil else { return nil }
        trial.waitUntilExit()
        return trial.terminationStatus == 0 ? words : nil
    }

    @Test(arguments: [[], ["--retry-delay", "0.1s"]])
    func `is told of, and with a quarantine takes no more; its tasks succeed on others`(delay: [String]) throws {
        guard let bad = Self.host("bad"), let good = Self.host("good") else {
            print("skipped: a host name of its own needs unshare --uts, which is not permitted here")
            return
        }
        try Farm.use { farm in
            try farm.write((0..<400).map { _ in "test \"$(hostname)\" = good || exit 1; sleep 0.05" })
            let options = ["run", "-n", "2", "--retries", "20", "--quarantine", "4"] + delay + ["tasks"]
            let other = try farm.start(options, under: good)
            try eventually("it works") { !farm.ids("finished").isEmpty }
            let ended = try farm.start(options, under: bad).wait()
            #expect(ended.status == 75, "\(ended.errors)")
            #expect(ended.errors.contains("bad may be to blame: tasks "), "\(ended.errors)")
            #expect(ended.errors.contains("this farmer takes no more tasks (--quarantine)"), "\(ended.errors)")
            #expect(ended.errors.contains("draining"))
            try other.ends(0)
            try farm.expectComplete(400)
            #expect(farm.attempts().contains { $0["host"] == "bad" && $0["outcome"] == "exited" })
            #expect(!farm.attempts().contains { $0["host"] == "bad" && $0["outcome"] == "succeeded" })
        }
    }
}
