// The thread that goes to the lock, so that the one that starts and reaps tasks never waits for a file server.

internal import Synchronization
internal import TaskFarmerCore
internal import TaskFarmerSystem

/// What is asked of the store, one thing at a time.
enum StoreRequest: Sendable {
    case exchange(
        ClaimRequest, filter: TaskFilter?, release: [TaskRecord], drop: [TaskRecord], keepsDelayed: Bool,
        counters: [UInt8])
    /// Has another number of slots.
    case resize(Int)
    /// Looks at `state` without the lock.
    case peek
    /// Also for tasks that failed here and have succeeded on other hosts.
    case lookAround(all: Bool, watched: Set<Int>)
    /// What tasks have left running outside of their process groups is killed first, on demand.
    case leave(release: [TaskRecord], drop: [TaskRecord], reason: String, counters: [UInt8], killsLeftovers: Bool)

    var carriesOver: Bool {
        switch self {
        case .exchange, .leave: true
        case .peek, .lookAround, .resize: false
        }
    }
}

enum StoreAnswer: Sendable {
    case exchanged(Store.Exchange)
    case state(StateRecord?)
    case findings([Store.Finding], elsewhere: Store.Elsewhere)
    /// With the state that it left.
    case left(StateRecord?)
    case failed(FarmError)
}

final class StoreThread: Sendable {
    private struct Desk {
        var request: StoreRequest?
        var answer: StoreAnswer?
        var isClosing = false
    }

    private let desk = Mutex(Desk())
    private let asked: Wakeup
    let answered: Wakeup
    private let thread = WorkerThread()

    /// The new thread alone uses the store from here on. What the scribe knows is written before it is carried over.
    init(_ store: Store, _ scribe: Scribe, _ patience: any LockPatience) throws {
        asked = try Wakeup()
        answered = try Wakeup()
        try thread.start { [self] in
            while let request = nextRequest() {
                if request.carriesOver { scribe.settle() }
                let answer = Self.carryOut(request, store, patience)
                desk.withLock { $0.answer = answer }
                answered.signal()
            }
        }
    }

    private func nextRequest() -> StoreRequest? {
        while true {
            let (request, isClosing) = desk.withLock { desk in
                defer { desk.request = nil }
                return (desk.request, desk.isClosing)
            }
            if let request { return request }
            if isClosing { return nil }
            asked.wait(nanoseconds: -1)
        }
    }

    private static func carryOut(_ request: StoreRequest, _ store: Store, _ patience: any LockPatience) -> StoreAnswer {
        do {
            switch request {
            case .exchange(let request, let filter, let release, let drop, let keepsDelayed, let counters):
                return .exchanged(
                    try store.exchange(
                        request, filter: filter, release: release, drop: drop, keepsDelayed: keepsDelayed,
                        counters: counters, patience))
            case .resize(let slots):
                try store.resize(slots, patience)
                return .state(store.cycle.seen)
            case .peek:
                return .state(StateRecord(try Folder.content(of: store.directory.state)))
            case .lookAround(let all, let watched):
                let findings = try store.lookAround(all: all, patience)
                return .findings(findings, elsewhere: try store.lookElsewhere(for: watched))
            case .leave(let release, let drop, let reason, let counters, let killsLeftovers):
                if killsLeftovers { Leftovers.kill(of: store.farmer) }
                try store.leave(release: release, drop: drop, reason: reason, counters: counters, patience)
                return .left(store.cycle.seen)
            }
        } catch let error as FarmError {
            return .failed(error)
        } catch let error as SystemError {
            return .failed(.system(error))
        } catch {
            return .failed(.damaged(file: store.directory.root.description, "\(error)"))
        }
    }

    func send(_ request: StoreRequest) {
        desk.withLock { $0.request = request }
        asked.signal()
    }

    func takeAnswer() -> StoreAnswer? {
        desk.withLock { desk in
            defer { desk.answer = nil }
            return desk.answer
        }
    }

    /// Ends the thread after what it is doing now.
    func close() {
        desk.withLock { $0.isClosing = true }
        asked.signal()
        thread.join()
    }
}
