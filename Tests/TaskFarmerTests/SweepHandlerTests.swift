import TaskFarmer
import TaskFarmerCore
import Testing

struct SweepHandlerTests {
    private static let kind = "TaskList = sweep\n"

    @Test func `each value comes with each, the last parameter fastest`() throws {
        let bench = try HandlerBench(Self.kind + "command = sim {m} {tag}")
        #expect(
            try bench.tasks("# two\nm = 1..3\ntag=a, \"b c\"\n") == [
                "sim 1 a", "sim 1 'b c'", "sim 2 a", "sim 2 'b c'", "sim 3 a", "sim 3 'b c'",
            ])
    }

    @Test func `the handler's parameters come first, and the list's win`() throws {
        let bench = try HandlerBench(Self.kind + "command = {b} {a} {c}\nparam.b = 1,2\nparam.a = x")
        #expect(try bench.tasks("a = y, z\nc = 7\n") == ["1 y 7", "1 z 7", "2 y 7", "2 z 7"])
        #expect(bench.refused("a = 1\n").contains("names a parameter {c}"))
    }

    @Test func `zip takes the first with the first`() throws {
        let bench = try HandlerBench(Self.kind + "command = {a} {b}\nmode = zip")
        #expect(try bench.tasks("a = 1..3\nb = x, y, z\n") == ["1 x", "2 y", "3 z"])
        #expect(bench.refused("a = 1..3\nb = x, y\n") == "2: b has 2 values and a 3, expected as many for mode = zip")
    }

    @Test func `a seed's order is the same for ever`() throws {
        let list = "a = 1..3\nb = 1..2\n"
        let order = try HandlerBench(Self.kind + "command = {a}{b}\nseed = 1").tasks(list)
        #expect(order == ["21", "11", "31", "22", "32", "12"])
        #expect(try HandlerBench(Self.kind + "command = {a}{b}\nseed = 2").tasks(list) != order)
    }

    @Test func `a sweep of thousands of millions is refused only when it is counted in millions of millions`() throws {
        let bench = try HandlerBench(Self.kind + "command = {a}")
        #expect(
            bench.refused("a = 1..1048577\nb = 1..1048576\n") == "more than 2^40 combinations, expected fewer values")
        #expect(
            bench.refused("a = 1..9223372036854775806\nb = 1..9\n")
                == "more than 2^40 combinations, expected fewer values")
    }

    @Test func `a list that was changed is told of and changes nothing, also where it only grew`() throws {
        let bench = try HandlerBench(Self.kind + "command = {a} {b}\nparam.b = 1")
        let first = try bench.start(list: "a = 1..2\n")
        #expect(first.tasks == ["1 1", "2 1"])
        #expect(try bench.start().notes == [])
        let grown = try bench.start(list: "a = 1..2\nb = 1..3\n")
        #expect(grown.tasks == first.tasks)
        #expect(grown.notes.first?.contains("was edited") == true)
    }

    @Test(arguments: [
        ("", "no parameter, expected lines such as mass = 100..200 step 10"),
        ("a = 1\n7\n", "2: expected name = values, such as mass = 100..200 step 10"),
        ("a b = 1\n", "1: a b: expected a name of letters, digits, _, - and ., beginning with a letter or _"),
        ("a = 1\na = 2\n", "2: a has values in line 1 already; expected one line for each name"),
        ("aa = 1\n", "the command names a parameter {a}, there are aa; did you mean {aa}?"),
        ("a = 1,,2\n", "1: a: nothing where a value was expected; an empty value is \"\""),
    ])
    func `a list of parameters that is none is refused with its line`(list: String, message: String) throws {
        #expect(try HandlerBench(Self.kind + "command = {a}").refused(list) == message)
    }

    @Test(arguments: [
        ("command = a\nmode = zipp", "4: [x] mode: zipp: expected one of product, zip; did you mean zip?"),
        (
            "command = a\nparam.a = 1..",
            "4: [x] param.a: 1..: expected first..last or first..last step S with numbers such as 10 or 0.25 (else quote it)"
        ),
        (
            "command = a\nparam.a b = 1",
            "4: [x] param.a b: expected a name of letters, digits, _, - and ., beginning with a letter or _"
        ),
        ("command = a\nseed = x", "4: [x] seed: x: expected a whole number from 0 to 9223372036854775807"),
    ])
    func `wrong arguments are named with their line`(lines: String, message: String) {
        #expect(HandlerBench.complaint(Self.kind + lines) == message)
    }
}
