// What would be executed for a task, without executing it.

package import TaskFarmerCore
package import TaskFarmerSystem

/// What a runner makes of a task, and what environment it would run in.
package struct LaunchPreview {
    package let launch: Launch
    /// As `NAME=value`; empty for work inside this process.
    package let environment: [[UInt8]]
    /// The attempt's own folder, which is made before it and removed after it.
    package let temporaryFolder: [UInt8]?

    /// The first attempt of a task in slot 0 of a farmer that is to come.
    ///
    /// - Parameters:
    ///   - task: the task
    ///   - runner: how it is executed
    ///   - directory: its work directory, whether or not that exists
    ///   - log: the file its output goes to
    ///   - environment: the farmer's, as `NAME=value`
    package init(
        _ task: FarmTask, runner: any Runner, directory: Path, log: Path, environment: [[UInt8]]
    ) {
        let farmer = Farmer.newName()
        temporaryFolder =
            runner.usesTemporaryFolder
            ? TemporaryFolders.path(of: farmer, in: TemporaryFolders.base, task: task.id, attempt: 1).bytes : nil
        let context = TaskContext(
            attempt: 1, slot: 0, farmer: farmer, workDirectory: directory.bytes, log: log.bytes,
            temporaryFolder: temporaryFolder)
        launch = runner.launch(task, context)
        let entries = TaskEnvironment(inherited: environment, workDirectory: directory, farmer: farmer)
        entries.set(task: task.id, attempt: 1, slot: 0)
        guard case .process(let process) = launch else {
            self.environment = []
            return
        }
        self.environment = entries.entries(process)
    }
}
