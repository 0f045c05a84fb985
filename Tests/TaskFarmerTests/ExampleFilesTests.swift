// What the tutorials show is what the examples are.

import TaskFarmer
import TaskFarmerSystem
import Testing

@Suite("Files of the examples")
struct ExampleFilesTests {
    /// The repository.
    static var root: Path {
        var path = Path(#filePath)
        for _ in 0..<3 { path = path.parent }
        return path
    }

    @Test(
        "the tutorials show the examples as they are",
        arguments: [
            ("EmbeddingPackage.swift", "Package.swift"), ("Embedding.swift", "Sources/Embedding/Embedding.swift"),
            ("CustomRunner.swift", "Sources/CustomRunner/CustomRunner.swift"),
            ("CustomHandler.swift", "Sources/CustomHandler/CustomHandler.swift"), ("runners.ini", "runners.ini"),
            ("tasklists.ini", "tasklists.ini"),
        ])
    func tutorials(shown: String, example: String) throws {
        let resources = Self.root.appending("Sources/TaskFarmer/TaskFarmer.docc/Tutorials/Resources")
        let examples = Self.root.appending("Examples/Embedding")
        #expect(try Folder.content(of: resources.appending(shown)) == Folder.content(of: examples.appending(example)))
    }
}
