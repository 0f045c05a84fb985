// StoreCrasher FOLDER SCENARIO INDEX MODE LOCKING: carries out a scenario in a folder and ends itself at a chosen file operation.
// For `faults` as the scenario see FaultRun.
//
// Standard output: `finished ID` and `failed ID` for what must be recorded from then on; `call KIND BYTES NAME` for every file
// operation when the scenario came to its end, and `threw …` when it failed.

internal import TaskFarmerCore
internal import TaskFarmerSystem

let words = CommandLine.arguments
if words.count == 5, words[2] == "faults", let count = Int(words[3]), let seed = UInt64(words[4]) {
    do {
        try FaultRun.main(Path(words[1]).absolute, count: count, seed: seed)
        OwnProcess.leave(0)
    } catch {
        OwnProcess.put("problem \(error)\n", to: 1)
        OwnProcess.leave(1)
    }
}
guard words.count == 6, let scenario = Scenario(rawValue: words[2]), let index = Int(words[3]),
    let mode = Crash.Mode(rawValue: words[4]), let locking = Locking(rawValue: words[5])
else {
    OwnProcess.put("usage: StoreCrasher FOLDER SCENARIO INDEX MODE LOCKING\n", to: 2)
    OwnProcess.leave(64)
}
let crash = Crash(mode, at: index)
do {
    let (step, next) = try scenario.prepare(Bench(Path(words[1]), locking))
    do {
        try crash.watch(step)
    } catch  where mode == .torn {
        OwnProcess.killSelf()
    } catch  where [.full, .fullOnce, .answerLost].contains(mode) {
        OwnProcess.put("threw \(error)\n", to: 1)
        try (next ?? step)()
    }
    for call in crash.calls {
        let name = String(decoding: call.path.name, as: UTF8.self)
        OwnProcess.put("call \(call.kind.rawValue) \(call.bytes) \(name)\n", to: 1)
    }
    OwnProcess.killSelf()
} catch {
    OwnProcess.put("error: \(error)\n", to: 2)
    OwnProcess.leave(1)
}
