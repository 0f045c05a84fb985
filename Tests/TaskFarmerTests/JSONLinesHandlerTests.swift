import TaskFarmer
import TaskFarmerCore
import Testing

struct JSONLinesHandlerTests {
    private static let kind = "TaskList = jsonl"

    @Test func `each line is a task with all that belongs to it`() throws {
        let list = """
            { "command": "echo $A", "env": {"B": null, "A": "1"} }

            {"name":"second","cwd":"/tmp","command":["ls","-l","a b"]}\r
            """
        #expect(
            try HandlerBench(Self.kind).tasks(list) == [
                #"{"command":"echo $A","env":{"A":"1","B":null}}"#,
                #"{"command":["ls","-l","a b"],"cwd":"/tmp","name":"second"}"#,
            ])
    }

    @Test func `a restart adds what was added`() throws {
        let first = "{\"command\":\"a\"}\n{\"command\":[\"b\"]}"
        try HandlerBench(Self.kind).expectRestarts(
            first, grown: first + "\n{\"command\":\"c\",\"name\":\"C\"}\n",
            edited: "{\"command\":\"A\"}\n{\"command\":[\"b\"]}\n{\"command\":\"c\",\"name\":\"C\"}\n")
    }

    @Test(arguments: [
        (
            "{\"command\":\"a\"}\n{\"command\":\"b\",\"evn\":{}}\n",
            "2: unknown field \"evn\", expected command, cwd, env, name; did you mean \"env\"?"
        ),
        ("\n[1]\n", "2: expected a JSON object"), ("{\n", "1: not valid JSON"), ("{}\n", "1: there is no \"command\""),
        (
            "{\"command\":\"a\",\"env\":{\"A\":1}}\n",
            "1: \"env\": expected an object of strings, null to take a variable away"
        ),
    ])
    func `a line that is no task is refused with its number`(list: String, message: String) throws {
        #expect(try HandlerBench(Self.kind).refused(list) == message)
    }

    @Test func `it takes no arguments`() {
        #expect(HandlerBench.complaint(Self.kind + "\ncommand = a") == "3: [x] command: jsonl takes no arguments")
    }
}
