// Counts the file operations of this process and ends it at one of them, as SIGKILL or a power failure would, or fills the
// disk there.

internal import FoundationEssentials
internal import Synchronization
internal import TaskFarmerCore
package import TaskFarmerSystem

package final class Crash: Sendable {
    package enum Mode: String, Sendable, CaseIterable {
        /// SIGKILL before the call.
        case before
        /// The call, a write, carries out half of its bytes; SIGKILL before the next.
        case torn
        /// From the call on the disk is full: that write carries out half of its bytes, later ones nothing, and a flush fails, as
        /// on NFS.
        case full
        /// The first write from the call on carries out half of its bytes and fails; there is room again for those after it.
        case fullOnce
        /// The call, which empties `transaction`, is carried out and fails all the same, as when a file server's answer is lost.
        case answerLost
        /// As `before`, and what was not flushed is as it was when it was flushed last.
        case power
        /// The same for some of the files only: the others reached the disk early.
        case powerOutOfOrder
    }

    private struct Seen {
        var calls: [IOCall] = []
        var isTorn = false
        /// What a power failure leaves of the files that were written to and not flushed since.
        var durable: [Path: Data] = [:]
    }

    private static let noSpace: Int32 = 28
    private static let ioError: Int32 = 5
    private let mode: Mode
    private let index: Int
    private let seen = Mutex(Seen())

    /// Happens at the call `index`, counted from 1; 0 for none.
    package init(_ mode: Mode, at index: Int) {
        self.mode = mode
        self.index = index
    }

    /// Runs `body` with every file operation counted.
    package func watch(_ body: () throws -> Void) rethrows {
        IOSeam.install { [self] call throws(SystemError) in try see(call) }
        defer { IOSeam.install(nil) }
        try body()
    }

    /// What was counted.
    package var calls: [IOCall] { seen.withLock { $0.calls } }

    private func see(_ call: IOCall) throws(SystemError) -> Int {
        try seen.withLock { seen throws(SystemError) in
            seen.calls.append(call)
            let isHere = seen.calls.count == index
            switch mode {
            case .before:
                if isHere { OwnProcess.killSelf() }
            case .torn:
                if seen.isTorn { OwnProcess.killSelf() }
                if isHere {
                    seen.isTorn = true
                    return call.bytes / 2
                }
            case .full:
                if isHere && call.kind == .write { return call.bytes / 2 }
                if index > 0 && seen.calls.count >= index && [.write, .flush].contains(call.kind) {
                    throw SystemError(call.kind.rawValue, call.path, code: Self.noSpace)
                }
            case .fullOnce:
                if index > 0 && seen.calls.count >= index && call.kind == .write && !seen.isTorn {
                    seen.isTorn = true
                    return call.bytes / 2
                }
            case .answerLost:
                if isHere && call.kind == .truncate && call.path.name.text == "transaction" {
                    try? Data().write(to: URL(filePath: call.path.description))
                    throw SystemError("cut", call.path, code: Self.ioError)
                }
            case .power, .powerOutOfOrder:
                if isHere {
                    for (path, content) in seen.durable where mode == .power || path.bytes.count % 2 == index % 2 {
                        try? content.write(to: URL(filePath: path.description))
                    }
                    OwnProcess.killSelf()
                }
                keep(call, in: &seen)
            }
            return .max
        }
    }

    private func keep(_ call: IOCall, in seen: inout Seen) {
        switch call.kind {
        case .write, .truncate:
            if seen.durable[call.path] == nil {
                seen.durable[call.path] = try? Data(contentsOf: URL(filePath: call.path.description))
            }
        case .flush, .unlink, .rename:
            seen.durable[call.path] = nil
        default:
            break
        }
    }
}
