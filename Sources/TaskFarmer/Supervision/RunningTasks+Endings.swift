// Tasks that are ended before they are over by themselves: for their time, their memory, or the memory of others.

internal import TaskFarmerCore
internal import TaskFarmerSystem

extension RunningTasks {
    /// Stops those that run for longer than they may, or use more memory than they may or than others leave, each by the whole
    /// sequence.
    func tendEndings() {
        let now = Clock.boot
        // The loop comes round every second: whoever did not was suspended, and its tasks may have been, too.
        let gap = now - lastTended
        lastTended = now
        if gap > Self.pause && settings.timeLimit != nil && pausedSince == nil { slots.update { $0.suspended += gap } }
        if kills.isDue(at: now) { kills.note(HostMemory.kills, at: now) }
        endGreedy()
        if gate.mustGiveUp(running: slots.running, at: now) { giveUpYoungest() }
        guard now >= nextOvertime else { return }
        nextOvertime = .max
        var abandoned: [RunningAttempt] = []
        let allowed = settings.timeLimit?.nanoseconds(durations)
        slots.update { running in
            if running.ending == nil {
                // What was told to stop is being stopped already.
                guard let allowed, !running.isStopped, pausedSince == nil else { return }
                let time = settings.retry.time(allowed, after: running.task.failures)
                let end = running.startedBoot + running.suspended + time
                guard now >= end else {
                    // A share of a median may become less.
                    nextOvertime = min(nextOvertime, end, now + Self.second)
                    return
                }
            }
            var ending = running.ending ?? Ending(cause: .timeLimit, walk: StopSequence.Walk(settings.stopSequence))
            defer { running.ending = ending }
            while true {
                switch ending.walk.action(at: now) {
                case .signal(let number):
                    running.signal(number)
                    // What stands still heeds no signal but the last.
                    if pausedSince != nil, case .process = running.body { running.signal(Signal.resume.number) }
                    if number == Signal.kill.number { abandoned.append(running) }
                case .wait(let time):
                    nextOvertime = min(nextOvertime, now + time)
                    return
                case .done: return
                }
            }
        }
        if settings.timeLimit?.nanoseconds(durations) == nil && settings.timeLimit != nil && pausedSince == nil {
            nextOvertime = min(nextOvertime, now + Self.second)
        }
        for running in abandoned { abandon(running, running.ending?.outcome ?? .timedOut) }
    }

    /// Kills those that use more memory than they may: there is no time for more than that.
    private func endGreedy() {
        for process in settings.memoryWatch?.takeExceeding() ?? [] {
            slots.update(process: process) { running in
                if running.ending != nil { return }
                running.ending = Ending(cause: .memoryLimit, walk: StopSequence.Walk(settings.stopSequence))
                running.signal(Signal.kill.number)
            }
        }
    }

    /// The one that has run for the shortest time goes back, so that the others have its memory.
    private func giveUpYoungest() {
        let youngest = slots.attempts.filter { $0.ending == nil && !$0.isStopped }.max {
            $0.startedBoot < $1.startedBoot
        }
        guard let youngest, case .process(let process) = youngest.body else { return }
        slots.update(process: process) { running in
            running.ending = Ending(cause: .memoryShort, walk: StopSequence.Walk(settings.stopSequence))
        }
        observer.observe(
            .note("task \(youngest.task.id) goes back: less than half of --memfree is free"))
        nextOvertime = 0
    }
}
