import TaskFarmerCore
import Testing

struct HostEndTests {
    private func state(left: Int, failed: Int) -> StateRecord {
        var state = StateRecord()
        (state.tasks, state.claimed, state.failed) = (9, left, failed)
        return state
    }

    @Test func `how a host ended is not mixed up with how its farmer did`() {
        func end(_ exit: Int32?, begun: Bool, told: Bool = false, givenUp: Bool = false) -> HostEnd {
            HostEnd(exit: exit, hasBegun: begun, hasEnded: told, isGivenUp: givenUp)
        }
        for status in [0, 1, 64, 71, 74, 75, 78] as [Int32] {
            #expect(end(status, begun: true, told: true) == .ended(status))
            #expect(end(status, begun: true, told: true, givenUp: true) == .ended(status))
        }
        // What a farmer refuses it says in its own words, before it has begun.
        for status in [64, 71, 74, 78] as [Int32] {
            #expect(end(status, begun: false) == .ended(status))
            #expect(end(status, begun: true) == .ended(status))
        }
        #expect(end(255, begun: false) == .unreachable)
        #expect(end(255, begun: true) == .lost)
        #expect(end(nil, begun: true) == .lost)
        #expect(end(nil, begun: false, givenUp: true) == .givenUp)
        #expect(end(255, begun: true, givenUp: true) == .givenUp)
        #expect(end(127, begun: false) == .noProgram)
        #expect(end(126, begun: false) == .noProgram)
        #expect(end(3, begun: true) == .lost)
        #expect(end(3, begun: true, told: true) == .lost)
    }

    @Test func `what ends well without a word of a farmer's end is not taken for one`() {
        for status in [0, 1, 75] as [Int32] {
            #expect(HostEnd(exit: status, hasBegun: false, hasEnded: false, isGivenUp: false) == .noFarmer(status))
            #expect(HostEnd(exit: status, hasBegun: false, hasEnded: false, isGivenUp: true) == .givenUp)
        }
        for status in [0, 1] as [Int32] {
            #expect(HostEnd(exit: status, hasBegun: true, hasEnded: false, isGivenUp: false) == .lost)
        }
        #expect(HostEnd(exit: 75, hasBegun: true, hasEnded: false, isGivenUp: false) == .ended(75))
        #expect(HostEnd.noFarmer(0).isTrouble)
        for ends in [[.noFarmer(0)], [.noFarmer(1), .unreachable], [.noFarmer(0), .notStarted]] as [[HostEnd]] {
            #expect(HostEnd.exitStatus(ends, state: nil) == 74)
        }
        for ends in [[.lost], [.ended(0)], [.ended(1), .unreachable], [.lost, .noFarmer(0)]] as [[HostEnd]] {
            #expect(HostEnd.exitStatus(ends, state: nil) == 75)
        }
    }

    @Test func `the worst status speaks for all`() {
        let done = state(left: 0, failed: 0)
        #expect(HostEnd.exitStatus([.ended(0), .ended(78), .ended(71), .ended(74)], state: done) == 71)
        #expect(HostEnd.exitStatus([.ended(0), .ended(78), .ended(74)], state: done) == 74)
        #expect(HostEnd.exitStatus([.ended(64), .noProgram], state: done) == 78)
        #expect(HostEnd.exitStatus([.ended(64), .ended(75)], state: done) == 64)
    }

    @Test func `a lost host costs nothing when the others did all, and is no success when they did not`() {
        #expect(HostEnd.exitStatus([.ended(0), .lost, .unreachable], state: state(left: 0, failed: 0)) == 0)
        #expect(HostEnd.exitStatus([.ended(75), .ended(0)], state: state(left: 0, failed: 2)) == 1)
        #expect(HostEnd.exitStatus([.lost, .ended(75)], state: state(left: 3, failed: 2)) == 75)
        #expect(HostEnd.exitStatus([.lost], state: state(left: 1, failed: 0)) == 75)
    }

    @Test func `where no farmer told of the list, what is known decides`() {
        #expect(HostEnd.exitStatus([.unreachable, .unreachable], state: nil) == 74)
        #expect(HostEnd.exitStatus([.unreachable, .givenUp], state: nil) == 75)
        #expect(HostEnd.exitStatus([.unreachable, .ended(75)], state: nil) == 75)
        #expect(HostEnd.exitStatus([.noProgram, .notStarted], state: nil) == 78)
        #expect(HostEnd.exitStatus([.ended(78), .unreachable], state: nil) == 78)
    }

    @Test func `a farmer's lines are read back, and nothing else is taken for one`() {
        var state = StateRecord()
        (state.epoch, state.tasks, state.toprocess, state.claimed) = (7, 60, 10, 20)
        (state.finished, state.failed, state.skipped) = (15, 10, 5)
        for figures in [
            AttachedLine.Figures.now(running: 1, done: 2, failed: 3, milliRate: 4),
            .end(.init(succeeded: 1, failed: 2, retried: 3, interrupted: 4), busy: 5, slots: 6),
        ] {
            let line = AttachedLine(figures, state)
            #expect(AttachedLine(line.text) == line)
            #expect(AttachedLine(line.text)?.state == state)
            for count in 1..<line.text.count where AttachedLine(String(line.text.dropLast(count))) != nil {
                Issue.record("read without its last \(count) characters")
            }
            #expect(AttachedLine(line.text + " 1") == nil && AttachedLine(line.text + "x") == nil)
        }
        #expect(AttachedLine("taskfarmer: now 1 2 3") == nil)
        #expect(AttachedLine("taskfarmer-attached: now 1 2 3 4 5 6 7 8 9 10 -1") == nil)
    }

    @Test func `numbers that no farmer tells of are not added up`() {
        func line(_ word: String, _ numbers: [Int]) -> AttachedLine? {
            AttachedLine("taskfarmer-attached: \(word)" + numbers.map { " \($0)" }.joined())
        }
        let now = [1, 5, 4, 1, 0, 0, 0, 1, 1, 1, 1]
        for place in now.indices {
            var numbers = now
            numbers[place] = .max
            #expect(line("now", numbers) == nil)
            numbers[place] = 1 << 47
            #expect(line("now", numbers) != nil)
        }
        // A thousand slots for a year are busy for longer than any count is long.
        #expect(line("end", [1, 5, 4, 1, 0, 0, 0, 1, 1, 1, 1, 1000 * 31_536_000 * 1_000_000, 1000]) != nil)
    }
}
