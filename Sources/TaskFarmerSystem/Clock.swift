// Two clocks: one that goes on through suspension and is never set, one that people read.

internal import Glibc

package enum Clock {
    /// Nanoseconds since boot, suspension included (CLOCK_BOOTTIME).
    package static var boot: Int { read(CLOCK_BOOTTIME) }

    /// Microseconds since 1970 (CLOCK_REALTIME).
    package static var wall: Int { read(CLOCK_REALTIME) / 1000 }

    /// An instant in this place's time: `17:05`, with the date where that is not today's. Microseconds since 1970.
    package static func text(_ instant: Int) -> String {
        func broken(_ microseconds: Int) -> tm {
            var seconds = time_t(microseconds / 1_000_000)
            var parts = unsafe tm()
            _ = unsafe localtime_r(&seconds, &parts)
            return unsafe parts
        }
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (then, today) = unsafe (broken(instant), broken(wall))
        let time = unsafe "\(two(then.tm_hour)):\(two(then.tm_min))"
        if unsafe then.tm_year == today.tm_year && then.tm_yday == today.tm_yday { return time }
        return unsafe "\(1900 + then.tm_year)-\(two(then.tm_mon + 1))-\(two(then.tm_mday)) \(time)"
    }

    private static func read(_ clock: clockid_t) -> Int {
        var now = timespec()
        unsafe clock_gettime(clock, &now)
        return now.tv_sec * 1_000_000_000 + now.tv_nsec
    }

    /// Blocks this thread. Never call it on one of Swift concurrency's threads.
    package static func pause(nanoseconds: Int) {
        var rest = timespec(tv_sec: nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
        var left = timespec()
        while unsafe nanosleep(&rest, &left) != 0 && errno == EINTR { rest = left }
    }
}
