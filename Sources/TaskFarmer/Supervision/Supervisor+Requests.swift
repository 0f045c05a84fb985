// What a farmer is asked to do with what it has, by the files of others or by signals.

internal import TaskFarmerCore
internal import TaskFarmerSystem

extension Supervisor {
    func heedRequests() {
        let (requests, end) = heart.takeRequests()
        for request in requests {
            switch request.wish {
            case .cancel(let ids): cancel(ids)
            case .pause: pause("taskfarmer pause")
            case .resume: resume()
            case .drain: drain(.requested)
            case .stop: stop(.requested)
            case .resize(let slots): resize(slots)
            }
        }
        heart.answer(mode, slots: tasks.places, outlook, heeded: end)
    }

    var mode: AliveRecord.Control.Mode {
        switch phase {
        case .stopping: .stopping
        case .draining: .draining
        case .working: isPaused ? .paused : .working
        }
    }

    func tell() { heart.answer(mode, slots: tasks.places, outlook) }

    /// The tasks stand still and no others are started; everything else goes on.
    func pause(_ why: String) {
        guard !isPaused, !isStopping else { return }
        isPaused = true
        tasks.pause(true)
        observer.observe(.note("paused (\(why)): running tasks stand still, no new ones are started"))
        tell()
    }

    func resume() {
        guard isPaused else { return }
        isPaused = false
        tasks.pause(false)
        observer.observe(.note("resumed: running tasks go on"))
        tell()
    }

    func resize(_ slots: Int) {
        guard slots != tasks.places else { return }
        let slots = tasks.resize(slots, settings.selection.demands)
        OwnProcess.allowDescriptors(settings.descriptors * slots + 256)
        pipeline.resize(slots)
        newSlots = slots
        observer.observe(.note("has \(slots) \(slots == 1 ? "slot" : "slots") from now on"))
    }

    /// What is on its way between this farmer and the stack is not found; whoever asked looks again.
    func cancel(_ ids: TaskIDs) {
        let unstarted = pipeline.take(ids) + delayed.take(ids) + surplus.filter { ids.contains($0.id) }
        surplus.removeAll { ids.contains($0.id) }
        dropped += unstarted
        let running = tasks.cancel(ids)
        tasks.noteCancelled(running + unstarted.map(\.id))
        if !running.isEmpty {
            let text = TaskIDs(running).text
            observer.observe(
                .note("\(running.count == 1 ? "task \(text) is" : "tasks \(text) are") cancelled, and stopped"))
        }
    }
}
