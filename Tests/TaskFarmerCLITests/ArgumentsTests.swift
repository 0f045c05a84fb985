import TaskFarmerCLI
import TaskFarmerSystem
import Testing

struct ArgumentsTests {
    private let options = [
        Option("proc", short: "n", value: "N", "slots"), Option("verbose", short: "v", "more"),
        Option("quiet", short: "q", "less"), Option("workdir", short: "w", value: "DIR", "where"),
    ]

    private func parse(_ words: [String]) throws -> Arguments {
        try Arguments(words.map { Array($0.utf8) }, options: options, command: "run")
    }

    @Test(arguments: [
        ["--proc", "3", "l"], ["--proc=3", "l"], ["-n", "3", "l"], ["-n3", "l"], ["-n=3", "l"], ["l", "-n", "3"],
        ["-vn3", "l"],
    ])
    func `every way to give a value means the same`(words: [String]) throws {
        let arguments = try parse(words)
        #expect(try arguments.number("proc", in: 1...9) == 3)
        #expect(arguments.operands == [Array("l".utf8)])
    }

    @Test func `joined flags are all seen`() throws {
        let arguments = try parse(["-vq"])
        #expect(arguments.has("verbose") && arguments.has("quiet"))
    }

    @Test func `what follows a double dash is no option`() throws {
        let arguments = try parse(["--", "--verbose", "-x"])
        #expect(arguments.operands == [Array("--verbose".utf8), Array("-x".utf8)])
        #expect(!arguments.has("verbose"))
    }

    @Test func `a single dash is an operand`() throws {
        #expect(try parse(["-"]).operands == [Array("-".utf8)])
    }

    @Test func `a value may begin with a dash or be empty`() throws {
        #expect(try parse(["--workdir", "-x"]).text("workdir") == "-x")
        #expect(try parse(["--workdir="]).text("workdir") == "")
    }

    @Test func `bytes that are not UTF-8 reach a path unchanged`() throws {
        let name: [UInt8] = [0x2F, 0xFF, 0xFE]
        let arguments = try Arguments([Array("-w".utf8), name], options: options, command: "run")
        #expect(arguments.path("workdir")?.bytes == name)
    }

    @Test func `a misspelt option names the nearest`() {
        #expect(throws: UsageError(message: "unknown option --prco; did you mean --proc?")) {
            try parse(["--prco", "3"])
        }
        #expect(throws: UsageError(message: "unknown option --zzzzzzz")) { try parse(["--zzzzzzz"]) }
        #expect(throws: UsageError(message: "unknown option -x; see taskfarmer run --help")) { try parse(["-x"]) }
    }

    @Test func `a missing or needless value is refused`() {
        #expect(throws: UsageError(message: "--proc needs a value; see taskfarmer run --help")) {
            try parse(["--proc"])
        }
        #expect(throws: UsageError(message: "--verbose takes no value")) { try parse(["--verbose=1"]) }
    }

    @Test(arguments: ["0", "10", "x", "", "1.5", "99999999999999999999"])
    func `a number out of bounds is refused`(text: String) throws {
        let arguments = try parse(["-n", text])
        #expect(throws: UsageError(message: "--proc \(text): expected a whole number from 1 to 9")) {
            try arguments.number("proc", in: 1...9)
        }
    }

    @Test(arguments: ["0", "-1", "nan", "inf", "x"])
    func `a time that is none is refused`(text: String) throws {
        let arguments = try parse(["--proc", text])
        #expect(throws: UsageError.self) { try arguments.seconds("proc") }
    }

    @Test func `seconds may have decimals`() throws {
        #expect(try parse(["--proc", "1.5"]).seconds("proc") == 1_500_000_000)
    }
}
