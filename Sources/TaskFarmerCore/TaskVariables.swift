// The environment variables that every task finds, and that only the farmer sets: what a killed farmer left is found by them.

package enum TaskVariables {
    package static let names: Set<String> = [
        "PROC_NUMBER", "TASKFARMER_TASK_ID", "TASKFARMER_ATTEMPT", "TASKFARMER_SLOT", "TASKFARMER_WORKDIR",
        "TASKFARMER_FARMER",
    ]

    /// Why a variable cannot be changed; nil where it can.
    package static func complaint(about name: String) -> String? {
        if name.isEmpty || name.utf8.contains(UInt8(ascii: "=")) || name.utf8.contains(0) {
            return "no environment variable can be called \"\(name)\""
        }
        return names.contains(name) ? "\(name) is for the farmer to set" : nil
    }
}
