import TaskFarmerCore
import Testing

struct HostListTests {
    private struct Missing: Error {}

    /// What a list of hosts means, written back as `name*slots`, or the problem with it.
    private func parsed(_ text: String, files: [String: String] = [:]) throws -> String {
        do {
            let hosts = try HostList.parse(text) { name in
                guard let content = files[name] else { throw Missing() }
                return content
            }
            return hosts.map { $0.name + ($0.slots.map { "*\($0)" } ?? "") }.joined(separator: " ")
        } catch let problem as HostListProblem {
            return "! " + problem.message
        }
    }

    @Test(arguments: [
        ("n1", "n1"), ("n1,n2*4,me@n3", "n1 n2*4 me@n3"), ("n[1-3]", "n1 n2 n3"),
        ("n[08-11,3]*2,x", "n08*2 n09*2 n10*2 n11*2 n3*2 x"), ("r[1-2]n[1-2]", "r1n1 r1n2 r2n1 r2n2"),
        ("a.b-c_d", "a.b-c_d"), ("fe80::1%eth0", "fe80::1%eth0"), ("10.0.0.[1-2]", "10.0.0.1 10.0.0.2"),
    ])
    func `hosts are read as schedulers and people write them`(text: String, expected: String) throws {
        #expect(try parsed(text) == expected)
    }

    @Test func `a file names one host a line, with comments and blank lines`() throws {
        let file = "# mine\n\n  n1*2 # fast\r\nme@n2\n\tn[3-4]\n"
        #expect(try parsed("n0,@f", files: ["f": file]) == "n0 n1*2 me@n2 n3 n4")
        #expect(throws: Missing.self) { try parsed("@g") }
    }

    @Test(arguments: [
        ("", "--hosts: a host has an empty name"), ("n1,,n2", "--hosts: a host has an empty name"),
        ("n1,", "--hosts: a host has an empty name"), ("n1*0", "--hosts n1*0: expected a whole number"),
        ("n1*", "--hosts n1*: expected a whole number"), ("n1*2*3", "--hosts n1*2*3: expected a whole number"),
        ("-oProxyCommand=x", "--hosts -oProxyCommand=x: not a host's name"),
        ("me@-n1", "--hosts me@-n1: not a host's name"), ("-me@n1", "--hosts -me@n1: not a host's name"),
        ("a b", "--hosts a b: not a host's name"), ("$(x)", "--hosts $(x): not a host's name"),
        ("me@@n1", "--hosts me@@n1: not a host's name"), ("@", "--hosts: @ needs the name of a file"),
        ("n[3-1]", "--hosts n[3-1]: expected ranges"), ("n[1-2", "--hosts n[1-2: expected ranges"),
        ("n1]", "--hosts n1]: expected ranges"), ("n[]", "--hosts n[]: expected ranges"),
        ("n[1-99999]", "--hosts n[1-99999]: expected ranges"), ("n[a-b]", "--hosts n[a-b]: expected ranges"),
        ("n[99999999999999999999-1]", "expected ranges"),
        ("n[1-200]x[1-200]", "expected ranges"), ("n1,n1", "--hosts n1: n1 is named twice; for more tasks"),
        ("me@n1,n1*2", "n1 is named twice"), ("n[1-3],n2", "n2 is named twice"),
        ("n1,@f", "f:2 n1: n1 is named twice, also in --hosts"), ("@g", "g: it names no host"),
        ("@h", "h:1 n1,n2: not a host's name"), ("@i", "i:2 @f: not a host's name"),
    ])
    func `what is wrong is told in one line that says where`(text: String, expected: String) throws {
        let files = ["f": "n2\nn1\n", "g": "\n# none\n", "h": "n1,n2", "i": "n9\n@f\n"]
        let found = try parsed(text, files: files)
        #expect(found.hasPrefix("! ") && found.contains(expected) && !found.contains("\n"), "\(found)")
    }

    @Test func `a name of nothing but ranges is refused, however long it is`() throws {
        let deep = String(repeating: "[1]", count: 200_000)
        let found = try parsed("@f", files: ["f": deep + "\n"])
        #expect(
            found.hasPrefix("! f:1 [1][1]") && found.contains("at most 16 in a name") && found.count < 400, "\(found)")
        let wide = "n[" + Array(repeating: "1-9999", count: 1000).joined(separator: ",") + "]"
        #expect(try parsed(wide).contains("at most 10000 hosts"))
        #expect(try parsed(String(repeating: "[1]", count: 16)) == String(repeating: "1", count: 16))
    }
}
