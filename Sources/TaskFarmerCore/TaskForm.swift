// How tasks are written in a work directory. Most lists are command lines, and their tasks are these, byte for byte. Where
// tasks have more to them, each is one line of JSON: what a task needs stands with it wherever it goes, and there is no
// second file that could disagree.

internal import FoundationEssentials

/// How the tasks of a work directory are written.
package enum TaskForm: String, Sendable, Codable {
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

    /// What people are shown for a line: a task's name, or its command.
    package func shown(_ line: [UInt8]) -> [UInt8] {
        guard self == .objects, let task = try? task(line) else { return line }
        return task.name.map { Array($0.utf8) } ?? task.command
    }
}

/// A task as a JSON object: `command` (a command line, or an array: a program and its arguments), `env`, `cwd`, `name`.
private enum TaskObject {
    static let fields = ["command", "cwd", "env", "name"]

    static func encode(_ task: TaskDescription) throws(TaskForm.Problem) -> [UInt8] {
        var bytes = Array("{\"command\":".utf8)
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

    private static func append(_ text: [UInt8], _ what: String, to bytes: inout [UInt8]) throws(TaskForm.Problem) {
        guard let string = String(validating: text, as: UTF8.self) else {
            throw problem("\(what) is not UTF-8, which JSON needs")
        }
        if text.contains(0) { throw problem("\(what) has a NUL byte, which it cannot hold") }
        bytes.append(JSONText.string(string))
    }

    static func decode(_ line: [UInt8]) throws(TaskForm.Problem) -> TaskDescription {
        do {
            let object = try JSONDecoder().decode(Object.self, from: Data(line))
            // What can be read can be written: NUL bytes and senseless names are found here.
            _ = try encode(object.task)
            return object.task
        } catch let problem as TaskForm.Problem {
            throw problem
        } catch let error as DecodingError {
            throw problem(words(error))
        } catch {
            throw problem("not a JSON object")
        }
    }

    private static func problem(_ message: String) -> TaskForm.Problem { TaskForm.Problem(message: message) }

    private static func words(_ error: DecodingError) -> String {
        switch error {
        case .typeMismatch(_, let context) where context.codingPath.isEmpty: "expected a JSON object"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            switch context.codingPath.first?.stringValue {
            case "command": "\"command\": expected a string or an array of strings"
            case "env": "\"env\": expected an object of strings, null to take a variable away"
            case let field?: "\"\(field)\": expected a string"
            case nil: "expected a JSON object"
            }
        case .keyNotFound(let key, _): "there is no \"\(key.stringValue)\""
        default: "not valid JSON"
        }
    }

    private struct Field: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private struct Object: Decodable {
        var task: TaskDescription

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Field.self)
            func field(_ name: String) -> Field { Field(stringValue: name) }
            if let unknown = fields.allKeys.map(\.stringValue).sorted().first(where: { !TaskObject.fields.contains($0) }
            ) {
                let hint = Nearest.to(unknown, in: TaskObject.fields).map { "; did you mean \"\($0)\"?" } ?? ""
                throw problem(
                    "unknown field \"\(unknown)\", expected \(TaskObject.fields.joined(separator: ", "))\(hint)")
            }
            if let line = try? fields.decode(String.self, forKey: field("command")) {
                task = TaskDescription(line)
            } else {
                let arguments = try fields.decode([String].self, forKey: field("command"))
                if arguments.isEmpty { throw problem("\"command\": expected a program, found an empty array") }
                task = TaskDescription(arguments: arguments)
            }
            let environment = try fields.decodeIfPresent([String: String?].self, forKey: field("env")) ?? [:]
            task.environment = environment.sorted { $0.key < $1.key }.map { name, value in
                EnvironmentChange(name, bytes: value.map { Array($0.utf8) })
            }
            task.workingDirectory = try fields.decodeIfPresent(String.self, forKey: field("cwd")).map { Array($0.utf8) }
            task.name = try fields.decodeIfPresent(String.self, forKey: field("name"))
        }
    }
}
