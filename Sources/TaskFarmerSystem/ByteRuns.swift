// Finding and copying runs of bytes many at a time, as the standard library does not.

internal import CTaskFarmer
internal import Glibc

extension Span where Element == UInt8 {
    /// Where a byte comes first; nil where it does not come.
    package func firstIndex(of byte: UInt8) -> Int? {
        unsafe withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress, let found = unsafe memchr(base, Int32(byte), buffer.count)
            else { return nil }
            return unsafe UnsafeRawPointer(found) - base
        }
    }

    /// Every index of a byte, rising, in place of what `found` held; at most 4 GiB are looked at.
    package func indices(of byte: UInt8, into found: inout [UInt32]) {
        found.removeAll(keepingCapacity: true)
        if isEmpty { return }
        unsafe withUnsafeBufferPointer { bytes in
            found.append(addingCapacity: bytes.count) { output in
                unsafe output.withUnsafeMutableBufferPointer { room, filled in
                    guard let from = bytes.baseAddress, let to = room.baseAddress else { return }
                    filled = unsafe tf_find_all(from, bytes.count, byte, to)
                }
            }
        }
    }
}

/// Lines `number text`, put together from the last one to the first.
@safe package struct BackwardLines: ~Copyable {
    private let room: UnsafeMutableBufferPointer<UInt8>
    private var start: Int

    package init(capacity: Int) {
        unsafe room = .allocate(capacity: capacity)
        start = capacity
    }

    deinit { unsafe room.deallocate() }

    /// How many bytes there are.
    package var count: Int { unsafe room.count - start }

    /// The last bytes, at most as many.
    package func suffix(_ length: Int) -> [UInt8] { unsafe [UInt8](room[start...].suffix(length)) }

    /// Puts a line before all others.
    ///
    /// - Parameters:
    ///   - number: not negative
    ///   - text: without newline
    /// - Returns: whether there was room for it
    package mutating func prepend(_ number: Int, _ text: borrowing Span<UInt8>) -> Bool {
        precondition(number >= 0)
        guard text.count <= start - 26, let base = unsafe room.baseAddress else { return false }
        var at = start - text.count - 2
        unsafe text.withUnsafeBufferPointer { source in
            if let from = source.baseAddress { unsafe memcpy(base + (at + 1), from, source.count) }
        }
        unsafe base[start - 1] = 10
        unsafe base[at] = 32
        var rest = UInt64(number)
        while rest >= 100_000_000 {
            at -= 8
            unsafe UnsafeMutableRawPointer(base + at).storeBytes(
                of: Self.digits(rest % 100_000_000) | Self.zeros, as: UInt64.self)
            rest /= 100_000_000
        }
        // What stands before the first digit is written over by the line that comes before this one.
        let digits = Self.digits(rest)
        unsafe UnsafeMutableRawPointer(base + (at - 8)).storeBytes(of: digits | Self.zeros, as: UInt64.self)
        at -= 8 - min(7, digits.trailingZeroBitCount / 8)
        start = at
        return true
    }

    private static let zeros: UInt64 = 0x3030_3030_3030_3030

    /// The eight digits of a number below 10^8, the first one lowest: halves, quarters and digits are split off side by side.
    private static func digits(_ number: UInt64) -> UInt64 {
        let halves = number / 10_000 | (number % 10_000) << 32
        let hundreds = (halves &* 10_486) >> 20 & 0x0000_007f_0000_007f
        let quarters = hundreds | (halves &- hundreds &* 100) << 16
        let tens = (quarters &* 103) >> 10 & 0x000f_000f_000f_000f
        return tens | (quarters &- tens &* 10) << 8
    }

    /// Writes the lines so that they end at an offset of a file, and forgets them.
    package mutating func write(to file: borrowing Descriptor, endingAt end: Int) throws(SystemError) {
        try unsafe file.write(room.span.extracting(start...), at: end - count)
        start = unsafe room.count
    }
}

/// Lines that are handed from one thread to another. Unchecked: one of them has it at a time.
package final class LinesBox: @unchecked Sendable {
    package var lines: BackwardLines
    package init(capacity: Int) { lines = BackwardLines(capacity: capacity) }
}
