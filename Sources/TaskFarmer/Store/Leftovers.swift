// What the tasks of a farmer that was killed, or that stops, left running on this host. The tasks are gone, but what they
// started may live on in their process groups or outside of them. Every process of a task carries TASKFARMER_FARMER in its
// environment, so it is found by name, not by a number that may belong to somebody else by now.

internal import TaskFarmerCore
internal import TaskFarmerSystem

package enum Leftovers {
    /// Kills the process groups of what a farmer's tasks have left on this host, and waits until it is gone.
    ///
    /// - Returns: how many process groups there were
    @discardableResult
    package static func kill(of farmer: String) -> Int {
        let mark = Array("TASKFARMER_FARMER=\(farmer)".utf8)
        let own = ProcessTable.facts(of: ProcessTable.own)?.group
        var groups: Set<Int32> = []
        let patience = Clock.boot + Self.patience
        var kills = 0
        while kills < 50 {
            let found = ProcessTable.all().filter { !$0.isZombie && $0.group > 1 && $0.group != own }
                .filter { ProcessTable.environment(of: $0.process, contains: mark) }
            if found.isEmpty { break }
            let isPatient = Clock.boot < patience
            let doomed = Set(found.filter { !(isPatient && keepers.contains($0.name)) }.map(\.group))
            groups.formUnion(doomed)
            for group in doomed { Children.signal(group: group, Signal.kill.number) }
            if !doomed.isEmpty { kills += 1 }
            Clock.pause(nanoseconds: doomed.isEmpty ? 20_000_000 : 1_000_000 * kills)
        }
        return groups.count
    }

    /// What waits for the end of a container of podman's, and removes it then: it is given some time for that.
    private static let keepers: Set<String> = ["conmon", "podman"]
    private static let patience = 5_000_000_000  // nanoseconds
}
