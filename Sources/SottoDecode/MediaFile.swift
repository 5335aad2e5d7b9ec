import CFFmpeg
import DecodeProtocol

/// A container, opened, and the sound track to read from it.
///
/// Nothing here is released: the process ends with its file.
struct MediaFile {
    let context: UnsafeMutablePointer<AVFormatContext>
    let stream: UnsafeMutablePointer<AVStream>
    let container: String
    /// Whether the writer did not know how long the file would be.
    let isOpen: Bool
    /// From 1, among the sound tracks.
    let track: Int
    let trackCount: Int

    /// The containers that recordings come in. FFmpeg knows hundreds, and each is a parser more.
    private static let containers: Set<String> = [
        "aac", "ac3", "aiff", "amr", "amrnb", "amrwb", "ape", "asf", "au", "avi", "caf", "dss",
        "eac3", "flac", "flv", "dts", "matroska,webm", "mov,mp4,m4a,3gp,3g2,mj2", "mp3", "mpeg",
        "mpegts", "nistsphere", "ogg", "tta", "voc", "w64", "wav", "wv",
    ]

    init(_ input: MediaInput, track wanted: Int?) throws(DecodeFailure) {
        guard let opened = avformat_alloc_context() else { throw DecodeFailure(.outOfMemory) }
        opened.pointee.pb = try input.makeContext()
        let format = try Self.probe(opened.pointee.pb, input)
        container = String(cString: format.pointee.name)
        isOpen = FileEnd.isOpen(input, container: container)
        var options: OpaquePointer?
        av_dict_set(&options, "protocol_whitelist", "none", 0)
        av_dict_set(&options, "codec_whitelist", Self.soundDecoders, 0)
        var file: UnsafeMutablePointer<AVFormatContext>? = opened
        let code = avformat_open_input(&file, nil, format, &options)
        guard code >= 0, let file else {
            throw Self.failure(code, container, input)
        }
        context = file
        for stream in Self.streams(file) where stream.pointee.codecpar.pointee.isSound == false {
            stream.pointee.discard = AVDISCARD_ALL
        }
        let found = avformat_find_stream_info(file, nil)
        guard found >= 0 else { throw Self.failure(found, container, input) }
        let tracks = Self.streams(file).filter { $0.pointee.codecpar.pointee.isSound }
        guard !tracks.isEmpty else { throw DecodeFailure(.noSound) }
        trackCount = tracks.count
        if let wanted {
            guard wanted <= tracks.count else {
                throw DecodeFailure(.noSuchTrack, "\(tracks.count)")
            }
            track = wanted
        } else {
            let best = av_find_best_stream(file, AVMEDIA_TYPE_AUDIO, -1, -1, nil, 0)
            let standard =
                tracks.firstIndex { $0.pointee.disposition & AV_DISPOSITION_DEFAULT != 0 }
                ?? tracks.firstIndex { $0.pointee.index == best }
            track = (standard ?? 0) + 1
        }
        stream = tracks[track - 1]
        for other in tracks where other != stream { other.pointee.discard = AVDISCARD_ALL }
        if needsOthersForItsEnd {
            for other in Self.streams(file) { other.pointee.discard = AVDISCARD_DEFAULT }
        }
    }

    /// Whether the file is nothing but the frames of a codec, one after the other.
    var isBareStream: Bool { ["aac", "ac3", "dts", "eac3", "mp3"].contains(container) }

    /// Tracks besides the one that is read, cover pictures left out.
    var hasOtherTracks: Bool {
        Self.streams(context).contains {
            $0 != stream && $0.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC == 0
        }
    }

    /// Whether the container tells its own length and not the track's: then a missing end shows in
    /// the packets of all tracks together.
    var needsOthersForItsEnd: Bool {
        stream.pointee.duration == sotto_no_timestamp() && hasOtherTracks
    }

    /// Seconds that the header claims; `nil` if it does not, or if FFmpeg only guesses.
    var claimedSeconds: Double? {
        // For the others FFmpeg guesses from the bit rate or from the last packet.
        guard context.pointee.duration_estimation_method == AVFMT_DURATION_FROM_STREAM,
            !isOpen
        else { return nil }
        return announcedSeconds
    }

    /// Seconds that the header claims, or FFmpeg's guess from the bit rate.
    var announcedSeconds: Double? {
        // These say where the last packet ends and not how long all are.
        let start = container == "ogg" ? max(0, fileStart) : lateStart
        let own = stream.pointee.duration
        if own != sotto_no_timestamp(), own > 0 {
            return Double(own) * av_q2d(stream.pointee.time_base) - start
        }
        let whole = context.pointee.duration
        guard whole != sotto_no_timestamp(), whole > 0 else { return nil }
        return Double(whole) / Double(AV_TIME_BASE) - start
    }

    /// Samples at 16 kHz after which an MP4's track holds only what its encoder padded; `nil` for others.
    var paddedEnd: Int? {
        guard container.hasPrefix("mov"), stream.pointee.duration != sotto_no_timestamp(),
            let claimedSeconds, claimedSeconds < SoundOutput.mostSeconds
        else { return nil }
        let start = startSeconds.flatMap { start in
            seconds(stream.pointee.start_time).map { max(0, $0 - start) }
        }
        return Int(min((start ?? 0) + claimedSeconds, SoundOutput.mostSeconds) * 16000)
    }

    /// Seconds that a packet of any track claims; 0 if it does not.
    func duration(of packet: UnsafeMutablePointer<AVPacket>) -> Double {
        let stream = Self.streams(context)[Int(packet.pointee.stream_index)]
        return max(0, Double(packet.pointee.duration)) * av_q2d(stream.pointee.time_base)
    }

    /// Where a packet of any track ends, in seconds on the file's clock.
    func end(of packet: UnsafeMutablePointer<AVPacket>) -> Double? {
        let stream = Self.streams(context)[Int(packet.pointee.stream_index)]
        guard let start = Self.seconds(packet.pointee.pts, of: stream) else { return nil }
        let own = duration(of: packet)
        let rate = stream.pointee.avg_frame_rate
        // A slow picture stands until the next one.
        let frame = rate.num > 0 && rate.den > 0 ? 1 / av_q2d(rate) : 0
        return start + max(own, frame)
    }

    /// A time of the track that is read, in seconds on the file's clock.
    func seconds(_ timestamp: Int64) -> Double? {
        Self.seconds(timestamp, of: stream)
    }

    static func seconds(_ timestamp: Int64, of stream: UnsafeMutablePointer<AVStream>) -> Double? {
        guard timestamp != sotto_no_timestamp() else { return nil }
        return Double(timestamp) * av_q2d(stream.pointee.time_base)
    }

    /// Seconds on the file's clock at which a player starts; `nil` where that is the track's first
    /// frame.
    var startSeconds: Double? {
        // Others count from any number.
        let startsAtZero = ["matroska", "mov", "avi", "flv"].contains { container.hasPrefix($0) }
        return startsAtZero ? lateStart : nil
    }

    /// Where the clock of a recorder ran before it recorded; zero where the file starts with it.
    private var lateStart: Double {
        let isRecorders = container.hasPrefix("matroska") && fileStart > Timeline.longestGap
        return isRecorders ? fileStart : 0
    }

    private var fileStart: Double {
        let start = context.pointee.start_time
        return start == sotto_no_timestamp() ? 0 : Double(start) / Double(AV_TIME_BASE)
    }

    static func streams(
        _ context: UnsafeMutablePointer<AVFormatContext>
    ) -> [UnsafeMutablePointer<AVStream>] {
        (0..<Int(context.pointee.nb_streams)).compactMap { context.pointee.streams[$0] }
    }

    /// What kind of container it is, by its bytes alone.
    private static func probe(
        _ bytes: UnsafeMutablePointer<AVIOContext>?, _ input: MediaInput
    ) throws(DecodeFailure) -> UnsafePointer<AVInputFormat> {
        var format: UnsafePointer<AVInputFormat>?
        let code = av_probe_input_buffer2(bytes, &format, "", nil, 0, 0)
        guard code >= 0, let format else {
            if let number = input.failure { throw DecodeFailure(.unreadable, "\(number)") }
            throw DecodeFailure(.notMedia)
        }
        guard containers.contains(String(cString: format.pointee.name)) else {
            throw DecodeFailure(.notMedia)
        }
        return format
    }

    private static func failure(
        _ code: Int32, _ container: String, _ input: MediaInput
    ) -> DecodeFailure {
        if let number = input.failure { return DecodeFailure(.unreadable, "\(number)") }
        if code == sotto_error(ENOMEM) { return DecodeFailure(.outOfMemory) }
        let isIndexed = container.hasPrefix("mov")
        return DecodeFailure(
            .malformedHeader,
            isIndexed ? "its index is missing or wrong" : "it cannot be understood")
    }

    /// Names of all sound decoders, so that those of pictures are never started.
    private static var soundDecoders: String {
        var names: [String] = []
        var place: UnsafeMutableRawPointer?
        while let codec = av_codec_iterate(&place) {
            if av_codec_is_decoder(codec) != 0, codec.pointee.type == AVMEDIA_TYPE_AUDIO {
                names.append(String(cString: codec.pointee.name))
            }
        }
        return names.joined(separator: ",")
    }
}

extension AVCodecParameters {
    var isSound: Bool { codec_type == AVMEDIA_TYPE_AUDIO }
}
