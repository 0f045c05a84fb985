// A real terminal: a window of tmux, on a server of its own.

import Foundation
import Testing

final class TerminalWindow {
    private let farm: Farm
    private var server: Int32 = 0

    static var isThere: Bool { Farm.has("tmux") && Farm.has("bash") }

    /// Runs a program with its standard streams alone: the server lives on, and Foundation takes a program to run for as long as somebody
    /// has what it was given besides.
    private static let alone = [
        "bash", "-c",
        #"for each in /proc/self/fd/*; do each=${each##*/}; [ "$each" -le 2 ] || eval "exec $each>&-"; done; exec "$@""#,
        "bash",
    ]

    /// Opens a window that runs a line of shell, in the farm's folder.
    init(
        _ farm: Farm, columns: Int = 80, rows: Int = 24, environment: [String: String] = [:], _ command: String
    ) throws {
        self.farm = farm
        let plain = ["LANG": "C.UTF-8", "LC_ALL": "", "LC_CTYPE": "", "TZ": "UTC", "NO_COLOR": ""]
        let variables = plain.merging(environment) { $1 }.map { "\($0.key)=\($0.value)" }
        try run(
            ["-f", "/dev/null", "-u", "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)", "env"] + variables
                + ["sh", "-c", command])
        server = try #require(Int32(answer(to: "#{pid}").dropLast()))
    }

    /// The server's socket lies in the farm's folder, too.
    @discardableResult
    private func run(_ words: [String]) throws -> String {
        let environment = ["TMUX_TMPDIR": farm.folder.path, "TERM": "xterm", "LANG": "C.UTF-8", "TMUX": ""]
        return try farm.startOther(Self.alone + ["tmux", "-L", "t"] + words, environment).ends(0).output
    }

    /// What tmux says of it.
    func answer(to question: String) throws -> String { try run(["display", "-p", question]) }

    /// What it shows.
    func text() throws -> String { try run(["capture-pane", "-p"]) }

    /// The same with the sequences that set colours.
    func looks() throws -> String { try run(["capture-pane", "-p", "-e"]) }

    func press(_ keys: String...) throws { try run(["send-keys"] + keys) }

    func resize(columns: Int, rows: Int) throws {
        try run(["resize-window", "-x", "\(columns)", "-y", "\(rows)"])
    }

    /// Has all that is written to it from now on copied into a file of the farm's folder.
    func record(to name: String) throws { try run(["pipe-pane", "cat >> \(name)"]) }

    /// Waits until it shows what is asked for.
    @discardableResult
    func waits(for text: String..., without other: String? = nil) throws -> String {
        var shown = ""
        do {
            try eventually("the terminal shows \(text)") {
                shown = try self.text()
                return text.allSatisfy { shown.contains($0) } && other.map { !shown.contains($0) } ?? true
            }
        } catch {
            Issue.record("it shows\n\(shown)")
            throw error
        }
        return shown
    }

    /// Whoever runs in it gets SIGHUP. The server may have been started with signals blocked that it would end by.
    func close() { _ = kill(server, SIGKILL) }
}
