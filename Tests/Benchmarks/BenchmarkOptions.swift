// The command line.

struct BenchmarkOptions: Equatable {
    /// Which benchmarks; empty for all.
    var only: Set<Int> = []
    var isSmall = false
    var isLong = false
    var isMarkdown = false
    var isHelp = false
    /// How many rounds, if not as many as each benchmark sees fit.
    var runs: Int?
    var json: String?
    var pytaskfarmer: String?
    var taskfarmer: String?
    var folder: String?

    struct Mistake: Error, Equatable { let message: String }

    static let help = """
        usage: Benchmarks [OPTIONS]

        Measures TaskFarmer against the targets of its design, and against other programs where they are installed, and prints
        one table. Takes about an hour on two cores, and up to 10 GB in its temporary folder.

        options:
          --only N,...           only these benchmarks:
                                   1  no-op tasks a second
                                   2  the farmer's own processor time a task
                                   3  long lists: rate and memory, making a work directory, restart, status, check
                                   4  many farmers on one work directory
                                   5  a slow shared file system
                                   6  file operations a task
                                   7  the end of the list
                                   8  ten thousand farmers, simulated
                                   9  forecasts of `plan` against what happens
          --small                everything small: a smoke run of two minutes, whose figures mean little
          --long                 1,000,000 real processes in benchmark 3 as well
          --runs N               rounds of each comparison (default: 1 to 5, by how long it takes)
          --json FILE            also write every measurement to FILE
          --markdown             print the table as Markdown
          --pytaskfarmer PATH    compare with this pytaskfarmer.py
          --taskfarmer PATH      measure this taskfarmer (default: the one built beside this program)
          --dir DIR              where to make the temporary folder, which is removed at the end (default: TMPDIR, else /tmp)
          --help                 show this and exit

        Exit status: 0 all was run, whatever the figures; 1 something could not be run; 64 wrong usage.
        """

    /// The benchmarks there are.
    static let items = 1...9

    init(_ words: [String]) throws(Mistake) {
        var rest = words[...]
        while let word = rest.popFirst() {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            if let flag = Self.flags[parts[0]] {
                if parts.count > 1 { throw Mistake(message: "\(parts[0]) takes no value") }
                self[keyPath: flag] = true
            } else if Self.values.contains(parts[0]) {
                guard let value = parts.count > 1 ? parts[1] : rest.popFirst(), !value.isEmpty else {
                    throw Mistake(message: "\(parts[0]) needs a value; see --help")
                }
                try set(parts[0], value)
            } else {
                throw Mistake(message: "unknown option \(word); see --help")
            }
        }
    }

    private static var flags: [String: WritableKeyPath<BenchmarkOptions, Bool>] {
        ["--small": \.isSmall, "--long": \.isLong, "--markdown": \.isMarkdown, "--help": \.isHelp, "-h": \.isHelp]
    }
    private static let values: Set = ["--only", "--runs", "--json", "--pytaskfarmer", "--taskfarmer", "--dir"]

    private mutating func set(_ name: String, _ value: String) throws(Mistake) {
        switch name {
        case "--json": json = value
        case "--pytaskfarmer": pytaskfarmer = value
        case "--taskfarmer": taskfarmer = value
        case "--dir": folder = value
        case "--runs":
            guard let number = Int(value), (1...1000).contains(number) else {
                throw Mistake(message: "--runs \(value): expected a number from 1 to 1000")
            }
            runs = number
        default:
            for part in value.split(separator: ",", omittingEmptySubsequences: false) {
                guard let number = Int(part), Self.items.contains(number) else {
                    throw Mistake(
                        message:
                            "--only \(value): expected numbers from \(Self.items.lowerBound) to \(Self.items.upperBound), "
                            + "with commas")
                }
                only.insert(number)
            }
        }
    }
}
