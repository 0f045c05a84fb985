import TaskFarmer
import TaskFarmerCore
import Testing

struct TableHandlerTests {
    private static let kind = "TaskList = table\n"
    private static func bench() throws -> HandlerBench {
        try HandlerBench(kind + "command = sim --mass {mass} -o {{{name}.root ${HOME}")
    }

    @Test func `each row fills the command, quoted, by the names of the header`() throws {
        let list = "\u{FEFF}name, mass ,other\r\na,1,x\r\n\r\n\"b, c\",\"2\"\"\",\r\n"
        #expect(
            try Self.bench().tasks(list, name: "t.csv") == [
                "sim --mass 1 -o {a.root ${HOME}", #"sim --mass '2"' -o {'b, c'.root ${HOME}"#,
            ])
    }

    @Test func `a name that ends in .tsv means tabs, and quotes are bytes there`() throws {
        #expect(
            try Self.bench().tasks("name\tmass\na \"b\"\t1,5\n", name: "t.tsv") == [
                #"sim --mass 1,5 -o {'a "b"'.root ${HOME}"#
            ])
    }

    @Test(arguments: [("semicolon", ";"), (";", ";"), ("tab", "\t"), ("|", "|"), ("bar", "|")])
    func `another delimiter`(word: String, delimiter: String) throws {
        let bench = try HandlerBench(Self.kind + "command = a {x} {y}\ndelimiter = \(word)")
        #expect(try bench.tasks("x\(delimiter)y\n1\(delimiter)2,3\n") == ["a 1 2,3"])
    }

    @Test func `an empty value stays a word, and a column of its own may be empty`() throws {
        #expect(try HandlerBench(Self.kind + "command = a {x}").tasks("x\n1\n\n2\n") == ["a 1", "a ''", "a 2"])
        #expect(try HandlerBench(Self.kind + "command = a {x}").tasks("x,y\n,1\n\n") == ["a ''"])
    }

    @Test func `a restart adds the rows that were added under the same header`() throws {
        try HandlerBench(Self.kind + "command = a {x} {y}").expectRestarts(
            "x,y\n1,2\n", grown: "x,y\n1,2\n3,4\n5,\"6\"\n", edited: "y,x\n1,2\n3,4\n5,\"6\"\n")
    }

    @Test(arguments: [
        ("name,mass\na\n", "2: 1 field, expected 2 as in the header line"),
        ("name,mass\na,1\nb,2,3\n", "3: 3 fields, expected 2 as in the header line"),
        ("name,mas\n", "1: the command names a column {mass}, the header line has name, mas; did you mean {mas}?"),
        ("name,mass,mass\n", "1: two columns are called mass, expected different names"),
        ("name,mass\n\"a,1\nb,2\n", "2: the file ends inside the quotes of field 1; expected a closing quote"),
        (
            "name,mass\na,1\"2\n",
            "2: a quote inside field 2; expected the whole field in quotes, each quote in it doubled"
        ),
        ("name,mass\na,1\n\"b\nc\",2\n", "3: a newline in column name, which a command of one line cannot hold"),
    ])
    func `a table that is not one is refused with its line`(list: String, message: String) throws {
        #expect(try Self.bench().refused(list) == message)
    }

    @Test(arguments: [
        (
            "",
            "1: [x] command: table needs it: The command, with {column} for the value in that column, quoted; {{ stands for {."
        ),
        (
            "command = a\ndelimiter = tap",
            "4: [x] delimiter: tap: expected one character other than a quote, or one of bar, comma, semicolon, tab; did you mean "
                + "tab?"
        ),
    ])
    func `wrong arguments are named with their line`(lines: String, message: String) {
        #expect(HandlerBench.complaint(Self.kind + lines) == message)
    }
}
