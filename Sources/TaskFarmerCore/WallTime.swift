// How long a job may run, as SLURM's users write it (sbatch(1), --time).

package enum WallTime {
    /// Reads `minutes`, `minutes:seconds`, `hours:minutes:seconds`, `days-hours`, `days-hours:minutes` or
    /// `days-hours:minutes:seconds`.
    ///
    /// - Returns: seconds; nil for anything else, for 0, and for more than a thousand days
    package static func seconds(_ text: String) -> Int? {
        let halves = text.split(separator: "-", omittingEmptySubsequences: false)
        guard halves.count <= 2, let last = halves.last else { return nil }
        let parts = last.split(separator: ":", omittingEmptySubsequences: false)
        let hasDays = halves.count == 2
        // Of the first part, in seconds; each further one is a sixtieth.
        var unit = hasDays ? 3600 : parts.count == 3 ? 3600 : 60
        guard parts.count <= 3, let days = hasDays ? whole(halves[0]) : 0 else { return nil }
        var total = days * 86_400
        for (place, part) in parts.enumerated() {
            guard let value = whole(part), place == 0 || value < 60 else { return nil }
            total += value * unit
            unit /= 60
        }
        return (1...86_400_000).contains(total) ? total : nil
    }

    /// Digits only, so that signs and blanks are no numbers.
    private static func whole(_ text: Substring) -> Int? {
        guard (1...6).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(text)
    }

    /// `hours:minutes:seconds`, which every scheduler with a clock reads.
    package static func clock(_ seconds: Int) -> String {
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(seconds / 3600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    }
}
