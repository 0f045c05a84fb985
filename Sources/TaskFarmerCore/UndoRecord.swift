// `transaction`: how to take back the change that is being made. Every change is an append, a cut or an overwritten
// fixed-width field, so taking it back is: write these bytes there, and cut the file to the size it had.

package struct UndoRecord: Sendable, Equatable {
    /// One file's part.
    package struct Step: Sendable, Equatable {
        package var file: String
        package var size: Int
        package var offset: Int
        package var bytes: [UInt8]

        package init(file: String, size: Int, offset: Int = 0, bytes: [UInt8] = []) {
            self.file = file
            self.size = size
            self.offset = offset
            self.bytes = bytes
        }
    }

    package var epoch: Int
    package var writer: String
    package var steps: [Step]

    package init(epoch: Int, writer: String, steps: [Step] = []) {
        self.epoch = epoch
        self.writer = writer
        self.steps = steps
    }

    private static let title = "taskfarmer undo 1"

    package var encoded: [UInt8] {
        var body: [UInt8] = []
        for step in steps {
            body.append("restore \(step.file) \(step.size) \(step.offset) \(step.bytes.count)\n")
            body.append(contentsOf: step.bytes)
            body.append(10)
        }
        var bytes = Array("\(Self.title) \(epoch) \(writer) \(steps.count) \(body.count)\n".utf8)
        bytes.append(contentsOf: body)
        let sum = Checksum.of(bytes)
        bytes.append("checksum ")
        bytes.append(hexadecimal: sum, digits: 16)
        bytes.append(10)
        return bytes
    }

    /// nil when the bytes are not a whole record: the change it announces had not begun.
    package init?(_ bytes: [UInt8]) {
        guard let newline = bytes.firstIndex(of: 10), bytes.starts(with: (Self.title + " ").utf8) else { return nil }
        let head = bytes[..<newline].split(separator: 32)
        guard head.count == 7, let epoch = head[3].decimalValue, let count = head[5].decimalValue,
            let length = head[6].decimalValue, length <= bytes.count
        else { return nil }
        let end = newline + 1 + length
        guard bytes.count == end + 26, bytes.last == 10, bytes[end...].starts(with: "checksum ".utf8),
            bytes[(end + 9)..<(end + 25)].hexadecimalValue == Checksum.of(Array(bytes[..<end]))
        else { return nil }
        self.init(epoch: epoch, writer: head[4].text)
        var at = newline + 1
        while at < end {
            guard let stop = bytes[at..<end].firstIndex(of: 10) else { return nil }
            let fields = bytes[at..<stop].split(separator: 32)
            guard fields.count == 5, let size = fields[2].decimalValue, let offset = fields[3].decimalValue,
                let held = fields[4].decimalValue, held <= end - stop - 2
            else { return nil }
            steps.append(
                Step(
                    file: fields[1].text, size: size, offset: offset,
                    bytes: Array(bytes[(stop + 1)..<(stop + 1 + held)])))
            at = stop + 2 + held
        }
        if steps.count != count { return nil }
    }
}
