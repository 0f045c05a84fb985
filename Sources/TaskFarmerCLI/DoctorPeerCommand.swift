// `taskfarmer doctor-peer`, which `taskfarmer doctor` starts: the words it takes are in PeerLine.swift.

internal import TaskFarmer
internal import TaskFarmerSystem

enum DoctorPeerCommand: Command {
    static let name = "doctor-peer"
    static let summary = "Examine a folder together with others; started by `taskfarmer doctor`."
    static let usage = "DIR [LOCKDIR]"
    static let options: [Option] = []
    static let notes = "Exit status: 0."

    static func run(_ arguments: Arguments, _ process: CommandProcess) throws -> Int32 {
        guard 1...2 ~= arguments.operands.count else { throw UsageError(message: "expected \(usage)") }
        let paths = arguments.operands.map { Path(bytes: $0) }
        let peer = DoctorPeer(
            folder: paths[0], lockFolder: paths.count > 1 ? paths[1] : nil,
            program: DoctorCommand.peer(
                RemoteShell.ownProgram?.bytes ?? Array("taskfarmer".utf8), arguments.operands),
            signals: try SignalSource([.terminate, .interrupt, .hangUp]))
        peer.serve(input: Descriptor(owning: 0, path: "standard input"))
        return 0
    }
}
