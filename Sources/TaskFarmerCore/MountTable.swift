// What /proc/self/mounts says of the file system under a path (proc(5)): its type, and for NFS the version.

package enum MountTable {
    /// The type of the file system that an absolute path lies on, as `nfs4 vers=4.2`; nil where the table names none.
    package static func kind(of path: [UInt8], in table: [UInt8]) -> String? {
        var best: (length: Int, kind: String)?
        for line in table.split(separator: 10) {
            let fields = line.split(separator: 32)
            guard fields.count >= 4 else { continue }
            let point = unescaped(fields[1])
            guard covers(point, path), point.count >= best?.length ?? 0 else { continue }
            let options = fields[3].split(separator: UInt8(ascii: ",")).map { $0.text }
            // Mounted `nolock`, NFS has locks of each node's own.
            let told = options.filter { $0.hasPrefix("vers=") || $0 == "nolock" || $0.hasPrefix("local_lock=") }
                .filter { $0 != "local_lock=none" }
            // FUSE without a type of its own: `mfs#server:port` as what is mounted.
            let source = unescaped(fields[0])
            let maker = source.prefix { $0 != UInt8(ascii: "#") }
            let type = fields[2].text + (fields[2].text == "fuse" && maker.count < source.count ? "." + maker.text : "")
            best = (point.count, ([type] + (type.hasPrefix("nfs") ? told : [])).joined(separator: " "))
        }
        return best?.kind
    }

    private static func covers(_ point: [UInt8], _ path: [UInt8]) -> Bool {
        guard path.starts(with: point) else { return false }
        return point.last == UInt8(ascii: "/") || path.count == point.count || path[point.count] == UInt8(ascii: "/")
    }

    /// Blanks and the like stand as `\040`.
    private static func unescaped(_ field: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = field
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.count >= 3, rest.prefix(3).allSatisfy({ 48...55 ~= $0 }) {
                bytes.append(UInt8(truncatingIfNeeded: rest.prefix(3).reduce(0) { $0 * 8 + Int($1 - 48) }))
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }
}
