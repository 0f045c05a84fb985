// What the runners for containers make of a task.

import TaskFarmer
import TaskFarmerCore
import TaskFarmerSystem
import Testing

@Suite("Runners for containers")
struct ContainerRunnersTests {
    private static let environment = [
        "HOME=/home/me", "PATH=/bin", "A=1", "SLURM_JOB_ID=9", "BASH_FUNC_module%%=() { :; }",
    ]
    private static let own = [
        "--env=PROC_NUMBER", "--env=TASKFARMER_TASK_ID", "--env=TASKFARMER_ATTEMPT", "--env=TASKFARMER_SLOT",
        "--env=TASKFARMER_WORKDIR", "--env=TASKFARMER_FARMER",
    ]

    /// Everything that there is to set.
    private static func settings() throws -> ContainerSettings {
        var settings = ContainerSettings(image: Array("img:1".utf8))
        settings.currentFolder = Array("/home/me".utf8)
        settings.setup = Array("module load x".utf8)
        settings.shell = ["bash", "-e"].map { Array($0.utf8) }
        settings.volumes = [try #require(ContainerVolume(Array("/data".utf8)))]
        settings.workingDirectory = Array("/data".utf8)
        settings.extra = [Array("--more".utf8)]
        settings.environment = [EnvironmentChange("A", "x"), EnvironmentChange("PATH", "/opt/bin")]
        return settings
    }

    private static func plain() -> ContainerSettings {
        var settings = ContainerSettings(image: Array("img:1".utf8))
        settings.currentFolder = Array("/home/me".utf8)
        return settings
    }

    private static func podman(
        _ settings: ContainerSettings, _ flavor: PodmanRunner.Flavor = .podman, user: Int = 1000
    ) -> PodmanRunner {
        PodmanRunner(
            settings, flavor, nil, environment: environment.map { Array($0.utf8) },
            user: UserIDs(user: user, group: 100))
    }

    private static func task() -> TaskDescription {
        TaskDescription(
            command: Array("gzip x".utf8),
            environment: [EnvironmentChange("A", "2"), EnvironmentChange("GONE", bytes: nil)],
            workingDirectory: Array("sub".utf8))
    }

    @Test("podman: a plain command, as a user and as root")
    func podman() {
        let process = RunnerBench.process(Self.podman(Self.plain()), "gzip x")
        let before = [
            "podman", "run", "--rm", "--name=taskfarmer.node.1.2.7.1", "--log-driver=none",
            "--security-opt=label=disable", "--entrypoint=", "--stop-timeout=0",
        ]
        let after =
            ["--mount=type=bind,source=/home/me,target=/home/me", "--workdir=/home/me"] + Self.own
            + ["--env=A", "--env=SLURM_JOB_ID", "img:1", "/bin/sh", "-c", "gzip x"]
        #expect(process.words == before + ["--userns=keep-id", "--user=1000:100"] + after)
        #expect(process.environment == [] && process.workingDirectory == nil)
        #expect(process.cleanup?.map(\.text) == ["podman", "rm", "--force", "--ignore", "taskfarmer.node.1.2.7.1"])
        let root = RunnerBench.process(Self.podman(Self.plain(), user: 0), "gzip x")
        #expect(root.words == before + ["--user=0:100"] + after)
    }

    @Test("podman: everything that can be said")
    func podmanWhole() throws {
        var settings = try Self.settings()
        settings.usesGPU = true
        let process = RunnerBench.process(Self.podman(settings), Self.task(), RunnerBench.context)
        #expect(
            process.words[8...]
                == ArraySlice(
                    [
                        "--userns=keep-id", "--user=1000:100", "--device=nvidia.com/gpu=all",
                        "--mount=type=bind,source=/home/me,target=/home/me",
                        "--mount=type=bind,source=/farm/work dir,target=/farm/work dir",
                        "--mount=type=bind,source=/tmp/own,target=/tmp/own", "--volume=/data:/data",
                        "--workdir=/data/sub",
                    ] + Self.own + [
                        "--env=SLURM_JOB_ID", "--env=PATH=/opt/bin", "--env=TMPDIR=/tmp/own", "--env=A=2",
                        "--unsetenv=GONE",
                        "--more", "img:1", "bash", "-e", "-c", "{ module load x\n} || exit\ngzip x",
                    ]))
        #expect(process.words[3] == "--name=taskfarmer.node.1.2.7.2")
    }

    @Test("docker: what differs from podman")
    func docker() throws {
        var settings = Self.plain()
        settings.usesGPU = true
        let process = RunnerBench.process(Self.podman(settings, .docker), TaskDescription(arguments: ["ls", "a b"]))
        #expect(
            process.words == [
                "docker", "run", "--rm", "--name=taskfarmer.node.1.2.7.1", "--log-driver=none",
                "--security-opt=label=disable", "--entrypoint=", "--user=1000:100", "--gpus=all",
                "--mount=type=bind,source=/home/me,target=/home/me", "--workdir=/home/me",
            ] + Self.own + ["--env=A", "--env=SLURM_JOB_ID", "img:1", "ls", "a b"])
        #expect(process.cleanup?.map(\.text) == ["docker", "rm", "--force", "taskfarmer.node.1.2.7.1"])
    }

    @Test("a farmer's name that no container could have is made into one, and a folder with a comma stays one")
    func names() {
        var settings = Self.plain()
        settings.currentFolder = Array("/a,\"b".utf8)
        let context = TaskContext(attempt: 1, slot: 0, farmer: "nöde:1", workDirectory: Array("/a,\"b/w".utf8))
        let process = RunnerBench.process(Self.podman(settings), "ls", context)
        #expect(process.words[3] == "--name=taskfarmer.n--de-1.7.1")
        #expect(process.words.contains(#"--mount=type=bind,"source=/a,""b","target=/a,""b""#))
        #expect(process.words.count { $0.hasPrefix("--mount") } == 1, "the work directory lies in it")
    }

    @Test("the host's root is not mounted over the image's")
    func root() {
        var settings = Self.plain()
        settings.currentFolder = Array("/".utf8)
        let process = RunnerBench.process(Self.podman(settings), "ls")
        #expect(process.words.filter { $0.hasPrefix("--mount") }.count == 1)
    }

    @Test("apptainer and singularity: changes to the environment go inside and leave the program alone")
    func apptainer() throws {
        let plain = RunnerBench.process(ApptainerRunner(Self.plain()), "gzip x")
        #expect(
            plain
                == TaskProcess([
                    "apptainer", "exec", "--bind=/home/me", "--pwd=/home/me", "img:1", "/bin/sh", "-c", "gzip x",
                ]))
        var settings = try Self.settings()
        settings.usesGPU = true
        let runner = ApptainerRunner(settings, flavor: .singularity)
        var task = Self.task()
        task.environment.append(EnvironmentChange("PATH", bytes: nil))
        let process = RunnerBench.process(runner, task, RunnerBench.context)
        #expect(
            process.words == [
                "singularity", "exec", "--nv", "--bind=/home/me", "--bind=/farm/work dir", "--bind=/tmp/own",
                "--bind=/data:/data", "--pwd=/data/sub", "--more", "img:1", "bash", "-e", "-c",
                "{ module load x\n} || exit\ngzip x",
            ])
        #expect(
            process.changes == [
                "SINGULARITYENV_TMPDIR=/tmp/own", "SINGULARITYENV_A=2", "-GONE", "-APPTAINERENV_GONE",
                "-SINGULARITYENV_GONE", "-APPTAINERENV_PATH", "-SINGULARITYENV_PATH",
            ])
        #expect(
            RunnerBench.process(ApptainerRunner(settings), "ls").changes
                == ["APPTAINERENV_A=x", "APPTAINERENV_PATH=/opt/bin"])
    }

    @Test("charliecloud: changes to the environment are quoted for it, and an attempt's folder is where it is inside")
    func charliecloud() throws {
        func runner(_ settings: ContainerSettings, _ environment: String...) -> CharliecloudRunner {
            CharliecloudRunner(
                settings, nil, environment: environment.map { Array($0.utf8) }, user: UserIDs(user: 1000, group: 100))
        }
        let plain = RunnerBench.process(runner(Self.plain(), "USER=me"), "gzip x")
        #expect(
            plain
                == TaskProcess([
                    "ch-run", "--bind=/home/me:/home/me", "--cd=/home/me", "img:1", "--", "/bin/sh", "-c", "gzip x",
                ]))
        let process = RunnerBench.process(runner(try Self.settings(), "TMPDIR="), Self.task(), RunnerBench.context)
        #expect(
            process.words == [
                "ch-run", "--bind=/home/me:/home/me", "--bind=/farm/work dir:/farm/work dir", "--bind=/data:/data",
                "--cd=/data/sub", "--env-no-expand", "--set-env=PATH='/opt/bin'", "--set-env=TMPDIR='/tmp/own'",
                "--set-env=A='2'", "--unset-env=GONE", "--more", "img:1", "--", "bash", "-e", "-c",
                "{ module load x\n} || exit\ngzip x",
            ])
        #expect(process.changes == ["USER=1000"])
        var context = RunnerBench.context
        context.temporaryFolder = Array("/scratch/me/own".utf8)
        let elsewhere = RunnerBench.process(runner(Self.plain(), "TMPDIR=/scratch/me", "LOGNAME=me"), "ls", context)
        #expect(elsewhere.words.contains("--set-env=TMPDIR='/tmp/own'"))
        #expect(elsewhere.changes == ["USER=me"])
    }

    @Test("INI files say all that", arguments: ["apptainer", "singularity", "podman", "docker", "charliecloud"])
    func kinds(_ kind: String) throws {
        let lines = [
            "Runner = \(kind)", "image = ${IMAGES}/i.sif", "setup = . ${X}/setup.sh", "volumes = ${HOME} /a:/b",
            "workdir = /b", "extra = --one --two=${HOME}", "env.A = b", "tempdir = True", "shell = /bin/bash",
            "program = /opt/x --flag",
        ]
        let runner = try RunnerBench.runner(lines, environment: ["HOME=/home/me", "IMAGES=/images"])
        #expect(runner.usesTemporaryFolder)
        let words = RunnerBench.process(runner, "ls", RunnerBench.context).words
        #expect(words.starts(with: ["/opt/x", "--flag"]))
        let end = try #require(words.firstIndex(of: "--one"))
        let separator = kind == "charliecloud" ? ["--"] : []
        #expect(
            Array(words[end...])
                == ["--one", "--two=/home/me", "/images/i.sif"] + separator + [
                    "/bin/bash", "-c", "{ . ${X}/setup.sh\n} || exit\nls",
                ])
        #expect(words.contains { $0.hasSuffix("=/home/me:/home/me") } && words.contains { $0.hasSuffix("=/a:/b") })
    }

    @Test("wrong arguments are named with what was expected")
    func problems() {
        func text(_ kind: String, _ line: String) -> String? {
            RunnerBench.problem("Runner = \(kind)", "image = i", line)
        }
        #expect(RunnerBench.problem("Runner = podman") == "1: [mine] image: podman needs it: The image.")
        #expect(
            text("podman", "volumes = /a b:c")
                == "4: [mine] volumes: b:c: expected SOURCE[:DESTINATION[:OPTIONS]], an absolute path inside")
        #expect(text("apptainer", "workdir = sub") == "4: [mine] workdir: sub: expected an absolute path inside")
        #expect(text("docker", "program =") == "4: [mine] program: expected a program")
        #expect(text("docker", "gpu = 2") == "4: [mine] gpu: 2: expected True or False")
        #expect(
            text("charliecloud", "gpu = True")
                == "4: [mine] gpu: ch-run has no argument for GPUs: put their libraries into the image with ch-fromhost and "
                + "leave this away")
        #expect(
            text("charliecloud", "volumes = /a:/b:ro")
                == "4: [mine] volumes: /a:/b:ro: ch-run knows no options, expected SOURCE[:DESTINATION]")
        #expect(
            text("apptainer", "cwd = /a")
                == "4: [mine] cwd: apptainer has no such argument, expected one of: image, shell, setup, volumes, workdir, "
                + "gpu, extra, env.X, tempdir, program")
    }
}
