// Programs for containers as they are on this machine, with an image made of busybox.

import Foundation
import Testing

/// A runner that can be used here, and the farm's environment for it.
struct ContainerProgram {
    var name: String
    var environment: [String: String]
    /// Where it keeps what it makes.
    var storage: URL?
    /// The containers that there are, each with its state; nil where the program keeps none.
    var containers: (() throws -> String)?

    static func run(_ words: [String], in folder: URL, _ environment: [String: String]) throws -> Ended {
        let output = folder.appending(path: ".called")
        return try Program(words, environment: environment, in: folder, output: output, input: nil).wait()
    }

    /// A folder with a shell and what tests call in it; nil without busybox.
    private static func image(_ farm: Farm) throws -> URL? {
        let busybox = URL(filePath: "/bin/busybox")
        guard FileManager.default.isExecutableFile(atPath: busybox.path) else { return nil }
        let image = farm.folder.appending(path: "image")
        for name in ["bin", "dev", "etc", "proc", "sys", "tmp"] {
            try FileManager.default.createDirectory(
                at: image.appending(path: name), withIntermediateDirectories: true)
        }
        for name in ["passwd", "group"] { try Data().write(to: image.appending(path: "etc/\(name)")) }
        try FileManager.default.copyItem(at: busybox, to: image.appending(path: "bin/busybox"))
        for name in ["cat", "env", "id", "ls", "pwd", "sh", "sleep", "test", "touch"] {
            try FileManager.default.createSymbolicLink(
                atPath: image.appending(path: "bin/\(name)").path, withDestinationPath: "busybox")
        }
        return image
    }

    /// Skips a test, and says why.
    private static func skip(_ name: String, _ reason: String) -> ContainerProgram? {
        print("\(name) is not tested: \(reason.split(separator: "\n").last ?? "")")
        return nil
    }

    /// A runner `inside`, and one with folders of the attempts' own.
    private static func define(_ lines: [String], _ farm: Farm) throws {
        try farm.write(["[inside]"] + lines + ["[owning]"] + lines + ["tempdir = True"], to: "inside.ini")
    }

    /// ch-run, and a runner `inside` of it; nil where it cannot be used.
    static func charliecloud(_ farm: Farm) throws -> ContainerProgram? {
        guard let image = try image(farm) else { return skip("ch-run", "no /bin/busybox") }
        let tried = try run(["ch-run", image.path, "--", "/bin/sh", "-c", "exit 7"], in: farm.folder, ["USER": "me"])
        if tried.status != 7 { return skip("ch-run", tried.errors) }
        // Farms lie in /dev/shm or /tmp, which are there inside; elsewhere --write makes the place.
        try define(
            [
                "Runner = charliecloud", "image = \(image.path)", "extra = --write",
                "env.ADDED = it's $HOME",
            ], farm)
        return ContainerProgram(name: "ch-run", environment: [:], storage: nil, containers: nil)
    }

    /// podman with a storage of its own, and a runner `inside` of it; nil where it cannot be used.
    static func podman(_ farm: Farm) throws -> ContainerProgram? {
        guard let image = try image(farm) else { return skip("podman", "no /bin/busybox") }
        // Not in the farm's folder, which containers see whole; and by a short path, since conmon's cannot be long: podman would
        // wait in vain for it to tell the end.
        let storage = URL(filePath: "/tmp/tf-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: storage, withIntermediateDirectories: true)
        let folder = storage.path
        try farm.write(
            ["[storage]", "driver = \"vfs\"", "graphroot = \"\(folder)/graph\"", "runroot = \"\(folder)/run\""],
            to: "storage.conf")
        let environment = [
            "CONTAINERS_STORAGE_CONF": farm.folder.path + "/storage.conf",
            "CONTAINERS_CONF": farm.folder.path + "/containers.conf",
        ]
        // An ENTRYPOINT must not get in the way, nor what the image says about a variable that is taken away.
        let script = """
            tar -C "$1" -cf "$1.tar" . && podman import -q --change 'ENTRYPOINT ["/bin/false"]' --change 'ENV GONE=image' \
            "$1.tar" tf:1
            """
        // Without CAP_SYS_RESOURCE limits can only be lowered; not every runtime can be used with every layout of cgroups.
        let extra = ["--network=host", "--ulimit=nofile=512:512", "--ulimit=nproc=512:512"]
        var reason = ""
        var isUsed = false
        defer { if !isUsed { try? FileManager.default.removeItem(at: storage) } }
        for runtime in ["crun", "runc"] {
            // Nothing is shared with other storages, of other tests or the user's.
            try farm.write(
                [
                    "[engine]", "runtime = \"\(runtime)\"", "tmp_dir = \"\(folder)/libpod\"", "lock_type = \"file\"",
                    "events_logger = \"file\"",
                ], to: "containers.conf")
            let made = try run(["sh", "-c", script, "sh", image.path], in: farm.folder, environment)
            if made.status != 0 { return skip("podman", made.errors) }
            let tried = try run(
                ["podman", "run", "--rm", "--log-driver=none", "--entrypoint="] + extra
                    + ["tf:1", "/bin/sh", "-c", "exit 7"], in: farm.folder, environment)
            isUsed = tried.status == 7
            if !isUsed {
                reason = tried.errors
                continue
            }
            try define(
                [
                    "Runner = podman", "image = tf:1", "extra = \(extra.joined(separator: " "))",
                    "env.ADDED = it's $HOME",
                ], farm)
            return ContainerProgram(name: "podman", environment: environment, storage: storage) {
                let listed = try run(
                    ["podman", "ps", "--all", "--format", "{{.Names}} {{.State}}"], in: farm.folder, environment)
                #expect(listed.status == 0, "\(listed.errors)")
                return listed.output
            }
        }
        return skip("podman", reason)
    }

    /// Ends what a failed test left, with its mounts, and removes the storage.
    func remove(_ farm: Farm) {
        guard let storage else { return }
        _ = try? Self.run(["podman", "rm", "--all", "--force"], in: farm.folder, environment)
        try? FileManager.default.removeItem(at: storage)
    }
}
