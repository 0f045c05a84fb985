// The expected lines are what PyTaskFarmer 0.1.0 makes of the same sections and lists.

import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

struct AtlasHandlerTests {
    private static let digi = """
        TaskList = taskfarmer.atlas.TransformTaskList
        transform = Reco_tf.py
        input = HITS
        output = RDO
        autoConfiguration = everything
        preExec = all:from A import B; B.c(False);' 'HITtoRDO:x = 42

        """
    private static let athena = """
        TaskList = taskfarmer.atlas.AthenaTaskList
        jobOptions = A/B_topOptions.py
        output = M_output.root
        nprocs = 64

        """
    private static let transformed =
        "Reco_tf.py --autoConfiguration 'everything' --preExec 'all:from A import B; B.c(False);' 'HITtoRDO:x = 42'"

    @Test func `a transform's lines are PyTaskFarmer's`() throws {
        let bench = try HandlerBench(Self.digi)
        let output = "\(bench.directory.root)/output"
        #expect(
            try bench.tasks("# files\nx y.root \n\n/d/z.root\n") == [
                "\(Self.transformed) --inputHITSFile x y.root --outputRDOFile RDO.0.root && rsync -avr RDO.0.root \(output)",
                "\(Self.transformed) --inputHITSFile /d/z.root --outputRDOFile RDO.1.root && rsync -avr RDO.1.root \(output)",
            ])
        #expect(try Folder.facts(bench.directory.root) == nil, "reading makes nothing")
    }

    @Test func `a transform's lines for parts of files are PyTaskFarmer's`() throws {
        let bench = try HandlerBench(Self.digi + "maxEventsPerJob = 1.25e1\ncount = echo warning >&2; expr {/.} + 0")
        let output = "\(bench.directory.root)/output"
        func line(_ file: String, _ result: String, _ skipped: Int) -> String {
            "\(Self.transformed) --inputHITSFile \(file) --outputRDOFile \(result) --skipEvents \(skipped) --maxEvents 12 && rsync "
                + "-avr \(result) \(output)"
        }
        #expect(
            try bench.tasks("26.root\n12.root\n") == [
                line("26.root", "RDO.0.0.root", 0), line("26.root", "RDO.0.1.root", 12),
                line("26.root", "RDO.0.2.root", 25), line("12.root", "RDO.1.0.root", 0),
            ])
    }

    @Test func `athena's lines are PyTaskFarmer's`() throws {
        let bench = try HandlerBench(Self.athena)
        let output = "\(bench.directory.root)/output/M_output.root"
        let start = "athena.py --nprocs '64' --filesInput"
        let end = "A/B_topOptions.py && rsync -avr M_output.root \(output)"
        #expect(try bench.tasks("a\nb\n") == ["\(start) a \(end).0", "\(start) b \(end).1"])
        let split = try HandlerBench(Self.athena + "maxEventsPerJob = 10\ncount = echo 11; true")
        let other = end.replacing("\(bench.directory.root)", with: "\(split.directory.root)")
        #expect(
            try split.tasks("a\nb\n") == [
                "\(start) a --skipEvents 0 --evtMax 10 \(other).0", "\(start) a --skipEvents 10 --evtMax 10 \(other).1",
                "\(start) b --skipEvents 0 --evtMax 10 \(other).2", "\(start) b --skipEvents 10 --evtMax 10 \(other).3",
            ])
    }

    @Test func `the folder for outputs is made with the work directory, and a restart goes on counting`() throws {
        for lines in [Self.digi, Self.athena, Self.digi + "maxEventsPerJob = 2\ncount = echo 3; true"] {
            let bench = try HandlerBench(lines)
            try bench.expectRestarts("a\n#\nb\n", grown: "a\n#\nb\nc\nd\n", edited: "a\n#\nX\nc\nd\n")
            #expect(try Folder.facts(bench.directory.root.appending("output"))?.isFolder == true)
        }
    }

    @Test func `a file's events are counted once, so that both readings of a list agree`() throws {
        let scratch = try Scratch()
        let log = scratch.path.appending("counted")
        let bench = try HandlerBench(
            Self.digi + "maxEventsPerJob = 1\ncount = echo {} >> \(log); wc -l < \(log)")
        #expect(try bench.start(list: "a\nb\n").tasks.count == 3)
        #expect(try Folder.content(of: log).text == "a\nb\n")
    }

    @Test(arguments: [
        ("echo no; false", "1: count: echo no; false a ended with status 1"),
        ("echo broken >&2; exit 3 #", "1: count: echo broken >&2; exit 3 # a ended with status 3: broken"),
        ("echo", "1: count: echo a printed \"a\\n\", expected a whole number"),
        ("kill -9 $$ #", "1: count: kill -9 $$ # a was ended by signal 9"),
    ])
    func `a count that fails is named with file and line, and nothing is made`(command: String, message: String) throws
    {
        let bench = try HandlerBench(Self.digi + "maxEventsPerJob = 1\ncount = \(command)")
        #expect(bench.refused("a\n") == message)
        #expect(refusal { try bench.start() } != nil)
        #expect(try Folder.facts(bench.directory.root) == nil)
    }

    @Test(arguments: [
        (
            "TaskList = transform\ntransform = a\ninput = b",
            "1: [x] output: transform needs it: The type of the output files, such as RDO."
        ),
        ("TaskList = athena\noutput = b", "1: [x] jobOptions: athena needs it: The job options file."),
        (
            "TaskList = athena\njobOptions = a\noutput = b\nmaxEventsPerJob = 5",
            "5: [x] maxEventsPerJob: needs the number of events in each file: expected count = COMMAND beside it, a command that "
                + "prints it, such as count = nevents {}"
        ),
        (
            "TaskList = athena\njobOptions = a\noutput = b\nmaxEventsPerJob = none\ncount = a",
            "5: [x] maxEventsPerJob: none: expected a number from 1 on, such as 500 or 1e4"
        ),
        (
            "TaskList = athena\njobOptions = a\noutput = b\ncount = a",
            "5: [x] count: expected maxEventsPerJob beside it: nothing else needs a count"
        ),
    ])
    func `wrong arguments are named with their line`(lines: String, message: String) {
        #expect(HandlerBench.complaint(lines) == message)
    }
}
