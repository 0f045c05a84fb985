// Task list handlers chosen on the command line, from INI files where users have them.

import Foundation
import Testing

struct TaskListHandlersTests {
    /// A program on PATH that does as a script says.
    private static func install(_ name: String, _ script: String, in farm: Farm) throws {
        let folder = farm.folder.appending(path: "bin")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: name)
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }

    private static func path(_ farm: Farm) -> [String: String] {
        ["PATH": "\(farm.folder.path)/bin:/usr/bin:/bin", "HOME": farm.folder.path]
    }

    @Test func `an unmodified PyTaskFarmer file with a TransformTaskList works`() throws {
        try Farm.use(list: "list.txt") { farm in
            let digi = """
                [digi]
                TaskList = taskfarmer.atlas.TransformTaskList
                transform = Reco_tf.py
                input = HITS
                output = RDO
                autoConfiguration = everything
                digiSteeringConf = StandardInTimeOnlyTruth
                conditionsTag = default:OFLCOND-MC16-SDR-RUN2-06
                geometryVersion = default:ATLAS-R2-2016-01-00-01
                postInclude = default:PyJobTransforms/UseFrontier.py
                preInclude = HITtoRDO:Campaigns/MC16NoPileUp.py
                preExec = all:from A import B; B.c(False);' 'HITtoRDO:from D import e; e.f = 42
                """
            try farm.write([digi], to: "atlas.ini")
            try farm.write(["# inputs", "hits/one.root", "", "hits/two.root"])
            try Self.install(
                "Reco_tf.py", "for last; do :; done; printf '[%s]' \"$@\" > \"$last.argv\"; echo made > \"$last\"",
                in: farm)
            // The name of what it copies is the last argument but one.
            try Self.install(
                "rsync", "printf '[%s]' \"$@\" > \"$2.rsync\"; cp \"$2\" \"$3\"", in: farm)
            let ended = try farm.run("-n", "2", "-t", "digi", environment: Self.path(farm))
            #expect(ended.status == 0, "\(ended.errors)")
            try farm.expectComplete(2)
            for (number, name) in ["one", "two"].enumerated() {
                let words = [
                    "--autoConfiguration", "everything", "--digiSteeringConf", "StandardInTimeOnlyTruth",
                    "--conditionsTag", "default:OFLCOND-MC16-SDR-RUN2-06", "--geometryVersion",
                    "default:ATLAS-R2-2016-01-00-01", "--postInclude", "default:PyJobTransforms/UseFrontier.py",
                    "--preInclude", "HITtoRDO:Campaigns/MC16NoPileUp.py", "--preExec",
                    "all:from A import B; B.c(False);", "HITtoRDO:from D import e; e.f = 42", "--inputHITSFile",
                    "hits/\(name).root", "--outputRDOFile", "RDO.\(number).root",
                ]
                #expect(farm.text("RDO.\(number).root.argv") == words.map { "[\($0)]" }.joined())
                let output = farm.workDirectory.appending(path: "output").path
                #expect(farm.text("RDO.\(number).root.rsync") == "[-avr][RDO.\(number).root][\(output)]")
                #expect(farm.state("output/RDO.\(number).root") == "made\n")
            }
        }
    }

    @Test func `files of a folder are processed once, and those that come later too`() throws {
        try Farm.use(list: "data") { farm in
            try farm.write(
                [
                    "[each]", "TaskList = files", "glob = **/*.in", "command = cat {} > {.}.out",
                    "skip_if_exists = {.}.out",
                ],
                to: "each.ini")
            let names = ["a b", "c", "sub/d"]
            try FileManager.default.createDirectory(
                at: farm.folder.appending(path: "data/sub"), withIntermediateDirectories: true)
            for name in names { try farm.write([name], to: "data/\(name).in") }
            try farm.write(["old"], to: "data/c.out")
            #expect(try farm.run("-t", "each").status == 0)
            try farm.expectComplete(2)
            #expect(farm.text("data/a b.out") == "a b\n" && farm.text("data/sub/d.out") == "sub/d\n")
            #expect(farm.text("data/c.out") == "old\n")
            try farm.write(["z"], to: "data/z.in")
            let ended = try farm.run("-t", "each")
            #expect(ended.status == 0 && ended.errors.contains("1 new task"), "\(ended.errors)")
            try farm.expectComplete(3)
            #expect(farm.attempts().count == 3 && farm.text("data/z.out") == "z\n")
        }
    }

    @Test func `a disBatch file runs in bash with its variables`() throws {
        try Farm.use { farm in
            try farm.write([
                "#DISBATCH PREFIX ( [[ -n $BASH ]] && ", "#DISBATCH SUFFIX  ) &> out_${DISBATCH_TASKID_ZP}.txt",
                "echo one $DISBATCH_REPEAT_INDEX", "#DISBATCH REPEAT 2 start 5 step 3 echo $DISBATCH_REPEAT_INDEX",
            ])
            #expect(try farm.run("-t", "directives").status == 0)
            try farm.expectComplete(3)
            let found = (0..<3).map { farm.text("out_00000\($0).txt") }
            #expect(found == ["one -1\n", "5\n", "8\n"])
        }
    }

    @Test func `sweeps and tables need no file but the list and a section`() throws {
        try Farm.use { farm in
            try farm.write(
                [
                    "[scan]", "TaskList = sweep", "command = echo {a} {b}", "param.b = x, 'y z'", "[rows]",
                    "TaskList = table", "command = echo {name}",
                ], to: "own.ini")
            try farm.write(["a = 1..2"])
            #expect(try farm.run("-t", "scan").status == 0)
            #expect((0..<4).map { farm.log($0) } == ["1 x\n", "2 x\n", "1 y z\n", "2 y z\n"])
            try farm.write(["n,name", "1,\"a \"\"b\"\"\""])
            #expect(try farm.run("--fresh", "-t", "rows").status == 0)
            #expect(farm.log(0) == "a \"b\"\n")
            try farm.expectComplete(1)
        }
    }

    @Test func `a farmer that is told to stop while it reads its list makes nothing`() throws {
        try Farm.use { farm in
            try farm.write(
                [
                    "[slow]", "TaskList = athena", "jobOptions = j.py", "output = o.root", "maxEventsPerJob = 1",
                    "count = kill -TERM $PPID; sleep 0.2; echo 1 # {}",
                ], to: "own.ini")
            try farm.write(["a.root", "b.root", "c.root"])
            let ended = try farm.run("-t", "slow")
            #expect(ended.status == 75)
            #expect(ended.errors.hasSuffix("while tasks was read; nothing was made\n"), "\(ended.errors)")
            #expect(!FileManager.default.fileExists(atPath: farm.workDirectory.path))
        }
    }

    @Test func `a list that its handler refuses leaves nothing behind and says why`() throws {
        try Farm.use { farm in
            try farm.write(["a", "#DISBATCH BARRIER", "b"])
            let ended = try farm.run("-t", "directives")
            #expect(ended.status == 78)
            #expect(ended.errors.contains("tasks:2: #DISBATCH BARRIER is not supported yet"), "\(ended.errors)")
            #expect(!FileManager.default.fileExists(atPath: farm.workDirectory.path))
        }
    }

    @Test func `without -t a work directory is gone on with by the handler it was made with`() throws {
        try Farm.use { farm in
            try farm.write(["[each]", "TaskList = files", "command = echo"], to: "own.ini")
            try farm.write(["a", "b"])
            #expect(try farm.run("-t", "each").status == 0)
            try farm.append("c\n")
            #expect(try farm.run().status == 0)
            #expect(farm.log(2) == "c\n")
            // Its definition is gone: the list is not needed for what is left.
            try FileManager.default.removeItem(at: farm.folder.appending(path: "own.ini"))
            try farm.append("d\n")
            let ended = try farm.run()
            #expect(ended.status == 0)
            #expect(ended.errors.contains("each: no such task list handler"), "\(ended.errors)")
            #expect(ended.errors.contains("; going on with the tasks in "), "\(ended.errors)")
            #expect(try farm.run("-t", "each").status == 78)
            try farm.expectComplete(3)
        }
    }
}
