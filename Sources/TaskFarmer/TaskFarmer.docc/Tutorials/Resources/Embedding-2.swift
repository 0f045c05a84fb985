import TaskFarmer

@main
enum Embedding {
    static func main() async throws {
        let farmer = try Farmer(.commands((0..<200).map(String.init)), workDirectory: "pi.farm") { task, _ in
            guard let seed = UInt64(task.commandText) else { return .exited(64) }
            print("an estimate from seed \(seed)")
            return .succeeded
        }
        let events = farmer.events
        let watch = Task {
            for await event in events {
                if case .progress(let progress) = event { print("\(progress.done) of \(progress.tasks)") }
            }
        }
        let summary = try await farmer.run()
        await watch.value
        print("\(summary.succeeded) tasks done here")
    }
}
