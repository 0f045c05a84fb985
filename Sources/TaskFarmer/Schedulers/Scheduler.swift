// A scheduler is described by data: how the head of a batch script is written, how a farmer is started on every node, which
// commands submit, list and cancel. Nothing else in the program knows one scheduler from another. In every text, `{word}` stands
// for a value (`BatchScript` has them all); other braces are left as they are.

internal import TaskFarmerCore
internal import TaskFarmerSystem

/// A batch scheduler.
package struct Scheduler: Sendable {
    /// What `--scheduler` calls it.
    package let name: String
    /// Begins the lines that the scheduler reads.
    let directive: String
    /// Directives of every script: `{name}` of the job, `{output}` for its output.
    let head: [String]
    /// Whole nodes, or so many `{processors}` on each: of `{nodes}` nodes.
    let wholeNodes: [String]
    let partsOfNodes: [String]
    /// A job array from 0 to `{last}` of jobs as above; nil where there is none.
    let array: [String]?
    /// A limit of `{clock}` or of `{seconds}`.
    let time: [String]
    /// Has the scheduler warn the farmers `{warning}` seconds before that, so that the job can be queued again; nil where
    /// users may not do that.
    let requeue: [String]?
    /// Shell text that ends the job by queueing it again.
    let requeueNow: String
    /// What the output of a job, alone and in an array, is called inside a folder; what stands for a literal `%`.
    let outputOfJob: String
    let outputOfArray: String
    let percent: String
    /// Shell text: the job's ID as it is listed and as its output is called.
    let jobID: String
    /// Shell text that starts `{farmer}` on the only node, or on each of several (`{script}`: the same as one quoted word;
    /// `{ranked}`: the same, where the highest status of all is that of the whole).
    let launchOnOne: String
    let launchOnAll: String
    /// Prints the ID of the job made of `{script}`, up to a `;` or the end of its last line.
    let submit: String
    /// Prints `ID STATE REASON…` for each job called `{name}` that is not over; states in which it waits.
    let list: String
    let pending: Set<String>
    /// Cancels `{jobs}`, which are waiting.
    let cancel: String
    /// What its commands say when nobody has answered them: what was asked for may have been done.
    let silences: [String]
    /// What the name of its output may not have in it.
    var unfit = ""

    /// Those there are.
    package static let all = [slurm, pbs, flux]
    package static var names: [String] { all.map(\.name) }
    package static func named(_ name: String) -> Scheduler? { all.first { $0.name == name } }

    /// Whether jobs of it can be arrays, and can queue themselves again.
    package var hasArrays: Bool { array != nil }
    package var hasRequeue: Bool { requeue != nil }

    /// Puts values in.
    static func fill(_ template: String, _ values: [String: [UInt8]]) -> [UInt8] {
        var result: [UInt8] = []
        var rest = Array(template.utf8)[...]
        while let open = rest.firstIndex(of: UInt8(ascii: "{")) {
            result += rest[..<open]
            rest = rest[open...]
            if let close = rest.firstIndex(of: UInt8(ascii: "}")), let value = values[rest[(open + 1)..<close].text] {
                result += value
                rest = rest[(close + 1)...]
            } else {
                result.append(rest.removeFirst())
            }
        }
        return result + rest
    }
}
