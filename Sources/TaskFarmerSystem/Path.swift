// A path is bytes: names on Linux need not be UTF-8, and none may be lost on the way.

internal import Glibc

/// A path as the kernel takes it: bytes without NUL.
package struct Path: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral {
    package var bytes: [UInt8]

    package init(bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }
    package init(_ text: String) { bytes = Array(text.utf8) }
    package init(stringLiteral text: String) { self.init(text) }

    /// For people; bytes that are not UTF-8 show as U+FFFD.
    package var description: String { String(decoding: bytes, as: UTF8.self) }

    /// A name inside this folder.
    package func appending(_ name: String) -> Path { appending(bytes: Array(name.utf8)) }

    package func appending(bytes name: [UInt8]) -> Path {
        guard !bytes.isEmpty else { return Path(bytes: name) }
        return Path(bytes: bytes.last == UInt8(ascii: "/") ? bytes + name : bytes + [UInt8(ascii: "/")] + name)
    }

    /// The same name with an ending added.
    package func adding(suffix: String) -> Path { Path(bytes: bytes + Array(suffix.utf8)) }

    /// The folder that holds it; "." for a bare name.
    package var parent: Path {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return Path(".") }
        return slash == 0 ? Path("/") : Path(bytes: bytes[..<slash])
    }

    /// The last component, as bytes.
    package var name: [UInt8] {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return bytes }
        return Array(bytes[(slash + 1)...])
    }

    /// Without slashes at its end, except for the root.
    package var trimmed: Path {
        var rest = bytes
        while rest.count > 1, rest.last == UInt8(ascii: "/") { rest.removeLast() }
        return Path(bytes: rest)
    }

    /// The absolute path without symbolic links, as realpath(3) gives it; nil where it does not exist.
    package var resolved: Path? {
        unsafe withCString { text in
            guard let found = unsafe realpath(text, nil) else { return nil }
            defer { unsafe free(found) }
            return unsafe Path(
                bytes: UnsafeBufferPointer(start: found, count: strlen(found)).map(UInt8.init(bitPattern:)))
        }
    }

    /// This path, and where it leads as long as that is a symbolic link, each as it is written.
    package var links: [Path] {
        var found = [self]
        while found.count < 40, let last = found.last {
            var raw = [CChar](repeating: 0, count: 4096)
            let count = unsafe last.withCString { text in unsafe readlink(text, &raw, raw.count) }
            if count <= 0 { break }
            let target = raw[..<count].map(UInt8.init(bitPattern:))
            found.append(target.first == UInt8(ascii: "/") ? Path(bytes: target) : last.parent.appending(bytes: target))
        }
        return found
    }

    /// The absolute path, links of the existing part resolved, whether or not the last component exists.
    package var absolute: Path {
        if let whole = resolved { return whole }
        let clean = trimmed
        return (clean.parent.resolved ?? clean.parent).appending(bytes: clean.name)
    }

    @discardableResult
    func withCString<Result, Failure: Error>(
        _ body: (UnsafePointer<CChar>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let terminated = bytes.map { CChar(bitPattern: $0) } + [0]
        var outcome: Swift.Result<Result, Failure>?
        unsafe terminated.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            outcome = Swift.Result { () throws(Failure) -> Result in unsafe try body(start) }
        }
        guard let outcome else { preconditionFailure("an array with a terminator has an address") }
        return try outcome.get()
    }
}
