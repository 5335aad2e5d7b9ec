import CSeccomp
import Glibc

/// Takes from this process, all its threads and all programs it starts, the way out: from then on the kernel
/// refuses new connections and new internet sockets. It cannot be undone.
///
/// A socket that listens already goes on to accept connections, and what was connected stays so.
public enum NetworkSeal {
    /// Why a process could not be sealed.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// The call that failed, and its error number.
        public let reason: String

        /// One sentence for what happened, one for what to do.
        public var description: String {
            "This system does not let the program give up the network (\(reason)). Run Sotto on Linux "
                + "4.14 or newer, outside of containers that forbid seccomp."
        }
    }

    /// Refused whatever their arguments: new connections; a queue of system calls that the filter would not
    /// see; and what takes another process's socket, or makes it act.
    private static let refusedCalls = [
        "connect", "io_uring_setup", "pidfd_getfd", "ptrace", "process_vm_writev",
    ]
    /// Refused unless they ask for a socket within this machine.
    private static let localCalls = ["socket", "socketpair"]

    /// Seals this process: the refused calls fail with EACCES.
    ///
    /// - Throws: ``Failure`` if the system does not offer it; then nothing is sealed.
    public static func enter() throws(Failure) {
        // Safety: the filter is used by this function alone and released at its end.
        guard let filter = unsafe seccomp_init(sotto_action_allow()) else {
            throw Failure(reason: "seccomp_init")
        }
        defer { unsafe seccomp_release(filter) }
        try check("seccomp_attr_set", unsafe seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1))
        for name in refusedCalls { try unsafe refuse(name, where: nil, in: filter) }
        // The family is the first argument. The kernel looks at its lower half only; a value that has an
        // upper half is refused too.
        let isForeign = scmp_arg_cmp(
            arg: 0, op: SCMP_CMP_NE, datum_a: UInt64(AF_UNIX), datum_b: 0)
        for name in localCalls { try unsafe refuse(name, where: isForeign, in: filter) }
        // TCP's fast open connects without connect.
        for (name, argument) in [("sendto", 3), ("sendmsg", 2), ("sendmmsg", 3)] {
            let isFastOpen = scmp_arg_cmp(
                arg: UInt32(argument), op: SCMP_CMP_MASKED_EQ,
                datum_a: UInt64(MSG_FASTOPEN),
                datum_b: UInt64(MSG_FASTOPEN))
            try unsafe refuse(name, where: isFastOpen, in: filter)
        }
        try check("seccomp_load", unsafe seccomp_load(filter))
    }

    private static func refuse(
        _ name: String, where condition: scmp_arg_cmp?, in filter: scmp_filter_ctx
    ) throws(Failure) {
        let number = unsafe seccomp_syscall_resolve_name(name)
        guard number != __NR_SCMP_ERROR else {
            throw Failure(reason: "no system call is named \(name)")
        }
        let conditions = condition.map { [$0] } ?? []
        // Safety: the count is the array's.
        let result = unsafe seccomp_rule_add_array(
            filter, sotto_action_refuse(EACCES), number, UInt32(conditions.count), conditions)
        try check("seccomp_rule_add", result)
    }

    private static func check(_ call: String, _ result: Int32) throws(Failure) {
        guard result == 0 else { throw Failure(reason: "\(call): error \(-result)") }
    }
}
