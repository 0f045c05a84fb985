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
            "2: unknown field \"evn\", expected command, cpus, cwd, env, gpus, mem, name, priority, resources, time; did you mean \"env\"?"
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

    @Test func `it takes no arguments of its own`() {
        #expect(
            HandlerBench.complaint(Self.kind + "\ncommand = a")
                == "3: [x] command: jsonl has no such argument, expected one of: task.X")
    }

    @Test func `what its tasks need may be said for all of them`() throws {
        let list = "{\"command\":\"a\"}\n{\"command\":\"b\",\"cpus\":1,\"priority\":3,\"resources\":{\"seat\":2}}\n"
        let kind = Self.kind + "\ntask.cpus = 4\ntask.mem = 2G\ntask.time = 30m\ntask.seat = 1\ntask.priority = 9"
        let tasks = try HandlerBench(kind).tasks(list).map { try TaskForm.objects.task(Array($0.utf8)) }
        #expect(
            tasks.map(\.needs) == [
                TaskNeeds(cpus: 4, memory: 2 << 30, others: ["seat": 1]),
                TaskNeeds(cpus: 1, memory: 2 << 30, others: ["seat": 2]),
            ])
        #expect(tasks.map(\.expectedSeconds) == [1800, 1800] && tasks.map(\.priority) == [9, 3])
        #expect(
            HandlerBench.complaint(Self.kind + "\ntask.mem = 4000")
                == "3: [x] task.mem: mem=4000: expected memory with a unit, like mem=512M or mem=8G")
    }
}
