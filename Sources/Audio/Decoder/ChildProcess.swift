import CSottoSystem
import Glibc

/// A program that was started with one file to read and one pipe to answer through.
///
/// Its standard input is the file, its standard output the pipe; it has no other descriptor but, where there is
/// a key, one to read it from, and of the environment only where libraries lie. It does not outlive this object.
final class ChildProcess {
    /// How a program ended.
    enum Ending: Hashable {
        case exited(Int32)
        case killed(signal: Int32)
    }

    /// What a read brought.
    enum Reading {
        case bytes([UInt8])
        case end
        case nothing(within: Duration)
    }

    private let id: pid_t
    private let pipe: Int32
    private var ending: Ending?

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - input: an open descriptor, which stays open.
    ///   - key: what the input is sealed with; the program finds it on descriptor 3.
    init(
        _ program: String, arguments: [String], input: Int32, key: SealKey? = nil
    ) throws(SystemError) {
        var (id, pipe): (pid_t, Int32) = (0, -1)
        // Safety: the words live until the call returns, and a null ends them.
        let words = unsafe ([program] + arguments).map { unsafe strdup($0) }
        defer { unsafe words.forEach { unsafe free($0) } }
        func start(_ secret: UnsafeRawBufferPointer?) -> Int32 {
            // Safety: the secret is lent for this call, with its count.
            unsafe cs_spawn(
                program, words + [nil], input, secret?.baseAddress, secret?.count ?? 0, &id, &pipe)
        }
        let code = unsafe key?.withBytes { unsafe start($0) } ?? start(nil)
        guard code == 0 else { throw SystemError(number: code) }
        (self.id, self.pipe) = (id, pipe)
    }

    deinit {
        kill()
        close(pipe)
    }

    /// Waits for bytes of the answer, up to `count`.
    func read(_ count: Int, patience: Duration) throws(SystemError) -> Reading {
        var request = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
        let deadline = ContinuousClock.now + patience
        while true {
            let milliseconds = max(.zero, deadline - .now) / .milliseconds(1)
            // Safety: one request, as the count says.
            let ready = unsafe poll(&request, 1, Int32(clamping: Int(milliseconds.rounded(.up))))
            if ready == 0 { return .nothing(within: patience) }
            guard ready > 0 else {
                if errno == EINTR { continue }
                throw SystemError(number: errno)
            }
            var failure: Int32 = 0
            let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
                // Safety: the buffer has room for `count` bytes.
                let found = unsafe Glibc.read(pipe, buffer.baseAddress, count)
                failure = found < 0 ? errno : 0
                initialized = max(0, found)
            }
            if failure == EINTR { continue }
            guard failure == 0 else { throw SystemError(number: failure) }
            return bytes.isEmpty ? .end : .bytes(bytes)
        }
    }

    /// Ends the program if it is still there.
    func kill() {
        // Once it was waited for, its number may be another's.
        guard ending == nil else { return }
        Glibc.kill(id, SIGKILL)
        _ = waitForEnd()
    }

    /// Waits until the program ends.
    func waitForEnd() -> Ending {
        if let ending { return ending }
        var status: Int32 = 0
        // Safety: the status lives as long as the call.
        while unsafe waitpid(id, &status, 0) < 0 && errno == EINTR {}
        let signal = status & 0x7F
        let found = signal == 0 ? Ending.exited(status >> 8 & 0xFF) : .killed(signal: signal)
        ending = found
        return found
    }
}

/// What the system said no with.
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    package let number: Int32

    package init(number: Int32) {
        self.number = number
    }

    /// In the system's own words.
    package var description: String {
        // Safety: glibc returns a string that outlives the call.
        unsafe String(cString: strerror(number))
    }
}
