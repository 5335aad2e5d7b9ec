/// What `sotto-decode` tells the program that started it, in this order: ``hello(version:)``,
/// ``opened(_:)``, then samples and durations, and at last ``ended(_:)`` or ``failed(_:)``.
///
/// Without one of the last two the decoder died: the end of the stream alone says nothing.
package enum DecoderMessage: Hashable, Sendable {
    /// The decoder is confined and speaks this version of the protocol.
    case hello(version: Int)
    /// The recording's header was understood.
    case opened(MediaDescription)
    /// Nothing new, but alive: a long way through a file without sound.
    case working
    /// Samples at 16 kHz that there will be in all, as far as is known now; a later one corrects it.
    case duration(sampleCount: Int)
    /// Mono, 16 kHz, at most ``mostSamples`` of them.
    case samples([Float])
    case ended(DecodeSummary)
    case failed(DecodeFailure)

    /// Changes whenever a message changes its form.
    package static let version = 1
    /// Samples in one message.
    package static let mostSamples = 16000
    /// Samples of a recording: a week. Nobody records more at a time.
    package static let longestRecording = 7 * 24 * 3600 * 16000
}

/// What the header of a recording says.
package struct MediaDescription: Hashable, Sendable {
    /// FFmpeg's short names.
    package var container, codec: String
    /// Hz
    package var rate: Int
    package var channelCount: Int
    /// The sound track that is read, from 1, and how many there are.
    package var track, trackCount: Int
    /// `soxr`, or `swr` where FFmpeg was built without it.
    package var resampler: String
    /// Version of FFmpeg.
    package var decoder: String

    package init(
        container: String, codec: String, rate: Int, channelCount: Int, track: Int,
        trackCount: Int, resampler: String, decoder: String
    ) {
        self.container = container
        self.codec = codec
        self.rate = rate
        self.channelCount = channelCount
        self.track = track
        self.trackCount = trackCount
        self.resampler = resampler
        self.decoder = decoder
    }
}

/// How a recording ended.
package struct DecodeSummary: Hashable, Sendable {
    /// Samples sent in all.
    package var sampleCount: Int
    /// Whether the file ends before what its header promised.
    package var isTruncated: Bool
    /// Whether another recording follows in the same file, which was not read.
    package var isFollowed: Bool
    /// Pieces of the file that could not be decoded.
    package var damageCount: Int
    /// Where the first of them lay, in samples at 16 kHz.
    package var firstDamage: Int

    package init(
        sampleCount: Int, isTruncated: Bool, isFollowed: Bool = false, damageCount: Int,
        firstDamage: Int
    ) {
        self.sampleCount = sampleCount
        self.isTruncated = isTruncated
        self.isFollowed = isFollowed
        self.damageCount = damageCount
        self.firstDamage = firstDamage
    }
}

/// Why a recording cannot be decoded.
package struct DecodeFailure: Error, Hashable, Sendable {
    package enum Reason: String, Hashable, Sendable, CaseIterable {
        /// Not a file with sound that FFmpeg knows.
        case notMedia
        /// A container without a sound track.
        case noSound
        /// A track that cannot be decoded without a key.
        case encrypted
        /// No decoder; the detail names the codec.
        case unsupportedCodec
        /// The header contradicts itself; the detail says how.
        case malformedHeader
        /// There is no sound track of that number; the detail is how many there are.
        case noSuchTrack
        /// A header and not a single sample.
        case noSamples
        /// An infinite sample, or one that is not a number.
        case notFinite
        /// More sound than anybody records.
        case tooLong
        /// The memory that the decoder may use is spent.
        case outOfMemory
        /// The file cannot be read; the detail is the system's error number.
        case unreadable
        /// The system does not confine programs; the detail says what failed.
        case unconfined
        /// FFmpeg failed in a way that has no other name; the detail is its message.
        case unexpected
    }

    package let reason: Reason
    package let detail: String

    package init(_ reason: Reason, _ detail: String = "") {
        self.reason = reason
        self.detail = detail
    }
}
