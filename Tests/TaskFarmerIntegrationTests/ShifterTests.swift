// An INI file of PyTaskFarmer as it is, with a stand-in for Shifter that records its arguments and runs what follows `--`.

import Foundation
import Testing

struct ShifterTests {
    private static let reco22 = """
        [reco22]
        Runner = taskfarmer.runners.ShifterRunner
        image = zlmarshall/atlas-grid-centos7:20191110
        setup = source ${ATLAS_LOCAL_ROOT_BASE}/user/atlasLocalSetup.sh && source ${AtlasSetup}/scripts/asetup.sh Athena,22.2,latest
        modules = cvmfs
        tempdir = True
        """

    private static let shifter = """
        #!/bin/sh
        printf '%s\\n' "$@" > arguments
        echo "BASH_ENV=$BASH_ENV" >> arguments
        for word; do
            case $word in --workdir=*) own=${word#--workdir=}; test "$TMPDIR" = "$own" && > "$own/here" || exit 99; esac
        done
        until test "$1" = --; do shift; done
        shift
        exec "$@"
        """

    @Test func `an INI file of PyTaskFarmer with a ShifterRunner works as it is`() throws {
        try Farm.use { farm in
            func make(_ text: String, _ folder: String, _ name: String, mode: Int = 0o644) throws {
                let place = farm.folder.appending(path: folder)
                try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
                let file = place.appending(path: name)
                try Data(text.utf8).write(to: file)
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
            }
            try make(Self.reco22, "home/.pytaskfarmer/runners.d", "reco22.ini")
            try make(Self.shifter, "bin", "shifter", mode: 0o755)
            try make("echo ATLAS; export AtlasSetup=$PWD/cvmfs", "cvmfs/user", "atlasLocalSetup.sh")
            try make("echo release $1", "cvmfs/scripts", "asetup.sh")
            try make("exit 3", "home", "environment")
            try farm.write(["echo \"task $PROC_NUMBER\" in $0; exit 4"])
            let own = farm.folder.path
            let path = ProcessInfo.processInfo.environment["PATH"] ?? "/bin:/usr/bin"
            let outside = [
                "HOME": own + "/home", "PATH": "\(own)/bin:\(path)", "BASH_ENV": own + "/home/environment",
                "ATLAS_LOCAL_ROOT_BASE": own + "/cvmfs", "TMPDIR": own,
            ]
            try farm.farmer("-n", "1", "-r", "reco22", environment: outside).ends(1)
            let log = farm.log(0)
            let words = farm.text("arguments").split(separator: "\n").map(String.init)
            try #require(words.count == 9, "\(words) \(log)")
            #expect(words[0...1] == ["--image", "zlmarshall/atlas-grid-centos7:20191110"])
            #expect(words[2].hasPrefix("--workdir=\(own)/"))
            #expect(words[3...6] == ["-mcvmfs", "--", "/bin/bash", "-c"])
            let setup = Self.reco22.split(separator: "\n")[3].dropFirst("setup = ".count)
            #expect(words[7] == "\(setup) && echo \"task $PROC_NUMBER\" in $0; exit 4")
            #expect(words[8] == "BASH_ENV=")
            #expect(log == "ATLAS\nrelease Athena,22.2,latest\ntask 0 in /bin/bash\n")
            #expect(farm.attempts(of: 0).map { $0["exit"] } == ["4"])
            #expect(!FileManager.default.fileExists(atPath: String(words[2].dropFirst("--workdir=".count))))
            #expect(try farm.names(in: ".").filter { $0.hasPrefix("taskfarmer.") } == [])
        }
    }
}
