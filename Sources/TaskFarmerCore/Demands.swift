// What each task takes of a farmer while it runs: what its line says, else what the farmer's options say for all, and more memory
// after it ran out of that.

package struct Demands: Sendable {
    /// How tasks are written.
    package let form: TaskForm
    package let offer: Offer
    /// What tasks need that do not say.
    package let common: TaskNeeds
    private let retry: RetryPolicy
    /// What tasks take that say nothing.
    package let usual: Demand
    private let isMemoryKept: Bool

    /// - Parameters:
    ///   - form: how tasks are written
    ///   - common: what tasks need that do not say
    ///   - retry: what failures make of it
    ///   - offer: what there is
    package init(form: TaskForm, common: TaskNeeds, retry: RetryPolicy, offer: Offer) {
        self.form = form
        self.common = common
        self.retry = retry
        self.offer = offer
        usual = Demand(common)
        isMemoryKept = !retry.rules.contains { if case .memory? = $0.growth { true } else { false } }
    }

    /// The rules by which tasks need more memory when they are run again.
    package var growth: [RetryPolicy.Rule] {
        retry.rules.filter { if case .memory? = $0.growth { true } else { false } }
    }

    /// Whether all tasks take the same, and that fits.
    package var isUniform: Bool { form == .commands && isMemoryKept }

    /// What a task asks for, by itself or by the options.
    package func needs(_ task: TaskDescription) -> TaskNeeds {
        task.needs.isEmpty ? common : task.needs.filled(from: common)
    }

    package subscript(_ task: TaskRecord) -> Demand {
        var demand = usual
        if form.mayDemand(task.command), let needs = try? form.task(task.command).needs {
            demand = Demand(needs.filled(from: common))
        }
        if !isMemoryKept && demand.memory > 0 {
            demand.memory = retry.memory(demand.memory, after: task.failures, offered: offer.memory)
        }
        return demand
    }

    /// Why a task can never run here, in words; nil when it can.
    package func lack(_ task: TaskRecord) -> String? { isUniform ? nil : offer.lack(self[task]) }
}
