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
        for round in 0..<50 {
            let found = Set(
                ProcessTable.all().filter { !$0.isZombie && $0.group > 1 && $0.group != own }
                    .filter { ProcessTable.environment(of: $0.process, contains: mark) }.map(\.group))
            if found.isEmpty { break }
            groups.formUnion(found)
            for group in found { Children.signal(group: group, Signal.kill.number) }
            Clock.pause(nanoseconds: 1_000_000 * (round + 1))
        }
        return groups.count
    }
}
