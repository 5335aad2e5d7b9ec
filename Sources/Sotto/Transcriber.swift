package import Audio
import Compute
import Qwen3ASR
import Transcript

/// The version of Sotto.
public let sottoVersion = "0.1.0"

/// A loaded model that turns recordings into text.
///
/// The model stays in memory as long as this object lives and may be used for several recordings at
/// a time: their chunks share one batch.
public final class Transcriber: Sendable {
    private let recogniser: any Recogniser
    private let decoder: DecoderProgram
    /// Path of the speech detector's weights, if they are installed.
    private let detectorWeights: String?
    /// Name of the model's folder.
    public let modelName: String

    /// Loads a model.
    ///
    /// - Parameters:
    ///   - threads: of the CPU; `nil` takes as many as this process may use.
    ///   - environment: `SOTTO_CPU` may name a kernel set (`portable`, `avx2`, `avx512`), and
    ///     `SOTTO_DECODE` the program `sotto-decode`, which otherwise lies beside the running one.
    /// - Throws: ``SottoError``
    public convenience init(
        model: InstalledModel, threads: Int? = nil, environment: [String: String] = [:]
    ) throws(SottoError) {
        do {
            let kernels = environment["SOTTO_CPU"].flatMap { $0.isEmpty ? nil : $0 }
            let device = Device.cpu(threads: threads, kernels: kernels)
            let generator = try Generator(folder: model.folder, device: device)
            self.init(
                recogniser: generator, modelName: model.name,
                decoder: .installed(environment: environment),
                detectorWeights: InstalledModel.speechDetector(environment: environment))
        } catch {
            throw SottoError(error)
        }
    }

    /// Uses any recogniser.
    package init(
        recogniser: any Recogniser, modelName: String,
        decoder: DecoderProgram = .installed(environment: [:]), detectorWeights: String? = nil
    ) {
        self.recogniser = recogniser
        self.detectorWeights = detectorWeights
        self.decoder = decoder
        self.modelName = modelName
    }

    /// Transcribes a recording: anything with a sound track that FFmpeg decodes.
    ///
    /// WAV files of plain samples are read by this process, everything else by `sotto-decode`, which
    /// gives up all rights before it looks at the first byte.
    ///
    /// - Parameters:
    ///   - path: `-` is the standard input.
    ///   - stop: ends it early: then the transcription is what there is, and a warning says so.
    /// - Returns: what happens, ending with ``TranscriptionEvent/finished(_:)`` or ``SottoError``.
    ///   Leaving the stream early cancels the work.
    public func transcribe(
        path: String, options: TranscriptionOptions = TranscriptionOptions(),
        stop: StopSwitch = StopSwitch()
    ) -> AsyncThrowingStream<TranscriptionEvent, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    let weights = options.isParity ? nil : detectorWeights
                    let reader = ChunkReader {
                        try weights.map {
                            try SpeechDetector(weights: $0, backend: CPUBackend(threads: 1))
                        }
                    } _: { [decoder] () throws(AudioError) in
                        try openRecording(
                            path: path, request: options.request, decoder: decoder)
                    }
                    let run = TranscriptionRun(
                        recogniser: recogniser, modelName: modelName, options: options,
                        stop: stop
                    ) { continuation.yield($0) }
                    continuation.yield(.finished(try await run.run(reader)))
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: SottoError(error))
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }
}
