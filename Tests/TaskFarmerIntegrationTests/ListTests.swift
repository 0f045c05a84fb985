// Every kind of list: what is a task, what a command may hold, what an edit does.

import Foundation
import Testing

struct ListTests {
    @Test func `blank lines and comments are no tasks and shift no ID`() throws {
        try Farm.use { farm in
            try farm.write(["# a comment", "", "echo zero", "   ", "\t", "#echo no", "echo one # a remark", "echo two"])
            try farm.farmer("-n", "1").ends(0)
            #expect((0..<3).map { farm.log($0) } == ["zero\n", "one\n", "two\n"])
            try farm.expectComplete(3)
        }
    }

    @Test func `CRLF endings and a byte order mark do not become part of a command`() throws {
        try Farm.use { farm in
            let text = "\u{FEFF}echo zero\r\n\r\n# no task\r\n/bin/echo one\r\necho two | cat\r\n"
            try farm.write(bytes: Array(text.utf8))
            try farm.farmer("-n", "1").ends(0)
            #expect((0..<3).map { farm.log($0) } == ["zero\n", "one\n", "two\n"])
            #expect(!farm.bytes("tasks_workdir/finished").contains(13))
            try farm.expectComplete(3)
        }
    }

    @Test func `a last line without newline is a task`() throws {
        try Farm.use { farm in
            try farm.write(bytes: Array("echo zero\necho one".utf8))
            try farm.farmer("-n", "1").ends(0)
            #expect(farm.log(1) == "one\n")
            try farm.expectComplete(2)
        }
    }

    @Test(arguments: ["", "\n", "# nothing to do\n\n", "\u{FEFF}"])
    func `an empty list is done at once`(text: String) throws {
        try Farm.use { farm in
            try farm.write(bytes: Array(text.utf8))
            try farm.farmer().ends(0)
            try farm.expectComplete(0)
            try farm.farmer().ends(0)
        }
    }

    @Test func `quotes, pipes, redirections and variables mean what they mean in a shell`() throws {
        try Farm.use { farm in
            try farm.write([
                #"printf '%s|' "two words" 'and "quotes"' a\ b; echo"#,
                "echo one two | tr ' ' '\\n' | sort -r | head -n 1",
                "echo to a file > out.txt && cat < out.txt",
                "name=value; echo $name ${name}s $(echo nested) `echo old`",
                "for n in 1 2 3; do test $n = 2 && continue; echo $n; done",
                "echo a;echo b&&echo c||echo d",
                "HIDDEN=1 env | grep -c HIDDEN",
                "echo *.nothing ~root /bi[n]",
                "-no-option-of-sh || echo dash",
            ])
            try farm.farmer("-n", "1").ends(0)
            #expect(farm.log(0) == "two words|and \"quotes\"|a b|\n")
            #expect(farm.log(1) == "two\n" && farm.log(2) == "to a file\n")
            #expect(farm.log(3) == "value values nested old\n" && farm.log(4) == "1\n3\n")
            #expect(farm.log(5) == "a\nb\nc\n" && farm.log(6) == "1\n")
            #expect(farm.log(7).hasSuffix(" /bin\n") && farm.log(8).hasSuffix("dash\n"))
            try farm.expectComplete(9)
        }
    }

    @Test func `bytes that are not UTF-8 reach the command unchanged`() throws {
        try Farm.use { farm in
            let odd = (1...255).map(UInt8.init).filter { ![10, 13, UInt8(ascii: "'")].contains($0) }
            let head = Array("printf %s '".utf8)
            let tail = Array("' > odd\n".utf8)
            try farm.write(bytes: head + odd + tail + Array("printf '\\377\\n' | od -An -tx1\n".utf8))
            try farm.farmer("-n", "1", "-v").ends(0)
            #expect(farm.bytes("odd") == odd)
            #expect(farm.log(1).split(separator: " ").first == "ff")
            #expect(farm.bytes("tasks_workdir/finished").starts(with: Array("0 ".utf8) + head + odd))
            try farm.expectComplete(2)
            let timeline = Data(farm.bytes("tasks_workdir/timeline.json"))
            #expect(try JSONSerialization.jsonObject(with: timeline) is [Any])
        }
    }

    @Test func `file names that are not UTF-8, or hold blanks and quotes, are taken as they are`() throws {
        try Farm.use { farm in
            // The shell makes the names: Foundation cannot pass on bytes that are no text.
            let script = #"""
                list=$(printf 'od"d \377 na'"'"'me'); dir=$(printf 'wo rk\376'); echo 'echo ok' > "$list"; set -e
                "$@" run -n 1 "$list"; test -s "${list}_workdir/finished"; "$@" check "$list"
                "$@" run -n 1 -w "$dir" "$list"; test "$(cat "$dir/logs/log_0")" = ok; "$@" check "$dir"
                "$@" status --json "$dir" > status; cp "$dir/timeline.json" timeline
                """#
            let ended = try farm.call(under: ["sh", "-c", script, "sh"])
            #expect(ended.status == 0, "\(ended)")
            let status = try JSONSerialization.jsonObject(with: Data(farm.bytes("status"))) as? [String: Any]
            #expect((status?["workdir"] as? String)?.contains("wo rk\u{FFFD}") == true)
        }
    }

    @Test(arguments: ["run", "-v"])
    func `a NUL is refused with its line, and nothing is left half made`(word: String) throws {
        try Farm.use { farm in
            try farm.write(bytes: Array("echo zero\n# two\necho o\0ne\necho two\n".utf8))
            let ended = try farm.call(word, "tasks")
            #expect(ended.status == 78)
            #expect(ended.errors.contains("tasks:3:") && ended.errors.contains("column 7"), "\(ended.errors)")
            #expect(ended.errors.split(separator: "\n").count == 1, "one clear line")
            #expect(try farm.call("status", "tasks").status == 64, "there is no work directory")
            try farm.write(["echo zero", "echo one"])
            try farm.farmer("-n", "1").ends(0)
            try farm.expectComplete(2)
        }
    }

    @Test func `a line longer than one argument may be runs, with a shell and without one`() throws {
        try Farm.use { farm in
            let long = String(repeating: "0123456789", count: 20_000)
            try farm.write([
                "printf %s '\(long)' | wc -c",
                ": \(String(repeating: "'quoted' ", count: 20_000)); echo $#; readlink /proc/self/fd/0",
                "/bin/echo \(String(repeating: "words ", count: 30_000))",
            ])
            try farm.farmer("-n", "2").ends(0)
            #expect(farm.log(0).trimmingCharacters(in: .whitespacesAndNewlines) == "200000")
            #expect(farm.log(1) == "0\n/dev/null\n")
            #expect(farm.log(2).split(separator: " ").count == 30_000)
            try farm.expectComplete(3)
        }
    }

    @Test func `a list from standard input runs, and goes on without it`() throws {
        try Farm.use { farm in
            try farm.write(["echo zero", "echo one", "test -e mended"], to: "stream")
            #expect(try farm.call("run", "-n", "1", "-w", "tasks_workdir", "-", input: "stream").status == 1)
            #expect(farm.log(0) == "zero\n")
            try farm.write([], to: "mended")
            let again = try farm.call(
                "run", "-n", "1", "--workdir=tasks_workdir", "--retry-failed", "-", input: "stream")
            #expect(again.status == 0, "\(again)")
            try farm.expectComplete(3)
            #expect(try farm.names(in: "tasks_workdir").filter { $0.hasPrefix("stdin") } == [])
        }
    }

    /// A pipe in the farm's folder, held open for writing.
    private func pipe(_ farm: Farm) throws -> FileHandle {
        let path = farm.folder.appending(path: "pipe").path
        try #require(unsafe mkfifo(path, 0o600) == 0)
        let number = unsafe open(path, O_RDWR | O_CLOEXEC)
        try #require(number >= 0)
        return FileHandle(fileDescriptor: number, closeOnDealloc: true)
    }

    @Test(arguments: ["pipe", "-"])
    func `a list from a pipe runs, whoever opens it first`(name: String) throws {
        try Farm.use { farm in
            let pipe = try pipe(farm)
            let farmer = try farm.start(["run", "-w", "tasks_workdir", name], input: name == "-" ? "pipe" : nil)
            try eventually("it is about to read") { farm.exists("tasks_workdir") }
            try pipe.write(contentsOf: Data("echo one\necho two\n".utf8))
            try pipe.close()
            try farmer.ends(0)
            #expect(farm.ids("finished").sorted() == [0, 1])
        }
    }

    @Test(arguments: ["pipe", "-"], [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2])
    func `a stop while a list is still being written makes nothing of its half`(name: String, signal: Int32) throws {
        try Farm.use { farm in
            let pipe = try pipe(farm)
            try pipe.write(contentsOf: Data("echo one\necho remove /data/temp".utf8))
            let farmer = try farm.start(["run", "-w", "tasks_workdir", name], input: name == "-" ? "pipe" : nil)
            try eventually("it reads") { farm.exists("tasks_workdir") }
            farmer.signal(signal)
            let ended = try farmer.ends(75)
            #expect(ended.errors.contains("while the list was read; nothing was made of it"), "\(ended.errors)")
            #expect(!farm.exists("tasks_workdir"))
            withExtendedLifetime(pipe) {}
        }
    }

    @Test func `a pipe without a work directory, or for other hosts, is refused`() throws {
        try Farm.use { farm in
            let pipe = try pipe(farm)
            for words in [["run", "pipe"], ["run", "-w", "w", "--hosts", "n1", "pipe"]] {
                let ended = try farm.start(words).wait()
                #expect(ended.status == 64 && ended.errors.contains("pipe"), "\(ended.errors)")
            }
            #expect(!farm.exists("w"))
            withExtendedLifetime(pipe) {}
        }
    }

    @Test func `standard input without a work directory is refused`() throws {
        try Farm.use { farm in
            try farm.write(["echo zero"], to: "stream")
            let ended = try farm.call("run", "-", input: "stream")
            #expect(ended.status == 64 && ended.errors.contains("--workdir"), "\(ended)")
            #expect(try farm.names(in: ".").filter { !$0.hasPrefix(".") } == ["stream"])
        }
    }
}
