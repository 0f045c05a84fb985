// What farmers tell of themselves, as JSON. The keys are documented in the article "Status as JSON".

internal import TaskFarmerCore

enum OutlookText {
    static func json(_ outlook: AliveRecord.Outlook) -> String {
        func seconds(_ microseconds: Int?) -> String {
            microseconds.map { Text.decimal(Double($0) / 1e6, places: 6) } ?? "null"
        }
        func text(_ text: String?) -> String { text.map(JSONText.string) ?? "null" }
        let others = outlook.offer.others.sorted { $0.key < $1.key }.map { "\(JSONText.string($0)):\($1)" }
        let memory = outlook.offer.memory == .max ? "null" : "\(outlook.offer.memory)"
        let refused = outlook.refused.map {
            #"{"tasks":\#($0.count),"first":\#($0.first),"reason":\#(JSONText.string($0.reason))}"#
        }
        return #"{"cpus":\#(outlook.offer.cpus),"memory":\#(memory),"gpus":\#(outlook.offer.gpus.count),"#
            + #""load":\#(outlook.machine.map { Text.decimal(Double($0.milliLoad) / 1e3, places: 2) } ?? "null"),"#
            + #""memory_free":\#(outlook.machine.map { "\($0.free)" } ?? "null"),"#
            + #""resources":{\#(others.joined(separator: ","))},"queued":\#(outlook.queued),"#
            + #""delayed":\#(outlook.delayed),"next_due":\#(seconds(outlook.late.first?.due)),"#
            + #""last_end":\#(seconds(outlook.due)),"ends":\#(seconds(outlook.end)),"#
            + #""held_back":\#(text(outlook.heldBack)),"crowded":\#(outlook.isCrowded),"#
            + #""refused":\#(refused ?? "null"),"leaving":\#(text(outlook.leaving))}"#
    }
}
