// Stub.

internal import Synchronization
internal import TaskFarmerSystem

package final class FarmControl: Sendable {
    package init() throws {}
    package func stop() {}
    package func drain() {}
}
