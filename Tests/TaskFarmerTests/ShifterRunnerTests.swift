// What the Shifter runner makes of a task, compared with PyTaskFarmer's arguments.

import TaskFarmer
import TaskFarmerCore
import Testing

@Suite("Shifter runner")
struct ShifterRunnerTests {
    private static let reco22 = [
        "Runner = taskfarmer.runners.ShifterRunner",
        "image = zlmarshall/atlas-grid-centos7:20191110",
        "setup = source ${ATLAS_LOCAL_ROOT_BASE}/user/atlasLocalSetup.sh && source ${AtlasSetup}/scripts/asetup.sh Athena,22",
        "modules = cvmfs",
        "tempdir = True",
    ]

    @Test("a section of PyTaskFarmer's documentation gives PyTaskFarmer's arguments")
    func asPyTaskFarmer() throws {
        let runner = try RunnerBench.runner(Self.reco22)
        #expect(runner.usesTemporaryFolder)
        let process = RunnerBench.process(runner, "Reco_tf.py --x 'a b'; ls", RunnerBench.context)
        #expect(
            process.words == [
                "shifter", "--image", "zlmarshall/atlas-grid-centos7:20191110", "--workdir=/tmp/own", "-mcvmfs", "--",
                "/bin/bash", "-c",
                "source ${ATLAS_LOCAL_ROOT_BASE}/user/atlasLocalSetup.sh && "
                    + "source ${AtlasSetup}/scripts/asetup.sh Athena,22 && Reco_tf.py --x 'a b'; ls",
            ])
        #expect(process.changes == ["BASH_ENV=", "TMPDIR=/tmp/own"])
        #expect(process.workingDirectory == nil)
    }

    @Test("an empty setup is no syntax error", arguments: [[], ["setup ="], ["setup =", "tempdir = False"]])
    func emptySetup(_ lines: [String]) throws {
        let runner = try RunnerBench.runner(["Runner = shifter", "image = i"] + lines)
        #expect(!runner.usesTemporaryFolder)
        let words = RunnerBench.process(runner, "ls").words
        #expect(words == ["shifter", "--image", "i", "--", "/bin/bash", "-c", "ls"])
    }

    @Test("volumes and modules stand between the image and the command, and a volume may name a variable")
    func volumes() throws {
        let lines = ["Runner = shifter", "image = i", "volumes = ${HOME}:/data /a:/b", "modules = cvmfs  gpu"]
        let runner = try RunnerBench.runner(lines, environment: ["HOME=/home/me"])
        #expect(
            RunnerBench.process(runner, "ls").words == [
                "shifter", "--image", "i", "-V/home/me:/data", "-V/a:/b", "-mcvmfs", "-mgpu", "--", "/bin/bash", "-c",
                "ls",
            ])
    }

    @Test("a task's words reach bash quoted, its environment and folder as they are")
    func words() throws {
        var task = TaskDescription(arguments: ["ls", "a b"])
        task.environment = [EnvironmentChange("A", "1"), EnvironmentChange("B", bytes: nil)]
        task.workingDirectory = Array("/d".utf8)
        let process = RunnerBench.process(ShifterRunner(image: Array("i".utf8), setup: Array("true".utf8)), task)
        #expect(process.words.last == "true && ls 'a b'")
        #expect(process.changes == ["BASH_ENV=", "A=1", "-B"])
        #expect(process.workingDirectory?.text == "/d")
    }

    @Test("wrong arguments are named with what was expected")
    func problems() {
        #expect(RunnerBench.problem("Runner = shifter") == "1: [mine] image: shifter needs it: The image.")
        #expect(
            RunnerBench.problem("Runner = shifter", "image = --help")
                == "3: [mine] image: expected the name of an image")
        #expect(
            RunnerBench.problem("Runner = shifter", "image = i", "volume = /a:/b")
                == "4: [mine] volume: shifter has no such argument, expected one of: image, setup, volumes, modules, tempdir; "
                + "did you mean volumes?")
    }
}
