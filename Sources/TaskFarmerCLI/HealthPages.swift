// What is said to those who ask over HTTP. An answer is made once of each look, however many ask.

internal import TaskFarmerCore
internal import TaskFarmerReport
internal import TaskFarmerSystem

final class HealthPages {
    let look: HealthLook
    let isLoopback: Bool
    /// Those of one look, by when it was.
    private var made: (now: Int, answers: [HTTPPage: HTTPAnswer]) = (0, [:])

    init(_ look: HealthLook, isLoopback: Bool) {
        self.look = look
        self.isLoopback = isLoopback
    }

    func answer(_ page: HTTPPage, _ report: HealthReport) -> HTTPAnswer {
        if made.now != report.now { made = (report.now, [:]) }
        if let answer = made.answers[page] { return answer }
        let answer = Self.make(page, report)
        made.answers[page] = answer
        return answer
    }

    private static func make(_ page: HTTPPage, _ report: HealthReport) -> HTTPAnswer {
        switch page {
        case .metrics:
            // Whoever collects them takes them from a 200 only; what is wrong is in them.
            return HTTPAnswer(200, type: "text/plain; version=0.0.4; charset=utf-8", body: Array(report.metrics.utf8))
        case .status:
            if let status = report.status {
                return HTTPAnswer(200, type: HTTPAnswer.json, body: Array(status.json.utf8))
            }
            return HTTPAnswer(503, type: HTTPAnswer.json, body: Array(report.json.utf8))
        case .health:
            return HTTPAnswer(
                report.health.isHealthy ? 200 : 503, type: HTTPAnswer.json, body: Array(report.json.utf8))
        }
    }
}

/// One client: a request, and its answer as soon as there was a look for it.
struct HealthConversation: Conversation {
    private let pages: HealthPages
    private var exchange = HTTPExchange()
    /// When the request was whole, in nanoseconds since boot.
    private var asked = 0

    init(_ pages: HealthPages) { self.pages = pages }

    var wantsMore: Bool { exchange.progress == .incomplete }

    mutating func take(_ bytes: [UInt8]) {
        exchange.take(bytes)
        asked = Clock.boot
    }

    mutating func answer() -> [UInt8]? {
        let now = Clock.wall / 1_000_000
        switch exchange.progress {
        case .incomplete: return nil
        case .refused(let refusal): return refusal.bytes(now: now)
        case .complete(let request):
            let isHeadOnly = request.method == "HEAD"
            switch HTTPPage.find(request, isLoopback: pages.isLoopback) {
            case .failure(let refusal): return refusal.bytes(now: now, isHeadOnly: isHeadOnly)
            case .success(let page):
                guard let report = pages.look.answer(to: asked) else { return nil }
                return pages.answer(page, report).bytes(now: now, isHeadOnly: isHeadOnly)
            }
        }
    }
}
