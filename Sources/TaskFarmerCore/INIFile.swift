// An INI file in the dialect of Python's configparser.ConfigParser with `optionxform = str`: keys keep their case. Unlike
// there a bad line is noted, and everything else is read.

package struct INIFile: Sendable, Equatable {
    package struct Entry: Sendable, Equatable {
        package var key: String
        /// As it stands in the file, its continuation lines joined by newlines, references not yet filled in.
        package var value: String
        package var line: Int

        package init(key: String, value: String, line: Int) {
            self.key = key
            self.value = value
            self.line = line
        }
    }

    package struct Section: Sendable, Equatable {
        package var name: String
        package var line: Int
        /// Its own, without those of `[DEFAULT]`.
        package var entries: [Entry]

        package init(name: String, line: Int, entries: [Entry]) {
            self.name = name
            self.line = line
            self.entries = entries
        }
    }

    /// What cannot be used, and what was expected.
    package struct Problem: Error, Sendable, Equatable {
        package var line: Int
        package var section: String?
        package var key: String?
        package var message: String

        package init(line: Int, section: String?, key: String?, message: String) {
            self.line = line
            self.section = section
            self.key = key
            self.message = message
        }
    }

    /// The entries of `[DEFAULT]`.
    package private(set) var defaults: [Entry]
    /// In the order of the file.
    package private(set) var sections: [Section]
    /// In the order of lines.
    package private(set) var problems: [Problem]

    package init(_ bytes: [UInt8]) {
        var reader = INIReader()
        reader.read(bytes)
        defaults = reader.defaults
        sections = reader.sections
        problems = reader.problems
    }

    /// What a section says, `[DEFAULT]` filled in and references replaced: first the keys of `[DEFAULT]` in their order (with
    /// the section's value where it has one of its own), then the section's others. A value with a problem is left out.
    package func values(of section: Section) -> (values: [Entry], problems: [Problem]) {
        var known = Dictionary(defaults.map { ($0.key, $0) }) { first, _ in first }
        var keys = defaults.map(\.key)
        for entry in section.entries where known.updateValue(entry, forKey: entry.key) == nil { keys.append(entry.key) }
        let interpolation = INIInterpolation(values: known.mapValues(\.value), keys: keys, section: section.name)
        var values: [Entry] = []
        var problems: [Problem] = []
        for var entry in keys.compactMap({ known[$0] }) {
            do throws(INIInterpolation.Fault) {
                entry.value = try interpolation.filled(entry.value)
                values.append(entry)
            } catch {
                problems.append(
                    Problem(line: entry.line, section: section.name, key: entry.key, message: error.message))
            }
        }
        return (values, problems)
    }
}
