// One line of the result: a figure, what it is compared with, and what it should be.

struct Row: Sendable {
    /// Which of the benchmarks it belongs to.
    var item: Int
    var what: String
    var unit = ""
    var ours: Samples = []
    var peer: Peer?
    var target: Target?
    /// How it was measured, where that is not obvious; or why it was not.
    var note: String?
    var outcome = Outcome.measured

    struct Peer: Sendable {
        var name: String
        var samples: Samples
    }

    enum Outcome: String, Sendable {
        case measured, skipped
        case failed = "could not be run"
    }

    static func skipped(_ item: Int, _ what: String, because reason: String) -> Row {
        Row(item: item, what: what, note: reason, outcome: .skipped)
    }

    static func failed(_ item: Int, _ what: String, because reason: String) -> Row {
        Row(item: item, what: what, note: reason, outcome: .failed)
    }

    /// Ours over theirs, round by round.
    var ratio: Samples? { peer.map { ours.ratios(to: $0.samples) } }

    /// The target is for the ratio where there is one.
    var judged: Samples { ratio ?? ours }

    /// By the median; nil where there is no target or nothing was measured.
    var isMet: Bool? {
        guard outcome == .measured, !judged.isEmpty else { return nil }
        return target?.isMet(by: judged.median)
    }
}

/// The machine, by what matters here and by nothing that names it.
struct Machine: Sendable {
    var cores: Int
    var memoryKiB: Int

    var text: String {
        "\(cores) \(cores == 1 ? "core" : "cores"), \(Number.text(Double(memoryKiB) / 1048576)) GiB of memory"
    }
}
