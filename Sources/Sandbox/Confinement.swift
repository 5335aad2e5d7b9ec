import CSeccomp
import Glibc

/// What a process that reads untrusted files may still do. Entering it cannot be undone.
///
/// The kernel ends the process at any system call that is not listed, with the signal SIGSYS.
package struct Confinement: Sendable {
    /// System calls that go through. A descriptor, where given, is the only one they may name.
    package var allowedCalls: [Call]
    /// System calls that fail with EACCES and harm nobody: libraries try them and do without.
    package var refusedCalls: [String]
    /// Bytes of address space on top of what the process has on entering.
    package var memoryByteCount: Int
    /// Seconds of processor time.
    package var processorSeconds: Int

    /// A system call, let through only where its arguments have these values.
    package struct Call: Sendable {
        let name: String
        let arguments: [Argument]

        package init(_ name: String, _ arguments: Argument...) {
            self.name = name
            self.arguments = arguments
        }
    }

    /// What an argument must be, in the bits of a mask.
    package struct Argument: Sendable {
        let index: UInt32
        let mask, value: Int32

        package init(_ index: UInt32, _ value: Int32, mask: Int32 = -1) {
            self.index = index
            self.mask = mask
            self.value = value
        }
    }

    /// Reads the standard input at any place, writes the standard output, takes and returns memory,
    /// and ends. `scripts/trace-decoder.sh` measures what each format really calls.
    ///
    /// - Parameters:
    ///   - inputByteCount: size of the recording. The slowest decoders need less than a second for
    ///     64 KiB.
    ///   - isFiltering: whether the sound is changed, which takes longer than decoding it.
    package static func mediaDecoder(inputByteCount: Int, isFiltering: Bool = false) -> Confinement
    {
        Confinement(
            allowedCalls: [
                Call("pread64", Argument(0, STDIN_FILENO)),
                Call("write", Argument(0, STDOUT_FILENO)),
                // Private memory without a file, never executable.
                Call(
                    "mmap", Argument(2, 0, mask: PROT_EXEC),
                    Argument(3, MAP_PRIVATE | MAP_ANONYMOUS)),
                Call("brk"), Call("mremap"), Call("munmap"),
                // The end of an initialisation that runs once; there is nobody to wake.
                Call("futex", Argument(1, FUTEX_WAKE | FUTEX_PRIVATE_FLAG)),
                Call("exit_group"),
            ],
            // MPEG transport streams name their stations in charsets that are looked for in files; the
            // clock is a system call where the kernel maps none.
            refusedCalls: ["openat", "time", "gettimeofday", "clock_gettime"],
            memoryByteCount: 1 << 30,
            processorSeconds: (600 + inputByteCount >> 16) * (isFiltering ? 20 : 1))
    }

    /// Why a process could not be confined.
    package struct Failure: Error, Hashable, Sendable {
        package let reason: String
    }

    /// Confines this process.
    ///
    /// - Throws: ``Failure`` if the system does not offer it; nothing may be read then.
    package func enter() throws(Failure) {
        try limit(RLIMIT_AS, Self.addressSpaceByteCount() + memoryByteCount)
        // The first limit sends SIGXCPU, which says what happened; the second kills.
        try limit(RLIMIT_CPU, processorSeconds, hard: processorSeconds + 1)
        try limit(RLIMIT_CORE, 0)
        try limit(RLIMIT_FSIZE, 0)
        // No descriptor can be had beyond the three there are.
        try limit(RLIMIT_NOFILE, 3)
        guard sotto_forbid_dumps() == 0 else { throw failure("prctl") }
        // The runtime's own handlers would call what is forbidden, and hide what happened.
        for number in [SIGSEGV, SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGTRAP, SIGQUIT] {
            signal(number, SIG_DFL)
        }
        try load()
    }

    private func load() throws(Failure) {
        // Safety: the filter is used by this function alone and released at its end.
        guard let filter = unsafe seccomp_init(sotto_action_kill()) else {
            throw failure("seccomp_init")
        }
        defer { unsafe seccomp_release(filter) }
        // Libraries may have started threads before `main`.
        guard unsafe seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0 else {
            throw failure("seccomp_attr_set")
        }
        for call in allowedCalls {
            let number = try number(of: call.name)
            let conditions = call.arguments.map(\.condition)
            // Safety: the count is the array's.
            let result = unsafe seccomp_rule_add_array(
                filter, sotto_action_allow(), number, UInt32(conditions.count), conditions)
            guard result == 0 else { throw Failure(reason: "seccomp_rule_add: error \(-result)") }
        }
        for name in refusedCalls {
            let number = try number(of: name)
            let result = unsafe seccomp_rule_add_array(
                filter, sotto_action_refuse(EACCES), number, 0, nil)
            guard result == 0 else { throw Failure(reason: "seccomp_rule_add: error \(-result)") }
        }
        let result = unsafe seccomp_load(filter)
        guard result == 0 else { throw Failure(reason: "seccomp_load: error \(-result)") }
    }

    private func number(of name: String) throws(Failure) -> Int32 {
        let number = unsafe seccomp_syscall_resolve_name(name)
        guard number != __NR_SCMP_ERROR else {
            throw Failure(reason: "no system call is named \(name)")
        }
        return number
    }

    private func limit(
        _ resource: __rlimit_resource, _ value: Int, hard: Int? = nil
    ) throws(Failure) {
        let number = __rlimit_resource_t(resource.rawValue)
        var limits = rlimit()
        guard unsafe getrlimit(number, &limits) == 0 else { throw failure("getrlimit") }
        // What is stricter already stays so.
        limits.rlim_max = min(limits.rlim_max, rlim_t(hard ?? value))
        limits.rlim_cur = min(limits.rlim_max, rlim_t(value))
        guard unsafe setrlimit(number, &limits) == 0 else { throw failure("setrlimit") }
    }

    /// Bytes mapped by this process now.
    private static func addressSpaceByteCount() throws(Failure) -> Int {
        var text = [CChar](repeating: 0, count: 64)
        let file = unsafe open("/proc/self/statm", O_RDONLY)
        guard file >= 0 else { throw failure("/proc/self/statm") }
        defer { close(file) }
        guard unsafe read(file, &text, text.count - 1) > 0 else {
            throw failure("/proc/self/statm")
        }
        return unsafe atol(text) * sysconf(Int32(_SC_PAGESIZE))
    }

    private func failure(_ call: String) -> Failure { Self.failure(call) }

    private static func failure(_ call: String) -> Failure {
        Failure(reason: "\(call): error \(errno)")
    }
}

extension Confinement.Argument {
    fileprivate var condition: scmp_arg_cmp {
        scmp_arg_cmp(
            arg: index, op: SCMP_CMP_MASKED_EQ, datum_a: UInt64(UInt32(bitPattern: mask)),
            datum_b: UInt64(UInt32(bitPattern: value)))
    }
}
