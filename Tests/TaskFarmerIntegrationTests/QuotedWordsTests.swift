// What the shell makes of words that were quoted for it.

import Foundation
import TaskFarmerCore
import Testing

struct QuotedWordsTests {
    @Test func `the shell reads quoted words as they were`() throws {
        try Farm.use { farm in
            var generator = SplitMix(seed: 20)
            let special = Array("'\\\"$` \n\t*?[]{}()<>|&;!~#=-%".utf8)
            let words = (0..<400).map { length in
                (0..<(length % 20)).map { _ in
                    Bool.random(using: &generator)
                        ? special.randomElement(using: &generator) ?? 0 : .random(in: 1...255, using: &generator)
                }
            }
            // The format's own NUL cannot be an argument; \0 in it is one.
            let line = ShellQuote.line([Array("printf".utf8), Array(#"%s\0"#.utf8)] + words)
            try Data(line).write(to: farm.folder.appending(path: "script"))
            let output = farm.folder.appending(path: "out")
            try Program(["/bin/sh", "script"], environment: [:], in: farm.folder, output: output, input: nil).ends(0)
            let printed = try Data(contentsOf: output).split(separator: 0, omittingEmptySubsequences: false)
            #expect(printed.map { Array($0) } == words + [[]])
        }
    }

    @Test func `a quoted program is started whatever its name means to the shell`() throws {
        try Farm.use { farm in
            for name in ["if", "A=1", "a b", "{", "!"] {
                let script = farm.folder.appending(path: name)
                try Data("#!/bin/sh\necho started\n".utf8).write(to: script)
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
                let command = ShellQuote.line([Array(name.utf8)])
                let ended = try Program(
                    ["/bin/sh", "-c", String(decoding: command, as: UTF8.self)],
                    environment: ["PATH": farm.folder.path + ":/usr/bin:/bin"], in: farm.folder,
                    output: farm.folder.appending(path: "out"), input: nil
                ).ends(0)
                #expect(ended.output == "started\n", "\(name)")
            }
        }
    }
}
