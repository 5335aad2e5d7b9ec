import FoundationEssentials

extension Transcription {
    /// Reads what ``Format/json`` wrote.
    ///
    /// The file may come from anybody: what does not fit together is refused. Fields that this version does
    /// not know are passed over, and so are those that follow from others (`text`, `paragraphs`, …), except
    /// that a segment's text must be its raw text with the changes made.
    public init(json: some Sequence<UInt8>) throws(TranscriptionFileError) {
        let data = Data(json)
        guard String(validating: data, as: UTF8.self) != nil else { throw .notJSON }
        let version: Int?
        do {
            version = try JSONDecoder().decode(Versioned.self, from: data).version
        } catch DecodingError.dataCorrupted(let context) where context.codingPath.isEmpty {
            throw .notJSON
        } catch {
            throw .notATranscription
        }
        guard let version else { throw .notATranscription }
        guard version == TranscriptionDocument.currentVersion else { throw .version(version) }
        do {
            self = try JSONDecoder().decode(StoredTranscription.self, from: data).checked()
        } catch {
            throw TranscriptionFileError(error)
        }
    }
}

private struct Versioned: Decodable {
    let version: Int?
}

/// The fields that cannot be found out from others.
private struct StoredTranscription: Decodable {
    let recording, model, modelFingerprint, device, sotto: String
    let settings: [String: String]
    let duration, seconds: Double
    let warnings: [String]
    let events: [SpanRecord]
    let segments: [SegmentRecord]
    let chunks: [ChunkRecord]

    enum CodingKeys: String, CodingKey {
        case recording, model, device, sotto, settings, duration, seconds, warnings, events
        case segments, chunks
        case modelFingerprint = "model_fingerprint"
    }

    func checked() throws(TranscriptionFileError) -> Transcription {
        guard !recording.contains("/") else {
            throw .invalid(path: "recording", reason: "is not a name without folders")
        }
        var (segments, chunks, events) = ([Segment](), [Chunk](), [SoundEvent]())
        for (index, record) in self.segments.enumerated() {
            segments.append(try record.checked(at: "segments[\(index)]"))
        }
        for (index, record) in self.chunks.enumerated() {
            chunks.append(try record.checked(at: "chunks[\(index)]"))
        }
        for (index, record) in self.events.enumerated() {
            let span = try checkedSpan(record.start, record.end, at: "events[\(index)]")
            events.append(
                SoundEvent(
                    startSeconds: span.lowerBound, endSeconds: span.upperBound, name: record.kind))
        }
        let duration = try checkedTime(duration, at: "duration")
        // Where the last piece ends is known to the sample.
        let end = chunks.last?.endSeconds ?? 0
        return Transcription(
            segments: segments, chunks: chunks,
            durationSeconds: rounded(end) == duration ? end : duration, events: events,
            recordingName: recording,
            provenance: Provenance(
                model: model, modelFingerprint: modelFingerprint, settings: settings,
                device: device, version: sotto, wallSeconds: try checkedTime(seconds, at: "seconds")
            ),
            warnings: warnings)
    }
}

extension SegmentRecord {
    fileprivate func checked(at path: String) throws(TranscriptionFileError) -> Segment {
        let span = try checkedSpan(start, end, at: path)
        let raw = Array(rawText.unicodeScalars)
        let changes = try checkedChanges(of: raw, at: path)
        var words: [DoubtfulWord] = []
        for (index, word) in doubtfulWords.enumerated() {
            let path = "\(path).doubtful_words[\(index)]"
            words.append(
                DoubtfulWord(
                    range: try checkedRange(
                        word.rawOffset, word.rawLength, in: 0..<raw.count, at: path),
                    logProbability: try checkedLogProbability(word.logprob, at: "\(path).logprob")))
        }
        var speech: [Range<Double>] = []
        for (index, record) in self.speech.enumerated() {
            let path = "\(path).speech[\(index)]"
            let span = try checkedSpan(record.start, record.end, at: path)
            guard span.lowerBound >= speech.last?.upperBound ?? 0 else {
                throw .invalid(path: path, reason: "begins before the one before it ends")
            }
            speech.append(span)
        }
        var segment = Segment(
            startSeconds: span.lowerBound, endSeconds: span.upperBound, text: rawText,
            language: language, speaker: speaker,
            meanLogProbability: try checkedLogProbability(logprob, at: "\(path).logprob"),
            doubtfulWords: words, isDoubtful: doubtful, speech: speech, changes: changes)
        segment.opensParagraph = opensParagraph
        guard segment.text.unicodeScalars.elementsEqual(text.unicodeScalars) else {
            throw .invalid(path: "\(path).text", reason: "is not its raw_text with its changes")
        }
        return segment
    }

    private func checkedChanges(
        of raw: [Unicode.Scalar], at path: String
    ) throws(TranscriptionFileError) -> [TextChange] {
        var (result, place) = ([TextChange](), 0)
        for (index, change) in changes.enumerated() {
            let path = "\(path).changes[\(index)]"
            let range = try checkedRange(
                change.offset, change.length, in: place..<raw.count, at: path)
            guard raw[range].elementsEqual(change.before.unicodeScalars) else {
                throw .invalid(
                    path: "\(path).before", reason: "is not what the raw_text holds there")
            }
            result.append(
                TextChange(range: range, replacement: change.after, rules: change.rules))
            place = range.upperBound
        }
        return result
    }
}

extension ChunkRecord {
    fileprivate func checked(at path: String) throws(TranscriptionFileError) -> Chunk {
        let longest = Int(longestSeconds * 16000)
        guard 0 <= startSample, startSample <= endSample, endSample <= longest else {
            throw .invalid(path: "\(path).end_sample", reason: "is not a place after its start")
        }
        guard promptTokenCount >= 0 else {
            throw .invalid(path: "\(path).prompt_tokens", reason: "is negative")
        }
        for (index, value) in tokenLogProbabilities.enumerated() {
            _ = try checkedLogProbability(value, at: "\(path).token_logprobs[\(index)]")
        }
        for (name, value) in [
            ("mel", timings.mel), ("convolution", timings.convolution),
            ("encoder", timings.encoder), ("prefill", timings.prefill), ("decode", timings.decode),
        ] {
            _ = try checkedTime(value, at: "\(path).timings.\(name)")
        }
        return Chunk(
            sampleRange: startSample..<endSample, tokenIDs: tokenIDs,
            tokenLogProbabilities: tokenLogProbabilities.map { Float($0) }, rawText: rawText,
            text: text, language: language, finishReason: finishReason,
            promptTokenCount: promptTokenCount, timings: timings.timings)
    }
}

/// Thirty years: no recording is longer, and no sum of such times overflows.
private let longestSeconds = 1e9

private func checkedTime(_ value: Double, at path: String) throws(TranscriptionFileError) -> Double
{
    guard value >= 0 else { throw .invalid(path: path, reason: "is negative") }
    guard value <= longestSeconds else {
        throw .invalid(path: path, reason: "is more than thirty years")
    }
    return value
}

private func checkedSpan(
    _ start: Double, _ end: Double, at path: String
) throws(TranscriptionFileError) -> Range<Double> {
    let start = try checkedTime(start, at: "\(path).start")
    let end = try checkedTime(end, at: "\(path).end")
    guard start <= end else { throw .invalid(path: "\(path).end", reason: "is before its start") }
    return start..<end
}

private func checkedRange(
    _ offset: Int, _ length: Int, in bounds: Range<Int>, at path: String
) throws(TranscriptionFileError) -> Range<Int> {
    guard offset >= bounds.lowerBound, length >= 0, offset <= bounds.upperBound,
        length <= bounds.upperBound - offset
    else { throw .invalid(path: path, reason: "is outside the text, or not in order") }
    return offset..<offset + length
}

private func checkedLogProbability(
    _ value: Double, at path: String
) throws(TranscriptionFileError) -> Double {
    guard value <= 0, value >= -1e6 else {
        throw .invalid(path: path, reason: "is no logarithm of a probability")
    }
    return value
}

extension TranscriptionFileError {
    /// - Parameter error: of ours, or of the decoder.
    fileprivate init(_ error: any Error) {
        switch error {
        case let error as TranscriptionFileError: self = error
        case DecodingError.keyNotFound(let key, let context):
            self = .missing(path: Self.path(context.codingPath + [key]))
        case DecodingError.valueNotFound(_, let context):
            self = .missing(path: Self.path(context.codingPath))
        case DecodingError.typeMismatch(let type, let context):
            self = .invalid(
                path: Self.path(context.codingPath), reason: "is not \(Self.name(of: type))")
        case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
            self = .invalid(
                path: Self.path(context.codingPath), reason: "holds a value that is out of range")
        // Of a number in a list the decoder does not say where it is.
        default: self = .invalid(path: "content", reason: "holds a number that is out of range")
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.reduce(into: "") { path, key in
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += path.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
    }

    private static func name(of type: any Any.Type) -> String {
        switch type {
        case is String.Type: "text"
        case is Int.Type: "a whole number"
        case is Double.Type: "a number"
        case is Bool.Type: "true or false"
        case is [String: String].Type, is [String: Any].Type: "an object"
        default: "a list"
        }
    }
}
