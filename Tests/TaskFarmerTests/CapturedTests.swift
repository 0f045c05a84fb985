import TaskFarmerSystem
import Testing

struct CapturedTests {
    private static let hour = 3_600_000_000_000

    @Test func `a command that ends is not cut off, and what it printed is kept`() throws {
        let wakeup = try Wakeup()
        let ended = try Captured.run(
            Array("echo out; echo err >&2; exit 3".utf8), limit: Self.hour, interruption: wakeup.descriptor)
        #expect(!ended.isCutOff && ended.end.exit == 3)
        #expect(ended.output == Array("out\n".utf8) && ended.errors == Array("err\n".utf8))
    }

    @Test func `a command that hangs is ended when its time is up, or when somebody says so`() throws {
        let late = try Captured.run(Array("echo out; exec sleep 1000".utf8), limit: 1)
        #expect(late.isCutOff && late.end.signal == 9)
        let wakeup = try Wakeup()
        wakeup.signal()
        let told = try Captured.run(Array("sleep 1000; true".utf8), interruption: wakeup.descriptor)
        #expect(told.isCutOff && told.end.signal == 9)
    }
}
