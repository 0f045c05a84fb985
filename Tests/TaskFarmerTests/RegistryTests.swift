// What sections of INI files become, and what is said of those that cannot be used.

import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

@Suite("Registry")
struct RegistryTests {
    private static func refused(_ text: String, environment: [String] = []) throws -> String {
        try RegistryBench().registry(text: text, environment: environment).runnerRefusal("x")
    }

    // MARK: values

    @Test("a section gets what its kind knows of [DEFAULT], and its own values win")
    func defaults() throws {
        let text = """
            [DEFAULT]
            env.A = default
            env.B = default
            image = of another kind
            unfinished = 100%
            [x]
            Runner = shell
            env.B = own
            [y]
            TaskList = files
            command = cat {}
            """
        let registry = try RegistryBench().registry(text: text)
        #expect(try registry.changes("x").sorted() == ["A=default", "B=own"])
        #expect(registry.handlerRefusal("y") == "none" && registry.problems.isEmpty)
    }

    @Test("a value of [DEFAULT] that a kind knows is checked like its own")
    func wrongDefaults() throws {
        let found = try Self.refused("[DEFAULT]\ntempdir = maybe\n[x]\nRunner = shell\n")
        #expect(found == "x.ini:2: [x] tempdir: maybe: expected True or False")
        let lone = try Self.refused("[DEFAULT]\ncwd = 100%\n[x]\nRunner = shell\n")
        #expect(lone.hasPrefix("x.ini:2: [x] cwd: a lone % at %; expected "), "\(lone)")
    }

    @Test("a kind that takes any key gets those of [DEFAULT], too, as PyTaskFarmer gives them")
    func anyKey() throws {
        let kind = KeepingRunner.kind("keep", Argument("a", help: "A."), Argument("*", help: "Others."))
        let registry = try RegistryBench().registry(
            text: "[DEFAULT]\na = 1\nb = 2\n[x]\nRunner = keep\nc = %(b)s3\n", with: kind)
        #expect(try registry.process("x", "").arguments.map(\.text) == ["1", "b=2", "c=23"])
    }

    @Test("references and percent signs are filled in, an unknown one is refused with the nearest")
    func references() throws {
        let registry = try RegistryBench().registry(
            text: "[x]\nRunner = shell\nenv.A = 1\nenv.B = %(env.A)s 100%% %%(env.A)s\n")
        #expect(try registry.changes("x").last == "B=1 100% %(env.A)s")
        let found = try Self.refused("[x]\nRunner = shell\nsetup = a\nenv.B = %(setpu)s\n")
        #expect(found == "x.ini:4: [x] env.B: %(setpu)s: expected a key of [x] or [DEFAULT]; did you mean %(setup)s?")
    }

    @Test("an environment variable is filled in only where the argument says so")
    func environment() throws {
        let text = "[x]\nRunner = shell\nenv.A = ${V}/${V}${ $V\ncwd = ${V}\nsetup = echo ${V}\n"
        let registry = try RegistryBench().registry(text: text, environment: ["W=no", "V=/v=%"])
        #expect(try registry.changes("x") == ["A=/v=%//v=%${ $V"])
        let process = try registry.process("x", "a")
        #expect(process.workingDirectory?.text == "/v=%")
        #expect(process.arguments.last?.text.contains("echo ${V}\n") == true)
    }

    @Test("a variable that is not there, or is no text, is refused when the runner is asked for")
    func missingVariable() throws {
        let bench = try RegistryBench()
        let text = "[x]\nRunner = shell\nenv.A = ${NO_SUCH}\n[y]\nRunner = shell\n"
        let registry = try bench.registry(text: text)
        #expect(!registry.runners.contains { !$0.problems.isEmpty })
        #expect(registry.runnerRefusal("x") == "x.ini:3: [x] env.A: ${NO_SUCH}: the environment has no such variable")
        #expect(registry.runnerRefusal("y") == "none")
        var other = Registry(environment: [Array("NO_SUCH=".utf8) + [0xFF]])
        try other.read(file: bench.folder.appending("x.ini").description)
        #expect(
            other.runnerRefusal("x").hasSuffix("${NO_SUCH}: its value is not UTF-8; expected text in that encoding"))
    }

    @Test("the form of a value is that of what the environment makes of it")
    func formAfterEnvironment() throws {
        let kind = KeepingRunner.kind("keep", Argument("a", .number(1...9), expandsEnvironment: true, help: "A."))
        let text = "[x]\nRunner = keep\na = ${N}\n"
        let good = try RegistryBench().registry(text: text, environment: ["N=7"], with: kind)
        #expect(try good.process("x", "").arguments.map(\.text) == ["7"])
        let bad = try RegistryBench().registry(text: text, environment: ["N=70"], with: kind)
        #expect(bad.runnerRefusal("x") == "x.ini:3: [x] a: 70: expected a whole number from 1 to 9")
    }

    // MARK: what is wrong

    @Test(
        "a section that cannot be used says why",
        arguments: [
            ("Runner = shel", ":2: [x] Runner: no kind of runner is called shel, expected one of: "),
            ("Runner = shell\nsetpu = a", ":3: [x] setpu: shell has no such argument, expected one of: shell, setup, "),
            ("Runner = shell\ntempdir = maybe", ":3: [x] tempdir: maybe: expected True or False"),
            ("Runner = shell\nenv. = a", ":3: [x] env.: shell has no such argument, expected one of: "),
            ("Runner = shell\nenv.A = a\u{0}b", ":3: [x] env.A: a NUL byte, which no argument can hold"),
            ("Runner = shell\nsetup = a\nsetup = b", ":4: [x] setup: setup is in line 3 already; expected it once"),
            ("Runner = shell\nsetup a", ":3: [x]: setup a: expected key = value"),
            ("Runner = shell\nshell =", ":3: [x] shell: expected a program"),
            ("Runner = a\nTaskList = b", ":3: [x] TaskList: a section is a runner or a task list handler, "),
            ("Runnr = a", ":1: [x]: expected a key Runner or TaskList; did you mean Runner by Runnr?"),
            ("runner = a", ":1: [x]: expected a key Runner or TaskList; did you mean Runner by runner?"),
            ("", ":1: [x]: expected a key Runner or TaskList"),
            ("Runner = %(a)s", ":2: [x] Runner: %(a)s: expected a key of [x] or [DEFAULT]"),
            (
                "Runner = shell\n[x]\nRunner = basic",
                ":3: [x]: the section [x] is in line 1 already; expected another name"
            ),
        ])
    func wrong(lines: String, message: String) throws {
        let registry = try RegistryBench().registry(text: "[x]\n\(lines)\n[y]\nRunner = basic\n")
        let found = registry.runnerRefusal("x")
        #expect(found.hasPrefix("x.ini\(message)"), "\(found)")
        #expect(registry.runnerRefusal("y") == "none", "it hides nothing else")
    }

    @Test("the nearest kind and argument are suggested")
    func nearest() throws {
        #expect(try Self.refused("[x]\nRunner = shel\n").hasSuffix("; did you mean shell?"))
        let alias = try Self.refused("[x]\nRunner = taskfarmer.runners.BasicRuner\n")
        #expect(alias.hasSuffix("; did you mean taskfarmer.runners.BasicRunner?"))
        #expect(try Self.refused("[x]\nRunner = shell\nsetpu = a\n").hasSuffix("; did you mean setup?"))
    }

    @Test("every argument that is missing is named, and one that is wrong is not missing as well")
    func missingArguments() throws {
        let kind = KeepingRunner.kind(
            "keep", Argument("a", isRequired: true, help: "The first."),
            Argument("b", .flag, isRequired: true, help: "The second."))
        let registry = try RegistryBench().registry(text: "[x]\nRunner = keep\nb = maybe\n", with: kind)
        let texts = registry.runners.last?.problems.map(\.error.description) ?? []
        #expect(texts.count == 2)
        #expect(texts.first?.hasSuffix(":3: [x] b: maybe: expected True or False") == true, "\(texts)")
        #expect(texts.last?.hasSuffix(":1: [x] a: keep needs it: The first.") == true, "\(texts)")
        let name = registry.runnerRefusal("keep")
        #expect(
            name
                == "keep: a kind of runner that cannot do without arguments (a, b); expected the name of an INI section "
                + "with Runner = keep")
    }

    @Test("a number and a choice say what was expected")
    func forms() throws {
        let kind = KeepingRunner.kind(
            "keep", Argument("n", .number(2...5), help: "N."), Argument("w", .choice(["red", "green"]), help: "W."))
        func refused(_ line: String) throws -> String {
            try RegistryBench().registry(text: "[x]\nRunner = keep\n\(line)\n", with: kind).runnerRefusal("x")
        }
        #expect(try refused("n = 2") == "none")
        #expect(try refused("w = red") == "none")
        for value in ["1", "6", "2.5", "two", "99999999999999999999", ""] {
            #expect(try refused("n = \(value)") == "x.ini:3: [x] n: \(value): expected a whole number from 2 to 5")
        }
        #expect(try refused("w = gren") == "x.ini:3: [x] w: gren: expected one of red, green; did you mean green?")
    }

    @Test(
        "a later definition that cannot be used is not passed over in silence",
        arguments: ["Runner = shel", "", "a = 1"])
    func laterDefinition(lines: String) throws {
        let bench = try RegistryBench()
        try bench.put("[x]\nRunner = shell\n[shell]\nRunner = basic\n", at: "etc/runners.d/a.ini")
        try bench.put("[x]\n\(lines)\n", at: "home/.pytaskfarmer/runners.d/b.ini")
        let registry = try bench.registry()
        #expect(registry.runnerRefusal("x").hasPrefix("b.ini:"), "\(registry.runnerRefusal("x"))")
        #expect(try registry.runner(named: "shell") is BasicRunner, "a section may have the name of a kind")
    }

    @Test("a line before the first section is told once and hides nothing")
    func beforeSections() throws {
        let registry = try RegistryBench().registry(text: "a = 1\nb = 2\n[x]\nRunner = shell\n")
        #expect(registry.runnerRefusal("x") == "none")
        let found = registry.problems.map { "\($0.line ?? 0): \($0.text)" }
        #expect(found == ["1: a line before the first section; expected [section] above it"])
    }

    // MARK: kinds

    @Test("the names that PyTaskFarmer has for runners and handlers mean ours")
    func aliases() throws {
        let names = [
            ("taskfarmer.task.ListTaskList", "list"), ("taskfarmer.atlas.TransformTaskList", "transform"),
            ("taskfarmer.atlas.AthenaTaskList", "athena"),
        ]
        for (alias, name) in names {
            let registry = try RegistryBench().registry(text: "[x]\nTaskList = \(alias)\n")
            #expect(registry.handlers.last?.kind?.name == name)
        }
        let registry = try RegistryBench().registry(text: "[x]\nRunner = taskfarmer.runners.BasicRunner\n")
        #expect(try registry.runner(named: "x") is BasicRunner)
        #expect(try registry.runner(named: "taskfarmer.runners.BasicRunner") is BasicRunner)
        #expect(try registry.handler(named: "taskfarmer.task.ListTaskList") is ListHandler)
    }

    @Test("a kind of the program is there by its name and in INI files, and takes the place of one of ours")
    func ownKind() throws {
        let kind = KeepingRunner.kind("basic", Argument("a", help: "A."))
        let registry = try RegistryBench().registry(text: "[x]\nRunner = basic\na = 1\n", with: kind)
        #expect(try registry.runner(named: "basic") is KeepingRunner)
        #expect(try registry.process("x", "").arguments.map(\.text) == ["1"])
        #expect(registry.runnerKinds.count { $0.name == "basic" } == 1)
        #expect(registry.runners.count { $0.name == "basic" } == 1)
    }

    @Test("a kind of the program is meant by its name, even where that is another name of one of ours")
    func ownAlias() throws {
        let kind = KeepingRunner.kind("taskfarmer.runners.BasicRunner")
        let registry = try RegistryBench().registry(
            text: "[x]\nRunner = taskfarmer.runners.BasicRunner\n", with: kind)
        #expect(try registry.runner(named: "x") is KeepingRunner)
        #expect(try registry.runner(named: "taskfarmer.runners.BasicRunner") is KeepingRunner)
    }

    @Test("one of ours that is replaced by a kind that needs arguments is gone")
    func replaced() throws {
        var registry = Registry(environment: [])
        registry.register(KeepingRunner.kind("basic", Argument("a", isRequired: true, help: "A.")))
        #expect(registry.runnerRefusal("basic").contains("cannot do without arguments (a)"))
        #expect(
            registry.runnerRefusal("taskfarmer.runners.BasicRunner").hasPrefix(
                "taskfarmer.runners.BasicRunner: no such"))
    }

    @Test("a kind that is registered after a file was read does not hide what the file says")
    func registeredLate() throws {
        let bench = try RegistryBench()
        var registry = try bench.registry(text: "[late]\nRunner = shell\n[x]\nRunner = late\n")
        registry.register(KeepingRunner.kind("late"))
        #expect(try registry.runner(named: "late") is ShellRunner)
        let found = registry.runnerRefusal("x")
        #expect(found.hasPrefix("x.ini:4: [x] Runner: no kind of runner is called late"), "\(found)")
        try registry.read(file: bench.put("[y]\nRunner = late\n", at: "y.ini").description)
        #expect(try registry.runner(named: "y") is KeepingRunner)
    }

    @Test("trying all finds what a kind thinks of its values, but not what the environment is to say")
    func tryAll() throws {
        var registry = try RegistryBench().registry(
            text: "[x]\nRunner = shell\nshell =\n[y]\nRunner = shell\nshell = ${NO_SUCH}\n[z]\nRunner = shell\n")
        registry.tryAll()
        #expect(registry.runners.filter { !$0.problems.isEmpty }.map(\.name) == ["x"])
        #expect(
            registry.runnerRefusal("nothing").contains(
                "expected one of: basic, mpirun, shell, srun, y, z (1 in INI files"))
    }

    @Test("a kind's own complaint names file, line, section and key")
    func ownComplaint() throws {
        let kind = RunnerKind("keep", summary: "Keep.", arguments: [Argument("a", help: "A.")]) { values in
            throw values.problem("expected a better one", key: values.text("a") == nil ? nil : "a")
        }
        let registry = try RegistryBench().registry(
            text: "[x]\n\nRunner = keep\na = 1\n[z]\nRunner = keep\n", with: kind)
        #expect(registry.runnerRefusal("x") == "x.ini:4: [x] a: expected a better one")
        #expect(registry.runnerRefusal("z") == "x.ini:5: [z]: expected a better one")
        #expect(registry.runnerRefusal("keep") == "built in: [keep]: expected a better one")
    }
}
