// Whether the machine leaves room for another task: few enough threads that run, and memory enough (`--load`, `--memfree`).

internal import TaskFarmerCore
internal import TaskFarmerSystem

struct HostGate {
    private let mostLoad: Double?
    private let leastMemory: Int?
    private var isOpen = true
    /// Why it is closed, in words.
    private(set) var reason = ""
    private var nextLook = 0
    private var isShort = false
    private var nextGivingUp = 0

    /// Between two looks, in nanoseconds: what was started just now has to show first.
    private static let interval = 1_000_000_000
    private static let rest = 5_000_000_000

    init(_ settings: ResourceSettings) {
        mostLoad = settings.mostLoad
        leastMemory = settings.leastMemory
    }

    private var isUnused: Bool { mostLoad == nil && leastMemory == nil }

    /// When to ask again; nil where nothing holds tasks back.
    var nextQuestion: Int? { isOpen ? nil : nextLook }

    /// Whether another task may be started.
    mutating func isOpen(at now: Int) -> Bool {
        if isUnused { return true }
        look(at: now)
        return isOpen
    }

    private mutating func look(at now: Int) {
        guard now >= nextLook else { return }
        nextLook = now + Self.interval
        isOpen = true
        if let mostLoad {
            let running = HostMemory.runnable
            if Double(running) >= mostLoad {
                isOpen = false
                reason = "\(running) threads of this machine run (--load)"
            }
        }
        if let leastMemory {
            let free = HostMemory.free
            if free < leastMemory {
                isOpen = false
                reason = "\(SizeText.text(free)) of memory is free (--memfree \(SizeText.text(leastMemory)))"
            }
            isShort = free < leastMemory / 2
        }
    }

    /// What was started shows only after a while: until then no other is.
    mutating func noteStart(at now: Int) {
        if isUnused { return }
        isOpen = false
        nextLook = min(nextLook, now + Self.interval / 10)
    }

    /// Whether memory is so short that a task must go; never the last one, which would only begin anew.
    mutating func mustGiveUp(running: Int, at now: Int) -> Bool {
        guard leastMemory != nil, running > 1 else { return false }
        look(at: now)
        guard isShort, now >= nextGivingUp else { return false }
        nextGivingUp = now + Self.rest
        return true
    }
}
