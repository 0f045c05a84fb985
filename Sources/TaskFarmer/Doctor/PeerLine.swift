// What the doctor and its peers say to each other: one line each way, fields apart by tabs. An answer begins with a mark, since
// whatever started the peer may print lines of its own into the same stream.
//
//   hello                    -> host, boot, file system, 1 if it is the node's own, bytes free, files free (or -)
//   make NAME | see NAME     makes the temporary folder, or opens the one that another has made
//   farm                     makes a little work directory there, as `run` does
//   clock | stamp            -> microseconds since 1970; how far the file server's clock is ahead
//   lock | unlock | wait     -> 1 when the lock was taken; `wait` tries for 5 s
//   turn NUMBER FREELY       -> the number found, which should be NUMBER; writes the next one
//   create NAME              -> 1 when it was there for the making
//   change MILLISECONDS      -> changes made, of these after another's, why it stopped (or -)
//   total                    -> how many changes it finds
//   speed FREELY             -> nanoseconds for each of `FolderExamination.Speed` (or -)
//   hold | kill              starts a process here that takes the lock; kills it
//
// The end of its input ends a peer; whoever has made the folder removes it then.

internal import TaskFarmerSystem

enum PeerLine {
    static let mark = "taskfarmer-doctor"
    static let name = ".taskfarmer-doctor."
    /// How long a peer waits for a lock that should come free.
    static let patience = 5_000_000_000

    static func answer(_ fields: [String]) -> String {
        // A tab or newline in an error's text would be a field or an answer of its own.
        ([mark] + fields.map { String($0.map { $0.isNewline || $0 == "\t" ? " " : $0 }) }).joined(separator: "\t")
            + "\n"
    }

    static func fields(_ line: [UInt8]) -> [String] {
        line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    static func refusal(_ error: any Error) -> [String] {
        if let error = error as? PeerRefusal { return ["error", "\(error.status)", "\(error.peer): \(error.text)"] }
        let known = error as? FarmError ?? (error as? SystemError).map { .system($0) }
        return ["error", "\(known?.exitStatus ?? 74)", known?.description ?? "\(error)"]
    }
}

/// What a peer could not do, or that it cannot be talked with.
package struct PeerRefusal: Error, Sendable, Equatable {
    package var peer: String
    /// The documented exit status.
    package var status: Int32
    package var text: String
    /// No answer came in time; the peer may still be there.
    package var isSilence = false
}
