// What `taskfarmer run --hosts` prints at its end: the totals, and a line for each host.

package import TaskFarmerCore

package enum HostsReport {
    package typealias Host = (name: String, end: HostEnd, report: AttachedLine?, lastLine: String)

    /// The summary. `elapsed` is in nanoseconds; `stopped` is the signal that came, if one did.
    package static func summary(
        _ hosts: [Host], state: StateRecord?, workDirectory: String, elapsed: Int, stopped: String?
    ) -> String {
        var lines: [String] = []
        if let state { lines.append(RunReport.totals(state, workDirectory)) }
        var all = (attempts: AttemptTotals(), busy: 0.0, slots: 0)
        var rows: [[String]] = []
        for host in hosts {
            var row = ["  \(host.name)", "", "", host.end.words]
            if case .end(let attempts, let busy, let slots)? = host.report?.figures {
                all.attempts += attempts
                all.busy += Double(busy)
                all.slots += slots
                row[1] = RunReport.text(attempts)
                row[2] = Text.count(slots, "slot")
            }
            if case .ended = host.end {} else if !host.lastLine.isEmpty { row[3] += ": \(host.lastLine)" }
            rows.append(row)
        }
        let share = all.busy * 1000 / max(1, Double(elapsed) * Double(all.slots))
        let slots = all.slots == 0 ? "" : "; \(Text.count(all.slots, "slot")) busy \(Text.percent(min(1, share)))"
        lines.append(
            "\(Text.count(hosts.count, "host")): \(RunReport.text(all.attempts)) in "
                + Text.duration(elapsed) + slots)
        lines += Text.table(rows)
        let left = state.map { $0.toprocess + $0.claimed > 0 } ?? true
        if let stopped {
            lines.append("stopped by \(stopped)\(left ? "; run it again to go on" : "")")
        } else if left {
            lines.append("work remains: run it again to go on")
        }
        if let state, state.failed > 0 { lines += RunReport.failed(state, workDirectory) }
        return lines.joined(separator: "\n") + "\n"
    }
}
