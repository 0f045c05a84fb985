// The options by which a farmer knows how long tasks take and when its own time is over.

internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerSystem

enum TimeOptions {
    static let options: [Option] = [
        Option(
            "time-limit", value: "TIME",
            "For how long the farmer may work, as in 12h, 90m, 2:00:00 (hours) or 1-12 (days-hours): no task is started that will not be "
                + "over in time, and before the end it stops as SIGUSR1 does.",
            standard: "as long as the scheduler's job, else without end"),
        Option(
            "drain-margin", value: "TIME",
            "So long before that end tasks shall be over, as in 90s or 10m; no less than stopping takes. `none` starts every task, "
                + "whatever is known of it.",
            standard: "the length of --stop-signals and 5 s"),
        Option(
            "history", value: "PATH",
            "An attempts.tsv or a work directory that says how long tasks took before; may be given more than once.",
            completion: .file),
        order,
    ]

    static let halt = Option(
        "halt", value: "WHEN",
        "Stop when that is reached, over all farmers: soon,fail=1 (what runs is let finish), now,fail=10% (what runs is stopped), "
            + "also with success or done in place of fail; never.", standard: "never")

    static func halt(_ arguments: Arguments) throws(UsageError) -> HaltPolicy? {
        guard let text = arguments.text("halt"), text != "never" else { return nil }
        guard let halt = HaltPolicy(text) else {
            throw UsageError(
                message:
                    "--halt \(text): expected never, or soon or now, and fail, success or done with a number or a share, like "
                    + "soon,fail=1 or now,fail=10%")
        }
        return halt
    }

    private static let order = Option(
        "order", value: "ORDER",
        "In which order tasks run, for a work directory that is yet to be made: list, longest or shortest first (by --history, or "
            + "times in the list), random:SEED.", standard: "list, or as the work directory was made",
        completion: .words(["list", "longest", "shortest", "random:1"]))

    /// `--time`: how long a job lasts, in seconds.
    static func jobTime(_ arguments: Arguments) throws(UsageError) -> Int? {
        guard let text = arguments.text("time") else { return nil }
        guard let seconds = WallTime.seconds(text) else {
            throw UsageError(
                message: "--time \(text): expected a time as in 2:00:00 (hours), 90 (minutes) or 1-12 (days-hours)")
        }
        return seconds
    }

    static func limit(_ arguments: Arguments) throws(UsageError) -> Int? {
        guard let text = arguments.text("time-limit") else { return nil }
        guard let limit = Walltime.limit(text) else {
            throw UsageError(
                message:
                    "--time-limit \(text): expected a time with a unit, like 12h or 90m, or like 2:00:00 (hours) or 1-12 (days-hours)"
            )
        }
        return limit
    }

    static func margin(_ arguments: Arguments) throws(UsageError) -> Walltime.Margin {
        guard let text = arguments.text("drain-margin") else { return .standard }
        if text == "none" { return .none }
        guard let time = TimeText.nanoseconds(text) else {
            throw UsageError(message: "--drain-margin \(text): expected a time like 90s or 10m, or none")
        }
        return .time(time)
    }

    static func order(_ arguments: Arguments) throws(UsageError) -> ListOrder? {
        guard let text = arguments.text("order") else { return nil }
        guard let order = ListOrder(text) else {
            if text.hasPrefix("random:") {
                throw UsageError(message: "--order \(text): expected a whole number of at most 18 digits after random:")
            }
            let words = ["list", "longest", "shortest", "random:SEED"]
            let hint = Nearest.to(text, in: words).map { "; did you mean \($0)?" } ?? ""
            throw UsageError(message: "--order \(text): expected one of \(words.joined(separator: ", "))\(hint)")
        }
        return order
    }

    static func histories(_ arguments: Arguments) -> [Path] {
        (arguments.repeated["history"] ?? []).map { Path(bytes: $0) }
    }

    /// What the histories say.
    static func durations(_ arguments: Arguments) throws -> DurationEstimates {
        var durations = DurationEstimates()
        try DurationFiles.read(histories(arguments), into: &durations)
        return durations
    }
}
