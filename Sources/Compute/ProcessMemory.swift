import Glibc

/// Whose memory is asked for.
package enum ProcessSelection {
    case own
    /// The largest of the processes that this one started and that have ended.
    case endedChildren
}

/// The most memory that a process has held at once, in bytes, mapped files included.
package func peakMemoryByteCount(_ selection: ProcessSelection = .own) -> Int {
    var usage = rusage()
    let who = selection == .own ? RUSAGE_SELF.rawValue : RUSAGE_CHILDREN.rawValue
    // Safety: the system fills a value of its own type.
    guard unsafe getrusage(__rusage_who_t(who), &usage) == 0 else { return 0 }
    return usage.ru_maxrss * 1024
}
