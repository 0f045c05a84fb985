// What a task finds around it.

import Foundation
import Testing

struct TaskEnvironmentTests {
    @Test(arguments: ["env", "env; :"])
    func `a task finds who it is in its environment, beside what the farmer had`(command: String) throws {
        try Farm.use { farm in
            try farm.write(["true", "true", command])
            let outside = ["GREETING": "good morning", "PROC_NUMBER": "wrong", "TASKFARMER_SLOT": "wrong"]
            let farmer = try farm.farmer("-n", "1", environment: outside)
            try farmer.ends(0)
            let lines = farm.log(2).split(separator: "\n").map(String.init)
            let pairs = lines.compactMap { line in
                line.firstIndex(of: "=").map { (String(line[..<$0]), String(line[$0...].dropFirst())) }
            }
            #expect(Set(pairs.map(\.0)).count == pairs.count, "no name twice: \(lines)")
            let found = Dictionary(pairs) { $1 }
            #expect(found["PROC_NUMBER"] == "2" && found["TASKFARMER_TASK_ID"] == "2")
            #expect(found["TASKFARMER_ATTEMPT"] == "1" && found["TASKFARMER_SLOT"] == "0")
            #expect(found["TASKFARMER_WORKDIR"] == farm.workDirectory.path)
            #expect(found["TASKFARMER_FARMER"] == farm.attempts(of: 2).first?["farmer"])
            #expect(found["TASKFARMER_FARMER"]?.contains(".\(farmer.identifier).") == true)
            #expect(found["GREETING"] == "good morning")
            #expect(found["PWD"] == farm.folder.path)
        }
    }

    @Test(arguments: ["cat /proc/self/status", "cat /proc/self/status; :"])
    func `a farmer under nohup does not make its tasks deaf`(command: String) throws {
        try Farm.use { farm in
            try farm.write([command])
            let deaf = ["sh", "-c", "trap '' HUP INT QUIT TERM PIPE USR1 CHLD TSTP; exec \"$@\"", "sh"]
            #expect(try farm.call("run", "-n", "1", "tasks", under: deaf).status == 0)
            let status = Processes.statusLines(farm.log(0))
            // Signals 32 and 33 are the C library's own; no program can set or see them.
            let ignored = status["SigIgn"].flatMap { UInt64($0, radix: 16) }.map { $0 & ~(3 << 31) }
            #expect(ignored == 0, "ignored: \(status["SigIgn"] ?? "")")
            #expect(status["SigBlk"].flatMap { UInt64($0, radix: 16) } == 0, "blocked: \(status["SigBlk"] ?? "")")
        }
    }

    @Test func `a farmer that was started deaf heeds the signals to stop all the same`() throws {
        try Farm.use { farm in
            try farm.write(["echo > up; exec sleep 1000"])
            let deaf = ["sh", "-c", "trap '' HUP INT QUIT TERM; exec \"$@\"", "sh"]
            let farmer = try farm.start(["run", "-n", "1", "tasks"], under: deaf)
            try eventually("the task runs") { farm.exists("up") }
            farmer.signal(SIGTERM)
            try farmer.ends(75)
        }
    }

    @Test(arguments: ["ls -l /proc/self/fd", "ls -l /proc/self/fd; :"])
    func `a task inherits no descriptor but its three streams`(command: String) throws {
        try Farm.use { farm in
            try farm.write([command])
            let open = ["sh", "-c", "exec 5</etc/passwd 7>spill; exec \"$@\"", "sh"]
            #expect(try farm.call("run", "-n", "1", "tasks", under: open).status == 0)
            let links = farm.log(0).split(separator: "\n").filter { $0.contains(" -> ") }.map { line in
                line.split(separator: " ").suffix(3).joined(separator: " ")
            }
            let own = links.filter { !$0.contains("/proc/") }
            let log = farm.workDirectory.appending(path: "logs/log_0").path
            #expect(own == ["0 -> /dev/null", "1 -> \(log)", "2 -> \(log)"], "\(links)")
        }
    }

    @Test func `a task runs in a process group of its own, in the farmer's folder`() throws {
        try Farm.use { farm in
            try farm.write(["cat /proc/self/stat", "cat /proc/self/stat", "pwd"])
            let farmer = try farm.farmer("-n", "1")
            try farmer.ends(0)
            // PID (NAME) STATE PARENT GROUP …
            let fields = [farm.log(0), farm.log(1)].map { $0.split(separator: " ").map(String.init) }
            for field in fields {
                try #require(field.count > 5)
                #expect(field[0] == field[4] && field[3] == "\(farmer.identifier)")
            }
            #expect(fields[0][4] != fields[1][4])
            #expect(farm.log(2) == farm.folder.path + "\n")
        }
    }

    @Test func `slots are unique among running tasks and below the number of slots`() throws {
        try Farm.use { farm in
            let task = "mkdir slot.$TASKFARMER_SLOT && sleep 0.01 && rmdir slot.$TASKFARMER_SLOT; echo $TASKFARMER_SLOT"
            try farm.write(Array(repeating: task + " | grep '^[012]$'", count: 60))
            try farm.farmer("-n", "3").ends(0)
            try farm.expectComplete(60)
            #expect((0..<60).allSatisfy { ["0\n", "1\n", "2\n"].contains(farm.log($0)) })
            #expect(Set((0..<60).map { farm.log($0) }).count == 3, "all slots are used")
            #expect(try farm.names(in: ".").filter { $0.hasPrefix("slot.") } == [])
        }
    }

    @Test func `without a PATH the shell's own is used`() throws {
        try Farm.use { farm in
            try farm.write(["ls tasks", "ls tasks; :"])
            let bare = ["sh", "-c", "unset PATH; exec \"$@\"", "sh"]
            #expect(try farm.call("run", "-n", "1", "tasks", under: bare).status == 0)
            #expect(farm.log(0) == "tasks\n" && farm.log(1) == "tasks\n")
        }
    }

    @Test func `closed standard streams do not end up as a task's files`() throws {
        try Farm.use { farm in
            try farm.write(["echo fine", "ls -l /proc/self/fd"])
            let closed = ["sh", "-c", "exec \"$@\" <&- >&- 2>&-", "sh"]
            #expect(try farm.call("run", "-n", "1", "tasks", under: closed).status == 0)
            #expect(farm.log(0) == "fine\n")
            try farm.expectComplete(2)
        }
    }
}
