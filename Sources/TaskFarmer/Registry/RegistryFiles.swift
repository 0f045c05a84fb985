// Reading INI files: where they are looked for, and what their sections become. Whatever is wrong is kept as a problem of the
// section it is in, or of the file, so that it comes out when somebody asks and stands in nobody's way before.

internal import TaskFarmerCore
package import TaskFarmerSystem

extension Registry {
    /// Reads an INI file.
    ///
    /// - Parameter file: its path
    /// - Throws: `FarmError.configuration` when it cannot be read; what is wrong inside it comes out when it is asked for;
    ///   also when somebody else could write to it
    public mutating func read(file: String) throws { try read(Path(file), heedsOnlyOwn: false) }

    /// Accepts files that others could write to: from now on these are read all the same.
    ///
    /// - Parameter paths: files, and folders with all in them
    public mutating func trust(_ paths: [String]) { trust = Trust(named: paths.map { Path($0) }) }

    /// Refuses to go on without what stands in an INI file that somebody else could write to.
    ///
    /// - Throws: `FarmError.configuration` with the first of them
    package func requireTrusted() throws { if let first = refused.first { throw first } }

    /// Reads the places where INI files are looked for, the last ones winning: `/etc/taskfarmer`, `~/.pytaskfarmer`,
    /// `${XDG_CONFIG_HOME:-~/.config}/taskfarmer` and the current folder, in each `runners.d/*.ini` and `tasklists.d/*.ini`, then
    /// `./*.ini`. What cannot be read or used hides nothing else; asking for it says why.
    public mutating func readStandardPlaces() { readStandardPlaces(system: Path("/etc/taskfarmer")) }

    package mutating func readStandardPlaces(system: Path) {
        let home = variable("HOME").map { Path(bytes: $0) }
        var bases: [Path] = [system]
        if let home { bases.append(home.appending(".pytaskfarmer")) }
        if let configuration = variable("XDG_CONFIG_HOME").map({ Path(bytes: $0) }) ?? home?.appending(".config") {
            bases.append(configuration.appending("taskfarmer"))
        }
        for folder in bases.flatMap({ [$0.appending("runners.d"), $0.appending("tasklists.d")] }) {
            read(folder: folder, shown: folder, heedsOnlyOwn: false)
        }
        for name in ["runners.d", "tasklists.d"] { read(folder: Path(name), shown: Path(name), heedsOnlyOwn: false) }
        // Here may lie INI files of any other program.
        read(folder: Path("."), shown: Path(""), heedsOnlyOwn: true)
    }

    private func variable(_ name: String) -> [UInt8]? {
        let prefix = Array("\(name)=".utf8)
        let value = environment.first { $0.starts(with: prefix) }.map { Array($0.dropFirst(prefix.count)) }
        return value?.isEmpty == false ? value : nil
    }

    private mutating func read(folder: Path, shown: Path, heedsOnlyOwn: Bool) {
        let names: [[UInt8]]
        do {
            names = try Folder.names(in: folder)
        } catch {
            if !error.isMissing && !error.isNoFolder { problems.append(DefinitionProblem(unread: folder, error)) }
            return
        }
        let ending = Array(".ini".utf8)
        for name in names.filter({ $0.suffix(4) == ending[...] && $0.first != UInt8(ascii: ".") })
            .sorted(by: { $0.lexicographicallyPrecedes($1) })
        {
            let file = shown.appending(bytes: name)
            // A folder of that name in the current one is nobody's fault; and a named pipe would be waited for.
            let facts = try? Folder.facts(file)
            if let facts, !facts.isRegular {
                if !heedsOnlyOwn {
                    problems.append(
                        DefinitionProblem(file: file.description, text: "cannot be read: expected a file of text"))
                }
                continue
            }
            do {
                try read(file, heedsOnlyOwn: heedsOnlyOwn)
            } catch {
                if case .configuration(_, _, let text) = error {
                    problems.append(DefinitionProblem(file: file.description, text: text))
                }
            }
        }
    }

    private mutating func read(_ path: Path, heedsOnlyOwn: Bool) throws(FarmError) {
        let (bytes, facts) = try Self.content(of: path)
        let file = INIFile(bytes)
        forget(path)
        let isOwn = { (section: INIFile.Section) in
            section.entries.contains { ["Runner", "TaskList"].contains($0.key) }
        }
        var left = heedsOnlyOwn ? file.sections.filter { !isOwn($0) } : []
        strange += left.map { DefinitionPlace(file: path.description, line: $0.line, section: $0.name) }
        if heedsOnlyOwn && left.count == file.sections.count { return }
        do throws(FarmError) {
            try trust.require(path, opened: facts, "an INI file")
        } catch {
            refused.append(error)
            throw error
        }
        var found = file.problems.map { DefinitionProblem(file: path.description, $0) }
        for section in file.sections {
            // What is wrong inside a section is the section's.
            let own = found.filter { $0.section == section.name }
            found.removeAll { $0.section == section.name }
            if left.first == section {
                left.removeFirst()
            } else {
                define(
                    DefinitionPlace(file: path.description, line: section.line, section: section.name), file, section,
                    own)
            }
        }
        problems += found
    }

    private static let largestFile = 16 << 20

    private static func content(of path: Path) throws(FarmError) -> ([UInt8], FileFacts) {
        var bytes: [UInt8] = []
        let facts: FileFacts
        do throws(SystemError) {
            // Piece by piece, since it may be a pipe.
            let file = try Descriptor(path, .reading)
            facts = try file.facts()
            var part: [UInt8] = []
            while bytes.count <= largestFile, try file.readNext(into: &part, count: 1 << 16) { bytes += part }
        } catch {
            throw .configuration(file: path.description, line: nil, "cannot be read: \(error.reason)")
        }
        if bytes.count > largestFile {
            throw .configuration(file: path.description, line: nil, "cannot be read: expected a file below 16 MiB")
        }
        return (bytes, facts)
    }

    /// A file that is found a second time does not hide itself: it counts where it is found last.
    private mutating func forget(_ path: Path) {
        let name = path.description
        guard let old = files.updateValue(name, forKey: (path.resolved ?? path).bytes) else { return }
        runners.removeAll { $0.file == old }
        handlers.removeAll { $0.file == old }
        problems.removeAll { $0.file == old }
        strange.removeAll { $0.file == old }
    }

    private mutating func define(
        _ place: DefinitionPlace, _ file: INIFile, _ section: INIFile.Section, _ known: [DefinitionProblem]
    ) {
        var (entries, wrong) = file.values(of: section)
        let found = known + wrong.map { DefinitionProblem(file: place.file, $0) }
        let runner = entries.first { $0.key == "Runner" }
        let handler = entries.first { $0.key == "TaskList" }
        entries.removeAll { ["Runner", "TaskList"].contains($0.key) }
        // DEFAULT is for sections of every kind: of it, a kind gets what it knows, and one that takes any key gets all.
        let own = Set(section.entries.map(\.key))
        switch (runner, handler) {
        case (let runner?, nil):
            runners.append(define(place, runner, entries, own, found, runnerKinds, "runner"))
        case (nil, let handler?):
            handlers.append(define(place, handler, entries, own, found, handlerKinds, "task list handler"))
        case (nil, nil):
            let hint = entries.lazy.compactMap { entry in
                Nearest.to(entry.key, in: ["Runner", "TaskList"]).map { "; did you mean \($0) by \(entry.key)?" }
            }.first
            var all = found
            if !found.contains(where: { $0.key == "Runner" || $0.key == "TaskList" }) {
                all.append(
                    DefinitionProblem(
                        file: place.file, line: place.line, section: place.section,
                        text: "expected a key Runner or TaskList\(hint ?? "")"))
            }
            defineUnusable(place, all)
        case (_?, let handler?):
            defineUnusable(
                place,
                found + [
                    DefinitionProblem(
                        file: place.file, line: handler.line, section: place.section, key: "TaskList",
                        text: "a section is a runner or a task list handler, this one has Runner and TaskList")
                ])
        }
    }

    /// Whoever asks for either by this name shall hear why there is none.
    private mutating func defineUnusable(_ place: DefinitionPlace, _ problems: [DefinitionProblem]) {
        runners.append(Definition(name: place.section, place: place, kind: nil, values: [], problems: problems))
        handlers.append(Definition(name: place.section, place: place, kind: nil, values: [], problems: problems))
    }

    private func define<Product>(
        _ place: DefinitionPlace, _ named: INIFile.Entry, _ entries: [INIFile.Entry], _ own: Set<String>,
        _ found: [DefinitionProblem], _ kinds: [Kind<Product>], _ what: String
    ) -> Definition<Product> {
        let kind =
            kinds.last { $0.name == named.value } ?? kinds.last { $0.aliases.contains(named.value) }
        var problems = found.filter { problem in
            guard let key = problem.key, let kind, !own.contains(key) else { return true }
            return kind.argument(key) != nil
        }
        func problem(_ text: String, _ key: String?, _ line: Int?) {
            problems.append(
                DefinitionProblem(file: place.file, line: line, section: place.section, key: key, text: text))
        }
        if kind == nil {
            let names = kinds.map(\.name)
            let hint = Nearest.to(named.value, in: names + kinds.flatMap(\.aliases)).map { "; did you mean \($0)?" }
            problem(
                "no kind of \(what) is called \(named.value), expected one of: \(names.joined(separator: ", "))"
                    + (hint ?? ""),
                named.key, named.line)
        }
        var values: [(key: String, value: String, line: Int)] = []
        for entry in entries {
            guard let kind else { break }
            guard let argument = kind.argument(entry.key) else {
                if !own.contains(entry.key) { continue }
                let names = kind.arguments.map(\.shown)
                let hint = Nearest.to(entry.key, in: names).map { "; did you mean \($0)?" } ?? ""
                problem(
                    names.isEmpty
                        ? "\(kind.name) takes no arguments"
                        : "\(kind.name) has no such argument, expected one of: \(names.joined(separator: ", "))\(hint)",
                    entry.key, entry.line)
                continue
            }
            if entry.value.utf8.contains(0) {
                problem("a NUL byte, which no argument can hold", entry.key, entry.line)
            } else if argument.expandsEnvironment && entry.value.contains("${") {
                // What it looks like shows when it is asked for.
            } else if let complaint = argument.complaint(about: entry.value) {
                problem("\(entry.value): \(complaint)", entry.key, entry.line)
            }
            values.append((entry.key, entry.value, entry.line))
        }
        let given = Set(values.map(\.key) + problems.compactMap(\.key))
        for argument in kind?.arguments ?? [] where argument.isRequired && !given.contains(argument.name) {
            problem("\(kind?.name ?? "") needs it: \(argument.help)", argument.name, place.line)
        }
        return Definition(name: place.section, place: place, kind: kind, values: values, problems: problems)
    }
}

extension DefinitionProblem {
    init(file: String?, _ problem: INIFile.Problem) {
        self.init(file: file, line: problem.line, section: problem.section, key: problem.key, text: problem.message)
    }

    init(unread path: Path, _ error: SystemError) {
        self.init(file: path.description, text: "cannot be read: \(error.reason)")
    }
}
