// `taskfarmer completion SHELL`

internal import TaskFarmerSystem

package enum CompletionCommand: Command {
    package static let name = "completion"
    package static let summary = "Print a completion script for bash, zsh or fish."
    package static let usage = "bash|zsh|fish"
    package static let options: [Option] = []
    package static let notes = """
        Install:
          bash: taskfarmer completion bash > ~/.local/share/bash-completion/completions/taskfarmer
          zsh:  taskfarmer completion zsh > ~/.zfunc/_taskfarmer    (with fpath+=~/.zfunc before compinit)
          fish: taskfarmer completion fish > ~/.config/fish/completions/taskfarmer.fish
        """

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        let shells = ["bash": bash, "zsh": zsh, "fish": fish]
        guard arguments.operands.count == 1, let script = shells[String(decoding: arguments.operands[0], as: UTF8.self)]
        else {
            throw UsageError(message: "expected one of: bash, zsh, fish")
        }
        OwnProcess.put(script, to: 1)
        return 0
    }

    private static var names: String { Commands.all.map { $0.name }.joined(separator: " ") }

    private static func words(_ command: any Command.Type) -> [String] {
        (command.options + Help.common).flatMap { option in
            ["--\(option.long)"] + (option.short.map { ["-\($0)"] } ?? [])
        }
    }

    package static var bash: String {
        var cases = ""
        var values = ""
        for command in Commands.all {
            cases += "        \(command.name)) words=\"\(words(command).joined(separator: " "))\";;\n"
            for option in command.options where option.value != nil {
                let names = ["--\(option.long)"] + (option.short.map { ["-\($0)"] } ?? [])
                let action =
                    switch option.completion {
                    case .folder: "compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- \"$cur\"))"
                    case .file: "compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- \"$cur\"))"
                    case .words(let words): "COMPREPLY=($(compgen -W \"\(words.joined(separator: " "))\" -- \"$cur\"))"
                    case .names(let command):
                        "COMPREPLY=($(compgen -W \"$(taskfarmer \(command) --names 2>/dev/null)\" -- \"$cur\"))"
                    case .none: "COMPREPLY=()"
                    }
                values += names.map { "        \(command.name):\($0)" }.joined(separator: "|").replacing(
                    "        ", with: "")
                values += ") \(action); return;;\n"
            }
        }
        return """
            # bash completion for taskfarmer
            _taskfarmer() {
                local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command=run words word
                COMPREPLY=()
                for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
                    case " \(names) " in *" $word "*) command=$word; break;; esac
                done
                case "$command:$prev" in
            \(values.split(separator: "\n").map { "        " + $0 }.joined(separator: "\n"))
                esac
                if [ "$command" = completion ] && [[ $cur != -* ]]; then
                    COMPREPLY=($(compgen -W "bash zsh fish" -- "$cur")); return
                fi
                case "$command" in
            \(cases)    esac
                if [[ $cur == -* ]]; then
                    COMPREPLY=($(compgen -W "$words" -- "$cur"))
                else
                    compopt -o filenames 2>/dev/null
                    COMPREPLY=($(compgen -f -- "$cur"))
                    [ "$COMP_CWORD" -eq 1 ] && COMPREPLY+=($(compgen -W "\(names)" -- "$cur"))
                fi
            }
            complete -F _taskfarmer taskfarmer

            """
    }

    package static var zsh: String {
        func quoted(_ text: String) -> String {
            text.replacing("'", with: "'\\''").replacing("[", with: "\\[").replacing("]", with: "\\]").replacing(
                ":", with: "\\:")
        }
        var cases = ""
        for command in Commands.all {
            var lines: [String] = []
            for option in command.options + Help.common {
                let action =
                    switch option.completion {
                    case .folder: "_files -/"
                    case .file: "_files"
                    case .words(let words): "(\(words.joined(separator: " ")))"
                    case .names(let command): "{compadd -- $(taskfarmer \(command) --names 2>/dev/null)}"
                    case .none: ""
                    }
                let value = option.value.map { ":\(quoted($0)):\(action)" } ?? ""
                let equals = option.value == nil ? "" : "="
                lines.append("'--\(option.long)\(equals)[\(quoted(option.help))]\(value)'")
                if let short = option.short { lines.append("'-\(short)[\(quoted(option.help))]\(value)'") }
            }
            lines.append(command == CompletionCommand.self ? "'1:shell:(bash zsh fish)'" : "'*:file:_files'")
            cases += "        \(command.name)) _arguments \(lines.joined(separator: " \\\n            "));;\n"
        }
        let described = Commands.all.map { "'\($0.name):\(quoted($0.summary))'" }.joined(separator: " ")
        return """
            #compdef taskfarmer
            # zsh completion for taskfarmer
            _taskfarmer() {
                local -a commands=(\(described))
                if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
                    _describe command commands
                    _files
                    return
                fi
                local command=$words[2]
                if (( ${commands[(I)$command:*]} )); then
                    shift words; (( CURRENT-- ))
                else
                    command=run
                fi
                case $command in
            \(cases)    esac
            }
            if [ "$funcstack[1]" = "_taskfarmer" ]; then _taskfarmer "$@"; else compdef _taskfarmer taskfarmer; fi

            """
    }

    package static var fish: String {
        func quoted(_ text: String) -> String { text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") }
        let others = Commands.all.map { $0.name }.filter { $0 != RunCommand.name }.joined(separator: " ")
        var text = "# fish completion for taskfarmer\n"
        for command in Commands.all {
            text +=
                "complete -c taskfarmer -n __fish_use_subcommand -a \(command.name) -d '\(quoted(command.summary))'\n"
            for option in command.options + Help.common {
                let only =
                    command == RunCommand.self
                    ? "not __fish_seen_subcommand_from \(others)"
                    : "__fish_seen_subcommand_from \(command.name)"
                var line = "complete -c taskfarmer -n '\(only)' -l \(option.long)"
                if let short = option.short { line += " -s \(short)" }
                if option.value != nil {
                    switch option.completion {
                    case .folder: line += " -x -a '(__fish_complete_directories)'"
                    case .file: line += " -r -F"
                    case .words(let words): line += " -x -a '\(words.joined(separator: " "))'"
                    case .names(let command): line += " -x -a '(taskfarmer \(command) --names 2>/dev/null)'"
                    case .none: line += " -x"
                    }
                }
                text += line + " -d '\(quoted(option.help))'\n"
            }
        }
        return text + "complete -c taskfarmer -n '__fish_seen_subcommand_from completion' -x -a 'bash zsh fish'\n"
    }
}
