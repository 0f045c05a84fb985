// Tasks in real containers: what reaches them, what comes back, and that none is left.

import Foundation
import Testing

@Suite(
    .enabled(
        if: ProcessInfo.processInfo.environment["TASKFARMER_CONTAINERS"] == "1",
        "takes podman and charliecloud, and a minute: set TASKFARMER_CONTAINERS=1"), .serialized)
struct ContainersTests {
    enum Kind: String, CaseIterable { case podman, charliecloud }

    private func use(_ kind: Kind, _ body: (Farm, ContainerProgram) throws -> Void) throws {
        try Farm.use { farm in
            let program =
                switch kind {
                case .podman: try ContainerProgram.podman(farm)
                case .charliecloud: try ContainerProgram.charliecloud(farm)
                }
            guard let program else { return }
            defer { program.remove(farm) }
            try body(farm, program)
        }
    }

    @Test(arguments: Kind.allCases)
    func `a task inside has its folder, IDs, environment and exit status`(kind: Kind) throws {
        try use(kind) { farm, program in
            try farm.write([
                "echo \"$ADDED|$GREETING\"; pwd; id -u; id -g; echo $TASKFARMER_FARMER $PROC_NUMBER; exit 3",
                "echo seen > made; test -x /bin/busybox && test ! -e /usr",
                ": " + String(repeating: "x", count: 140_000),
            ])
            var environment = program.environment
            environment["GREETING"] = "good morning"
            try farm.farmer("-n", "1", "-r", "inside", environment: environment).ends(1)
            let lines = farm.log(0).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            let farmer = try #require(farm.attempts(of: 0).first?["farmer"])
            #expect(
                lines == [
                    "it's $HOME|good morning", farm.folder.path, "\(geteuid())", "\(getegid())", "\(farmer) 0", "",
                ])
            #expect(farm.text("made") == "seen\n")
            #expect(farm.ids("finished") == [1], "\(farm.log(1))")
            #expect(farm.attempts(of: 0).map { $0["exit"] } == ["3"])
            #expect(farm.attempts(of: 2).map { $0["exit"] } == ["126"])
            #expect(farm.log(2).contains("Argument list too long"), "\(farm.log(2))")
            #expect(try program.containers?() ?? "" == "")
        }
    }

    @Test(arguments: Kind.allCases)
    func `an attempt's own folder is there inside, and gone afterwards`(kind: Kind) throws {
        try use(kind) { farm, program in
            let task = "echo \"$TMPDIR\"; cd \"$TMPDIR\" && echo made > x && cat x; exit 4"
            try farm.write([task])
            var environment = program.environment
            environment["TMPDIR"] = farm.folder.path
            try farm.farmer("-n", "1", "-r", "owning", environment: environment).ends(1)
            let lines = farm.log(0).split(separator: "\n").map(String.init)
            #expect(lines.count == 2 && lines.last == "made", "\(lines)")
            #expect(lines.first?.hasSuffix("/0.1") == true)
            #expect(farm.attempts(of: 0).map { $0["exit"] } == ["4"])
            #expect(try farm.names(in: ".").filter { $0.hasPrefix("taskfarmer.") } == [])
        }
    }

    @Test(arguments: Kind.allCases)
    func `a farmer that is stopped leaves no container`(kind: Kind) throws {
        try use(kind) { farm, program in
            try farm.write(["trap '' TERM; echo > up; while :; do sleep 1; done"])
            let farmer = try farm.farmer(
                "-n", "1", "-r", "inside", "--stop-signals", "TERM,0.1,KILL", environment: program.environment)
            try eventually("the task is up; \(farm.log(0))") { farm.exists("up") }
            farmer.signal(SIGTERM)
            try farmer.ends(75)
            #expect(farm.processes() == [])
            #expect(try program.containers?() ?? "" == "")
        }
    }

    @Test(arguments: Kind.allCases)
    func `what a killed farmer left inside is gone before its task runs again`(kind: Kind) throws {
        try use(kind) { farm, program in
            try farm.write(["test $TASKFARMER_ATTEMPT = 2 && exit 0; echo > up; while :; do sleep 1; done"])
            let farmer = try farm.farmer("-n", "1", "-r", "inside", environment: program.environment)
            try eventually("the task runs, and that is noted") {
                try farm.exists("up") && farm.journal(says: "S", of: 0)
            }
            // Were it killed before podman has noted that, nobody would remove what podman has made.
            try eventually("its program knows it") { try program.containers?().contains(" Up ") ?? true }
            farmer.signal(SIGKILL)
            _ = try farmer.wait()
            try farm.farmer("-n", "1", "-r", "inside", environment: program.environment).ends(0)
            #expect(farm.attempts(of: 0).map { $0["outcome"] } == ["lost", "succeeded"])
            try eventually("no container is left: \(try program.containers?() ?? "")") {
                try program.containers?() ?? "" == ""
            }
            try farm.expectComplete(1)
        }
    }
}
