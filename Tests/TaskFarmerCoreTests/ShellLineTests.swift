import TaskFarmerCore
import Testing

struct ShellLineTests {
    @Test(arguments: [
        ("a.out", ["a.out"]), ("./prog --x=1 in.txt", ["./prog", "--x=1", "in.txt"]),
        ("/bin/echo hi", ["/bin/echo", "hi"]),
        ("ls -l", ["ls", "-l"]), ("prog\targ", ["prog", "arg"]), ("  lead  trail  ", ["lead", "trail"]),
        ("\t x \t y\t", ["x", "y"]), ("cat a,b@c%d=e:f+g", ["cat", "a,b@c%d=e:f+g"]), ("sh run.sh", ["sh", "run.sh"]),
        ("nice -n 5 x", ["nice", "-n", "5", "x"]), ("env A=1 B=2 prog", ["env", "A=1", "B=2", "prog"]),
        ("12 13", ["12", "13"]), ("Echo hi", ["Echo", "hi"]), ("echo2 hi", ["echo2", "hi"]), ("my_prog", ["my_prog"]),
        ("prog echo cd if", ["prog", "echo", "cd", "if"]), ("./test", ["./test"]), ("bin/kill 1", ["bin/kill", "1"]),
        ("python3 -m a.b -c x", ["python3", "-m", "a.b", "-c", "x"]),
        ("/usr/bin/time -v x", ["/usr/bin/time", "-v", "x"]),
        ("sleep 1", ["sleep", "1"]), ("sleep 0.5", ["sleep", "0.5"]), ("sleep", ["sleep"]), ("true", ["true"]),
        (" false\t", ["false"]), ("seq -f %g 3", ["seq", "-f", "%g", "3"]), ("user@host", ["user@host"]),
        ("a,b", ["a,b"]),
        ("/opt/g++/bin/c++ -O2", ["/opt/g++/bin/c++", "-O2"]), ("srun -n 1 ./a", ["srun", "-n", "1", "./a"]),
        ("-x", ["-x"]), ("dofile", ["dofile"]), ("iffy", ["iffy"]), ("tests/unit", ["tests/unit"]),
    ])
    func `a plain line needs no shell`(line: String, words: [String]) {
        #expect(ShellLine(utf8(line)) == .direct(words.map(utf8)))
    }

    @Test(arguments: [
        "", " ", "\t", "a | b", "a|b", "a; b", "a;b", "a && b", "a & b", "a&", "a || b", "a > f", "a>f", "a >> f",
        "a < f",
        "a << E", "a 2>&1", "a $x", "a ${x}", "a $(b)", "a `b`", "a \"b\"", "a 'b'", "a \\ b", "a\\", "a *", "a*",
        "a ?.txt",
        "a [b]", "a {b,c}", "a {1..3}", "a ~", "~/bin/a", "a ~user/x", "a # c", "#", "! a", "a !b", "(a)", "a ()",
        "a^b",
        "a\nb", "a\rb", "a\r", "a\u{0b}b", "a\0b", "a \u{7f}", "a ü", "ü",
    ])
    func `a line with a character that means something to a shell goes to it`(line: String) {
        #expect(ShellLine(utf8(line)) == .shell)
    }

    @Test func `only the plain characters are plain`() {
        let plain = Set(utf8("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+./:,@%= \t"))
        let wrong = (0...UInt8.max).filter { byte in
            let isDirect = if case .direct = ShellLine(utf8("x a") + [byte] + utf8("b")) { true } else { false }
            return isDirect != plain.contains(byte)
        }
        #expect(wrong == [])
    }

    @Test(arguments: ["A=1 b", "A=1", "=b", "a=b", "A+=1 b", "%1", "a%b c", "  A=1 b", "/a=b/c x"])
    func `a first word that a shell may read as something else goes to it`(line: String) {
        #expect(ShellLine(utf8(line)) == .shell)
    }

    /// POSIX.1-2017 2.4, 2.9.1.1 and 2.14 name most of them; the rest are builtins of dash, bash, ksh or busybox.
    @Test(arguments: [
        ".", ":", "alias", "bg", "break", "case", "cd", "chdir", "command", "continue", "declare", "do", "done", "echo",
        "elif", "else", "esac", "eval", "exec", "exit", "export", "fc", "fg", "fi", "for", "function", "getopts",
        "hash", "help",
        "history", "if", "in", "jobs", "kill", "let", "local", "newgrp", "popd", "print", "printf", "pushd", "pwd",
        "read",
        "readonly", "return", "select", "set", "shift", "shopt", "source", "test", "then", "time", "times", "trap",
        "type",
        "typeset", "ulimit", "umask", "unalias", "unset", "until", "wait", "while",
    ])
    func `a word that a shell acts on itself goes to it`(word: String) {
        for line in [word, "\(word) x", "\t\(word) -n 1"] { #expect(ShellLine(utf8(line)) == .shell, "\(line)") }
        #expect(ShellLine(utf8("x \(word)")) == .direct([utf8("x"), utf8(word)]))
        #expect(ShellLine(utf8("./\(word)")) == .direct([utf8("./\(word)")]))
    }

    @Test(arguments: ["true x", "true --help", "false --version"])
    func `a program that prints where the builtin is silent goes to the shell`(line: String) {
        #expect(ShellLine(utf8(line)) == .shell)
    }

    @Test(
        arguments: [
            ("ls", "/bin:/usr/bin", ["/bin/ls", "/usr/bin/ls"]), ("ls", "/bin", ["/bin/ls"]),
            // An empty entry is the working directory (POSIX.1-2017 8.3, PATH).
            ("ls", ":/bin", ["./ls", "/bin/ls"]), ("ls", "/bin:", ["/bin/ls", "./ls"]),
            ("ls", "/a::/b", ["/a/ls", "./ls", "/b/ls"]), ("ls", "", ["./ls"]), ("ls", ":", ["./ls", "./ls"]),
            ("ls", "bin:.", ["bin/ls", "./ls"]), ("ls", "/bin/", ["/bin//ls"]),
            ("./ls", "/bin", ["./ls"]), ("/x/ls", "/bin", ["/x/ls"]), ("a/b", "", ["a/b"]), ("a/b", nil, ["a/b"]),
            ("/ls", nil, ["/ls"]),
        ] as [(String, String?, [String])])
    func `a command is looked for where a shell would`(name: String, path: String?, expected: [String]) {
        #expect(
            ShellLine.candidates(for: utf8(name), folders: path.map { ShellLine.folders(of: utf8($0)) })
                == expected.map(utf8))
    }

    @Test func `without a PATH the shell decides`() {
        #expect(ShellLine.candidates(for: utf8("ls"), folders: nil) == nil)
    }

    @Test func `a PATH keeps bytes that are not UTF-8`() {
        #expect(
            ShellLine.candidates(for: utf8("x"), folders: ShellLine.folders(of: [0x2f, 0xff, 0x3a, 0x61])) == [
                [0x2f, 0xff, 0x2f, 0x78], utf8("a/x"),
            ])
    }
}
