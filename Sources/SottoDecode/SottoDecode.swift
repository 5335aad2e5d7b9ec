import CFFmpeg
import DecodeProtocol
import Glibc
import Sandbox

/// Any recording in, 16 kHz mono samples out: the only program of Sotto that links FFmpeg.
///
/// The recording is the standard input, which must be seekable; the messages of ``DecoderMessage``
/// are the standard output. Before the first byte is read the process gives up everything but these
/// two descriptors and memory.
@main
struct SottoDecode {
    static func main() {
        guard isatty(STDOUT_FILENO) == 0,
            let request = DecodeRequest(arguments: CommandLine.arguments.dropFirst())
        else {
            print("sotto-decode is started by sotto: it reads a recording and writes messages.")
            exit(64)
        }
        av_log_set_level(AV_LOG_QUIET)
        let messages = MessageWriter()
        do throws(DecodeFailure) {
            let input = try MediaInput(isSealed: request.isSealed)
            try confine(input, isFiltering: !request.filters.isEmpty)
            messages.send(.hello(version: DecoderMessage.version))
            input.onProgress = { messages.send(.working) }
            var decoding = try Decoding(input: input, request: request, messages: messages)
            try decoding.run()
        } catch {
            messages.send(.failed(error))
            exit(1)
        }
    }

    private static func confine(_ input: MediaInput, isFiltering: Bool) throws(DecodeFailure) {
        do throws(Confinement.Failure) {
            try Confinement.mediaDecoder(
                inputByteCount: input.byteCount, isFiltering: isFiltering
            ).enter()
        } catch {
            throw DecodeFailure(.unconfined, error.reason)
        }
    }
}
