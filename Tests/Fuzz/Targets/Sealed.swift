// Records carry checksums, which no fuzzer guesses. Here any bytes get the checksums that they need to be looked into.

internal import TaskFarmerCore

enum Sealed {
    /// Lines `K content` with their checksums. The lines after `C epoch` that begin with a blank are its tasks.
    static func journal(_ bytes: [UInt8]) -> [UInt8] {
        var file: [UInt8] = []
        let lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
        var index = 0
        while index < lines.count {
            let line = lines[index]
            index += 1
            guard let kind = line.first else { continue }
            var content = Array(line.dropFirst(2))
            var body: [UInt8] = []
            if kind == UInt8(ascii: "C") {
                let first = index
                while index < lines.count, lines[index].first == 32 {
                    body += lines[index].dropFirst()
                    body.append(10)
                    index += 1
                }
                content += Array(" \(index - first) \(body.count) ".utf8)
                content.append(hexadecimal: Checksum.of(body), digits: 16)
            }
            file += [kind, 32]
            file.append(hexadecimal: Checksum.of([kind] + content) & 0xffff_ffff, digits: 8)
            file += [32] + content + [10] + body
        }
        return file
    }

    /// A line of a fixed width.
    static func line(_ bytes: [UInt8], width: Int) -> [UInt8] {
        let part = bytes.prefix(width - 1)
        return Array(part) + [UInt8](repeating: 32, count: width - 1 - part.count) + [10]
    }

    /// Lines after the title of `state`.
    static func state(_ bytes: [UInt8]) -> [UInt8] {
        let isOld = !bytes.text.contains("\nbytes held")
        let width = isOld ? StateRecord.oldWidth : StateRecord.width
        var file = Array("taskfarmer state \(isOld ? 1 : 2)\n".utf8) + bytes.prefix(width - 41 - 19)
        file += [UInt8](repeating: 32, count: width - 41 - file.count)
        let sum = Checksum.of(file)
        file.append("checksum                ")
        file.append(hexadecimal: sum, digits: 16)
        return file + [10]
    }

    static func roster(_ bytes: [UInt8]) -> [UInt8] {
        var file = Array(bytes.prefix(RosterEntry.width - 18)) + [32]
        file.append(hexadecimal: Checksum.of(file), digits: 16)
        return line(file, width: RosterEntry.width)
    }

    /// The epoch, the writer and the count in the first line, then the steps.
    static func undo(_ bytes: [UInt8]) -> [UInt8] {
        let end = bytes.firstIndex(of: 10) ?? bytes.count
        let body = Array(bytes[end...].dropFirst())
        var file = Array("taskfarmer undo 1 ".utf8) + bytes[..<end] + Array(" \(body.count)\n".utf8) + body
        let sum = Checksum.of(file)
        file.append("checksum ")
        file.append(hexadecimal: sum, digits: 16)
        return file + [10]
    }

    /// Lines of a fixed width.
    static func lines(_ bytes: [UInt8], width: Int) -> [UInt8] {
        bytes.split(separator: 10).flatMap { line(Array($0), width: width) }
    }

    /// Requests that a farmer believes.
    static func requests(_ bytes: [UInt8]) -> [UInt8] {
        bytes.split(separator: 10).flatMap { line in
            var file: [UInt8] = []
            file.append(hexadecimal: Checksum.of(Array(line)) & 0xffff_ffff, digits: 8)
            return file + [32] + line + [10]
        }
    }

    /// A farmer's own file up to where its outlook begins.
    static let attended = alive(Array("n.1.2 n b 1 1 2 3 0 0 0 0 working 0\n".utf8))

    static func outlook(_ bytes: [UInt8]) -> [UInt8] {
        // A line of a checksum would end it.
        var file = Array(
            bytes.split(separator: 10).filter { !$0.starts(with: "checksum ".utf8) }.joined(separator: [10]))
        file.append(10)
        let sum = Checksum.of(Array(file.drop { $0 == 10 }))
        file.append("checksum ")
        file.append(hexadecimal: sum, digits: 16)
        return file + [10]
    }

    static func alive(_ bytes: [UInt8]) -> [UInt8] {
        var file = Array("taskfarmer-alive 1 ".utf8) + bytes
        if file.last != 10 { file.append(10) }
        let sum = Checksum.of(file)
        file.append("checksum ")
        file.append(hexadecimal: sum, digits: 16)
        return file + [10]
    }
}
