// What is asked of the store's thread, and what its answers change.

internal import TaskFarmerCore
internal import TaskFarmerSystem

extension Supervisor {
    func send(_ request: StoreRequest) {
        // What has ended by now is part of what is asked for.
        tasks.handOver()
        isAsked = true
        storeThread.send(request)
    }

    func takeAnswer() {
        storeThread.answered.clear()
        guard let answer = storeThread.takeAnswer() else { return }
        isAsked = false
        switch answer {
        case .exchanged(let exchange):
            isInDoubt = false
            lastChange = Clock.boot
            lastCycle = exchange.duration
            lastHeld = exchange.held
            tasks.carry(exchange.carried)
            for kept in exchange.kept { delayed.add(kept.task, due: kept.attempt.delayedUntil) }
            released = []
            droppedNow = []
            pipeline.add(exchange.tasks)
            selection.note(taken: exchange.tasks.count, exchange.refused, of: exchange.state.toprocess, at: Clock.boot)
            note(exchange.state)
            if !exchange.tasks.isEmpty { peekWait = 0 }
        case .state(let seen):
            if let seen, seen.epoch >= state.epoch { note(seen) }
        case .findings(let findings, let elsewhere):
            tell(findings)
            blame(elsewhere)
        case .left(let last):
            if let last { note(last) }
            isLeaving = false
            summary.hasLeft = true
        case .failed(.lockBusy):
            // Only while stopping: the claims stay in the journal, and whoever comes next recovers them.
            if isLeaving {
                summary.hasLeft = true
            } else {
                pipeline.add(released)
                dropped += droppedNow
            }
            released = []
            droppedNow = []
        case .failed(let error):
            summary.isStoreLost = true
            fail(error)
        }
    }

    func note(_ seen: StateRecord) {
        state = seen
        let done = seen.done
        if let last = lastTotalDone {
            totalRate.note(ended: done - last, at: Clock.boot)
        } else {
            totalRate.note(ended: 0, at: Clock.boot)
        }
        lastTotalDone = done
    }

    func tell(_ findings: [Store.Finding]) {
        for finding in findings {
            switch finding {
            case .recovered(let farmer, let tasks, let givenUp):
                observer.observe(.note(Store.Finding.text(farmer, tasks, givenUp)))
                nextPeek = 0
                state.toprocess += tasks  // until the next look says better
            case .silent(let farmer, let host, let seconds, let tasks):
                if let last = hasToldSilence[farmer], seconds < 2 * last { continue }
                hasToldSilence[farmer] = seconds
                observer.observe(
                    .note(
                        "\(farmer) has shown no sign of life for \(seconds) s and holds \(tasks) tasks, but the file server "
                            + "still keeps its lock. If \(host) is down, stop this farmer and run it again with "
                            + "--assume-dead \(host)"))
            }
        }
    }

    /// What succeeds elsewhere and failed here speaks against this node.
    func blame(_ elsewhere: Store.Elsewhere) {
        hasCompany = elsewhere.isAnybody
        let count = tasks.doubt.noteSuccesses(elsewhere.succeeded)
        let isOver = settings.quarantine.map { tasks.doubt.evidence.count >= $0 } ?? false
        if isWorking && (isOver || count != nil) {
            observer.observe(
                .note(
                    "\(HostIdentity.current.name) may be to blame: \(tasks.doubt.text) failed here and succeeded on other hosts"
                        + (isOver ? "; this farmer takes no more tasks (--quarantine)" : "")))
        }
        if isOver { drain(.quarantine) }
    }
}
