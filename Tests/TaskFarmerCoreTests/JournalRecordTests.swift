import TaskFarmerCore
import Testing

struct JournalRecordTests {
    @Test func `the records of a journal look as they always have`() {
        func text(_ record: JournalRecord) -> [UInt8] {
            var bytes: [UInt8] = []
            record.append(to: &bytes)
            return bytes
        }
        #expect(JournalRecord.header(farmer: "n.1").text == "taskfarmer-journal 1 n.1\n")
        let tasks = [TaskRecord(id: 3, command: utf8("./a  b")), TaskRecord(id: 4, command: [0xff], attempts: 2)]
        #expect(
            text(.claim(epoch: 5, tasks: tasks))
                == utf8("C 338d6b48 5 2 17 9d825f7d4e8ca995\n3 0 ./a  b\n4 2 ") + [0xff, 10])
        #expect(text(.claim(epoch: 5, tasks: [])) == utf8("C 3fb67080 5 0 0 ef46db3751d8e999\n"))
        #expect(text(.release(epoch: 6, tasks: [3, 4])) == utf8("R 20cdc7a4 6 3 4\n"))
        #expect(text(.void(epoch: 6)) == utf8("V 2204d1d2 6\n"))
        let running = JournalRecord.RunningTask(
            task: 3, attempt: 1, slot: 0, group: 4711, started: 1_700_000_000_000_000)
        #expect(text(.start(running)) == utf8("S c8355dd6 3 1 0 4711 1700000000000000\n"))
        #expect(text(.plan([.init(task: 3, number: 1), .init(task: 4, number: 3)])) == utf8("P 875bf73b 3 1 4 3\n"))
        let attempt = Attempt(
            task: 3, number: 1, host: "h", farmer: "f", slot: 0, started: 1_500_000, wall: 250_000, outcome: .exited(3))
        let fields = "3\t1\th\tf\t0\t1.500000\t0.250000\t0.000000\t0.000000\t0\t0\t0\t3\t-\texited\t"
        #expect(text(.end(attempt)) == utf8("E a4a8aac6 \(fields)\n"))
    }

    @Test func `a journal says what becomes of a task, and how it failed before`() throws {
        var failures = FailureCounts()
        failures[.exited] = 2
        let claimed = (0..<6).map {
            TaskRecord(id: $0, command: utf8("cmd"), attempts: $0, failures: $0 == 1 ? failures : FailureCounts())
        }
        var bytes = JournalRecord.header(farmer: "n.1")
        JournalRecord.claim(epoch: 1, tasks: claimed).append(to: &bytes)
        #expect(bytes.text.contains("\n1 1:e2 cmd\n"))
        let ends: [(Outcome, Fate)] = [
            (.exited(3), .over), (.exited(3), .again), (.exited(85), .resumed), (.interrupted, .again), (.lost, .over),
            (.interrupted, .cancelled),
        ]
        let attempts = ends.enumerated().map { task, end in
            Attempt(
                task: task, number: 3, host: "h", farmer: "f", slot: 0, started: 1, outcome: end.0, fate: end.1)
        }
        for attempt in attempts { JournalRecord.end(attempt).append(to: &bytes) }
        #expect(bytes.split(separator: 10).suffix(6).compactMap(\.first) == utf8("EBKEOD"))
        let replay = JournalReplay(bytes, epoch: 1, carried: 0)
        #expect(replay.uncarried.map(\.attempt) == attempts)
        #expect(replay.uncarried.map(\.task) == claimed)
        #expect(replay.torn == 0)
    }

    @Test func `tasks that are not to be run on are told from others until they end or are claimed anew`() {
        let tasks = (0..<4).map { TaskRecord(id: $0, command: utf8("cmd")) }
        let records: [JournalRecord] = [
            .claim(epoch: 1, tasks: tasks), .start(Life.started(0)), .cancel([0, 1, 2, 9]),
            .end(Life.ended(2, .interrupted)), .release(epoch: 2, tasks: [1]), .claim(epoch: 3, tasks: [tasks[1]]),
        ]
        let replay = JournalReplay(Life.header + records.flatMap(Life.record), epoch: 5, carried: 0)
        #expect(replay.cancelled == [0] && replay.held.map(\.id) == [0, 3, 1] && replay.torn == 0)
        #expect(replay.claimed == [0: 1, 1: 3, 2: 1, 3: 1])
    }

    @Test func `a journal says what its farmer holds, runs and has ended`() {
        let replay = JournalReplay(Life.bytes, epoch: Life.committed, carried: 0)
        // 7 was claimed in a change that was never committed, 5 in one that was given up, 4 was put back.
        // An attempt that may have been started is used up, whether its start was noted or not.
        let held = [
            TaskRecord(id: 2, command: utf8("cmd 2"), attempts: 2),
            TaskRecord(id: 6, command: utf8("cmd 6"), attempts: 1),
        ]
        #expect(replay.held == held)
        #expect(replay.running == [2: Life.started(2, attempt: 2)])
        #expect(replay.uncarried.map(\.attempt.task) == [0, 1, 2, 3])
        #expect(replay.uncarried.map(\.task) == [Life.tasks[0], Life.tasks[1], Life.tasks[2], Life.tasks[3]])
        #expect(
            replay.uncarried.map(\.attempt.outcome) == [
                .succeeded, .couldNotStart(127, reason: "no such file"), .interrupted, .signalled(9),
            ])
        #expect(replay.torn == 0)
    }

    @Test func `a journal cut anywhere says what its whole records say`() {
        let bytes = Life.bytes
        for carried in [0, Life.ends[6]] {
            for cut in 0...bytes.count {
                let replay = JournalReplay(Array(bytes[..<cut]), epoch: Life.committed, carried: carried)
                let expected = Life.expected(wholeUpTo: cut, carried: carried)
                #expect(replay.held.map(\.id) == expected.held, "cut at \(cut)")
                #expect(replay.running.keys.sorted() == expected.running, "cut at \(cut)")
                #expect(replay.uncarried.map(\.attempt.task) == expected.uncarried, "cut at \(cut)")
                let whole = Life.ends.last { $0 <= cut } ?? 0
                if cut >= Life.start { #expect(replay.torn == cut - max(whole, Life.start), "cut at \(cut)") }
                for task in replay.held { #expect(task.command == Life.tasks[task.id].command, "cut at \(cut)") }
            }
        }
    }

    @Test func `zeros that a crash left at the end of a journal are torn`() {
        let bytes = Life.bytes
        for cut in stride(from: Life.start, through: bytes.count, by: 1) {
            let kept = Array(bytes[..<cut])
            let zeros = [UInt8](repeating: 0, count: 512)
            let replay = JournalReplay(kept + zeros, epoch: Life.committed, carried: 0)
            let clean = JournalReplay(kept, epoch: Life.committed, carried: 0)
            #expect(replay.held == clean.held && replay.running == clean.running, "cut at \(cut)")
            #expect(replay.uncarried == clean.uncarried, "cut at \(cut)")
            #expect(replay.torn == clean.torn + zeros.count, "cut at \(cut)")
        }
    }

    @Test func `a claim without its whole body claims nothing, and what follows it still counts`() {
        let torn = Life.record(.claim(epoch: 2, tasks: [Life.tasks[2], Life.tasks[3]]))
        let after = Life.record(.claim(epoch: 3, tasks: [Life.tasks[4]]))
        let first = Life.record(.claim(epoch: 1, tasks: [Life.tasks[1]]))
        for index in torn.indices where torn[index] != 10 {
            var damaged = torn
            damaged[index] ^= 0x80
            let replay = JournalReplay(Life.header + first + damaged + after, epoch: 9, carried: 0)
            #expect(replay.held.map(\.id) == [1, 4], "byte \(index)")
            #expect(replay.torn == torn.count, "byte \(index)")
        }
    }

    @Test func `a command that looks like a record is only a command`() {
        let inner: [JournalRecord] = [
            .void(epoch: 1), .release(epoch: 1, tasks: [1]), .claim(epoch: 1, tasks: [Life.tasks[5]]),
            .end(Life.ended(1, .succeeded)), .start(Life.started(1)),
        ]
        let tasks =
            [Life.tasks[1]]
            + inner.enumerated().map { index, record in
                TaskRecord(id: 10 + index, command: Array(Life.record(record).prefix { $0 != 10 }))
            }
        let claim = Life.record(.claim(epoch: 1, tasks: tasks))
        let replay = JournalReplay(Life.header + claim, epoch: 1, carried: 0)
        #expect(replay.held == tasks)
        #expect(replay.running == [:])
        #expect(replay.uncarried == [])
        // Nor when the claim is torn, so that its body is looked through.
        var damaged = claim
        damaged[2] ^= 1
        let first = Life.record(.claim(epoch: 1, tasks: [Life.tasks[0]]))
        let rest = JournalReplay(Life.header + first + damaged, epoch: 1, carried: 0)
        #expect(rest.held == [Life.tasks[0]])
        #expect(rest.torn == damaged.count)
    }

    @Test func `commands keep their bytes`() {
        let commands: [[UInt8]] = [[], [32], [0xff, 0xfe], [13], utf8("  a\tb  "), utf8("7 8 9"), utf8("ü")]
        let tasks = commands.enumerated().map { TaskRecord(id: $0.offset, command: $0.element, attempts: $0.offset) }
        let bytes = Life.header + Life.record(.claim(epoch: 1, tasks: tasks))
        #expect(JournalReplay(bytes, epoch: 1, carried: 0).held == tasks)
    }

    @Test func `claims and releases of changes that were not committed do not count`() {
        let bytes =
            Life.header + Life.record(.claim(epoch: 1, tasks: [Life.tasks[1], Life.tasks[2]]))
            + Life.record(.release(epoch: 4, tasks: [1])) + Life.record(.claim(epoch: 5, tasks: [Life.tasks[3]]))
        let held = (0...5).map { JournalReplay(bytes, epoch: $0, carried: 0).held.map(\.id) }
        #expect(held == [[], [1, 2], [1, 2], [1, 2], [2], [2, 3]])
        let voided = bytes + Life.record(.void(epoch: 4)) + Life.record(.void(epoch: 5))
        #expect(JournalReplay(voided, epoch: 9, carried: 0).held.map(\.id) == [1, 2])
    }

    @Test func `an end that was carried over is not reported again`() {
        let claim = Life.header + Life.record(.claim(epoch: 1, tasks: [Life.tasks[1], Life.tasks[2], Life.tasks[3]]))
        let first = claim + Life.record(.end(Life.ended(1, .succeeded)))
        let bytes = first + Life.record(.end(Life.ended(2, .exited(1))))
        for (carried, expected) in [
            (0, [1, 2]), (claim.count, [1, 2]), (claim.count + 1, [2]), (first.count, [2]), (bytes.count, []),
        ] {
            let replay = JournalReplay(bytes, epoch: 1, carried: carried)
            #expect(replay.uncarried.map(\.attempt.task) == expected, "carried \(carried)")
            #expect(replay.held.map(\.id) == [3], "carried \(carried)")
        }
    }

    @Test func `an end that is there twice is reported once`() {
        let end = Life.record(.end(Life.ended(1, .succeeded)))
        let bytes = Life.header + Life.record(.claim(epoch: 1, tasks: [Life.tasks[1]])) + end + end
        #expect(JournalReplay(bytes, epoch: 1, carried: 0).uncarried.count == 1)
        #expect(JournalReplay(Life.header + end, epoch: 1, carried: 0).uncarried == [])
    }

    @Test func `a task that was interrupted and claimed again is held, and its first end is reported once`() {
        var again = Life.tasks[1]
        again.attempts = 1
        let first =
            Life.header + Life.record(.claim(epoch: 1, tasks: [Life.tasks[1]])) + Life.record(.start(Life.started(1)))
            + Life.record(.end(Life.ended(1, .interrupted)))
        let bytes = first + Life.record(.claim(epoch: 2, tasks: [again]))

        let before = JournalReplay(bytes, epoch: 1, carried: 0)
        #expect(before.held == [])
        #expect(before.uncarried == [JournalReplay.Ended(attempt: Life.ended(1, .interrupted), task: Life.tasks[1])])

        let after = JournalReplay(bytes, epoch: 2, carried: first.count)
        #expect(after.held == [again])
        #expect(after.running == [:])
        #expect(after.uncarried == [])

        let started = JournalReplay(
            bytes + Life.record(.start(Life.started(1, attempt: 2))), epoch: 2, carried: first.count)
        #expect(started.running == [1: Life.started(1, attempt: 2)])

        let ended =
            bytes + Life.record(.start(Life.started(1, attempt: 2))) + Life.record(.end(Life.ended(1, .succeeded)))
        let last = JournalReplay(ended, epoch: 2, carried: first.count)
        #expect(last.held == [])
        #expect(last.uncarried == [JournalReplay.Ended(attempt: Life.ended(1, .succeeded), task: again)])
    }

    @Test func `a task that was given back and claimed again is held and not running`() {
        let bytes =
            Life.header + Life.record(.claim(epoch: 1, tasks: [Life.tasks[1], Life.tasks[2]]))
            + Life.record(.start(Life.started(1))) + Life.record(.release(epoch: 2, tasks: [1]))
            + Life.record(.claim(epoch: 3, tasks: [Life.tasks[1]]))
        #expect(JournalReplay(bytes, epoch: 2, carried: 0).held.map(\.id) == [2])
        #expect(JournalReplay(bytes, epoch: 2, carried: 0).running == [:])
        #expect(JournalReplay(bytes, epoch: 3, carried: 0).held.map(\.id) == [2, 1])
        #expect(JournalReplay(bytes, epoch: 3, carried: 0).running == [:])
    }

    @Test func `a start of a task that is not held does not make it one`() {
        let bytes = Life.header + Life.record(.start(Life.started(1))) + Life.record(.release(epoch: 1, tasks: [8]))
        let replay = JournalReplay(bytes, epoch: 1, carried: 0)
        #expect(replay.held == [] && replay.running == [:] && replay.uncarried == [] && replay.torn == 0)
    }

    @Test func `a changed byte never turns one record into another`() {
        let claim = Life.record(.claim(epoch: 1, tasks: Array(Life.tasks[0...6])))
        for record: JournalRecord in [
            .release(epoch: 1, tasks: [2, 3, 4, 5]), .start(Life.started(1)), .void(epoch: 1),
            .release(epoch: 1, tasks: []),
            .end(Life.ended(1, .succeeded)), .claim(epoch: 1, tasks: [Life.tasks[7]]),
        ] {
            let without = JournalReplay(Life.header + claim, epoch: 1, carried: 0)
            let wrong = unnoticedFlips(in: Life.record(record)) { damaged in
                let replay = JournalReplay(Life.header + claim + damaged, epoch: 1, carried: 0)
                return replay.held != without.held || replay.running != without.running || replay.uncarried != []
            }
            #expect(wrong == [], "\(record)")
            var renamed = Life.record(record)
            for kind in utf8("CRVSE") where kind != renamed[0] {
                renamed[0] = kind
                let replay = JournalReplay(Life.header + claim + renamed, epoch: 1, carried: 0)
                #expect(replay.torn == renamed.count, "\(record) as \([kind].text)")
                renamed = Life.record(record)
            }
        }
    }

    @Test(arguments: [
        "C 3fb67080 5 0 0 ef46db3751d8e99", "V", "V ",
        "V 2204d1d2",
        "V 2204d1d2 ", "V 645A7CF7 6", "X 645a7cf7 6", "V  645a7cf7 6", "\0\0\0\0\0\0\0\0\0\0\0\0\0", "", "           ",
    ])
    func `a line that is no record is torn and crashes nothing`(line: String) {
        let bytes = Life.header + utf8(line + "\n") + Life.record(.claim(epoch: 1, tasks: [Life.tasks[1]]))
        let replay = JournalReplay(bytes, epoch: 1, carried: 0)
        #expect(replay.held == [Life.tasks[1]])
        #expect(replay.torn == line.utf8.count + 1)
    }

    @Test func `a claim of absurd length crashes nothing`() async {
        await #expect(processExitsWith: .success) {
            let line = "C 6ddedd9e 5 1 9223372036854775807 ef46db3751d8e999\n"
            let replay = JournalReplay(JournalRecord.header(farmer: "f") + Array(line.utf8), epoch: 9, carried: 0)
            precondition(replay.held.isEmpty)
        }
    }

    @Test func `a journal without a header, or with half of one, holds nothing`() {
        for bytes in [[], utf8("taskfarmer-jour"), Life.header, [UInt8](repeating: 0, count: 4096)] {
            let replay = JournalReplay(bytes, epoch: 9, carried: 0)
            #expect(replay.held == [] && replay.uncarried == [])
        }
    }
}
