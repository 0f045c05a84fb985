import TaskFarmerReport
import Testing

@Suite("Timelines in part") struct TimelineSamplingTests {
    @Test(arguments: [(100, 0, 100), (60, 40, 100), (0, 0, 1), (0, 5, 5)])
    func `where there is room, all are shown`(succeeded: Int, others: Int, most: Int) {
        let sampling = TimelineSampling(succeeded: succeeded, others: others, most: most)
        #expect((0..<1000).allSatisfy { sampling.takes($0, 1, succeeded: $0 % 2 == 0) })
    }

    @Test(arguments: [(1_000_000, 10, 1000), (1_000_000, 100_000, 10_000), (10, 100_000, 1000), (5000, 5000, 100)])
    func `of many an even part is shown, and the rare ones as far as they fit`(succeeded: Int, others: Int, most: Int) {
        let sampling = TimelineSampling(succeeded: succeeded, others: others, most: most)
        var shown = (succeeded: 0, others: 0)
        for task in 0..<succeeded where sampling.takes(task, 1, succeeded: true) { shown.succeeded += 1 }
        for task in 0..<others where sampling.takes(task, 2, succeeded: false) { shown.others += 1 }
        // By chance a few more or less.
        #expect(Double(shown.succeeded + shown.others) < 1.5 * Double(most))
        #expect(shown.others == others || Double(shown.others) > 0.15 * Double(most))
        #expect(shown.succeeded == succeeded || Double(shown.succeeded) > 0.15 * Double(most))
        if others <= most / 2 { #expect(shown.others == others) }
        // The same ones at any time.
        #expect(
            (0..<100).allSatisfy { sampling.takes($0, 1, succeeded: true) == sampling.takes($0, 1, succeeded: true) })
    }
}
