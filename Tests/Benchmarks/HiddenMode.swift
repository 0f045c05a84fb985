// What this program is when it starts itself: a farmer whose tasks run inside it or not, on a slow file system or not, which says at
// its end what it did. Its words are `name=value`.

internal import FoundationEssentials
internal import Synchronization
internal import TaskFarmer
internal import TaskFarmerCore
internal import TaskFarmerSystem

enum HiddenMode {
    static let create = "create"
    static let farmer = "farmer"
    static let simulate = "simulate"

    /// What a farmer that this program started says at its end.
    struct Report: Codable {
        var ended = 0
        var succeeded = 0
        /// Visits at the lock, from opening the work directory to leaving it.
        var visits = 0
        /// From when it was ready to work to when it left, in nanoseconds.
        var elapsed = 0
        /// The processor time of this process, its children excluded, in microseconds.
        var own = 0
        /// VmHWM, and what it was before the farmer was made.
        var peakKiB = 0
        var emptyKiB = 0
        /// File operations below the work directory, by kind.
        var calls: [String: Int] = [:]
    }

    /// Does what the words say, and leaves; returns when they are none of its own.
    static func run(_ words: [String]) {
        switch words.first {
        case create: leave { try makeWorkDirectory(words) }
        case farmer: leave { try work(words) }
        case simulate: leave { try simulate(words) }
        default: return
        }
    }

    private static func leave(_ body: () throws -> Int32) -> Never {
        do {
            OwnProcess.leave(try body())
        } catch {
            OwnProcess.put("\(error)\n", to: 2)
            OwnProcess.leave(70)
        }
    }

    private static func makeWorkDirectory(_ words: [String]) throws -> Int32 {
        guard words.count == 3 else { return 64 }
        let directory = WorkDirectory(Path(words[2]).absolute)
        let list = HandledList(try TaskListFile(Path(words[1])), workDirectory: directory.root)
        let request = FarmRequest(directory: directory, list: list, lockFolder: nil)
        _ = try OpenedFarm.open(request, holder: Farmer.newName(), EndlessPatience())
        return 0
    }
}
