// From the words of the command line to an exit status.

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerSystem

/// The command `taskfarmer`.
public enum CommandLineMain {
    /// Runs the command that this process was started as, and ends the process with its exit status.
    public static func main() -> Never {
        OwnProcess.secureDescriptors()
        SignalSource.ignoreFailedWrites()
        OwnProcess.spareMemory()
        OwnProcess.leave(run(Array(OwnProcess.arguments.dropFirst())))
    }

    private static func run(_ words: [[UInt8]]) -> Int32 {
        let names = Commands.all.map { $0.name }
        guard let first = words.first else {
            OwnProcess.put(Help.overview, to: 2)
            return 64
        }
        let text = String(decoding: first, as: UTF8.self)
        if text == "--help" || text == "-h" || text == "help" && words.count == 1 {
            OwnProcess.put(Help.overview, to: 1)
            return 0
        }
        if text == "--version" {
            OwnProcess.put("taskfarmer \(Commands.version)\n", to: 1)
            return 0
        }
        let command = (Commands.all + Commands.hidden).first { $0.name == text }
        if command == nil, first.first != UInt8(ascii: "-"),
            (try? Folder.facts(Path(bytes: first))) == .some(nil)
        {
            let hint = Nearest.to(text, in: names).map { "; did you mean the command \($0)?" } ?? ""
            return complain("\(text): no such task list or command\(hint)", status: 64)
        }
        return carryOut(command ?? RunCommand.self, command == nil ? words : Array(words.dropFirst()))
    }

    private static func carryOut(_ command: any Command.Type, _ words: [[UInt8]]) -> Int32 {
        do {
            let arguments = try Arguments(words, options: command.options + Help.common, command: command.name)
            if arguments.has("help") {
                OwnProcess.put(Help.text(command), to: 1)
                return 0
            }
            let process = CommandProcess(environment: OwnProcess.environment, signals: nil)
            return try command.run(arguments, process)
        } catch {
            let (text, status) = message(error)
            return complain(text + hint(error, command, words), status: status)
        }
    }

    /// What is said of an error, and the exit status that it gives.
    static func message(_ error: any Error) -> (text: String, status: Int32) {
        switch error {
        case let error as UsageError: (error.message, 64)
        case let error as FarmError: (error.description, error.exitStatus)
        case let error as SystemError: (FarmError.system(error).description, FarmError.system(error).exitStatus)
        case let error as PeerRefusal: ("\(error.peer): \(error.text)", error.status)
        default: ("\(error)", 74)
        }
    }

    /// A list may be called what a command is called.
    private static func hint(_ error: any Error, _ command: any Command.Type, _ words: [[UInt8]]) -> String {
        guard case .noWorkDirectory? = error as? FarmError, words.isEmpty,
            (try? Folder.facts(Path(bytes: Array(command.name.utf8))))??.isRegular == true
        else { return "" }
        return "; to run the list `\(command.name)`: taskfarmer run \(command.name)"
    }

    private static func complain(_ message: String, status: Int32) -> Int32 {
        // One line, whatever names are in it.
        OwnProcess.put("taskfarmer: \(message.oneLine)\n", to: 2)
        return status
    }
}
