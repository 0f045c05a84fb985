// Whether a work directory is all right: the command, its metrics file, and its server among clients of every kind.

import Foundation
import Testing

@Suite("Health") struct HealthTests {
    /// Six tasks of which one fails, twice, and nobody there any more.
    private func makeFinished(_ farm: Farm) throws {
        try farm.write((0..<6).map { "test \($0) -ne 3" })
        try farm.farmer("-n", "2", "--retries", "1").ends(1)
    }

    /// One task is left, and nobody is at work.
    private func makeUnfinished(_ farm: Farm) throws {
        try farm.write(["true", "echo > up; exec sleep 1000"])
        let farmer = try farm.farmer("-n", "1")
        try eventually("the last task is up") { farm.exists("up") }
        farmer.signal(SIGTERM)
        try farmer.ends(75)
    }

    @Test func `what is served agrees with status and with attempts tsv`() throws {
        try Farm.use { farm in
            try farm.write((0..<6).map { "test \($0) -ne 3" } + ["echo > up; until test -e go; do sleep 0.02; done"])
            let farmer = try farm.farmer("-n", "2", "--retries", "1")
            try eventually("only the last task is not over") {
                try farm.exists("up") && farm.object(farm.shown("status", "--json", "tasks"))["attempts"] as? Int == 7
            }
            let server = try farm.served()
            let (health, status) = (try server.get("/health"), try server.get("/status"))
            #expect(health.status == 200 && status.status == 200)
            #expect(health.fields["content-type"] == "application/json")
            let object = try farm.object(health.body)
            #expect(object["status"] as? String == "degraded" && object["healthy"] as? Bool == true)
            let told = try farm.object(farm.shown("status", "--json", "tasks"))
            for key in [
                "tasks", "finished", "failed", "skipped", "claimed", "toprocess", "held", "attempts", "delayed",
            ] {
                #expect(object[key] as? Int == told[key] as? Int && object[key] is Int, "\(key)")
                #expect(try farm.object(status.body)[key] as? Int == told[key] as? Int, "\(key)")
            }
            #expect(Set(try farm.object(status.body).keys) == Set(told.keys))
            let reply = try server.get("/metrics")
            #expect(reply.status == 200)
            #expect(reply.fields["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            let metrics = samples(reply.body)
            #expect(metrics["taskfarmer_attempts_total"] == Double(farm.attempts().count))
            #expect(metrics["taskfarmer_attempt_duration_seconds_count"] == 7)
            let walls = farm.attempts().reduce(0.0) { $0 + (Double($1["wall"] ?? "") ?? .nan) }
            #expect(abs((metrics["taskfarmer_attempt_duration_seconds_sum"] ?? .nan) - walls) < 1e-5)
            for (state, key) in [("finished", "finished"), ("failed", "failed"), ("waiting", "toprocess")] {
                #expect(metrics["taskfarmer_tasks{state=\"\(state)\"}"] == Double(told[key] as? Int ?? -1), "\(state)")
            }
            #expect(metrics["taskfarmer_farmers"] == 1 && metrics["taskfarmer_slots"] == 2)
            #expect(metrics["taskfarmer_healthy"] == 1 && metrics["taskfarmer_silent_farmers"] == 0)
            let own = try #require((told["farmers"] as? [[String: Any]])?.first)
            let labels = "{host=\"\(own["host"] ?? "")\",farmer=\"\(own["farmer"] ?? "")\"}"
            #expect(metrics["taskfarmer_farmer_alive" + labels] == 1)
            #expect(metrics["taskfarmer_farmer_joined_timestamp_seconds" + labels] == own["since"] as? Double)
            try farm.write([], to: "go")
            try farmer.ends(1)
            try server.stop()
        }
    }

    @Test func `whatever a client says gets its answer, and the server goes on`() throws {
        try Farm.use { farm in
            try makeFinished(farm)
            let server = try farm.served()
            for (path, status) in [
                ("/", 200), ("/health?x", 200), ("/x", 404), ("/" + String(repeating: "x", count: 5000), 414),
            ] {
                #expect(try server.get(path).status == status, "\(path.prefix(20))")
            }
            let refused = try server.get("/health", method: "DELETE")
            #expect(refused.status == 405 && refused.fields["allow"] == "GET, HEAD")
            #expect(try server.get("/", host: "evil.example").status == 421)
            let head = "GET / HTTP/1.1\r\nHost: localhost\r\n"
            for (text, status) in [
                ("hello\r\n", 400), ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/2.0\r\n", 505),
                (head + "X: " + String(repeating: "x", count: 9000), 431), (head + "Content-Length: 5\r\n\r\n", 400),
                (head + "X: " + String(repeating: "x", count: 500_000), 431),
            ] {
                let reply = try server.said(text)
                #expect(reply.status == status, "\(text.prefix(50))")
                #expect(try farm.object(reply.body)["error"] is String)
            }
            let whole = try server.get("/metrics")
            let only = try server.get("/metrics", method: "HEAD")
            #expect(only.status == 200 && only.body == "")
            #expect(only.fields["content-length"] == whole.fields["content-length"])
            let slow = try Client(port: server.port)
            for character in "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n" { slow.say(String(character)) }
            #expect(try samples(Reply(slow.heard())?.body ?? "") == samples(whole.body))
            try server.stop()
            #expect(server.program.errors == "")
        }
    }

    @Test func `hundreds of clients that are stuck keep nobody from an answer`() throws {
        try Farm.use { farm in
            try makeFinished(farm)
            let server = try farm.served()
            let before = server.openFiles
            var stuck: [Client] = []
            for number in 0..<300 {
                stuck.append(try Client(port: server.port))
                stuck.last?.say(["", "GET", "GET / HTTP/1.1\r\nHost: local", "\r\n"][number % 4])
            }
            for path in ["/health", "/metrics", "/status"] { #expect(try server.get(path).status == 200) }
            #expect(server.openFiles <= before + 64)
            // Some that take no answer, or hang up at once.
            for _ in 0..<200 { try Client(port: server.port).say("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n") }
            #expect(try server.get("/").status == 200)
            // The first of them were sent away without having waited for their time to be over.
            #expect(try stuck[0].heard() == [])
            withExtendedLifetime(stuck) {}
            stuck = []
            try eventually("all are forgotten") { server.openFiles <= before }
            try server.stop()
        }
    }

    @Test func `a server with few descriptors keeps enough of them to look`() throws {
        try Farm.use { farm in
            try makeFinished(farm)
            let server = try farm.served(under: ["sh", "-c", "ulimit -n 32; exec \"$@\"", "sh"])
            let stuck = try (0..<100).map { _ in try Client(port: server.port) }
            let reply = try server.get("/health")
            #expect(reply.status == 200, "\(reply.body)")
            withExtendedLifetime(stuck) {}
            try server.stop()
        }
    }

    @Test func `however many ask, the work directory is looked at once a second`() throws {
        try Farm.use { farm in
            try makeFinished(farm)
            let server = try farm.served()
            var times: [Double] = []
            while Set(times).count < 3 {
                times.append(try #require(try farm.object(server.get("/").body)["time"] as? Double))
            }
            let looks = Array(Set(times)).sorted()
            for (one, next) in zip(looks, looks.dropFirst()) { #expect(next - one > 0.95, "\(looks)") }
            #expect(times.count > 3)
            try server.stop()
        }
    }

    @Test func `looking changes nothing`() throws {
        try Farm.use { farm in
            try makeUnfinished(farm)
            let before = try farm.snapshot()
            for words in [[], ["--json"], ["--metrics"], ["--metrics-file", "farm.prom"]] {
                #expect(try farm.start(["health"] + words + ["tasks"]).wait().status == 1)
            }
            let server = try farm.served()
            for path in ["/", "/metrics", "/status"] { _ = try server.get(path) }
            try server.stop()
            #expect(try farm.snapshot() == before)
        }
    }

    @Test func `work that nobody does is unhealthy until somebody comes, and when the last was killed`() throws {
        try Farm.use { farm in
            try makeUnfinished(farm)
            let server = try farm.served()
            let reply = try server.get("/")
            #expect(reply.status == 503)
            let reasons = try #require(try farm.object(reply.body)["reasons"] as? [[String: Any]])
            #expect(reasons.map { $0["reason"] as? String } == ["no-farmers"])
            #expect(samples(try server.get("/metrics").body)["taskfarmer_healthy"] == 0)
            let ended = try farm.call("health", "tasks")
            #expect(ended.status == 1 && ended.output.contains("1 task left, and nobody is at work"), "\(ended.output)")
            let farmer = try farm.farmer("-n", "1")
            try eventually("it is healthy") { try server.get("/").status == 200 }
            #expect(try farm.call("health", "tasks").status == 0)
            farmer.signal(SIGKILL)
            _ = try farmer.wait()
            try eventually("it is not") { try server.get("/").status == 503 }
            let after = try farm.call("health", "--json", "tasks")
            #expect(after.status == 1 && after.output.contains("\"all-silent\""), "\(after.output)")
            try server.stop()
        }
    }

    @Test func `a work directory that goes while it is served is said to be unreadable, and seen again`() throws {
        try Farm.use { farm in
            try makeFinished(farm)
            let server = try farm.served()
            #expect(try server.get("/").status == 200)
            let away = farm.folder.appending(path: "away")
            try FileManager.default.moveItem(at: farm.workDirectory, to: away)
            var reply = try server.get("/")
            try eventually("it is missed") {
                reply = try server.get("/")
                return reply.status == 503
            }
            let object = try farm.object(reply.body)
            #expect(object["status"] as? String == "failing" && object["tasks"] is NSNull, "\(reply.body)")
            #expect(reply.body.contains("there is no work directory at \(farm.workDirectory.path)"))
            #expect(try server.get("/status").status == 503)
            let metrics = try server.get("/metrics")
            #expect(metrics.status == 200)
            #expect(samples(metrics.body)["taskfarmer_health_reason{reason=\"unreadable\"}"] == 1)
            try FileManager.default.moveItem(at: away, to: farm.workDirectory)
            try eventually("it is seen again") { try server.get("/").status == 200 }
            try server.stop()
        }
    }

    @Test func `a list that has no work directory yet is served, and a name that is nothing is not`() throws {
        try Farm.use { farm in
            try farm.write(["true"])
            let server = try farm.served()
            #expect(try server.get("/").status == 503)
            try farm.farmer("-n", "1").ends(0)
            try eventually("it is there") { try server.get("/").status == 200 }
            try server.stop()
            let none = try farm.call("health", "--serve", "0", "nothing")
            #expect(none.status == 64 && none.errors.contains("no work directory"), "\(none.errors)")
        }
    }

    @Test func `signals end it well, whoever is connected`() throws {
        try Farm.use { farm in
            try makeFinished(farm)
            for signal in [SIGTERM, SIGINT, SIGHUP] {
                let server = try farm.served()
                let client = try Client(port: server.port)
                client.say("GET /")
                try server.stop(signal)
                #expect(try client.heard() == [])
            }
        }
    }

    @Test func `places that cannot be had, or make no sense, are refused in a line`() throws {
        try Farm.use { farm in
            try makeFinished(farm)
            let server = try farm.served(at: "127.0.0.1:0")
            for (words, status, text) in [
                (["--serve", "127.0.0.1:\(server.port)"], Int32(74), "cannot listen at 127.0.0.1:\(server.port)"),
                (["--serve", "localhost"], 64, "expected PORT"), (["--serve", "[zz::1:2]:0"], 64, "expected PORT"),
                (["--serve", "0", "--json"], 64, "exclude each other"), (["--interval", "3"], 64, "--metrics-file"),
                (["--metrics-file", "x.prom", "--interval", "0.1"], 64, "at least 1 second"),
                (["--metrics-file", "tasks_workdir/state"], 64, "in the work directory"),
                (["--metrics-file", "tasks"], 64, "the task list"),
                (["--metrics-file", "no/such/x.prom"], 74, "no/such"),
            ] {
                let ended = try farm.start(["health"] + words + ["tasks"]).wait()
                #expect(ended.status == status && ended.errors.contains(text), "\(words): \(ended.errors)")
                #expect(ended.errors.split(separator: "\n").count == 1 && ended.output == "", "\(ended.errors)")
            }
            try server.stop()
            let open = try farm.served(at: "0.0.0.0:0")
            #expect(open.program.errors.contains("whoever reaches 0.0.0.0:\(open.port)"))
            #expect(try open.get("/", host: "node7.example:1").status == 200)
            try open.stop()
        }
    }

    @Test func `a metrics file is whole whenever it is read, and for everybody to read`() throws {
        try Farm.use { farm in
            try makeFinished(farm)
            let umask = ["sh", "-c", "umask 077; exec \"$@\"", "sh"]
            #expect(try farm.call("health", "--metrics-file", "farm.prom", "tasks", under: umask).status == 0)
            let path = farm.folder.appending(path: "farm.prom").path
            let facts = try FileManager.default.attributesOfItem(atPath: path)
            #expect((facts[.posixPermissions] as? Int) == 0o644)
            let keeper = try farm.start(["health", "--metrics-file", "farm.prom", "--interval", "1", "tasks"])
            var files: Set<Int> = []
            try eventually("it was written three times") {
                let facts = try FileManager.default.attributesOfItem(atPath: path)
                files.insert(facts[.systemFileNumber] as? Int ?? 0)
                let text = farm.text("farm.prom")
                #expect(text.hasSuffix("\ntaskfarmer_remaining_seconds 0\n"), "\(text)")
                #expect(samples(text)["taskfarmer_tasks{state=\"failed\"}"] == 1)
                return files.count >= 3
            }
            try FileManager.default.removeItem(at: farm.workDirectory)
            try eventually("it says that nothing can be read") {
                samples(farm.text("farm.prom"))["taskfarmer_healthy"] == 0
            }
            keeper.signal(SIGTERM)
            try keeper.ends(0)
            #expect(try farm.names(in: "").filter { !$0.hasPrefix(".output") } == ["farm.prom", "tasks"])
            let once = try farm.call("health", "--metrics-file", "once.prom", "tasks")
            #expect(once.status == 64)
            #expect(samples(farm.text("once.prom"))["taskfarmer_health_reason{reason=\"unreadable\"}"] == 1)
        }
    }

    @Test func `promtool finds nothing wrong with the metrics`() throws {
        guard Farm.has("promtool") else { return }
        try Farm.use(list: "ta\"s k\\s") { farm in
            try makeUnfinished(farm)
            let server = try farm.served("ta\"s k\\s")
            for what in ["what is there", "what is gone"] {
                try Data(server.get("/metrics").body.utf8).write(to: farm.folder.appending(path: "metrics"))
                let ended = try farm.other("promtool", "check", "metrics", input: "metrics")
                #expect(ended.status == 0 && ended.output + ended.errors == "", "\(what): \(ended)")
                try? FileManager.default.removeItem(at: farm.workDirectory)
                try eventually("it is missed") { try server.get("/status").status == 503 }
            }
            try server.stop()
        }
    }
}
