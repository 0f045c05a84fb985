// PyTaskFarmer's handlers for ATLAS: an input file a line, a transform or athena for each, the output copied by rsync. The command
// lines are theirs, byte for byte, as are their rules: nothing is quoted but the values of further arguments, in single quotes.

public import TaskFarmerCore
internal import TaskFarmerSystem

/// A handler whose tasks need folders in the work directory.
package protocol WorkFolderHandler: TaskListHandler {
    /// Their names; they are made when the work directory is.
    var workFolders: [String] { get }
}

/// What the two have in common.
protocol AtlasHandler: WorkFolderHandler {
    var split: EventSplit? { get }
}

extension AtlasHandler {
    package var workFolders: [String] { ["output"] }

    /// Where the outputs go: links resolved, as realpath(3) does.
    static func outputFolder(_ list: TaskListReader) -> [UInt8] {
        let folder = Path(bytes: list.workDirectory).appending("output")
        return (folder.resolved ?? folder).bytes
    }

    /// Calls `body` with each file, its number from 0, and its line's.
    static func forEachFile(in list: TaskListReader, _ body: ([UInt8], Int, Int) throws -> Void) throws {
        var number = 0
        try list.forEachLine { line, lineNumber in
            guard let range = TaskLine.command(line) else { return }
            let file = [UInt8](copying: line.extracting(range)).trimmed
            if file.isEmpty { return }
            try body(file, number, lineNumber)
            number += 1
        }
    }

    static func words(_ options: [(key: String, value: String)]) -> [[UInt8]] {
        options.map { Array("--\($0.key) '\($0.value)'".utf8) }
    }

    static func haveNewlines(_ texts: [String], _ options: [(key: String, value: String)]) -> Bool {
        (texts + options.map(\.value)).contains { $0.utf8.contains(10) }
    }

    static func line(_ words: [[UInt8]]) -> TaskDescription {
        TaskDescription(command: Array(words.joined(separator: [32])))
    }

    static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
}

/// PyTaskFarmer's `taskfarmer.atlas.TransformTaskList`: an ATLAS transform for each input file, whose output is copied to the folder
/// `output` in the work directory.
public struct TransformHandler: AtlasHandler {
    private let transform: String
    private let input: String
    private let output: String
    private let options: [[UInt8]]
    let split: EventSplit?
    /// Only where an argument has newlines.
    public let makesStructuredTasks: Bool
    /// Not where events are counted.
    public var isRepeatable: Bool { split == nil }

    /// A handler for a transform. Nothing but the options' values is quoted.
    ///
    /// - Parameters:
    ///   - transform: the program, such as `Reco_tf.py`
    ///   - input: the type of the input files, such as `HITS`
    ///   - output: the type of the output files, such as `RDO`
    ///   - options: each becomes `--key 'value'`
    ///   - split: how files are split into jobs; nil for one job a file
    public init(
        transform: String, input: String, output: String, options: [(key: String, value: String)] = [],
        split: EventSplit? = nil
    ) {
        self.transform = transform
        self.input = input
        self.output = output
        self.options = Self.words(options)
        self.split = split
        makesStructuredTasks = Self.haveNewlines([transform, input, output], options)
    }

    /// A task for each file, or for each part of one.
    public func forEachTask(in list: TaskListReader, _ body: (TaskDescription) throws -> Void) throws {
        let folder = Self.outputFolder(list)
        try Self.forEachFile(in: list) { file, number, line in
            func task(_ result: String, _ events: [String]) -> TaskDescription {
                let words = ["--input\(input)File"].map(Self.bytes) + [file]
                let more = ["--output\(output)File", result] + events + ["&&", "rsync", "-avr", result]
                return Self.line([Self.bytes(transform)] + options + words + more.map(Self.bytes) + [folder])
            }
            guard let split else { return try body(task("\(output).\(number).root", [])) }
            try split.forEachPart(of: file, number: number + 1, list: list, line: line) { part in
                try body(
                    task(
                        "\(output).\(number).\(part.number).root",
                        ["--skipEvents", "\(part.skipped)", "--maxEvents", "\(part.most)"]))
            }
        }
    }
}

extension TransformHandler {
    static let kind = HandlerKind(
        "transform", aliases: ["taskfarmer.atlas.TransformTaskList"],
        summary: "An ATLAS transform for each input file; its output goes to WORKDIR/output.",
        arguments: [
            Argument("transform", isRequired: true, help: "The transform, such as Reco_tf.py."),
            Argument("input", isRequired: true, help: "The type of the input files, such as HITS."),
            Argument("output", isRequired: true, help: "The type of the output files, such as RDO."),
        ] + EventSplit.arguments + [Argument("*", help: "KEY = VALUE becomes --KEY 'VALUE'.")]
    ) { values in
        TransformHandler(
            transform: values.text("transform") ?? "", input: values.text("input") ?? "",
            output: values.text("output") ?? "", options: values.others.map { ($0.name, $0.value) },
            split: try EventSplit.from(values))
    }
}

/// PyTaskFarmer's `taskfarmer.atlas.AthenaTaskList`: athena for each input file, whose output is copied to the folder `output` in the
/// work directory.
public struct AthenaHandler: AtlasHandler {
    private let jobOptions: String
    private let output: String
    private let options: [[UInt8]]
    let split: EventSplit?
    /// Only where an argument has newlines.
    public let makesStructuredTasks: Bool
    /// Not where events are counted.
    public var isRepeatable: Bool { split == nil }

    /// A handler for athena. Nothing but the options' values is quoted.
    ///
    /// - Parameters:
    ///   - jobOptions: the job options file
    ///   - output: the file that the job makes where it runs
    ///   - options: each becomes `--key 'value'`
    ///   - split: how files are split into jobs; nil for one job a file
    public init(
        jobOptions: String, output: String, options: [(key: String, value: String)] = [], split: EventSplit? = nil
    ) {
        self.jobOptions = jobOptions
        self.output = output
        self.options = Self.words(options)
        self.split = split
        makesStructuredTasks = Self.haveNewlines([jobOptions, output], options)
    }

    /// A task for each file, or for each part of one.
    public func forEachTask(in list: TaskListReader, _ body: (TaskDescription) throws -> Void) throws {
        let folder = Self.outputFolder(list)
        var count = 0
        try Self.forEachFile(in: list) { file, number, line in
            func task(_ events: [String]) throws {
                let rest = events + [jobOptions, "&&", "rsync", "-avr", output]
                let target = folder + Self.bytes("/\(output).\(count)")
                count += 1
                let words = [Self.bytes("athena.py")] + options + [Self.bytes("--filesInput"), file]
                try body(Self.line(words + rest.map(Self.bytes) + [target]))
            }
            guard let split else { return try task([]) }
            try split.forEachPart(of: file, number: number + 1, list: list, line: line) { part in
                try task(["--skipEvents", "\(part.skipped)", "--evtMax", "\(part.most)"])
            }
        }
    }
}

extension AthenaHandler {
    static let kind = HandlerKind(
        "athena", aliases: ["taskfarmer.atlas.AthenaTaskList"],
        summary: "Athena for each input file; its output goes to WORKDIR/output.",
        arguments: [
            Argument("jobOptions", isRequired: true, help: "The job options file."),
            Argument("output", isRequired: true, help: "The output file that the job makes where it runs."),
        ] + EventSplit.arguments + [Argument("*", help: "KEY = VALUE becomes --KEY 'VALUE'.")]
    ) { values in
        AthenaHandler(
            jobOptions: values.text("jobOptions") ?? "", output: values.text("output") ?? "",
            options: values.others.map { ($0.name, $0.value) }, split: try EventSplit.from(values))
    }
}
