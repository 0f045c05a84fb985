// Help texts, made from the tables.

package enum Help {
    /// Options that every command takes.
    package static let common = [Option("help", short: "h", "Show this help and exit.")]

    package static var overview: String {
        var text = """
            taskfarmer runs a list of commands on every node where it is started, with only a shared folder between them.
            Kill it, requeue it, restart it: no task is lost.

            Usage: taskfarmer LIST                 run the commands in LIST, one a line (short for: taskfarmer run LIST)
                   taskfarmer COMMAND [OPTIONS]

            Commands:

            """
        for command in Commands.all { text += "  \(pad(command.name, 12))\(command.summary)\n" }
        text += """

            Options:
              -h, --help      Show this help and exit; after a command, its own.
                  --version   Show the version and exit.

            Examples:
              taskfarmer tasks.txt                     run every line, as many at a time as there are processors
              srun taskfarmer tasks.txt                the same on every node of a SLURM job
              taskfarmer status tasks.txt              how far it is
              taskfarmer run --help                    all options

            Exit status: 0 all done; 1 all done, some tasks failed; 75 work remains, run it again; 64 wrong usage; 71 locks or
            views cannot be trusted; 74 input/output error; 78 wrong configuration.

            """
        return text
    }

    package static func text(_ command: any Command.Type) -> String {
        var text = "\(command.summary)\n\nUsage: taskfarmer \(command.name) \(command.usage)\n\nOptions:\n"
        for option in command.options + common {
            let short = option.short.map { "-\($0), " } ?? "    "
            let head = "  \(short)--\(option.long)\(option.value.map { " \($0)" } ?? "")"
            let standard = option.standard.map { " [default: \($0)]" } ?? ""
            let lines = wrap(option.help + standard, width: 84)
            let indent = 30
            if head.count >= indent - 1 {
                text += head + "\n"
            } else {
                text += pad(head, indent) + lines[0] + "\n"
            }
            for line in head.count >= indent - 1 ? lines[...] : lines.dropFirst() {
                text += String(repeating: " ", count: indent) + line + "\n"
            }
        }
        return text + "\n" + command.notes + "\n"
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }

    static func wrap(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty && line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        lines.append(line)
        return lines
    }
}
