// Two clocks: one that goes on through suspension and is never set, one that people read.

internal import Glibc

package enum Clock {
    /// Nanoseconds since boot, suspension included (CLOCK_BOOTTIME).
    package static var boot: Int { read(CLOCK_BOOTTIME) }

    /// Microseconds since 1970 (CLOCK_REALTIME).
    package static var wall: Int { read(CLOCK_REALTIME) / 1000 }

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
