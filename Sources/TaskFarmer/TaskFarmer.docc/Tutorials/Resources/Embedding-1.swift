import TaskFarmer

@main
enum Embedding {
    static func main() async throws {
        let farmer = try Farmer(.commands((0..<200).map(String.init)), workDirectory: "pi.farm") { task, _ in
            print("task \(task.id) shall do \(task.commandText)")
            return .succeeded
        }
        let summary = try await farmer.run()
        print("\(summary.succeeded) tasks done here")
    }
}
