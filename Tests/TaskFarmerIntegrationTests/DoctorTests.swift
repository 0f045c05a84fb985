// `taskfarmer doctor` on a folder of this machine. A stand-in for ssh makes peers that behave as on file systems that this
// machine has not; the real ones are in Tests/Lab/doctor.sh.

import Foundation
import Testing

struct DoctorTests {
    /// A stand-in for ssh: on host `a` the line runs here; on host `b` the script answers each word the doctor says (`$1`), or
    /// does something else before it does.
    private static func standIn(_ farm: Farm, b script: String) throws -> [String] {
        try farm.write(
            [
                "while :; do case $1 in -o) shift 2;; -*) shift;; *) break;; esac; done",
                "host=$1; shift",
                "if [ $host = a ]; then exec sh -c \"$*\"; fi",
                "say() { printf 'taskfarmer-doctor'; printf '\\t%s' \"$@\"; echo; }",
                "hello() { say other boot2 nfs 0 100000000000 100000; }",
                script,
            ], to: "ssh")
        return ["doctor", "--hosts", "a,b", "--ssh", "sh \(farm.folder.path)/ssh", farm.folder.path]
    }

    private static func run(_ farm: Farm, _ words: [String]) throws -> Ended {
        let ended = try farm.start(words).wait()
        try expectNothingLeft(farm)
        return ended
    }

    private static func expectNothingLeft(_ farm: Farm, _ where: SourceLocation = #_sourceLocation) throws {
        let left = try farm.names(in: ".").filter { $0.hasPrefix(".taskfarmer-doctor") }
        #expect(left == [], sourceLocation: `where`)
    }

    @Test func `a folder of this host is fit for this host only, and nothing is left in it`() throws {
        try Farm.use { farm in
            let ended = try Self.run(farm, ["doctor", "--json"])
            #expect(ended.status == 0, "\(ended.output)\(ended.errors)")
            let report = try #require(
                try JSONSerialization.jsonObject(with: Data(ended.output.utf8)) as? [String: Any])
            #expect(report["verdict"] as? String == "fit with conditions")
            #expect((report["peers"] as? [Any])?.count == 2)
            let checks = try #require(report["checks"] as? [[String: Any]])
            for check in ["folder", "locks", "killed", "views", "changes", "exclusive", "lock cycle", "free space"] {
                let found = checks.filter { $0["check"] as? String == check }
                #expect(!found.isEmpty, "\(check)")
                // On a machine that is busy there may be too few handovers, and the disk may be nearly full.
                #expect(found.allSatisfy { $0["result"] as? String != "unfit" }, "\(found)")
            }
            #expect(checks.first { $0["check"] as? String == "views" }?["count"] as? Int == 29)
        }
    }

    @Test func `the lock is tried where farmers would have it`() throws {
        try Farm.use { farm in
            try FileManager.default.createDirectory(
                at: farm.folder.appending(path: "locks"), withIntermediateDirectories: false)
            let locks = farm.folder.appending(path: "locks").path
            let ended = try farm.call("doctor", environment: ["SCRATCH": locks])
            #expect(ended.status == 0, "\(ended.output)\(ended.errors)")
            #expect(ended.output.contains("the lock in \(locks)"))
            #expect(try farm.names(in: "locks") == [])
        }
    }

    @Test func `a folder that is missing, a file, or read by nobody is said to be so`() throws {
        try Farm.use { farm in
            try farm.write([])
            for (name, words) in [("none", "No such file"), ("tasks", "Not a directory")] {
                let ended = try Self.run(farm, ["doctor", name])
                #expect(ended.status == 74, "\(ended.output)\(ended.errors)")
                #expect(ended.errors.contains(words) && ended.errors.contains(name), "\(ended.errors)")
                #expect(ended.errors.split(separator: "\n").count == 1, "\(ended.errors)")
            }
            let ended = try Self.run(farm, ["doctor", "--lock-dir", "none"])
            #expect(ended.status == 78 && ended.errors.contains("is not a folder"), "\(ended.errors)")
        }
    }

    @Test func `a lock that two hosts have at once is unfit, whatever else works`() throws {
        try Farm.use { farm in
            let words = try Self.standIn(
                farm,
                b: """
                    turn=0
                    while read -r word rest; do case $word in
                        hello) hello;; clock) say 0;; lock|wait) say 1;; create) say 0;; speed) say - - 1 1 1;; stamp) say 0;;
                        turn) say ${rest%%\t*};; *) say done;;
                    esac; done
                    """)
            let ended = try Self.run(farm, words)
            #expect(ended.status == 71, "\(ended.output)\(ended.errors)")
            #expect(ended.output.contains("both have the lock at the same time"), "\(ended.output)")
            #expect(ended.output.contains("\nunfit\n"), "\(ended.output)")
        }
    }

    @Test func `a node that does not see the folder is unfit and is told apart from one that cannot be reached`() throws
    {
        try Farm.use { farm in
            var words = try Self.standIn(
                farm,
                b: """
                    echo a greeting that is no answer
                    while read -r word rest; do case $word in
                        hello) hello;; clock) say 0;; see) say error 71 "/x is not the same folder on every node";; *) say 0;;
                    esac; done
                    """)
            var ended = try Self.run(farm, words)
            #expect(ended.status == 71, "\(ended.output)\(ended.errors)")
            #expect(ended.output.contains("  - folder, b: /x is not the same folder on every node"), "\(ended.output)")
            words = try Self.standIn(farm, b: "echo 'b: no route to host' >&2; exit 255")
            ended = try Self.run(farm, words)
            #expect(ended.status == 74, "\(ended.output)\(ended.errors)")
            #expect(ended.errors == "taskfarmer: b: has ended: b: no route to host\n")
        }
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `a signal in the middle leaves no folder and no process`(_ signal: Int32) throws {
        try Farm.use { farm in
            // b is there and sees the folder, and then says nothing more: so the doctor waits for it.
            let words = try Self.standIn(
                farm,
                b: """
                    while read -r word rest; do case $word in
                        hello) hello;; clock) say 0;; see) say done;; *) : > silent;;
                    esac; done
                    """)
            let doctor = try farm.start(words)
            try eventually("the doctor waits for b") { farm.exists("silent") }
            doctor.signal(signal)
            let ended = try doctor.ends(75)
            #expect(ended.errors.contains("nothing is found out"), "\(ended.errors)")
            try Self.expectNothingLeft(farm)
        }
    }

    @Test func `options that make no sense together are refused before anything is started`() throws {
        try Farm.use { farm in
            for words in [
                ["--ssh", "x"], ["--hosts", "a", "--srun"], ["--hosts", ""], ["--hosts", "a,a"], ["a", "b"], ["--srun"],
            ] {
                let ended = try Self.run(farm, ["doctor"] + words)
                #expect(ended.status == 64, "\(words): \(ended.output)\(ended.errors)")
                #expect(ended.errors.split(separator: "\n").count == 1, "\(ended.errors)")
            }
        }
    }
}
