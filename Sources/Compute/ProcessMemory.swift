import Glibc

/// The most memory that this process has held at once, in bytes, mapped files included.
package func peakMemoryByteCount() -> Int {
    var usage = rusage()
    // Safety: the system fills a value of its own type.
    guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
    return usage.ru_maxrss * 1024
}
