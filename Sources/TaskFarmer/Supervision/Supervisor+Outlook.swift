// What a farmer tells others of itself beside what it runs: what it has to give, and why it starts nothing. Made a few times a second, from a
// handful of numbers, however long the list is.

internal import TaskFarmerCore
internal import TaskFarmerSystem

extension Supervisor {
    var outlook: AliveRecord.Outlook {
        let (now, wall) = (Clock.boot, Clock.wall)
        func date(_ instant: Int) -> Int { wall + (instant - now) / 1000 }
        let demands = selection.demands
        var outlook = AliveRecord.Outlook(offer: tasks.offer)
        outlook.common = demands.common
        outlook.growth = demands.growth
        outlook.queued = pipeline.count + surplus.count
        outlook.delayed = delayed.count
        outlook.late = delayed.first(AliveRecord.Outlook.mostLate).map { .init(task: $0.task.id, due: date($0.due)) }
        outlook.due = settings.walltime?.due.map(date)
        outlook.end = settings.walltime.map { date($0.end) }
        if takesTasks {
            outlook.heldBack = tasks.heldBackBy
            outlook.isCrowded = outlook.heldBack == nil && tasks.isBlocked
            outlook.refused = selection.refused
        } else {
            outlook.leaving = stopReason?.words
        }
        return outlook
    }
}
