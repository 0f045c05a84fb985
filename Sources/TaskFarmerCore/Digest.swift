// XXH64 (a 64-bit checksum, as `xxhsum -H64` prints it) guards records and notices edited lists; MD5 names the lock file,
// as PyTaskFarmer does. Neither is meant to withstand an attacker.

/// A running XXH64 checksum.
///
/// Source: the xxHash specification, version 0.1.1.
package struct Checksum: Sendable {
    private static let p1: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let p2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let p3: UInt64 = 0x1656_67B1_9E37_79F9
    private static let p4: UInt64 = 0x85EB_CA77_C2B2_AE63
    private static let p5: UInt64 = 0x27D4_EB2F_1656_67C5

    private var a = p1 &+ p2
    private var b = p2
    private var c: UInt64 = 0
    private var d = 0 &- p1
    /// What does not make up a stripe of 32 bytes yet.
    private var pending = InlineArray<32, UInt8>(repeating: 0)
    private var pendingCount = 0
    private var total: UInt64 = 0

    package init() {}

    package static func of(_ bytes: [UInt8]) -> UInt64 {
        var sum = Checksum()
        sum.add(bytes.span)
        return sum.value
    }

    private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        let mixed = lane &+ word &* p2
        return (mixed << 31 | mixed >> 33) &* p1
    }

    /// Eight bytes, the first one lowest. Written out, since the compiler makes one load of it only then.
    @inline(__always)
    private static func word(_ bytes: borrowing Span<UInt8>, _ at: Int) -> UInt64 {
        let low =
            UInt64(bytes[at]) | UInt64(bytes[at + 1]) << 8 | UInt64(bytes[at + 2]) << 16 | UInt64(bytes[at + 3]) << 24
        let high =
            UInt64(bytes[at + 4]) | UInt64(bytes[at + 5]) << 8 | UInt64(bytes[at + 6]) << 16
            | UInt64(bytes[at + 7]) << 24
        return low | high << 32
    }

    @inline(__always)
    private mutating func stripe(_ bytes: borrowing Span<UInt8>) {
        a = Self.round(a, Self.word(bytes, 0))
        b = Self.round(b, Self.word(bytes, 8))
        c = Self.round(c, Self.word(bytes, 16))
        d = Self.round(d, Self.word(bytes, 24))
    }

    package mutating func add(_ bytes: borrowing Span<UInt8>) {
        total &+= UInt64(bytes.count)
        var at = 0
        if pendingCount > 0 {
            while pendingCount < 32, at < bytes.count {
                pending[pendingCount] = bytes[at]
                pendingCount += 1
                at += 1
            }
            if pendingCount < 32 { return }
            let full = pending
            stripe(full.span)
            pendingCount = 0
        }
        // One check of bounds a stripe: within it, the compiler knows the length.
        while bytes.count - at >= 32 {
            stripe(bytes.extracting(at..<at + 32))
            at += 32
        }
        while at < bytes.count {
            pending[pendingCount] = bytes[at]
            pendingCount += 1
            at += 1
        }
    }

    /// The checksum of all bytes so far.
    package var value: UInt64 {
        var hash: UInt64
        if total >= 32 {
            hash = (a << 1 | a >> 63) &+ (b << 7 | b >> 57) &+ (c << 12 | c >> 52) &+ (d << 18 | d >> 46)
            hash = (hash ^ Self.round(0, a)) &* Self.p1 &+ Self.p4
            hash = (hash ^ Self.round(0, b)) &* Self.p1 &+ Self.p4
            hash = (hash ^ Self.round(0, c)) &* Self.p1 &+ Self.p4
            hash = (hash ^ Self.round(0, d)) &* Self.p1 &+ Self.p4
        } else {
            hash = Self.p5
        }
        hash &+= total
        var at = 0
        while at + 8 <= pendingCount {
            hash ^= Self.round(0, Self.word(pending.span, at))
            hash = (hash << 27 | hash >> 37) &* Self.p1 &+ Self.p4
            at += 8
        }
        if at + 4 <= pendingCount {
            var word: UInt64 = 0
            for index in 0..<4 { word |= UInt64(pending[at + index]) << UInt64(8 * index) }
            hash ^= word &* Self.p1
            hash = (hash << 23 | hash >> 41) &* Self.p2 &+ Self.p3
            at += 4
        }
        while at < pendingCount {
            hash ^= UInt64(pending[at]) &* Self.p5
            hash = (hash << 11 | hash >> 53) &* Self.p1
            at += 1
        }
        hash = (hash ^ hash >> 33) &* Self.p2
        hash = (hash ^ hash >> 29) &* Self.p3
        return hash ^ hash >> 32
    }
}

package enum MD5 {
    private static let shifts: [UInt32] = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]

    /// floor(2^32 * |sin(i + 1)|) by RFC 1321, written out so that no libm decides it.
    private static let sines: [UInt32] = [
        0xd76a_a478, 0xe8c7_b756, 0x2420_70db, 0xc1bd_ceee, 0xf57c_0faf, 0x4787_c62a, 0xa830_4613, 0xfd46_9501,
        0x6980_98d8, 0x8b44_f7af, 0xffff_5bb1, 0x895c_d7be, 0x6b90_1122, 0xfd98_7193, 0xa679_438e, 0x49b4_0821,
        0xf61e_2562, 0xc040_b340, 0x265e_5a51, 0xe9b6_c7aa, 0xd62f_105d, 0x0244_1453, 0xd8a1_e681, 0xe7d3_fbc8,
        0x21e1_cde6, 0xc337_07d6, 0xf4d5_0d87, 0x455a_14ed, 0xa9e3_e905, 0xfcef_a3f8, 0x676f_02d9, 0x8d2a_4c8a,
        0xfffa_3942, 0x8771_f681, 0x6d9d_6122, 0xfde5_380c, 0xa4be_ea44, 0x4bde_cfa9, 0xf6bb_4b60, 0xbebf_bc70,
        0x289b_7ec6, 0xeaa1_27fa, 0xd4ef_3085, 0x0488_1d05, 0xd9d4_d039, 0xe6db_99e5, 0x1fa2_7cf8, 0xc4ac_5665,
        0xf429_2244, 0x432a_ff97, 0xab94_23a7, 0xfc93_a039, 0x655b_59c3, 0x8f0c_cc92, 0xffef_f47d, 0x8584_5dd1,
        0x6fa8_7e4f, 0xfe2c_e6e0, 0xa301_4314, 0x4e08_11a1, 0xf753_7e82, 0xbd3a_f235, 0x2ad7_d2bb, 0xeb86_d391,
    ]

    /// The digest as 32 hexadecimal digits (RFC 1321).
    package static func hexadecimal(_ message: [UInt8]) -> String {
        var bytes = message + [0x80]
        while bytes.count % 64 != 56 { bytes.append(0) }
        let bits = UInt64(message.count) &* 8
        for index in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: bits >> UInt64(8 * index))) }
        var state: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476]
        for block in stride(from: 0, to: bytes.count, by: 64) {
            let words = (0..<16).map { word in
                (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[block + word * 4 + $1]) << UInt32(8 * $1) }
            }
            var (a, b, c, d) = (state[0], state[1], state[2], state[3])
            for step in 0..<64 {
                let mixed: UInt32
                let word: Int
                switch step / 16 {
                case 0: (mixed, word) = (b & c | ~b & d, step)
                case 1: (mixed, word) = (d & b | ~d & c, (5 * step + 1) % 16)
                case 2: (mixed, word) = (b ^ c ^ d, (3 * step + 5) % 16)
                default: (mixed, word) = (c ^ (b | ~d), 7 * step % 16)
                }
                let sum = a &+ mixed &+ sines[step] &+ words[word]
                let turn = shifts[step / 16 * 4 + step % 4]
                (a, d, c, b) = (d, c, b, b &+ (sum << turn | sum >> (32 - turn)))
            }
            state = [state[0] &+ a, state[1] &+ b, state[2] &+ c, state[3] &+ d]
        }
        var text: [UInt8] = []
        for word in state {
            for index in 0..<4 { text.append(hexadecimal: UInt64(word >> UInt32(8 * index) & 255), digits: 2) }
        }
        return text.text
    }
}
