// A runner of our own: every task runs under nice(1). Registered as a kind, it can be configured in INI files.
//
//     swift run CustomRunner runners.ini background tasks.txt

import Foundation
import TaskFarmer

/// Runs command lines at a lower priority.
struct NiceRunner: Runner {
    let level: Int
    let settings: ProcessSettings

    func launch(_ task: FarmTask, _ context: TaskContext) -> Launch {
        let arguments = ["nice", "-n", String(level), "/bin/sh", "-c"].map { Array($0.utf8) }
        return .process(settings.process(arguments + [task.command], task, context))
    }

    var usesTemporaryFolder: Bool { settings.usesTemporaryFolder }

    static let kind = RunnerKind(
        "nice",
        summary: "Run command lines with a lower priority.",
        arguments: [
            Argument("level", .number(0...19), standard: "10", help: "How much lower, as nice(1) counts.")
        ] + ProcessSettings.arguments
    ) { values in NiceRunner(level: values.number("level") ?? 10, settings: try ProcessSettings(values)) }
}

@main
enum CustomRunner {
    static func main() async {
        let words = Array(CommandLine.arguments.dropFirst())
        guard words.count == 3 else {
            print("usage: CustomRunner INI-FILE RUNNER LIST")
            exit(64)
        }
        do {
            var registry = Registry()
            registry.register(NiceRunner.kind)
            try registry.read(file: words[0])
            let farmer = try Farmer(.file(words[2]), runner: registry.runner(named: words[1]))
            let summary = try await farmer.run()
            print("\(summary.succeeded) succeeded, \(summary.failed) failed; logs in \(farmer.workDirectory)/logs")
            exit(summary.exitStatus)
        } catch let error as FarmError {
            print(error)
            exit(error.exitStatus)
        } catch {
            print(error)
            exit(74)
        }
    }
}
