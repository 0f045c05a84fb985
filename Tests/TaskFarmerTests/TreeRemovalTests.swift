// Removing what a task left in its folder, whatever that is.

import Foundation
import TaskFarmerSystem
import Testing

@Suite("Removing a tree")
struct TreeRemovalTests {
    private func make(_ path: Path) throws { try Folder.make(path) }
    private func put(_ path: Path) throws { try Scratch.put([1], at: path) }

    @Test("folders side by side and in each other go, with what is in them")
    func tree() throws {
        let scratch = try Scratch()
        let root = scratch.path.appending("root")
        try make(root)
        for name in ["a", "b", "c"] {
            let folder = root.appending(name)
            try make(folder)
            for inner in ["x", "y"] {
                try make(folder.appending(inner))
                try make(folder.appending(inner).appending("empty"))
                for file in 0..<50 { try put(folder.appending(inner).appending("\(file)")) }
            }
            try put(folder.appending("file"))
        }
        #expect(TreeRemoval.remove(root) == nil)
        #expect(try Folder.names(in: scratch.path).isEmpty)
        #expect(TreeRemoval.remove(root) == nil, "what is not there is removed")
    }

    @Test("a tree deeper than any path may be long goes")
    func deep() throws {
        let scratch = try Scratch()
        var folder = scratch.path.appending("deep")
        // Grown at its root: the kernel takes no path as long as the whole.
        try make(folder)
        for level in 0..<40 {
            var tower = scratch.path.appending("tower")
            try make(tower)
            for _ in 0..<15 {
                tower = tower.appending(String(repeating: "d", count: 200))
                try make(tower)
            }
            try put(tower.appending("file"))
            try Folder.rename(folder, to: tower.appending("rest\(level)"))
            folder = scratch.path.appending("deep")
            try Folder.rename(scratch.path.appending("tower"), to: folder)
        }
        #expect(TreeRemoval.remove(folder) == nil)
        #expect(try Folder.names(in: scratch.path).isEmpty)
    }

    @Test("folders that their owner forbade itself to read, enter or write go")
    func forbidden() throws {
        let scratch = try Scratch()
        let root = scratch.path.appending("root")
        for (name, mode) in [("none", 0o000), ("blind", 0o300), ("locked", 0o500), ("shut", 0o600)] {
            if try Folder.facts(root) == nil { try make(root) }
            try make(root.appending(name))
            try make(root.appending(name).appending("inner"))
            try put(root.appending(name).appending("inner").appending("file"))
            try FileManager.default.setAttributes(
                [.posixPermissions: mode], ofItemAtPath: root.appending(name).description)
        }
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: root.description)
        #expect(TreeRemoval.remove(root) == nil)
        #expect(try Folder.names(in: scratch.path).isEmpty)
    }

    @Test("a link is removed, and what it leads to is not")
    func links() throws {
        let scratch = try Scratch()
        let (root, kept) = (scratch.path.appending("root"), scratch.path.appending("kept"))
        for folder in [root, kept, root.appending("inner")] { try make(folder) }
        try put(kept.appending("file"))
        for link in [root.appending("link"), root.appending("inner").appending("link"), scratch.path.appending("link")]
        {
            try FileManager.default.createSymbolicLink(
                atPath: link.description, withDestinationPath: kept.description)
        }
        #expect(TreeRemoval.remove(root) == nil)
        #expect(TreeRemoval.remove(scratch.path.appending("link")) != nil, "a link is no folder")
        #expect(try Folder.names(in: kept).count == 1)
    }
}
