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
    /// Makes what tells speech from silence; `nil` where its weights are not installed.
    private let makeListener: (@Sendable () throws -> any SpeechListener)?
    /// Name of the model's folder.
    public let modelName: String
    /// Tells the model from others.
    private let modelFingerprint: String

    /// Loads a model.
    ///
    /// - Parameters:
    ///   - device: what the model runs on.
    ///   - precision: one of its ``ComputeDevice/precisions``; `nil` takes what suits its memory.
    ///   - threads: of the CPU; `nil` takes as many as this process may use.
    ///   - environment: `SOTTO_CPU` may name a kernel set (`portable`, `avx2`, `avx512`), and
    ///     `SOTTO_DECODE` the program `sotto-decode`, which otherwise lies beside the running one.
    ///   - progress: told while weights are made ready, on the calling thread: bytes of the checkpoint that are,
    ///     and those that will be.
    /// - Throws: ``SottoError``
    public convenience init(
        model: InstalledModel, device: ComputeDevice = .cpu, precision: Precision? = nil,
        threads: Int? = nil,
        environment: [String: String] = [:],
        progress: (@Sendable (_ loadedBytes: Int, _ totalBytes: Int) -> Void)? = nil
    ) throws(SottoError) {
        do {
            let kernels = environment["SOTTO_CPU"].flatMap { $0.isEmpty ? nil : $0 }
            let processor = Device.cpu(threads: threads, kernels: kernels)
            let files = CUDAFiles(environment: environment)
            if let precision, !device.precisions.contains(precision) {
                throw SottoError(
                    .request, "precision_unknown",
                    "This device keeps the model as \(device.precisions.names) only.")
            }
            func load(_ device: Device) throws -> Generator {
                try Generator(folder: model.folder, device: device, progress: progress)
            }
            func gpu(_ index: Int) -> Device {
                .cuda(index: index, files: files, isEightBit: precision.map { $0 == .int8 })
            }
            let generator: Generator
            var refusal: String?
            switch device {
            case .cpu: generator = try load(processor)
            case .cuda(let index): generator = try load(gpu(index))
            case .automatic:
                do {
                    generator = try load(gpu(0))
                } catch GenerationError.device(_, let reason) {
                    refusal = "\(reason) The processor is used."
                    generator = try load(processor)
                }
            }
            self.init(
                recogniser: generator, deviceNote: refusal ?? generator.deviceNote,
                modelName: model.name,
                modelFingerprint: ModelFingerprint.of(model.folder),
                decoder: .installed(environment: environment),
                makeListener: InstalledModel.speechDetector(environment: environment)
                    .map(Self.speechDetector))
        } catch {
            throw SottoError(error)
        }
    }

    /// What the model runs on: `cpu`, `cuda:0`.
    public var deviceName: String { recogniser.deviceName }
    /// What the model's matrices are kept as.
    public var precision: Precision { Precision(rawValue: recogniser.precision) ?? .bf16 }
    /// Which GPU it is and how its memory is used, or why ``ComputeDevice/automatic`` uses none.
    public let deviceNote: String?

    /// Uses any recogniser.
    package init(
        recogniser: any Recogniser, deviceNote: String? = nil, modelName: String,
        modelFingerprint: String = "",
        decoder: DecoderProgram = .installed(environment: [:]),
        makeListener: (@Sendable () throws -> any SpeechListener)? = nil
    ) {
        self.deviceNote = deviceNote
        self.recogniser = recogniser
        self.makeListener = makeListener
        self.decoder = decoder
        self.modelName = modelName
        self.modelFingerprint = modelFingerprint
    }

    /// Makes speech detectors from a file of weights.
    package static func speechDetector(
        weights: String
    ) -> @Sendable () throws -> any SpeechListener {
        { try SpeechDetector(weights: weights, backend: CPUBackend(threads: 1)) }
    }

    /// Transcribes a recording: anything with a sound track that FFmpeg decodes.
    ///
    /// WAV files of plain samples are read by this process, everything else by `sotto-decode`, which
    /// gives up all rights before it looks at the first byte.
    ///
    /// - Parameters:
    ///   - path: `-` is the standard input.
    ///   - stop: ends it early: then the transcription is what there is, and a warning says so.
    ///   - journaling: where to keep what is done. The file is the caller's to delete, once the
    ///     transcription is safe; an earlier run's must have heard the same recording with the same
    ///     model and options.
    /// - Returns: what happens, ending with ``TranscriptionEvent/finished(_:)`` or ``SottoError``.
    ///   Leaving the stream early cancels the work.
    public func transcribe(
        path: String, options: TranscriptionOptions = TranscriptionOptions(),
        stop: StopSwitch = StopSwitch(), journaling: Journaling = .none
    ) -> AsyncThrowingStream<TranscriptionEvent, any Error> {
        events(
            name: Self.recordingName(path), part: nil, options: options, stop: stop,
            journaling: journaling
        ) { () throws(AudioError) in
            try RecordingFile(path: path)
        }
    }

    /// Transcribes a stored recording, or a part of it.
    ///
    /// - Parameters:
    ///   - seconds: only this part is heard; `nil` hears all. Times in what happens and in the result are those
    ///     of the whole recording, and its duration is the end of the part. What lies before the part is no part
    ///     of ``Transcription/coverage``.
    ///   - stop: ends it early: then the transcription is what there is, and a warning says so.
    /// - Returns: what happens, ending with ``TranscriptionEvent/finished(_:)`` or ``SottoError``.
    ///   Leaving the stream early cancels the work.
    public func transcribe(
        _ recording: StoredRecording, seconds: Range<Double>? = nil,
        options: TranscriptionOptions = TranscriptionOptions(), stop: StopSwitch = StopSwitch()
    ) -> AsyncThrowingStream<TranscriptionEvent, any Error> {
        events(
            name: recording.name, part: seconds.map(RecordingPart.init), options: options,
            stop: stop, journaling: .none
        ) { () throws(AudioError) in
            try recording.open()
        }
    }

    private func events(
        name: String, part: RecordingPart?, options: TranscriptionOptions, stop: StopSwitch,
        journaling: Journaling,
        open: @escaping @Sendable () throws(AudioError) -> any Recording
    ) -> AsyncThrowingStream<TranscriptionEvent, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    let makeListener = options.isParity ? nil : makeListener
                    var settings = options.settings(listensForSpeech: makeListener != nil)
                    settings[Provenance.partStart] = part.map {
                        "\(Double($0.range.lowerBound) / 16000)"
                    }
                    let provenance = Provenance(
                        model: modelName, modelFingerprint: modelFingerprint, settings: settings,
                        device: recogniser.deviceName, version: sottoVersion, wallSeconds: 0)
                    let reader = ChunkReader(firstSample: part?.range.lowerBound ?? 0) {
                        try makeListener?()
                    } _: { [decoder] () throws(AudioError) in
                        let source = try openRecording(
                            open(), request: options.request, decoder: decoder)
                        return part.map { PartialSource(source, $0, name: name) } ?? source
                    }
                    let run = TranscriptionRun(
                        recogniser: recogniser, options: options, stop: stop,
                        provenance: provenance, journaling: journaling
                    ) { continuation.yield($0) }
                    var transcription = try await run.run(reader)
                    transcription.recordingName = name
                    continuation.yield(.finished(transcription))
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: SottoError(error))
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    /// The last part of the path: in which folders somebody keeps a recording is nobody's business.
    private static func recordingName(_ path: String) -> String {
        path == "-" ? "" : path.split(separator: "/").last.map(String.init) ?? ""
    }
}
