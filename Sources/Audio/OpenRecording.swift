package import DecodeProtocol

/// Opens a recording of any kind.
///
/// WAV files of plain samples are read here, front to back, so that a pipe is heard while it is
/// written; everything else is for the decoder, which is a program of its own.
///
/// - Parameter path: `-` is the standard input.
package func openRecording(
    path: String, request: DecodeRequest, decoder: DecoderProgram
) throws(AudioError) -> any SampleSource {
    try openRecording(RecordingFile(path: path), request: request, decoder: decoder)
}

/// Opens a recording of any kind, wherever it lies.
package func openRecording(
    _ recording: any Recording, request: DecodeRequest, decoder: DecoderProgram,
    cancellation: Cancellation? = nil
) throws(AudioError) -> any SampleSource {
    if request == DecodeRequest(), WaveFormat.isPlain(recording.start) {
        return try WaveReader(recording)
    }
    return try DecodedRecording(
        recording, request: request, decoder: decoder, cancellation: cancellation)
}

extension WaveReader {
    /// Opens a file and reads its header.
    ///
    /// - Parameter path: `-` is the standard input.
    package convenience init(path: String) throws(AudioError) {
        try self.init(RecordingFile(path: path))
    }

    /// Reads the header of a recording.
    package convenience init(_ recording: any Recording) throws(AudioError) {
        try self.init(recording, path: recording.name) { recording.hasChanged }
    }
}
