// Farmers whose time has an end. Only what is expected to take hours meets a limit of hours: no test depends on how fast it runs.

import Foundation
import Testing

@Suite("The end of a farmer's time") struct WalltimeRunTests {
    private func history(_ farm: Farm, _ seconds: [Int: Int]) throws {
        let header =
            "id\tattempt\thost\tfarmer\tslot\tstart\twall\tuser\tsys\tmax_rss_kib\tblocks_in\tblocks_out\texit\tsignal\toutcome\t"
            + "reason\tjob"
        try farm.write(
            [header]
                + seconds.map {
                    "\($0.key)\t1\th\tf\t0\t1.000000\t\($0.value).000000\t0.000000\t0.000000\t0\t0\t0\t0\t-\tsucceeded\t\t-"
                }, to: "history.tsv")
    }

    @Test func `what fits runs, what does not stays, and the farmer leaves and says why`() throws {
        try Farm.use { farm in
            try farm.write(["echo long > ran.long", "echo short > ran.short", "echo unknown > ran.unknown"])
            try history(farm, [0: 7200, 1: 60])
            let ended = try farm.farmer("-n", "1", "--time-limit", "1h", "--history", "history.tsv").ends(75)
            #expect(farm.exists("ran.short") && farm.exists("ran.unknown") && !farm.exists("ran.long"))
            #expect(farm.ids("toprocess") == [0] && farm.attempts(of: 0).isEmpty)
            #expect(ended.errors.contains("(--time-limit); no task is started"), "\(ended.errors)")
            #expect(
                ended.errors.contains(
                    "leaving: there is no time for what is left (1 task): the shortest that is known of takes 2:12:00 h"
                ),
                "\(ended.errors)")
            #expect(ended.output.contains("stopped by the little time that is left; run it again"), "\(ended.output)")
            try farm.expectSound()
            // With enough time, or without foresight.
            try farm.farmer("-q", "--time-limit", "3h", "--history", "history.tsv").ends(0)
            try farm.expectComplete(3)
        }
    }

    @Test func `times in the list and the margin decide`() throws {
        try Farm.use { farm in
            try farm.write([#"{"command":"echo > ran.0","time":"3h"}"#, #"{"command":"echo > ran.1","time":60}"#])
            let options = ["run", "-n", "2", "-t", "jsonl", "tasks", "--time-limit"]
            try farm.start(options + ["2h"]).ends(75)
            #expect(farm.ids("toprocess") == [0] && farm.exists("ran.1"))
            let ended = try farm.start(options + ["4:00:00", "--drain-margin", "2h"]).ends(75)
            #expect(farm.ids("toprocess") == [0] && ended.errors.contains("until 7200 s before"), "\(ended.errors)")
            try farm.start(options + ["2h", "--drain-margin", "none"]).ends(0)
            try farm.expectComplete(2)
        }
    }

    @Test func `classes are known from an earlier run, and from the end of this one's own table`() throws {
        try Farm.use { farm in
            try farm.write(["#!/bin/sh\n"], to: "work")
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755], ofItemAtPath: farm.folder.appending(path: "work").path)
            try farm.write((0..<3).map { "./work \($0)" })
            try farm.farmer("-q", "-n", "1").ends(0)
            // As long as what it replaces: the size of the file is recorded.
            let table = farm.state("attempts.tsv").split(separator: "\n").map { line in
                var fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
                if fields[0] != "id" { fields[6] = "9.999999" }
                return fields.joined(separator: "\t")
            }
            try farm.write(table, to: "tasks_workdir/attempts.tsv")
            try farm.write(["./work new", "echo > ran"], to: "others")
            let limit = ["--stop-signals", "KILL", "--time-limit", "13s"]
            try farm.start(["run", "-q", "--history", "tasks_workdir", "others"] + limit).ends(75)
            #expect(farm.text("others_workdir/toprocess") == "0 ./work new\n" && farm.exists("ran"))
            try farm.append("./work 3\n")
            try farm.start(["run", "-q", "tasks"] + limit).ends(75)
            #expect(farm.ids("toprocess") == [3])
            try farm.farmer("-q").ends(0)
            try farm.expectComplete(4)
        }
    }

    @Test func `while something runs the others can have what does not fit here`() throws {
        try Farm.use { farm in
            try history(farm, [1: 7200, 2: 7200])
            let farmer = try farm.farmerAtWork(
                on: ["echo > up; until test -e go; do sleep 0.02; done", "echo 1 >> ran", "echo 2 >> ran"], "-n", "2",
                "--time-limit", "1h", "--history", "history.tsv")
            #expect(farm.ids("toprocess") == [2, 1])
            let other = try farm.farmer("-q", "-n", "2", "--leave-idle", "0.01").wait()
            #expect(other.status == 75 && farm.text("ran").split(separator: "\n").count == 2)
            try farm.write([], to: "go")
            try farmer.ends(0)
            try farm.expectComplete(3)
        }
    }

    @Test func `before the end what runs is stopped and goes back, without any signal`() throws {
        try Farm.use { farm in
            try farm.write(["echo > up; sleep 1000", "sleep 1000"])
            let ended = try farm.farmer("-n", "1", "--stop-signals", "KILL", "--time-limit", "6.5s").ends(75)
            #expect(ended.errors.contains("stopping (the end of its time (--time-limit))"), "\(ended.errors)")
            #expect(farm.attempts(of: 0).map { $0["outcome"] } == ["interrupted"])
            #expect(farm.ids("toprocess").sorted() == [0, 1])
            try farm.expectSound()
        }
    }

    @Test func `the end of a scheduler's job is that of the farmer, unless it has passed or nobody says it`() throws {
        try Farm.use { farm in
            try farm.write([#"{"command":"echo > ran","time":"2h"}"#])
            let job = ["SLURM_JOB_ID": "7", "SLURMD_NODENAME": "n7"]
            func run(_ variables: [String: String], _ status: Int32) throws -> String {
                try farm.start(
                    ["run", "-t", "jsonl", "--fresh", "tasks"], job.merging(variables) { $1 }
                ).ends(status).errors
            }
            let now = Int(Date().timeIntervalSince1970)
            let known = try run(["SLURM_JOB_END_TIME": "\(now + 3600)"], 75)
            #expect(known.contains("(SLURM_JOB_END_TIME); no task is started"), "\(known)")
            let passed = try run(["SLURM_JOB_END_TIME": "\(now - 60)"], 0)
            #expect(passed.contains("SLURM_JOB_END_TIME says that this job's time is over already"), "\(passed)")
            let endless = try run(["SLURM_JOB_END_TIME": "1099511627775"], 0)
            #expect(!endless.contains("the time ends"), "\(endless)")
            let programs = farm.folder.appending(path: "bin")
            try FileManager.default.createDirectory(at: programs, withIntermediateDirectories: true)
            let path = ["PATH": "\(programs.path):/usr/bin:/bin"]
            for (script, part, status) in [
                (#"test "$*" = "--noheader --format=%L --jobs=7" && echo 59:00"#, "(squeue); no task is started", 75),
                ("echo UNLIMITED", nil, 0), ("echo no such job >&2; exit 1", nil, 0),
                ("exec sleep 1000", "squeue did not say within 5 s", 0),
            ] as [(String, String?, Int32)] {
                try farm.write(["#!/bin/sh", script], to: "bin/squeue")
                try FileManager.default.setAttributes(
                    [.posixPermissions: 0o755], ofItemAtPath: programs.appending(path: "squeue").path)
                let errors = try run(path, status)
                if let part {
                    #expect(errors.contains(part), "\(errors)")
                } else {
                    #expect(!errors.contains("squeue") && !errors.contains("the time ends"), "\(errors)")
                }
            }
        }
    }

    @Test func `jobs get the options, with whole paths`() throws {
        try Farm.use { farm in
            try farm.write(["true"])
            try history(farm, [0: 1])
            let ended = try farm.call(
                "submit", "--dry-run", "--time-limit", "1h", "--drain-margin", "90s", "--history", "history.tsv",
                "--history", "./history.tsv", "--order", "longest", "tasks")
            let path = farm.folder.path
            #expect(
                ended.output.contains(
                    "--time-limit 1h --drain-margin 90s --history \(path)/history.tsv --history \(path)"),
                "\(ended.output)\(ended.errors)")
            #expect(!ended.output.contains("--order"), "the work directory is made before any job runs")
        }
    }
}
