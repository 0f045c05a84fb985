// What happens once, and a seam that does something once. In a process of its own: the seam is everybody's.

import Synchronization
import TaskFarmerSystem

/// Happens once, when it is asked whether it does.
final class Once: Sendable {
    private let value = Atomic<Bool>(false)
    var now: Bool {
        value.compareExchange(expected: false, desired: true, ordering: .sequentiallyConsistent).exchanged
    }
    var hasBeen: Bool { value.load(ordering: .sequentiallyConsistent) }
}

extension IOSeam {
    /// From now on, does something at the first call of a kind on a file of a name.
    ///
    /// - Returns: whether it has happened
    @discardableResult
    static func once(
        _ kind: IOCall.Kind, _ name: String, _ body: @escaping @Sendable (IOCall) throws(SystemError) -> Void
    ) -> Once {
        let once = Once()
        let name = Array(name.utf8)
        install { call throws(SystemError) in
            if call.kind == kind, call.path.name == name, once.now { try body(call) }
            return .max
        }
        return once
    }
}
