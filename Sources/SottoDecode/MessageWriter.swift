// swift-format-ignore-file: NeverForceUnwrap
// C hands out optionals that its own contracts fill; a trap ends only this process.

import DecodeProtocol
import Glibc

/// The standard output.
struct MessageWriter {
    func send(_ message: DecoderMessage) {
        write(message.frame)
    }

    /// Sends samples, in as many messages as they need.
    func send(samples: ArraySlice<Float>) {
        var rest = samples
        while !rest.isEmpty {
            write(DecoderMessage.frame(samples: rest.prefix(DecoderMessage.mostSamples)))
            rest = rest.dropFirst(DecoderMessage.mostSamples)
        }
    }

    private func write(_ bytes: [UInt8]) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(STDOUT_FILENO, $0.baseAddress! + done, $0.count - done)
            }
            if count < 0 && errno == EINTR { continue }
            // Nobody is listening any more.
            guard count > 0 else { exit(1) }
            done += count
        }
    }
}
