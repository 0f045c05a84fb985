import TaskFarmer
import TaskFarmerCore
import Testing

struct DirectivesHandlerTests {
    private static let kind = "TaskList = directives\n"

    private static func shown(_ tasks: [String]) throws -> [String] {
        try tasks.map { line in
            let task = try TaskForm.objects.task(Array(line.utf8))
            let numbers = ["TASKID", "REPEAT_INDEX", "STREAM_INDEX"].map { name in
                task.environment.first { $0.name == "DISBATCH_\(name)" }?.value?.text ?? "?"
            }
            return numbers.joined(separator: " ") + ": " + (task.arguments?.last?.text ?? "")
        }
    }

    private static let list = """
        # a list
        a 1
        #DISBATCH PREFIX ( cd x ;\u{20}
        #DISBATCH SUFFIX  ) &> ${DISBATCH_TASKID}.log
        b
        #DISBATCH REPEAT 3 start 10 step 5 c
        #DISBATCH PREFIX\u{20}
        #DISBATCH REPEAT 2

        """

    @Test func `prefix, suffix and repeat make the tasks that disBatch makes`() throws {
        let suffix = " ) &> ${DISBATCH_TASKID}.log"
        #expect(
            try Self.shown(try HandlerBench(Self.kind).tasks(Self.list)) == [
                "0 -1 2: a 1", "1 -1 5: ( cd x ; b\(suffix)", "2 10 6: ( cd x ; c\(suffix)",
                "3 15 6: ( cd x ; c\(suffix)",
                "4 20 6: ( cd x ; c\(suffix)", "5 0 8: \(suffix)", "6 1 8: \(suffix)",
            ])
    }

    @Test func `lines of our own say what the tasks after them need`() throws {
        let list = "a\n#TASKFARMER cpus=4 time=10m seat=1\nb\n#TASKFARMER priority=2\nc\n#TASKFARMER\nd\n"
        let tasks = try HandlerBench(Self.kind).tasks(list).map { try TaskForm.objects.task(Array($0.utf8)) }
        #expect(tasks.map(\.needs) == [TaskNeeds(), TaskNeeds(cpus: 4, others: ["seat": 1]), TaskNeeds(), TaskNeeds()])
        #expect(tasks.map(\.expectedSeconds) == [nil, 600, nil, nil] && tasks.map(\.priority) == [0, 0, 2, 0])
        #expect(
            try HandlerBench(Self.kind).refused("a\n#TASKFARMER cpu\n")
                == "2: #TASKFARMER cpu: expected an amount such as cpus=4, mem=8G, gpus=1 or licence=1")
    }

    @Test func `a task sees disBatch's variables and is run by bash`() throws {
        let found = try HandlerBench(Self.kind).tasks("a\n", name: "my list")
        let names = try TaskForm.objects.task(Array((found.first ?? "").utf8))
        #expect(names.arguments?.map(\.text) == ["/bin/bash", "-c", "a"])
        let environment = names.environment.map { "\($0.name)=\($0.value?.text ?? "")" }.sorted()
        #expect(
            environment == [
                "DISBATCH_JOBID=work", "DISBATCH_NAMETASKS=my list", "DISBATCH_REPEAT_INDEX=-1",
                "DISBATCH_REPEAT_INDEX_ZP=-00001", "DISBATCH_STREAM_INDEX=1", "DISBATCH_STREAM_INDEX_ZP=000001",
                "DISBATCH_TASKID=0", "DISBATCH_TASKID_ZP=000000",
            ])
    }

    @Test func `a restart adds what was added, under the prefix that holds there`() throws {
        try HandlerBench(Self.kind).expectRestarts(
            Self.list, grown: Self.list + "d\n#DISBATCH SUFFIX x\n#DISBATCH REPEAT 2 e\n",
            edited: "A\n" + Self.list + "d\n#DISBATCH SUFFIX x\n#DISBATCH REPEAT 2 e\n")
    }

    @Test(arguments: [
        (
            "a\n#DISBATCH BARRIER\nb\n",
            "2: #DISBATCH BARRIER is not supported yet: tasks cannot wait for others; make a list of what comes before it and one "
                + "of what comes after it, and run one after the other"
        ),
        ("#DISBATCH FOO\n", "1: unknown directive #DISBATCH FOO: expected PREFIX, SUFFIX or REPEAT"),
        (
            "#DISBATCH REPEAT 9 start 9223372036854775800 a\n",
            "1: an index above 2^63, expected a smaller start, step or count"
        ),
    ])
    func `a directive that cannot be carried out is refused with its line`(list: String, message: String) throws {
        #expect(try HandlerBench(Self.kind).refused(list) == message)
    }

    @Test func `wrong arguments are named with their line`() {
        #expect(
            HandlerBench.complaint(Self.kind + "shell =")
                == "3: [x] shell: expected a program that understands -c, such as /bin/bash")
    }
}
