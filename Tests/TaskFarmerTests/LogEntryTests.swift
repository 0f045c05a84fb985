// The lines of a pack's index.

import TaskFarmerCore
import Testing

@Suite("Lines of an index")
struct LogEntryTests {
    private let entry = LogEntry(task: 120, attempt: 3, offset: 4096, length: 77, checksum: 0xfedc_ba98_0123_4567)

    private func line(_ entry: LogEntry) -> [UInt8] {
        var bytes: [UInt8] = []
        entry.append(to: &bytes)
        return bytes
    }

    @Test("a line is 80 bytes of text, whatever its numbers, and says what was written")
    func roundTrip() {
        #expect(String(decoding: line(entry), as: UTF8.self).hasPrefix("120 3 4096 77 fedcba9801234567 "))
        let large = LogEntry(
            task: 999_999_999_999, attempt: 999_999_999, offset: 1 << 55, length: 1 << 42, checksum: .max)
        let small = LogEntry(task: 0, attempt: 1, offset: 0, length: 1, checksum: 0)
        for entry in [entry, large, small] {
            #expect(line(entry).count == LogEntry.width)
            #expect(line(entry).last == 10)
            #expect(LogEntry(line(entry)[...]) == entry)
        }
    }

    @Test("a line that ends too early is none")
    func torn() {
        let whole = line(entry)
        for length in 0..<whole.count { #expect(LogEntry(whole[..<length]) == nil, "\(length)") }
    }

    @Test("a line that is cut and filled with zeros or blanks is none")
    func filled() {
        let whole = line(entry)
        for length in 0..<whole.count {
            #expect(LogEntry((whole[..<length] + [UInt8](repeating: 0, count: whole.count - length))[...]) == nil)
        }
        for text in ["", "1 2 3 4", "1 2 3 x 0", "1 2 3 4 g", "1 2 3 4 5 6", "-1 2 3 4 5"] {
            let bytes = Array(text.utf8)
            #expect(LogEntry((bytes + [UInt8](repeating: 32, count: 79 - bytes.count) + [10])[...]) == nil, "\(text)")
        }
    }

    @Test("the lines of tasks whose numbers begin alike are told apart")
    func taskOfLine() {
        let bytes = line(entry)
        let same = ["120", "12", "1200", "1", "20", "0"].filter { LogEntry.isOf(Array($0.utf8), bytes.span) }
        #expect(same == ["120"])
    }
}
