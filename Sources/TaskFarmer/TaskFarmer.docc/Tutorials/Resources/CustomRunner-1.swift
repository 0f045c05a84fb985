import TaskFarmer

/// Runs command lines at a lower priority.
struct NiceRunner: Runner {
    let level: Int

    func launch(_ task: FarmTask, _ context: TaskContext) -> Launch {
        let arguments = ["nice", "-n", String(level), "/bin/sh", "-c"].map { Array($0.utf8) }
        return .process(TaskProcess(arguments + [task.command]))
    }
}

@main
enum CustomRunner {
    static func main() async throws {
        let farmer = try Farmer(.file("tasks.txt"), runner: NiceRunner(level: 15))
        let summary = try await farmer.run()
        print("\(summary.succeeded) succeeded, \(summary.failed) failed")
    }
}
