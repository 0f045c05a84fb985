// What `taskfarmer doctor` measured in a folder. Values only: what they mean is decided in `FolderFitness`.

/// What processes on one or several hosts measured in one folder, and between each other.
package struct FolderExamination: Sendable, Equatable {
    /// What is timed, each as the median of many.
    package enum Speed: String, Sendable, CaseIterable {
        /// The farm's lock taken and let go, nobody else wanting it.
        case lock = "lock cycle"
        /// A change of the shared state: lock, undo record, data, state, each flushed.
        case change
        case create = "create a file"
        case append = "append 4 KiB"
        case flush
    }

    /// One process that took part.
    package struct Peer: Sendable, Equatable {
        /// As it is shown.
        package var name: String
        /// The host's name and what is unique to its boot, a blank between them: equal where two peers share a kernel.
        package var host: String
        package var fileSystem: String
        /// A disk of this node's own, which others cannot see.
        package var isLocal: Bool
        /// Why it does not see what the first peer made; nil where it does.
        package var absence: String?
        package var freeBytes: Int?
        /// nil where the file system does not count them.
        package var freeFiles: Int?
        /// How far its clock is ahead of the first peer's, and the file server's of its own, in microseconds.
        package var skew: Int?
        package var serverSkew: Int?
        /// Nanoseconds.
        package var speeds: [Speed: Int] = [:]

        package init(name: String, host: String, fileSystem: String, isLocal: Bool) {
            self.name = name
            self.host = host
            self.fileSystem = fileSystem
            self.isLocal = isLocal
        }
    }

    /// What a lock that one peer holds is for another.
    package enum Exclusion: Sendable, Equatable {
        case excludes
        /// Both had it at once.
        case excludesNobody
        /// It could not be taken after it was let go.
        case staysTaken
    }

    package struct Pair: Sendable, Equatable {
        package var first: Int
        package var second: Int
        package var exclusion: Exclusion

        package init(_ first: Int, _ second: Int, _ exclusion: Exclusion) {
            self.first = first
            self.second = second
            self.exclusion = exclusion
        }
    }

    /// A process that held the lock was killed on `host`; another peer waited for the lock.
    package struct Kill: Sendable, Equatable {
        package var host: Int
        package var waiter: Int
        /// After how many nanoseconds it was free; nil when it was not within the time that was given.
        package var freed: Int?

        package init(host: Int, waiter: Int, freed: Int?) {
            self.host = host
            self.waiter = waiter
            self.freed = freed
        }
    }

    /// Peers wrote in turn, each after the lock had changed hands: how often it was, and how often the next saw it.
    package struct Turns: Sendable, Equatable {
        package var count = 0
        package var seen = 0
        package init() {}
    }

    /// Changes of a real work directory by all peers at the same time.
    package struct Changes: Sendable, Equatable {
        package var made = 0
        /// How often the one before was another peer's.
        package var handovers = 0
        /// How many each of the peers finds in the end; the least of them.
        package var found = 0
        /// Why a peer stopped before the end, as a farmer would.
        package var fault: String?
        package init() {}
    }

    package var peers: [Peer] = []
    /// Why a farm cannot be made here: locks are refused.
    package var refusedLock: String?
    package var pairs: [Pair] = []
    package var kills: [Kill] = []
    package var turns = Turns()
    package var changes: Changes?
    /// Whether a name that one peer made exclusively could not be made by the next.
    package var createsOnce: Bool?

    package init() {}

    package var hosts: Int { Set(peers.map(\.host)).count }

    /// Which peers are held against each other: all with all as long as they are few, else each with the next.
    package static func pairs(of count: Int) -> [(Int, Int)] {
        if count > 4 { return (0..<count).map { ($0, ($0 + 1) % count) } }
        return (0..<max(0, count)).flatMap { first in (first + 1..<max(first + 1, count)).map { (first, $0) } }
    }
}
