// The most common step of a test.

import Foundation

extension Farm {
    /// Runs a farmer on the list to its end.
    @discardableResult
    func run(_ options: String..., environment: [String: String] = [:]) throws -> Ended {
        try start(["run"] + options + [list.lastPathComponent], environment).wait()
    }
}
