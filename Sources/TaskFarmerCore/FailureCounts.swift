// How a task's earlier attempts ended, as far as retrying needs it: a count for each way, up to 255, in one word, so that
// millions of tasks carry it at no cost.

/// The ways in which an attempt ends without success.
package enum FailureKind: UInt8, Sendable, CaseIterable {
    case exited, signalled, timedOut, couldNotStart, outputLost, interrupted, lost, outOfMemory

    /// What stands for it where counts are written.
    package var letter: UInt8 { Array("estcoilm".utf8)[Int(rawValue)] }

    package init?(letter: UInt8) {
        guard let place = Array("estcoilm".utf8).firstIndex(of: letter) else { return nil }
        self.init(rawValue: UInt8(place))
    }
}

/// How many attempts ended in each of these ways.
package struct FailureCounts: Sendable, Equatable {
    private var packed: UInt64 = 0
    private static let most = 255

    package init() {}

    package var isEmpty: Bool { packed == 0 }

    package subscript(_ kind: FailureKind) -> Int {
        get { Int(packed >> (8 * UInt64(kind.rawValue)) & 255) }
        set {
            let shift = 8 * UInt64(kind.rawValue)
            packed = packed & ~(255 << shift) | UInt64(max(0, min(Self.most, newValue))) << shift
        }
    }

    /// Like `e2l1`: two that exited, one that was lost. Numbers are at most `limit`.
    package func text(atMost limit: Int = Self.most) -> [UInt8] {
        var bytes: [UInt8] = []
        for kind in FailureKind.allCases where self[kind] > 0 {
            bytes.append(kind.letter)
            bytes.append(decimal: min(limit, self[kind]))
        }
        return bytes
    }

    /// The longest of these texts that is no longer than so many bytes; large counts are lowered for that.
    package func text(within room: Int) -> [UInt8]? {
        [Self.most, 99, 9].lazy.map { text(atMost: $0) }.first { $0.count <= room }
    }

    /// nil when it is not of its form.
    package init?(_ text: ArraySlice<UInt8>) {
        var rest = text
        while let first = rest.first {
            guard let kind = FailureKind(letter: first), self[kind] == 0 else { return nil }
            let digits = rest.dropFirst().prefix { (48...57).contains($0) }
            guard let count = digits.decimalValue, (1...Self.most).contains(count) else { return nil }
            self[kind] = count
            rest = rest[digits.endIndex...]
        }
    }
}

extension Outcome {
    /// nil for success.
    package var failure: FailureKind? {
        switch self {
        case .succeeded: nil
        case .exited: .exited
        case .signalled: .signalled
        case .timedOut: .timedOut
        case .couldNotStart: .couldNotStart
        case .outputLost: .outputLost
        case .interrupted: .interrupted
        case .lost: .lost
        case .outOfMemory: .outOfMemory
        }
    }
}
