import TaskFarmerCore
import Testing

struct GlobPatternTests {
    private static func matches(_ pattern: String, _ path: String) throws -> Bool {
        let glob = try GlobPattern(utf8(pattern))
        let names = path.split(separator: "/").map { utf8(String($0)) }
        let progress = names.dropLast().reduce(glob.start) { glob.entering($1, $0) }
        return glob.matches(names.last ?? [], progress)
    }

    @Test(arguments: [
        ("*.dat", ["a.dat", "b c.dat", "x.y.dat"], ["a.txt", ".dat", ".a.dat", "f/a.dat", "a.dat/b"]),
        ("?.[ab]", ["x.a", "y.b"], ["xy.a", "x.c", ".a"]),
        ("[!a-c]*", ["d", "xa"], ["a", "b1", ".x"]),
        ("[]x]1", ["]1", "x1"], ["[1", "1"]),
        ("[ab", ["[ab"], ["a", "b"]),
        ("a\\*b", ["a*b"], ["axb", "a\\b"]),
        ("run_*/out?/*.root", ["run_1/out0/a.root"], ["run_1/a.root", "run/out0/a.root", "run_1/out0/x/a.root"]),
        ("**/*.dat", ["a.dat", "f/a.dat", "f/g/h/a.dat"], ["f/a.txt", ".f/a.dat", "f/.g/a.dat", "f/.a.dat"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["b", "x/a/b", "a/b/c"]),
        ("**", ["a", "f/a", "f/g/a"], [".a", ".f/a"]),
        ("f/**", ["f/a", "f/g/a"], ["f", "a", "g/a"]),
        (".*/*", [".f/a"], ["f/a", ".f/.a"]),
        ("./*.x", ["a.x"], ["f/a.x"]),
        ("*a*b*c", ["abc", "xaxbxc", "aabbcabc"], ["ab", "acb", "abcx"]),
        ("**/**/x/**/y", ["x/y", "a/x/b/y", "x/x/y"], ["y", "x/b"]),
    ])
    func `a pattern matches what shells with globstar match`(pattern: String, yes: [String], no: [String]) throws {
        for path in yes { #expect(try Self.matches(pattern, path), "\(path)") }
        for path in no { #expect(try !Self.matches(pattern, path), "\(path)") }
    }

    @Test func `a folder in which nothing can match is not walked`() throws {
        let glob = try GlobPattern(utf8("run_*/data/*.dat"))
        #expect(glob.entering(utf8("other"), glob.start).isEmpty)
        #expect(!glob.entering(utf8("run_1"), glob.start).isEmpty)
        #expect(glob.entering(utf8("x"), glob.entering(utf8("data"), glob.entering(utf8("run_1"), glob.start))).isEmpty)
    }

    @Test(arguments: [
        ("/a", "expected a pattern below the folder, without / before it"),
        ("a//b", "expected names between the slashes, such as *.dat"),
        ("", "expected names between the slashes, such as *.dat"),
        ("../a", "expected a pattern below the folder, without .."),
        (".", "expected a pattern such as *.dat or **/*.dat"),
    ])
    func `a pattern that leads elsewhere is refused`(pattern: String, message: String) {
        #expect(throws: GlobPattern.Problem.self) { try GlobPattern(utf8(pattern)) }
        do { _ = try GlobPattern(utf8(pattern)) } catch { #expect(error.message == message) }
    }

    @Test func `many stars take no time that grows with their number's power`() throws {
        let name = String(repeating: "a", count: 250)
        #expect(try !Self.matches(String(repeating: "*a", count: 40) + "b", name))
    }
}
