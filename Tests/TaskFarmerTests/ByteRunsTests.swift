// The few operations on bytes that are not safe by themselves, at the edges of what they may touch.

import TaskFarmerSystem
import Testing

@Suite("Runs of bytes")
struct ByteRunsTests {
    private static func lines(_ numbers: [Int], _ text: String, capacity: Int) throws -> String {
        var lines = BackwardLines(capacity: capacity)
        let bytes = Array(text.utf8)
        var hadRoom = true
        for number in numbers.reversed() { hadRoom = lines.prepend(number, bytes.span) && hadRoom }
        #expect(hadRoom)
        return String(decoding: lines.suffix(.max), as: UTF8.self)
    }

    @Test("an ID of any length is written in all its digits and leaves its neighbours whole")
    func digits() throws {
        var numbers = [0, .max]
        var power = 1
        while power <= Int.max / 10 {
            numbers += [power - 1, power, power + 1, power * 9, power * 10 - 1]
            power *= 10
        }
        numbers += (0..<2000).map { $0 * 51_973 % 1_000_003 }
        let text = try Self.lines(numbers, "echo é '12' ", capacity: 1 << 20)
        #expect(text == numbers.map { "\($0) echo é '12' \n" }.joined())
        #expect(try Self.lines(numbers, "", capacity: 1 << 20) == numbers.map { "\($0) \n" }.joined())
    }

    @Test("a line that has no room changes nothing")
    func noRoom() {
        for capacity in 0..<80 {
            var lines = BackwardLines(capacity: capacity)
            let text = Array("ab".utf8)
            var expected = ""
            while lines.prepend(.max, text.span) { expected += "\(Int.max) ab\n" }
            let (bytes, count) = (lines.suffix(.max), lines.count)
            #expect(bytes == Array(expected.utf8))
            #expect(count == bytes.count && count <= capacity)
        }
    }

    @Test("no place of a byte is missed or made up, wherever it stands")
    func places() {
        var found: [UInt32] = [7]
        for length in 0..<200 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 * $0 * 7 % 11) }
            for start in [0, 1, 31].filter({ $0 <= length }) {
                let span = bytes.span.extracting(start...)
                span.indices(of: 10, into: &found)
                #expect(found.map { Int($0) } == bytes[start...].indices.filter { bytes[$0] == 10 }.map { $0 - start })
                let first = span.firstIndex(of: 10)
                #expect(first == bytes[start...].firstIndex(of: 10).map { $0 - start })
            }
        }
        [UInt8](repeating: 10, count: 1000).span.indices(of: 10, into: &found)
        #expect(found == Array(0..<1000))
    }
}
