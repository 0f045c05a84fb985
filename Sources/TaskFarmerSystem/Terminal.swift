// The terminal of this process as a screen: keys come one by one and are not shown, and however the process ends, by whatever signal but
// SIGKILL, the terminal gets back what it was.

internal import CTaskFarmer
internal import Glibc

@safe package final class Terminal {
    private let saved: termios
    private let leaving: [UInt8]
    private let entering: [UInt8]
    private var isEntered = false

    /// The terminal that standard input and output are.
    ///
    /// - Parameters:
    ///   - entering: what is written to it when it becomes a screen
    ///   - leaving: and when it is no screen any more
    /// - Throws: `SystemError` where it is none
    package init(entering: [UInt8], leaving: [UInt8]) throws(SystemError) {
        var settings = termios()
        if unsafe tcgetattr(0, &settings) != 0 { throw SystemError("read the settings of the terminal", code: errno) }
        saved = settings
        self.entering = entering
        self.leaving = leaving
    }

    deinit { leave() }

    /// Takes the screen. Keys that make signals still do.
    ///
    /// - Throws: `SystemError` when that cannot be set
    package func enter() throws(SystemError) {
        if isEntered { return }
        unsafe tf_guard_terminal(0, 1, leaving, leaving.count)
        var raw = saved
        raw.c_lflag &= ~tcflag_t(ICANON | ECHO | IEXTEN)
        raw.c_iflag &= ~tcflag_t(ICRNL | INLCR | IGNCR | IXON)
        unsafe withUnsafeMutableBytes(of: &raw.c_cc) { bytes in
            unsafe bytes[Int(VMIN)] = 1
            unsafe bytes[Int(VTIME)] = 0
        }
        isEntered = true
        if unsafe tcsetattr(0, TCSAFLUSH, &raw) != 0 { throw SystemError("set up the terminal", code: errno) }
        OwnProcess.put(entering, to: 1)
    }

    /// Gives the screen back.
    package func leave() {
        if !isEntered { return }
        isEntered = false
        OwnProcess.put(leaving, to: 1)
        var settings = saved
        _ = unsafe tcsetattr(0, TCSADRAIN, &settings)
        tf_release_terminal()
    }

    /// How large a terminal is now, in characters; what is not known is that of old ones.
    package static func size(_ descriptor: Int32) -> (rows: Int, columns: Int) {
        var rows: Int32 = 0
        var columns: Int32 = 0
        _ = unsafe tf_terminal_size(descriptor, &rows, &columns)
        return (rows > 0 ? Int(rows) : 24, columns > 0 ? Int(columns) : 80)
    }

    /// What was typed; call it when there is something to read.
    ///
    /// - Returns: nil when the terminal is gone
    package static func read() -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 1024)
        while true {
            let count = unsafe Glibc.read(0, &bytes, bytes.count)
            if count > 0 { return Array(bytes[..<count]) }
            if count < 0 && (errno == EINTR || errno == EAGAIN) { return [] }
            return nil
        }
    }
}
