// Names that occur a million times, as numbers.

internal import TaskFarmerCore

struct NameTable {
    private(set) var names: [String] = []
    /// By their checksums, so that looking one up copies nothing.
    private var numbers: [UInt64: Int] = [:]

    /// - Returns: the name's number, and whether it is new
    mutating func number(of name: borrowing Span<UInt8>) -> (number: Int, isNew: Bool) {
        var sum = Checksum()
        sum.add(name)
        if let number = numbers[sum.value] { return (number, false) }
        numbers[sum.value] = names.count
        names.append(name.text)
        return (names.count - 1, true)
    }

    func number(checksum: UInt64) -> Int? { numbers[checksum] }
}
