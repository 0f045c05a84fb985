// What a task needs beside a slot while it runs.

/// What a task needs while it runs. What is not said is what the farmer's options say for all.
public struct TaskNeeds: Sendable, Hashable {
    /// Processors; from 1.
    public var cpus: Int?
    /// Memory, in bytes.
    public var memory: Int?
    /// Whole GPUs.
    public var gpus: Int?
    /// Anything else that a farmer has so many of, such as licences, by name.
    public var others: [String: Int]

    /// - Parameters:
    ///   - cpus: processors, from 1
    ///   - memory: memory, in bytes
    ///   - gpus: whole GPUs
    ///   - others: anything else that a farmer has so many of, by name
    public init(cpus: Int? = nil, memory: Int? = nil, gpus: Int? = nil, others: [String: Int] = [:]) {
        self.cpus = cpus
        self.memory = memory
        self.gpus = gpus
        self.others = others
    }

    package var isEmpty: Bool { cpus == nil && memory == nil && gpus == nil && others.isEmpty }

    /// What is not said here is as it is there.
    package func filled(from common: TaskNeeds) -> TaskNeeds {
        TaskNeeds(
            cpus: cpus ?? common.cpus, memory: memory ?? common.memory, gpus: gpus ?? common.gpus,
            others: common.others.merging(others) { $1 })
    }

    // MARK: what users write

    /// What is wrong with a text, and what was expected.
    package struct Problem: Error, Sendable, Equatable {
        package let message: String

        package init(message: String) { self.message = message }
    }

    package static let mostCPUs = 65_536
    package static let most = 1 << 40

    /// Whether a word can name an amount: letters, digits, `_`, `-` and `.`, beginning with a letter, and none of the others' names.
    package static func isName(_ word: String) -> Bool {
        let others = "_-.".utf8
        guard let first = word.utf8.first, word.utf8.count <= 64 else { return false }
        func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) }
        return isLetter(first)
            && word.utf8.allSatisfy { isLetter($0) || (48...57).contains($0) || others.contains($0) }
            && !["cpus", "mem", "gpus"].contains(word)
    }

    /// Reads words like `cpus=4`, `mem=8G`, `gpus=1`, `licence=1`.
    ///
    /// - Parameter word: one of them
    /// - Throws: what is wrong with it
    package mutating func set(_ word: String) throws(Problem) {
        let halves = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard halves.count == 2 else {
            throw Problem(message: "\(word): expected an amount such as cpus=4, mem=8G, gpus=1 or licence=1")
        }
        switch halves[0] {
        case "cpus":
            guard let count = Int(halves[1]), (1...Self.mostCPUs).contains(count) else {
                throw Problem(message: "\(word): expected a number of processors from 1 to \(Self.mostCPUs)")
            }
            cpus = count
        case "mem":
            guard let size = SizeText.bytes(halves[1]) else {
                throw Problem(message: "\(word): expected memory with a unit, like mem=512M or mem=8G")
            }
            memory = size
        case "gpus":
            guard let count = Int(halves[1]), (0...1024).contains(count) else {
                throw Problem(message: "\(word): expected a number of GPUs from 0 to 1024")
            }
            gpus = count
        case let name where Self.isName(name):
            guard let count = Int(halves[1]), (0...Self.most).contains(count) else {
                throw Problem(message: "\(word): expected a whole number")
            }
            others[name] = count
        default:
            throw Problem(
                message:
                    "\(word): \(halves[0].debugDescription) is no name of an amount; expected letters, digits, _, - and ."
            )
        }
    }

    /// `cpus=4 mem=8G licence=1`, without what is not said.
    package var text: String {
        let amounts = others.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return
            ([cpus.map { "cpus=\($0)" }, memory.map { "mem=\(SizeText.text($0))" }, gpus.map { "gpus=\($0)" }]
            .compactMap(\.self) + amounts).joined(separator: " ")
    }
}
