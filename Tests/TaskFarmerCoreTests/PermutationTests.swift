import TaskFarmerCore
import Testing

struct PermutationTests {
    private func order(_ count: Int, seed: UInt64) -> [Int] {
        let permutation = Permutation(count: count, seed: seed)
        return (0..<count).map { permutation[$0] }
    }

    @Test(arguments: [0, 1, 2, 3, 4, 5, 7, 15, 16, 17, 63, 64, 65, 255, 256, 257, 1000, 4096, 4097, 65_536, 65_537])
    func `every index comes once`(count: Int) {
        for seed in [0, 1, .max] as [UInt64] { #expect(order(count, seed: seed).sorted() == Array(0..<count)) }
    }

    @Test func `every index of every small count comes once`() {
        for count in 0..<200 { #expect(order(count, seed: UInt64(count)).sorted() == Array(0..<count)) }
    }

    /// Whoever began a list in this order must find the same order again.
    @Test func `an order never changes`() {
        #expect(order(10, seed: 1) == [2, 6, 4, 8, 5, 7, 0, 9, 3, 1])
        #expect(order(5, seed: 42) == [2, 0, 1, 4, 3])
        #expect(order(1000, seed: 20_260_101).prefix(5) == [690, 933, 166, 711, 846])
        let large = Permutation(count: .max, seed: 7)
        #expect(
            [0, 1, .max - 1].map { large[$0] } == [
                3_260_719_444_439_355_444, 5_848_672_980_313_953_637, 533_564_626_251_970_518,
            ])
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `an order looks shuffled`(seed: UInt64) {
        let order = order(1000, seed: seed)
        let stayed = order.indices.filter { order[$0] == $0 }.count
        let rises = zip(order, order.dropFirst()).filter { $0 < $1 }.count
        let crossed = order.prefix(500).filter { $0 >= 500 }.count
        let neighbours = zip(order, order.dropFirst()).filter { abs($0 - $1) == 1 }.count
        #expect(stayed < 8 && neighbours < 12)
        #expect((440...560).contains(rises) && (200...300).contains(crossed))
    }

    @Test func `seeds give different orders`() {
        #expect(Set((0..<50).map { order(100, seed: $0) }).count == 50)
        #expect(Set((0..<100).map { order(3, seed: $0) }).count == 6)
    }
}
