// Why and how a farmer stops.

internal import TaskFarmerCore
internal import TaskFarmerSystem

extension Supervisor {
    func readSignals() {
        for signal in signals?.takeAll() ?? [] {
            switch signal {
            case .child: continue
            case .user2:
                tasks.excuse()
                drain(.signal(signal))
            case .suspend: pause("SIGTSTP; SIGCONT lets them go on")
            case .resume: resume()
            case .interrupt where isStopping:
                if case .stopping(var walk) = phase {
                    walk.hurry()
                    phase = .stopping(walk)
                }
            default:
                tasks.excuse()
                stop(.signal(signal))
            }
        }
    }

    /// What was asked for stays so, and its descriptor readable: it is not waited for again.
    func heedControl() {
        guard let control else { return }
        if woke & Self.drainWoke != 0, control.isAskedToDrain {
            wakeups[Self.drainWoke.trailingZeroBitCount] = -1
            drain(.requested)
        }
        if woke & Self.stopWoke != 0, control.isAskedToStop {
            wakeups[Self.stopWoke.trailingZeroBitCount] = -1
            stop(.requested)
        }
    }

    func drain(_ reason: StopReason) {
        guard isWorking else { return }
        phase = .draining
        stopReason = reason
        observer.observe(.draining)
        tell()
    }

    func stop(_ reason: StopReason) {
        if case .failure = reason, case .failure? = stopReason { return }
        if case .failure = reason {} else if isStopping { return }
        stopReason = reason
        observer.observe(.stopping(reason))
        patience.beginStop()
        // What stands still heeds no signal but the last.
        if isPaused { resume() }
        if !isStopping { phase = .stopping(StopSequence.Walk(settings.stopSequence)) }
        tell()
        // Before any of them is reaped: what ends from here on was stopped, whoever sent the signal.
        tasks.markStopped()
    }

    /// Counted over all farmers, as far as this one has seen.
    func haltIfReached() {
        guard let halt = settings.halt, !isStopping else { return }
        let (over, failed) = (tasks.unreported.over, tasks.unreported.failed)
        guard
            halt.isReached(
                tasks: state.tasks, failed: state.failed + failed, succeeded: state.finished + over - failed)
        else { return }
        switch halt.manner {
        case .now: stop(.halt(halt.text))
        case .soon where isWorking:
            observer.observe(.note("--halt \(halt.text) is reached"))
            drain(.halt(halt.text))
        case .soon: break
        }
    }

    /// Gives the node back when others have what is left.
    func leaveIfIdle() {
        guard let limit = settings.leaveIdle, isIdle, tasks.isEmpty, tasks.isOver, delayed.isEmpty else {
            idleSince = nil
            return
        }
        let since = idleSince ?? Clock.boot
        idleSince = since
        if (state.claimed > 0 || settings.waits) && Clock.boot - since >= limit { stop(.idle) }
    }

    /// Stops because of an error, once its reason is known.
    func fail(_ error: FarmError) {
        if case .failure? = stopReason { return }
        stop(.failure(store.explained(error)))
    }
}
