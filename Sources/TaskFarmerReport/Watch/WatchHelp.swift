// What is on the screen of `taskfarmer watch`, and what its keys do.

package enum WatchHelp {
    private static let keys: [(String, String)] = [
        ("Tab, Shift-Tab", "the next table, the one before (also right and left)"),
        ("Up, Down (k, j)", "choose a row; PgUp, PgDn, Home and End go further"),
        ("l (Enter)", "what the chosen task printed last, as it comes"),
        ("e", "explain: all that is known of the chosen task"),
        ("r", "retry: run the chosen failed task again"),
        ("c", "cancel: stop the chosen running task for good"),
        ("d", "drain: the chosen farmer finishes what runs and leaves"),
        ("s, S", "order by the next column; the other way round"),
        ("/", "only rows with this text, but for numbers; Esc: all"),
        ("?", "this help"),
        ("L", "draw the screen anew"),
        ("q", "quit; nothing stops but this"),
    ]
    private static let head: [(String, String)] = [
        ("the bar", "tasks that are over: green or #, of them failed: red or x"),
        ("finished", "exited 0"),
        ("failed", "are not run again, unless somebody retries them"),
        ("skipped", "cancelled, or not wanted"),
        ("claimed", "taken by farmers (how many of them run, or wait to)"),
        ("to process", "nobody has taken them"),
        ("held", "kept back until `taskfarmer release`"),
        ("N/s, left", "tasks that end, of late; how long the rest takes so"),
    ]

    /// The help, as a text that takes the whole screen.
    package static var page: WatchPage {
        func lines(_ pairs: [(String, String)]) -> [String] {
            pairs.map { name, text in
                "  " + name + String(repeating: " ", count: max(2, 18 - name.count)) + text
            }
        }
        func columns<Row>(_ columns: [WatchColumn<Row>]) -> [String] { lines(columns.map { ($0.name, $0.meaning) }) }
        let text =
            ["Keys. Retry, cancel and drain ask before they do it."] + lines(keys)
            + ["", "In a text: up, down, left, right, PgUp, PgDn, Home, End; q or Esc goes back."]
            + ["", "At the top"] + lines(head)
            + ["", "Headings count the rows. A narrow screen leaves columns out. - is not known."]
            + ["", "Farmers"] + columns(WatchTables.farmers)
            + [
                "                    idle: nothing runs; silent: no sign of life, what it told",
                "                    last counts for nothing; nothing fits: of what is left",
            ]
            + ["", "Running tasks, as of the last heartbeats, at most a few seconds old"] + columns(WatchTables.running)
            + ["", "Failed attempts, the latest 200 at most; those of tasks that are run again, too"]
            + columns(WatchTables.failures)
        return WatchPage(.help, title: "help", lines: text, top: 0)
    }
}
