// Whether a line needs a shell. make's trick: a line without any character that is special to the shell, whose first word is
// no builtin or reserved word, can be executed as its words, at less cost, and nobody can tell the difference.

package enum ShellLine: Sendable, Equatable {
    /// These words, executed as they are.
    case direct([[UInt8]])
    /// The shell must read it.
    case shell

    /// Names that some shell installed as /bin/sh (dash, bash, ksh, busybox) acts on itself with another result than the program
    /// of that name on PATH, or without there being one.
    private static let builtins: Set<String> = [
        ".", ":", "[", "[[", "alias", "autoload", "bg", "bind", "break", "builtin", "caller", "case", "cd", "chdir",
        "command", "compgen", "complete", "compopt", "continue", "coproc", "declare", "dirs", "disown", "do", "done",
        "echo", "elif", "else", "enable", "esac", "eval", "exec", "exit", "export", "false", "fc", "fg", "fi", "float",
        "for", "function", "functions", "getopts", "hash", "help", "hist", "history", "if", "in", "integer", "jobs",
        "kill",
        "let", "local", "logout", "mapfile", "nameref", "newgrp", "popd", "print", "printf", "pushd", "pwd", "read",
        "readarray", "readonly", "return", "select", "set", "shift", "shopt", "sleep", "source", "stop", "suspend",
        "test",
        "then", "time", "times", "trap", "true", "type", "typeset", "ulimit", "umask", "unalias", "unset", "until",
        "wait", "whence", "while",
    ]

    /// Builtins that do the same as the program when they stand alone, or with any arguments.
    private static let sameAlone: Set<String> = ["true", "false"]
    private static let sameAlways: Set<String> = ["sleep"]

    /// Characters that mean nothing to any shell wherever they stand.
    private static let plain: [Bool] = {
        var table = [Bool](repeating: false, count: 256)
        for range in [UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 48...57] {
            for byte in range { table[Int(byte)] = true }
        }
        for byte in "_-+./:,@%= \t".utf8 { table[Int(byte)] = true }
        return table
    }()

    package init(_ command: [UInt8]) {
        for byte in command where !Self.plain[Int(byte)] {
            self = .shell
            return
        }
        let words = command.split { $0 == 32 || $0 == 9 }.map { Array($0) }
        guard let first = words.first, !first.contains(UInt8(ascii: "=")), !first.contains(UInt8(ascii: "%")) else {
            self = .shell
            return
        }
        let name = first.text
        if Self.builtins.contains(name), !(words.count == 1 && Self.sameAlone.contains(name)),
            !Self.sameAlways.contains(name)
        {
            self = .shell
            return
        }
        self = .direct(words)
    }

    /// The paths at which a command is looked for, in order.
    ///
    /// - Parameters:
    ///   - name: the command
    ///   - folders: what `folders(of:)` makes of PATH; nil where there is none
    /// - Returns: nil where the shell has to decide: no PATH.
    package static func candidates(for name: [UInt8], folders: [[UInt8]]?) -> [[UInt8]]? {
        if name.contains(UInt8(ascii: "/")) { return [name] }
        return folders?.map { $0 + name }
    }

    /// The folders of a PATH, each with its slash.
    package static func folders(of path: [UInt8]) -> [[UInt8]] {
        path.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).map { folder in
            folder.isEmpty ? Array("./".utf8) : Array(folder) + [UInt8(ascii: "/")]
        }
    }
}
