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
    let file = try RecordingFile(path: path)
    if request == DecodeRequest(), WaveFormat.isPlain(file.start) { return try WaveReader(file) }
    return try DecodedRecording(file, request: request, decoder: decoder)
}

extension WaveReader {
    /// Opens a file and reads its header.
    ///
    /// - Parameter path: `-` is the standard input.
    package convenience init(path: String) throws(AudioError) {
        try self.init(RecordingFile(path: path))
    }

    /// Reads the header of a file.
    package convenience init(_ file: RecordingFile) throws(AudioError) {
        try self.init(file, path: file.name) { file.hasChanged }
    }
}
