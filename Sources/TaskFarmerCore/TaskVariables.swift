// The environment variables that every task finds, and that only the farmer sets: what a killed farmer left is found by them.

package enum TaskVariables {
    /// Those that differ between attempts, and those that are a farmer's.
    package static let changing = ["PROC_NUMBER", "TASKFARMER_TASK_ID", "TASKFARMER_ATTEMPT", "TASKFARMER_SLOT"]
    package static let constant = ["TASKFARMER_WORKDIR", "TASKFARMER_FARMER"]
    package static let names = Set(changing + constant)

    /// Why a variable cannot be changed; nil where it can.
    package static func complaint(about name: String) -> String? {
        if name.isEmpty || name.utf8.contains(UInt8(ascii: "=")) || name.utf8.contains(0) {
            return "no environment variable can be called \"\(name)\""
        }
        return names.contains(name) ? "\(name) is for the farmer to set" : nil
    }
}
