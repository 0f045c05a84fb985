// How tasks are written in a work directory. Most lists are command lines, and their tasks are these, byte for byte. Where
// tasks have more to them, each is one line of JSON: what a task needs stands with it wherever it goes, and there is no
// second file that could disagree.

/// How the tasks of a work directory are written.
package enum TaskForm: String, Sendable {
    /// The command line.
    case commands
    /// A JSON object.
    case objects

    /// What is wrong with a task.
    package struct Problem: Error, Sendable, Equatable {
        package let message: String
    }

    /// The one line, without newline, that stands for a task.
    package func line(_ task: TaskDescription) throws(Problem) -> [UInt8] {
        switch self {
        case .commands:
            guard task.isPlain else { throw Problem(message: "more than a command of one line") }
            if task.command.contains(0) { throw Problem(message: "a NUL byte, which no command can hold") }
            return task.command
        case .objects: return try TaskObject.encode(task)
        }
    }

    /// What a line stands for.
    package func task(_ line: [UInt8]) throws(Problem) -> TaskDescription {
        switch self {
        case .commands: TaskDescription(command: line)
        case .objects: try TaskObject.decode(line)
        }
    }

    /// Whether a line may ask for more than to be run: one that begins with its command does not.
    package func mayDemand(_ line: [UInt8]) -> Bool { self == .objects && !line.starts(with: TaskObject.plainStart) }

    /// The priority that a line asks for.
    package func priority(_ line: borrowing Span<UInt8>) -> Int {
        let bytes = self == .objects ? [UInt8](copying: line) : []
        return mayDemand(bytes) ? (try? task(bytes))?.priority ?? 0 : 0
    }

    /// What people are shown for a line: a task's name, or its command.
    package func shown(_ line: [UInt8]) -> [UInt8] {
        guard self == .objects, let task = try? task(line) else { return line }
        return task.name.map { Array($0.utf8) } ?? task.command
    }
}

/// A task as a JSON object: `command` (a command line, or an array: a program and its arguments), `env`, `cwd`, `name`, and before
/// these what the farmer itself heeds: `cpus`, `mem` (bytes, or text like "8G"), `gpus`, `resources`, `time`, `priority`.
private enum TaskObject {
    static let plainStart = Array("{\"command\"".utf8)
    static let fields = [
        "command", "cpus", "cwd", "env", "gpus", "mem", "name", "priority", "resources", "time",
    ]

    static func encode(_ task: TaskDescription) throws(TaskForm.Problem) -> [UInt8] {
        var bytes = Array("{".utf8)
        append(demands: task, to: &bytes)
        bytes.append("\"command\":")
        if let arguments = task.arguments {
            var separator = "["
            for argument in arguments {
                bytes.append(separator)
                try append(argument, "an argument", to: &bytes)
                separator = ","
            }
            bytes.append("]")
        } else {
            try append(task.command, "the command", to: &bytes)
        }
        if !task.environment.isEmpty {
            var separator = ",\"env\":{"
            for change in task.environment {
                if let complaint = TaskVariables.complaint(about: change.name) { throw problem(complaint) }
                bytes.append(separator + JSONText.string(change.name) + ":")
                if let value = change.value {
                    try append(value, "the value of \(change.name)", to: &bytes)
                } else {
                    bytes.append("null")
                }
                separator = ","
            }
            bytes.append("}")
        }
        if let folder = task.workingDirectory {
            bytes.append(",\"cwd\":")
            try append(folder, "cwd", to: &bytes)
        }
        if let name = task.name { bytes.append(",\"name\":\(JSONText.string(name))") }
        bytes.append("}")
        return bytes
    }

    /// Before the command, so that a line that begins with that demands nothing.
    private static func append(demands task: TaskDescription, to bytes: inout [UInt8]) {
        func append(_ field: String, _ value: (some CustomStringConvertible)?) {
            if let value { bytes.append("\"\(field)\":\(value),") }
        }
        append("cpus", task.needs.cpus)
        append("mem", task.needs.memory)
        append("gpus", task.needs.gpus)
        if !task.needs.others.isEmpty {
            let amounts = task.needs.others.sorted { $0.key < $1.key }
            append(
                "resources", "{\(amounts.map { "\(JSONText.string($0.key)):\($0.value)" }.joined(separator: ","))}")
        }
        append("time", task.expectedSeconds)
        append("priority", task.priority == 0 ? nil : task.priority)
    }

    private static func append(_ text: [UInt8], _ what: String, to bytes: inout [UInt8]) throws(TaskForm.Problem) {
        guard let string = String(validating: text, as: UTF8.self) else {
            throw problem("\(what) is not UTF-8, which JSON needs")
        }
        if text.contains(0) { throw problem("\(what) has a NUL byte, which it cannot hold") }
        bytes.append(JSONText.string(string))
    }

    static func decode(_ line: [UInt8]) throws(TaskForm.Problem) -> TaskDescription {
        guard let value = JSONValue(line) else { throw problem("not valid JSON") }
        guard let object = value.fields else { throw problem("expected a JSON object") }
        if let unknown = object.keys.sorted().first(where: { !fields.contains($0) }) {
            let hint = Nearest.to(unknown, in: fields).map { "; did you mean \"\($0)\"?" } ?? ""
            throw problem("unknown field \"\(unknown)\", expected \(fields.joined(separator: ", "))\(hint)")
        }
        var task = try command(object["command"])
        task.environment = try environment(object["env"] ?? .null)
        task.workingDirectory = try text(object, "cwd").map { Array($0.utf8) }
        task.name = try text(object, "name")
        task.needs = try needs(object)
        task.expectedSeconds = try seconds(object["time"] ?? .null)
        task.priority = try whole(object, "priority", in: -priorities...priorities) ?? 0
        // What can be read can be written: NUL bytes and senseless names are found here.
        _ = try encode(task)
        return task
    }

    private static func command(_ value: JSONValue?) throws(TaskForm.Problem) -> TaskDescription {
        switch value {
        case nil: throw problem("there is no \"command\"")
        case .string(let line): return TaskDescription(line)
        case .array(let values) where values.allSatisfy({ $0.text != nil }):
            if values.isEmpty { throw problem("\"command\": expected a program, found an empty array") }
            return TaskDescription(arguments: values.compactMap(\.text))
        default: throw problem("\"command\": expected a string or an array of strings")
        }
    }

    private static func environment(_ value: JSONValue) throws(TaskForm.Problem) -> [EnvironmentChange] {
        if value == .null { return [] }
        guard let changes = value.fields, changes.values.allSatisfy({ $0 == .null || $0.text != nil }) else {
            throw problem("\"env\": expected an object of strings, null to take a variable away")
        }
        return changes.sorted { $0.key < $1.key }.map { name, value in
            EnvironmentChange(name, bytes: value.text.map { Array($0.utf8) })
        }
    }

    private static let priorities = 1_000_000

    private static func needs(_ object: [String: JSONValue]) throws(TaskForm.Problem) -> TaskNeeds {
        var needs = TaskNeeds(
            cpus: try whole(object, "cpus", in: 1...TaskNeeds.mostCPUs), gpus: try whole(object, "gpus", in: 0...1024))
        if let value = object["mem"], value != .null {
            guard let bytes = value.text.flatMap(SizeText.bytes) ?? value.integer, (1...1 << 50).contains(bytes) else {
                throw problem("\"mem\": expected bytes, or a size with a unit like \"8G\"")
            }
            needs.memory = bytes
        }
        if let value = object["resources"], value != .null {
            guard let amounts = value.fields else { throw problem("\"resources\": expected an object of numbers") }
            for (name, amount) in amounts.sorted(by: { $0.key < $1.key }) {
                if ["cpus", "mem", "gpus"].contains(name) {
                    throw problem("\"resources\": \(name) is a field of its own, beside \"resources\"")
                }
                guard TaskNeeds.isName(name) else {
                    throw problem(
                        "\"resources\": \(name.debugDescription) is no name of an amount; expected letters, digits, _, - and ."
                    )
                }
                guard let amount = amount.integer, (0...TaskNeeds.most).contains(amount) else {
                    throw problem("\"resources\": \(name): expected a whole number")
                }
                needs.others[name] = amount
            }
        }
        return needs
    }

    private static func whole(
        _ object: [String: JSONValue], _ field: String, in range: ClosedRange<Int>
    ) throws(TaskForm.Problem) -> Int? {
        guard let value = object[field], value != .null else { return nil }
        guard let number = value.integer, range.contains(number) else {
            throw problem("\"\(field)\": expected a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A number of seconds, or text like "30m".
    private static func seconds(_ value: JSONValue) throws(TaskForm.Problem) -> Double? {
        switch value {
        case .null: return nil
        case .number(let digits):
            if let seconds = Double(digits), (0...1000 * 86_400).contains(seconds) { return seconds }
        case .string(let text):
            if let time = TimeText.nanoseconds(text) { return Double(time) / 1e9 }
        default: break
        }
        throw problem("\"time\": expected seconds, or a time like \"30m\"")
    }

    /// A field that may be missing, or null.
    private static func text(_ object: [String: JSONValue], _ field: String) throws(TaskForm.Problem) -> String? {
        guard let value = object[field], value != .null else { return nil }
        guard let text = value.text else { throw problem("\"\(field)\": expected a string") }
        return text
    }

    private static func problem(_ message: String) -> TaskForm.Problem { TaskForm.Problem(message: message) }
}
