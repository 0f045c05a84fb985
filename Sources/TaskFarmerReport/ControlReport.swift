// What a command says that changed tasks or farmers: one line, and whether it changed anything.

package struct ControlReport: Sendable, Equatable {
    package let text: String
    package let didSomething: Bool

    /// Nothing was done at all.
    package init(nothing done: String, _ why: String) {
        didSomething = false
        text = "nothing \(done): \(why)"
    }

    /// One line like `cancelled: 3 waiting, 1 running; 2 over already`.
    ///
    /// - Parameters:
    ///   - done: what was done, as in "cancelled"
    ///   - groups: to how many of which kind
    ///   - others: how many were left as they are, and why
    package init(_ done: String, _ groups: [(count: Int, words: String)], others: [(count: Int, words: String)] = []) {
        func list(_ groups: [(count: Int, words: String)]) -> String {
            groups.filter { $0.count > 0 }.map { "\($0.count) \($0.words)" }.joined(separator: ", ")
        }
        didSomething = groups.contains { $0.count > 0 }
        let rest = list(others)
        let head = didSomething ? "\(done): \(list(groups))" : "nothing \(done)"
        text = head + (rest.isEmpty ? "" : (didSomething ? "; " : ": ") + rest)
    }
}
