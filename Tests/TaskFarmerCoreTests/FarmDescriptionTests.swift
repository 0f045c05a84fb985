import TaskFarmerCore
import Testing

struct FarmDescriptionTests {
    @Test func `farm json looks as it always has`() {
        #expect(
            Self.farm.encoded.text == """
                {
                  "format": "taskfarmer",
                  "version": 4,
                  "created": 1700000000123456,
                  "list": "/home/a \\"b\\"/list.txt",
                  "handler": "default",
                  "lock": "lock_0cc175b9c0f1b6a831c399e269772661",
                  "nonce": "0123456789abcdef0123456789abcdef",
                  "logs": "flat"
                }

                """)
    }

    @Test func `what is written is read, and is JSON`() throws {
        var farm = Self.farm
        #expect(try FarmDescription(farm.encoded) == farm)
        farm.list = "tab\t newline\n backslash \\ ünïcode 😀 \u{7f}\u{0} \u{FFFD}"
        farm.logs = .folders
        farm.created = 0
        farm.order = "random:7"
        #expect(try FarmDescription(farm.encoded) == farm)
        var syntax = JSONSyntax()
        syntax.add(farm.encoded)
        #expect(syntax.isWhole)
    }

    @Test(arguments: [0, 5, 99, -1])
    func `a directory of another version is named as such, whatever else it says`(version: Int) {
        #expect(throws: FarmDescription.Problem.unknownVersion(version)) {
            try FarmDescription(utf8(#"{"format":"taskfarmer","version":\#(version),"new":{"thing":[1]}}"#))
        }
        var farm = Self.farm
        farm.version = version
        #expect(throws: FarmDescription.Problem.unknownVersion(version)) { try FarmDescription(farm.encoded) }
    }

    @Test(arguments: [1, 2, 3, 4])
    func `a directory of every version up to now is read, and stays of its version`(version: Int) throws {
        var farm = Self.farm
        farm.version = version
        let read = try FarmDescription(farm.encoded)
        #expect(read == farm)
        #expect(read.namesJobs == (version >= 3))
        #expect(read.countsFailures == (version >= 4))
    }

    @Test(arguments: [
        "", "\0\0\0\0", "{}", "[]", "null", "1", "nonsense", #"{"format":"taskfarmer"}"#, #"{"version":1}"#,
        #"{"format":"pytaskfarmer","version":1}"#, #"{"format":"taskfarmer","version":"1"}"#,
        #"{"format":"taskfarmer","version":1}"#, #"{"format":"taskfarmer","version":1e40}"#,
    ])
    func `what is no farm json is refused and nothing is made up for it`(text: String) {
        #expect(throws: FarmDescription.Problem.notReadable) { try FarmDescription(utf8(text)) }
    }

    @Test func `a farm json cut anywhere is refused`() {
        let bytes = Array(Self.farm.encoded.dropLast())
        #expect(unnoticedCuts(of: bytes) { (try? FarmDescription($0)) != nil } == [])
    }

    @Test(arguments: ["format", "version", "created", "list", "handler", "lock", "nonce", "logs"])
    func `a farm json that lacks a field is refused`(field: String) {
        let text = Self.farm.encoded.text
        let changed = text.split(separator: "\n").map { $0.contains("\"\(field)\":") ? "  \"other\": 0," : $0 }.joined(
            separator: "\n"
        )
        .replacing("0,\n}", with: "0\n}")
        #expect(throws: FarmDescription.Problem.notReadable) { try FarmDescription(utf8(changed)) }
    }

    @Test func `bytes that are not UTF-8 are refused and not replaced`() throws {
        var bytes = Self.farm.encoded
        let place = try #require(bytes.firstRange(of: utf8("home"))).lowerBound
        bytes[place] = 0xff
        #expect(throws: FarmDescription.Problem.notReadable) { try FarmDescription(bytes) }
    }

    @Test func `an unknown layout of logs is refused`() {
        let text = Self.farm.encoded.text.replacing("flat", with: "tree")
        #expect(throws: FarmDescription.Problem.notReadable) { try FarmDescription(utf8(text)) }
    }

    @Test(arguments: [
        (0, "0000"), (7, "0000"), (999, "0000"), (1000, "0001"), (12_345, "0012"), (9_999_999, "9999"),
        (10_000_000, "10000"), (123_456_789, "123456"),
    ])
    func `a task's log lies where it is looked for`(task: Int, folder: String) {
        var farm = Self.farm
        #expect(farm.logName(task) == (nil, "log_\(task)"))
        farm.logs = .folders
        #expect(farm.logName(task) == (folder, "log_\(task)"))
    }

    private static let farm = FarmDescription(
        created: 1_700_000_000_123_456, list: "/home/a \"b\"/list.txt", handler: "default",
        lock: "lock_0cc175b9c0f1b6a831c399e269772661", nonce: "0123456789abcdef0123456789abcdef", logs: .flat)
}
