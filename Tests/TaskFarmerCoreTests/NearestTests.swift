import TaskFarmerCore
import Testing

struct NearestTests {
    private static let verbs = ["run", "status", "list", "log", "retry", "skip", "check", "timeline", "completion"]

    @Test(arguments: [
        ("stauts", "status"), ("statsu", "status"), ("statu", "status"), ("sttatus", "status"), ("tatus", "status"),
        ("rnu", "run"), ("run", "run"), ("runn", "run"), ("lst", "list"), ("lgo", "log"), ("chekc", "check"),
        ("retyr", "retry"), ("tmeline", "timeline"), ("time", "timeline"), ("compl", "completion"),
        ("comp", "completion"),
    ])
    func `a misspelt word is recognized`(word: String, expected: String) {
        #expect(Nearest.to(word, in: Self.verbs) == expected)
    }

    @Test(arguments: ["frobnicate", "xyz", "com", "ti", "status-of-everything", "RETRY", "äöü"])
    func `a word that is far from all others gets no suggestion`(word: String) {
        #expect(Nearest.to(word, in: Self.verbs) == nil)
    }

    @Test func `the closest word is taken, and of equals the first`() {
        #expect(Nearest.to("skim", in: ["ship", "skip", "skin"]) == "skip")
        #expect(Nearest.to("cat", in: ["car", "cap"]) == "car")
        #expect(Nearest.to("abdc", in: ["abcdef", "abcd"]) == "abcd")
    }

    @Test func `nothing is suggested where nothing is known`() {
        #expect(Nearest.to("run", in: []) == nil)
        #expect(Nearest.to("", in: Self.verbs) == nil)
        #expect(Nearest.to("run", in: [""]) == nil)
    }
}
