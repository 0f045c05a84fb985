// What a farmer tells whoever watches it.

package import TaskFarmerCore
package import TaskFarmerSystem

/// Why a farmer stops before all is done.
package enum StopReason: Sendable, Equatable {
    case signal(Signal)
    case timeout
    /// The end of its time is near, as something says.
    case walltime(source: String)
    /// None of so many tasks that it looked at, of so many that wait, fits before the end of its time: the shortest that is known of
    /// takes so many seconds, and so many nanoseconds are left.
    case tooLittleTime(tasks: Int, of: Int, shortest: Double, left: Int)
    /// It had nothing to run for as long as it was told to wait for that.
    case idle
    /// It can run nothing of what is left, in words.
    case unfit(String)
    /// `--halt`, as it was given.
    case halt(String)
    /// Tasks that failed here have succeeded on other hosts.
    case quarantine
    /// `FarmControl` was used.
    case requested
    case failure(FarmError)

    package var words: String {
        switch self {
        case .signal(let signal): "\(signal)"
        case .timeout: "--timeout"
        case .walltime(let source): "the end of its time (\(source))"
        case .tooLittleTime: "the little time that is left"
        case .idle: "--leave-idle"
        case .unfit(let reason): reason
        case .quarantine: "--quarantine"
        case .halt(let text): "--halt \(text)"
        case .requested: "a request"
        case .failure(let error): "\(error)"
        }
    }
}

package enum FarmEvent: Sendable {
    case started(task: TaskRecord, attempt: Int, slot: Int)
    case ended(Attempt, command: [UInt8])
    /// Something the user should know; one line.
    case note(String)
    case stopping(StopReason)
    case draining
    case progress(FarmProgress)
}

/// How far the work is. Rates are in tasks per second.
package struct FarmProgress: Sendable, Equatable {
    package var state: StateRecord
    /// What this farmer runs, holds unstarted, and has ended without having reported it yet.
    package var running: Int
    package var queued: Int
    package var unreportedDone: Int
    package var unreportedFailed: Int
    /// This farmer's, and what all farmers together have made of late.
    package var rate: Double
    package var totalRate: Double

    /// That of all farmers, as somebody sees it who is none.
    package static func seen(_ state: StateRecord, totalRate: Double) -> FarmProgress {
        FarmProgress(
            state: state, running: state.claimed, queued: 0, unreportedDone: 0, unreportedFailed: 0, rate: 0,
            totalRate: totalRate)
    }
}

/// Watches a farmer. Called on the farmer's own threads; must not block for long.
package protocol FarmObserver: Sendable {
    func observe(_ event: FarmEvent)
    /// How often it wants `progress`, in nanoseconds; nil for never.
    var progressInterval: Int? { get }
}
