import Audio
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
    /// Name of the model's folder.
    public let modelName: String

    /// Loads a model.
    ///
    /// - Parameters:
    ///   - threads: of the CPU; `nil` takes as many as this process may use.
    ///   - environment: `SOTTO_CPU` may name a kernel set (`portable`, `avx2`, `avx512`).
    /// - Throws: ``SottoError``
    public convenience init(
        model: InstalledModel, threads: Int? = nil, environment: [String: String] = [:]
    ) throws(SottoError) {
        do {
            let device = Device.cpu(threads: threads, kernels: environment["SOTTO_CPU"])
            let generator = try Generator(folder: model.folder, device: device)
            self.init(recogniser: generator, modelName: model.name)
        } catch {
            throw SottoError(error)
        }
    }

    /// Uses any recogniser.
    package init(recogniser: any Recogniser, modelName: String) {
        self.recogniser = recogniser
        self.modelName = modelName
    }

    /// Transcribes a WAV file.
    ///
    /// - Parameter path: `-` is the standard input.
    /// - Returns: what happens, ending with ``TranscriptionEvent/finished(_:)`` or ``SottoError``.
    ///   Leaving the stream early cancels the work.
    public func transcribe(
        path: String, options: TranscriptionOptions = TranscriptionOptions()
    ) -> AsyncThrowingStream<TranscriptionEvent, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    let reader = ChunkReader(try WaveReader(path: path))
                    let run = TranscriptionRun(
                        recogniser: recogniser, modelName: modelName, options: options
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
