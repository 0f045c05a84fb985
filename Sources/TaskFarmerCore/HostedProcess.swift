/// What tells a process from all others on all hosts.
package protocol HostedProcess {
    var host: String { get }
    var boot: String { get }
    var processSpace: String { get }
    var process: Int { get }
    /// When the process began, in clock ticks after boot.
    var ticks: Int { get }
}

extension AliveRecord: HostedProcess {}
extension TurnRecord: HostedProcess {}
