import FoundationEssentials
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

/// Bytes that this process could take before the machine, or the control group that the process was put
/// in (a container, a service), runs out: what the system says is available, or the limit of the group
/// where that is lower. `nil` where the system does not say.
package func availableMemoryByteCount() -> Int? {
    let machine = text("/proc/meminfo").flatMap(availableByteCount(meminfo:))
    let limits = text("/proc/self/cgroup").map(controlGroupLimitFiles(cgroup:)) ?? []
    return ([machine] + limits.map { text($0).flatMap(byteCount(limit:)) }).compactMap { $0 }.min()
}

/// `MemAvailable` of `/proc/meminfo`, in bytes.
func availableByteCount(meminfo: String) -> Int? {
    let line = meminfo.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
    return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
}

/// The files that may hold a limit for the groups of `/proc/self/cgroup`: of the group itself and of
/// those above it, in the file system of version 2, and of version 1 as a container sees it.
func controlGroupLimitFiles(cgroup: String) -> [String] {
    var files = ["/sys/fs/cgroup/memory/memory.limit_in_bytes"]
    guard let own = cgroup.split(separator: "\n").first(where: { $0.hasPrefix("0::/") }) else {
        return files
    }
    var names = own.dropFirst(4).split(separator: "/")
    while true {
        files.append((["/sys/fs/cgroup"] + names + ["memory.max"]).joined(separator: "/"))
        if names.isEmpty { return files }
        names.removeLast()
    }
}

/// The number in a limit's file; `nil` for `max`, which means none.
private func byteCount(limit: String) -> Int? {
    Int(limit.split(separator: "\n").first ?? "")
}

private func text(_ path: String) -> String? {
    try? String(contentsOfFile: path, encoding: .utf8)
}
