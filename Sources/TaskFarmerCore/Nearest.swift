// The known word that a misspelt one was probably meant to be.

package enum Nearest {
    /// The closest of the known words, if it is close enough to be worth a suggestion.
    package static func to(_ word: String, in known: [String]) -> String? {
        // The work grows with the product of the lengths, and nobody misspells a word of that length.
        guard word.utf8.count <= longest else { return nil }
        let known = known.filter { $0.utf8.count <= longest }
        let ranked = known.map { ($0, distance(Array(word), Array($0))) }.min { $0.1 < $1.1 }
        guard let (best, edits) = ranked, edits <= max(1, word.count / 3) else {
            return known.filter { $0.hasPrefix(word) && word.count > 3 }.first
        }
        return best
    }

    private static let longest = 256

    /// Insertions, deletions, substitutions and exchanges of neighbours (Damerau and Levenshtein, restricted).
    private static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var rows = [Array(0...b.count)]
        for (i, left) in a.enumerated() {
            var row = [i + 1]
            for (j, right) in b.enumerated() {
                var best = min(row[j] + 1, rows[i][j + 1] + 1, rows[i][j] + (left == right ? 0 : 1))
                if i > 0, j > 0, left == b[j - 1], a[i - 1] == right { best = min(best, rows[i - 1][j - 1] + 1) }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}
