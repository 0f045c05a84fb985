// What `taskfarmer watch` shows: a work directory as it was read last.

package import TaskFarmerCore

package struct WatchData: Sendable {
    package struct Farmer: Sendable {
        package var entry: RosterEntry
        package var alive: AliveRecord?
        /// It shows no sign of life, or its process is gone.
        package var isSilent = false

        package init(entry: RosterEntry, alive: AliveRecord?, isSilent: Bool = false) {
            self.entry = entry
            self.alive = alive
            self.isSilent = isSilent
        }
    }

    package struct Running: Sendable {
        package var farmer: String
        package var host: String
        package var task: JournalRecord.RunningTask
        /// When its farmer told that it runs, in microseconds since 1970.
        package var seen: Int
        /// How much of a processor it has used of late, or since its start: 1 is one processor.
        package var share: Double?
        /// As it is shown; nil where it is not known yet.
        package var command: String?

        package init(
            farmer: String, host: String, task: JournalRecord.RunningTask, seen: Int, share: Double? = nil,
            command: String? = nil
        ) {
            self.farmer = farmer
            self.host = host
            self.task = task
            self.seen = seen
            self.share = share
            self.command = command
        }
    }

    package struct Failure: Sendable {
        package var attempt: Attempt
        package var command: String?

        package init(attempt: Attempt, command: String? = nil) {
            self.attempt = attempt
            self.command = command
        }

        /// When it ended, in microseconds since 1970.
        package var ended: Int { attempt.started + attempt.wall }
    }

    package var directory: String
    package var state: StateRecord
    package var farmers: [Farmer]
    package var running: [Running]
    /// The latest attempts that failed, the last one first.
    package var failures: [Failure]
    /// Whether these are all: there may be more before them.
    package var hasAllFailures: Bool
    /// When it was read, in microseconds since 1970.
    package var time: Int

    package init(
        directory: String, state: StateRecord, farmers: [Farmer] = [], running: [Running] = [],
        failures: [Failure] = [], hasAllFailures: Bool = true, time: Int
    ) {
        self.directory = directory
        self.state = state
        self.farmers = farmers
        self.running = running
        self.failures = failures
        self.hasAllFailures = hasAllFailures
        self.time = time
    }

    /// What the others told last says nothing of what is.
    private var alive: [Farmer] { farmers.filter { !$0.isSilent } }
    /// Tasks that farmers keep to run them again later.
    package var delayed: Int { alive.reduce(0) { $0 + ($1.alive?.outlook?.delayed ?? 0) } }
    /// Tasks per second, all farmers.
    package var rate: Double { alive.reduce(0) { $0 + Double($1.alive?.milliRate ?? 0) } / 1000 }
    package var left: Int { state.toprocess + state.claimed }
}

/// How it is told: what the machine's clock and names make of numbers.
package struct WatchWords: Sendable {
    /// A moment, in microseconds since 1970, as a time of day or a date.
    package var time: @Sendable (Int) -> String
    package var signalName: @Sendable (Int32) -> String

    package init(time: @escaping @Sendable (Int) -> String, signalName: @escaping @Sendable (Int32) -> String) {
        self.time = time
        self.signalName = signalName
    }
}
