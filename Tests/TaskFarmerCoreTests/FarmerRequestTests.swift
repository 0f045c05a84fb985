import TaskFarmerCore
import Testing

struct FarmerRequestTests {
    private static let all: [FarmerRequest] = [
        FarmerRequest(.cancel(TaskIDs([3, 4, 5, 9])), epoch: 17), FarmerRequest(.pause, epoch: 18),
        FarmerRequest(.resume, epoch: 18), FarmerRequest(.drain, epoch: 19), FarmerRequest(.stop, epoch: 20),
        FarmerRequest(.resize(12), epoch: 21),
    ]

    @Test func `what is asked is read, and read on from where it was`() {
        let bytes = Self.all.flatMap(\.encoded)
        #expect(bytes.split(separator: 10).first?.text.hasSuffix(" 17 cancel 3-5,9") == true)
        let (requests, end) = FarmerRequest.read(bytes)
        #expect(requests == Self.all && end == bytes.count)
        for cut in bytes.indices {
            let (first, end) = FarmerRequest.read(Array(bytes[..<cut]))
            #expect(first + FarmerRequest.read(Array(bytes[end...])).requests == Self.all)
        }
    }

    @Test func `a torn request is passed over once its line is ended`() {
        let torn = Array(Self.all[0].encoded.prefix(20)) + [10]
        let (requests, end) = FarmerRequest.read(torn + Self.all[1].encoded)
        #expect(requests == [Self.all[1]] && end == torn.count + Self.all[1].encoded.count)
    }

    @Test func `a changed byte is noticed`() {
        let bytes = Self.all[0].encoded
        #expect(unnoticedFlips(in: bytes) { FarmerRequest(line: $0.dropLast()[...]) != nil && $0.last == 10 } == [])
    }

    @Test func `what was claimed after the request is not meant`() {
        let request = Self.all[0]
        #expect(request.cancels(4, claimed: 17) && !request.cancels(4, claimed: 18) && !request.cancels(6, claimed: 1))
        #expect(!Self.all[1].cancels(4, claimed: 1))
    }

    @Test func `a farmer's file tells what it does and what it has heeded, where it heeds anything`() throws {
        var record = AliveRecord(
            farmer: "n.1.2", host: "n", boot: "b", processSpace: "p", process: 1, ticks: 2, slots: 2)
        #expect(AliveRecord(record.encoded)?.control == nil)
        record.control = .init(mode: .paused, heeded: 40)
        #expect(AliveRecord(record.encoded)?.control == .init(mode: .paused, heeded: 40))
        let width = record.encoded.count
        record.slots = 1
        #expect(record.encoded.count == width, "nothing of the old record may be left behind it")
        record.slots = 9
        #expect(record.encoded.count == width + 7 * 96 && AliveRecord(record.encoded)?.slots == 9)
    }
}
