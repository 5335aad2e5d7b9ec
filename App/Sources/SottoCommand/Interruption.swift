import Dispatch
import Glibc
import Sotto

/// Ctrl-C, a polite end from outside, and a terminal that is closed: the first time what there is gets
/// written, the second time the program ends at once. Where the caller ignores a signal, it stays ignored.
final class Interruption {
    let stop = StopSwitch()
    private let sources: [any DispatchSourceSignal]

    init() {
        // Swift's own handler would print a backtrace and go on.
        signal(SIGQUIT, SIG_DFL)
        let stop = stop
        // A source listens only some time after it was made; a signal before that would be lost.
        let listening = DispatchGroup()
        sources = [SIGINT, SIGTERM, SIGHUP].compactMap { number in
            var old = sigaction()
            // Safety: the structure lives as long as the call.
            guard unsafe sigaction(number, nil, &old) == 0,
                unsafe unsafeBitCast(old.__sigaction_handler.sa_handler, to: Int.self) == 0
            else { return nil }
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                guard !stop.isStopped else { _exit(128 + number) }
                stop.stop()
            }
            listening.enter()
            source.setRegistrationHandler { listening.leave() }
            source.resume()
            return source
        }
        listening.wait()
    }
}
