import TaskFarmerCore
import Testing

@Suite("Halting") struct HaltPolicyTests {
    @Test func `it is what users of GNU parallel write`() {
        for text in ["soon,fail=1", "now,fail=10%", "soon,success=5", "now,done=100%"] {
            #expect(HaltPolicy(text)?.text == text)
        }
        for text in [
            "", "never", "soon", "fail=1", "soon,fail", "soon,fail=", "soon,fail=0", "soon,fail=0%", "soon,fail=101%",
            "later,fail=1", "soon,lose=1", "soon,fail=-1", "soon,fail=1.5", "soon,fail=1,done=2", "now,fail=%",
            "soon,fail=1=2",
        ] { #expect(HaltPolicy(text) == nil, "\(text)") }
    }

    @Test func `numbers count tasks, and a share needs three of them`() throws {
        func reached(_ text: String, _ tasks: Int, _ failed: Int, _ succeeded: Int) throws -> Bool {
            try #require(HaltPolicy(text)).isReached(tasks: tasks, failed: failed, succeeded: succeeded)
        }
        #expect(try !reached("soon,fail=2", 10, 1, 9) && reached("soon,fail=2", 10, 2, 0))
        #expect(try reached("now,success=3", 10, 0, 3) && !reached("now,success=3", 10, 7, 2))
        #expect(try reached("now,done=3", 10, 1, 2))
        #expect(try !reached("soon,fail=10%", 10, 2, 0) && reached("soon,fail=10%", 10, 3, 0))
        #expect(try !reached("soon,fail=10%", 1000, 99, 0) && reached("soon,fail=10%", 1000, 100, 0))
        #expect(try !reached("soon,fail=10%", 0, 0, 0))
    }
}
