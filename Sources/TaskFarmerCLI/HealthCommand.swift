// `taskfarmer health`

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerReport
internal import TaskFarmerSystem

package enum HealthCommand: Command {
    package static let name = "health"
    package static let summary = "Tell whether what is left is being done; as JSON, as metrics, over HTTP."
    package static let usage = "[OPTIONS] [LIST|WORKDIR]"
    package static let options: [Option] = [
        Option("json", "Print JSON, as documented in the manual."),
        Option("metrics", "Print metrics in the text format of Prometheus."),
        Option(
            "metrics-file", value: "FILE",
            "Write them into FILE, which is replaced at once: a name in *.prom for node_exporter's textfile collector. Everybody may "
                + "read it.", completion: .file),
        Option("interval", value: "SECONDS", "With --metrics-file: anew every so many seconds, until a signal comes."),
        Option(
            "serve", value: "[ADDRESS:]PORT",
            "Answer over HTTP until a signal comes: /health, /metrics, /status. Port 0: any that is free. Only this machine reaches it, "
                + "unless another address is given: 0.0.0.0:PORT, [::]:PORT.", standard: "127.0.0.1"),
    ]
    package static let notes = """
        A verdict (ok, complete, degraded, failing) and what is to be said: tasks have failed or are held, farmers are silent, paused,
        leaving, held back, or have nothing that fits. It is failing, that is unhealthy, when tasks are left and nobody is at work, when
        none of the farmers shows a sign of life, and when the work directory cannot be read. Changes nothing and takes no lock; over
        HTTP it looks at most once a second. Without LIST or WORKDIR: the work directory that is the current folder, or the only one in it.
        A LIST that has no work directory yet may be served: it is unhealthy until it has one.

        Exit status: 0 healthy, or ended by SIGTERM, SIGINT or SIGHUP; 1 unhealthy; 64 there is no work directory; 74 it cannot be read,
        FILE cannot be written, or the address cannot be had.

        Examples:
          taskfarmer health tasks.txt || mail -s 'have a look' me
          taskfarmer health --serve 9464 tasks.txt
          taskfarmer health --metrics-file /var/lib/node_exporter/tasks.prom --interval 30 tasks.txt
        """

    package static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        let forms = ["json", "metrics", "metrics-file", "serve"].filter(arguments.has)
        if forms.count > 1 { throw UsageError(message: "--\(forms[0]) and --\(forms[1]) exclude each other") }
        let interval = try arguments.seconds("interval")
        if let interval, interval < 1_000_000_000 {
            throw UsageError(message: "--interval \(arguments.text("interval") ?? ""): expected at least 1 second")
        }
        if interval != nil && forms != ["metrics-file"] {
            throw UsageError(message: "--interval needs --metrics-file FILE")
        }
        if let text = arguments.text("serve") {
            guard let address = ServeAddress(parsing: text) else { throw noAddress(text) }
            return try serve(try root(arguments.operands), at: address, text)
        }
        if let file = arguments.path("metrics-file") {
            return try MetricsFile(file, of: try root(arguments.operands), arguments.operands.first).keep(interval)
        }
        return try print(try root(arguments.operands), arguments)
    }

    /// The work directory; of a list that has none yet, where it will be.
    private static func root(_ operands: [[UInt8]]) throws -> Path {
        do { return try Places.existing(operands) } catch FarmError.noWorkDirectory(let message) {
            guard let operand = operands.first.map({ Path(bytes: $0) }), try Folder.facts(operand)?.isRegular == true
            else { throw FarmError.noWorkDirectory(message) }
            return WorkDirectory.standard(for: operand).absolute
        }
    }

    private static func print(_ root: Path, _ arguments: Arguments) throws -> Int32 {
        func put(_ report: HealthReport) throws {
            let text = arguments.has("json") ? report.json : arguments.has("metrics") ? report.metrics : report.text
            try OutputTarget.unlessClosed { try OwnProcess.print(Array(text.utf8)) }
        }
        let report: HealthReport
        do { report = try HealthReading.look(at: root) } catch {
            // Whoever reads it with a program reads it there.
            if arguments.has("json") || arguments.has("metrics") {
                try put(HealthReading.unreadable(CommandLineMain.message(error).text, root))
            }
            throw error
        }
        try put(report)
        return report.health.isHealthy ? 0 : 1
    }

    private static func noAddress(_ text: String) -> UsageError {
        UsageError(
            message:
                "--serve \(text): expected PORT, ADDRESS:PORT or [ADDRESS]:PORT with an address in numbers, like 9464, "
                + "0.0.0.0:9464 or [::1]:9464")
    }

    private static func serve(_ root: Path, at address: ServeAddress, _ text: String) throws -> Int32 {
        let signals = try SignalSource([.terminate, .interrupt, .hangUp])
        let server: AnswerServer
        do { server = try AnswerServer(address: address.address, port: address.port) } catch {
            if error.isInvalid { throw noAddress(text) }
            throw error
        }
        let place = ServeAddress(address: server.address, port: server.port)
        if !place.isLoopback {
            OwnProcess.put(
                "taskfarmer: whoever reaches \(place.text) can read how this work directory is; nothing can be changed there\n",
                to: 2)
        }
        let look = try HealthLook(root)
        defer { look.end() }
        OwnProcess.put(
            "serving \(root.description.oneLine) at http://\(place.text)/ (health), /metrics, /status\n", to: 1)
        let pages = HealthPages(look, isLoopback: place.isLoopback)
        server.serve(until: signals.descriptor, news: look.news) { HealthConversation(pages) }
        return 0
    }
}

/// Metrics that others pick up.
private struct MetricsFile {
    private let file: Path
    private let root: Path

    /// - Parameters:
    ///   - file: where they go
    ///   - root: the work directory
    ///   - operand: what the user named, a list perhaps
    /// - Throws: `UsageError` for a file that must stay, and `SystemError`
    init(_ file: Path, of root: Path, _ operand: [UInt8]?) throws {
        self.file = file
        self.root = root
        let description = try? OpenedFarm.readDescription(WorkDirectory(root))
        for list in [description.map { Path($0.list) }, operand.map { Path(bytes: $0) }] {
            try OutputTarget.refuse(file, WorkDirectory(root), list: list ?? root, option: "metrics-file")
        }
    }

    /// Writes them once, or again and again.
    ///
    /// - Parameter interval: in nanoseconds
    /// - Returns: the exit status
    /// - Throws: what keeps the first of them from being written; without an interval also what keeps the work directory from being read
    func keep(_ interval: Int?) throws -> Int32 {
        guard let interval else {
            let report: HealthReport
            do { report = try HealthReading.look(at: root) } catch {
                try write(HealthReading.unreadable(CommandLineMain.message(error).text, root))
                throw error
            }
            try write(report)
            return report.health.isHealthy ? 0 : 1
        }
        let signals = try SignalSource([.terminate, .interrupt, .hangUp])
        let look = try HealthLook(root)
        defer { look.end() }
        var isFirst = true
        var failure = ""
        while let report = look.wait(until: signals) {
            do {
                try write(report)
                failure = ""
            } catch {
                if isFirst { throw error }
                // A disk that is full now need not be so next time.
                let text = CommandLineMain.message(error).text
                if text != failure { OwnProcess.put("taskfarmer: \(text.oneLine)\n", to: 2) }
                failure = text
            }
            isFirst = false
            if Poll.wait(for: [signals.descriptor], nanoseconds: interval) != 0 { break }
        }
        return 0
    }

    private func write(_ report: HealthReport) throws {
        // The collector is another user's, mostly.
        let file = try ReplacedFile(file, permissions: 0o644)
        try file.write(Array(report.metrics.utf8))
        try file.complete()
    }
}
