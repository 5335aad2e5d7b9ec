import CFFmpeg
import DecodeProtocol

/// Frames of any form in; 16 kHz mono samples to the standard output.
struct SoundOutput {
    /// Samples sent at 16 kHz.
    private(set) var sampleCount = 0
    private let messages: MessageWriter
    private let filters: FilterChain?
    private var resampling: Resampling?
    /// Samples at 16 kHz after which there should be nothing but an encoder's padding.
    private let end: Int?
    /// What an encoder adds at most, in samples at 16 kHz.
    private let mostPadding: Int
    /// What came after it, in case there was more.
    private var surplus: [Float] = []

    /// A week.
    static let mostSeconds = Double(DecoderMessage.longestRecording) / 16000

    init(
        _ messages: MessageWriter, filters: [SoundFilter], end: Int?, mostPadding: Int
    ) throws(DecodeFailure) {
        self.messages = messages
        self.filters = filters.isEmpty ? nil : try FilterChain(filters)
        self.end = end
        self.mostPadding = mostPadding
    }

    /// - Parameter silence: seconds of it before the frame.
    mutating func append(
        _ frame: UnsafeMutablePointer<AVFrame>, after silence: Double
    ) throws(DecodeFailure) {
        let form = Resampling.Form(frame)
        if resampling?.form != form {
            try drain()
            resampling = try Resampling(form)
        }
        try append(silence: silence)
        if let resampling { try send(resampling.convert(frame)) }
    }

    /// - Parameter silence: seconds of it, in the form of the frame before.
    mutating func append(silence: Double) throws(DecodeFailure) {
        guard let resampling else { return }
        let seconds = min(silence, Self.mostSeconds)
        var missing = Int((seconds * Double(resampling.form.rate)).rounded())
        while missing > 0 {
            let count = min(missing, Int(resampling.form.rate))
            try send(resampling.silence(count))
            missing -= count
        }
    }

    /// What is left in resampler and filters when no more frames come.
    mutating func finish() throws(DecodeFailure) {
        try drain()
        if let filters { try write(filters.finish()[...]) }
    }

    private mutating func drain() throws(DecodeFailure) {
        guard let resampling else { return }
        while case let rest = try resampling.finish(), !rest.isEmpty { try send(rest) }
    }

    private mutating func send(_ samples: ArraySlice<Float>) throws(DecodeFailure) {
        try write(
            filters.map { filters throws(DecodeFailure) in try filters.filter(samples)[...] }
                ?? samples)
    }

    private mutating func write(_ samples: ArraySlice<Float>) throws(DecodeFailure) {
        guard let end, surplus.count <= mostPadding else { return try release(samples) }
        let due = max(0, min(samples.count, end - sampleCount))
        try release(samples.prefix(due))
        surplus += samples.dropFirst(due)
        // The header lied: what was held back is sound after all.
        if surplus.count > mostPadding { try release(surplus[...]) }
    }

    private mutating func release(_ samples: ArraySlice<Float>) throws(DecodeFailure) {
        guard samples.allSatisfy(\.isFinite) else { throw DecodeFailure(.notFinite) }
        guard sampleCount + samples.count <= DecoderMessage.longestRecording else {
            throw DecodeFailure(.tooLong)
        }
        messages.send(samples: samples)
        sampleCount += samples.count
    }
}
