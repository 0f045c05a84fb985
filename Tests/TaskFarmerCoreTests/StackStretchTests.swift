import TaskFarmerCore
import Testing

/// A stack in memory, on which plans are carried out as a change does.
private struct Stack {
    var bytes: [UInt8]
    var requeued: [RequeuedEntry] = []
    var marks: [PriorityMark] = []

    init(_ ids: [Int]) { bytes = utf8(ids.reversed().map { "\($0) echo \($0 * $0)\n" }.joined()) }

    var lines: [(offset: Int, id: Int)] {
        var at = 0
        return bytes.split(separator: 10).map { line in
            defer { at += line.count + 1 }
            return (at, StackStretch.id(line) ?? -1)
        }
    }
    /// As they will be taken.
    var ids: [Int] { lines.map(\.id).reversed() }
    var priorities: [Int: Int] {
        Dictionary(
            uniqueKeysWithValues: lines.map { line in
                (line.id, marks.last { $0.offset <= line.offset }?.priority ?? 0)
            })
    }

    mutating func requeue(_ id: Int, _ attempts: Int) {
        for line in lines where line.id == id {
            requeued.append(RequeuedEntry(offset: line.offset, task: id, attempts: attempts))
        }
        requeued.sort { $0.offset < $1.offset }
    }

    func stretch(from base: Int) -> StackStretch? {
        let above = requeued.filter { $0.offset >= base }
        return StackStretch(
            base: base, bytes: Array(bytes[base...]),
            requeued: Dictionary(uniqueKeysWithValues: above.map { ($0.task, $0) }), marks: marks)
    }

    mutating func apply(_ plan: StackStretch.Plan, from base: Int) {
        bytes = Array(bytes[..<base]) + plan.bytes
        requeued = requeued.filter { $0.offset < base } + plan.requeued
        marks = marks.filter { $0.offset < base } + plan.marks
    }

    private func deepest(_ ids: TaskIDs) -> Int { lines.first { ids.contains($0.id) }?.offset ?? bytes.count }

    mutating func remove(_ ids: TaskIDs) throws -> [TaskRecord] {
        let base = deepest(ids)
        let (plan, tasks) = try #require(stretch(from: base)).without(ids)
        apply(plan, from: base)
        return tasks
    }

    mutating func move(_ ids: TaskIDs, to priority: Int) throws -> Int {
        let base = min(deepest(ids), StackStretch.place(of: priority, in: marks, size: bytes.count))
        let (plan, moved, _) = try #require(stretch(from: base)).moving(ids, to: priority)
        if let plan { apply(plan, from: base) }
        return moved
    }

    /// Each mark is at a line, and each requeued task where its entry says.
    var isWhole: Bool {
        let starts = Set(lines.map(\.offset))
        return marks.allSatisfy { starts.contains($0.offset) }
            && PriorityMark.all(marks.flatMap(\.encoded)) == marks
            && requeued.allSatisfy { entry in lines.contains { $0.offset == entry.offset && $0.id == entry.task } }
            && zip(requeued, requeued.dropFirst()).allSatisfy { $0.offset < $1.offset }
    }
}

struct StackStretchTests {
    @Test func `tasks are taken out, and the others keep their order and what is known of them`() throws {
        var stack = Stack(Array(0..<12))
        stack.requeue(3, 2)
        stack.requeue(10, 1)
        let tasks = try stack.remove(TaskIDs([3, 4, 9]))
        #expect(tasks.map(\.id) == [3, 4, 9] && tasks.map(\.attempts) == [2, 0, 0])
        #expect(tasks.map(\.command) == [utf8("echo 9"), utf8("echo 16"), utf8("echo 81")])
        #expect(stack.ids == [0, 1, 2, 5, 6, 7, 8, 10, 11])
        #expect(stack.requeued.map(\.task) == [10] && stack.isWhole)
    }

    @Test func `tasks with a priority come before those with less, and behind those that have it`() throws {
        var stack = Stack(Array(0..<8))
        #expect(try stack.move(TaskIDs([6]), to: 5) == 1)
        #expect(try stack.move(TaskIDs([3, 7]), to: 5) == 2)
        #expect(stack.ids == [6, 3, 7, 0, 1, 2, 4, 5])
        #expect(try stack.move(TaskIDs([0]), to: -1) == 1)
        #expect(try stack.move(TaskIDs([5]), to: 9) == 1)
        #expect(stack.ids == [5, 6, 3, 7, 1, 2, 4, 0])
        #expect(stack.marks.map(\.priority) == [-1, 0, 5, 9] && stack.isWhole)
        #expect(try stack.move(TaskIDs([3]), to: 5) == 0, "it has that already")
        #expect(try stack.move(TaskIDs([6]), to: 0) == 1)
        #expect(stack.ids == [5, 3, 7, 1, 2, 4, 6, 0] && stack.isWhole)
    }

    @Test func `any moves leave every task with the priority that it was given last`() throws {
        let seed = UInt64.random(in: 1...UInt64.max)
        var random = seed
        func next(_ bound: Int) -> Int {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(random >> 33) % bound
        }
        for _ in 0..<40 {
            var stack = Stack(Array(0..<15))
            for id in 0..<15 where next(3) == 0 { stack.requeue(id, 1 + next(9)) }
            let counts = Dictionary(uniqueKeysWithValues: stack.requeued.map { ($0.task, $0.attempts) })
            var expected = stack.priorities
            for _ in 0..<20 {
                let ids = (0..<15).filter { _ in next(4) == 0 }
                if next(5) == 0 {
                    let tasks = try stack.remove(TaskIDs(ids))
                    for task in tasks { #expect(task.attempts == counts[task.id] ?? 0, "seed \(seed)") }
                    for id in ids { expected[id] = nil }
                } else {
                    let priority = next(7) - 3
                    _ = try stack.move(TaskIDs(ids), to: priority)
                    for id in ids where expected[id] != nil { expected[id] = priority }
                }
                #expect(stack.priorities == expected, "seed \(seed)")
                #expect(stack.ids.map { expected[$0] ?? 99 } == stack.ids.map { expected[$0] ?? 99 }.sorted(by: >))
                #expect(stack.isWhole, "seed \(seed)")
            }
        }
    }

    @Test func `a line that is none is noticed`() {
        #expect(StackStretch(base: 0, bytes: utf8("3 a\nx\n"), requeued: [:], marks: []) == nil)
        #expect(StackStretch(base: 0, bytes: utf8("3 a\n4 b"), requeued: [:], marks: []) == nil)
    }

    @Test func `a mark looks as it does in the file, and marks that do not ascend are none`() {
        let mark = PriorityMark(offset: 120, priority: -3)
        #expect(mark.encoded.text == "120 -3" + String(repeating: " ", count: 25) + "\n")
        #expect(PriorityMark(mark.encoded[...]) == mark)
        let largest = PriorityMark(offset: 1 << 59, priority: -1_000_000)
        #expect(largest.encoded.count == PriorityMark.width && PriorityMark(largest.encoded[...]) == largest)
        let next = PriorityMark(offset: 130, priority: 0)
        #expect(PriorityMark.all(mark.encoded + next.encoded) == [mark, next])
        #expect(PriorityMark.all(next.encoded + mark.encoded) == nil)
        #expect(PriorityMark.all(mark.encoded + PriorityMark(offset: 130, priority: -3).encoded) == nil)
        #expect(PriorityMark.all(Array(mark.encoded.dropLast())) == nil)
    }

    @Test func `a held task keeps its attempts and failures`() throws {
        var task = TaskRecord(id: 7, command: utf8("echo a b"), attempts: 3)
        task.failures[.exited] = 2
        var bytes: [UInt8] = []
        task.appendWholeLine(to: &bytes)
        #expect(bytes.text == "7 3:e2 echo a b\n")
        #expect(TaskRecord(wholeLine: bytes.dropLast()) == task)
        #expect(TaskRecord(wholeLine: utf8("7 echo a b")[...]) == nil)
    }
}
