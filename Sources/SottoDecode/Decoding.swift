import CFFmpeg
import DecodeProtocol

/// One recording, from its first packet to its last.
struct Decoding {
    private let input: MediaInput
    private let messages: MessageWriter
    private let file: MediaFile
    private let track: SoundTrack
    private var output: SoundOutput
    private var timeline: Timeline

    private var frameCount = 0
    /// A piece that could not be decoded, with nothing good after it yet: damage if more sound
    /// follows, a missing end if not.
    private var openDamage: Double?
    private var damages: [Double] = []
    private var tags: Tags
    /// Where in a bare stream the last packet ended, and the last one with sound.
    private var packetEnd: Int?
    private var soundEnd = 0
    private var lastPacketSeconds = 0.0
    /// Seconds on the clock at which a pause ends that was not transmitted.
    private var pauseEnd: Double?
    /// Seconds on the clock at which the last packet of any track ends.
    private var lastClock = 0.0
    private var lastReport = (seconds: 0.0, byteCount: 0, sampleCount: 0)

    /// Failures of the container in a row before the rest is given up.
    private static let mostFailures = 64
    /// Seconds by which a header may promise too much.
    private static let tolerance = 0.1

    init(
        input: MediaInput, request: DecodeRequest, messages: MessageWriter
    ) throws(DecodeFailure) {
        self.input = input
        self.messages = messages
        file = try MediaFile(input, track: request.track)
        track = try SoundTrack(file)
        tags = Tags(input)
        timeline = Timeline(start: file.startSeconds, claimedSeconds: file.claimedSeconds)
        output = try SoundOutput(
            messages, filters: request.filters, end: file.paddedEnd, mostPadding: track.mostPadding)
    }

    mutating func run() throws(DecodeFailure) {
        messages.send(.opened(description))
        report(file.announcedSeconds ?? 0)
        let isBroken = try readPackets()
        _ = try track.send(nil)
        try receiveFrames()
        if let pauseEnd {
            try output.append(silence: timeline.place(frameAt: pauseEnd, lasting: 0))
        }
        try output.finish()
        let isTruncated = noteHiddenDamage() || isEndMissing(isBroken: isBroken)
        guard output.sampleCount > 0 else { throw DecodeFailure(.noSamples) }
        if !isTruncated { messages.send(.duration(sampleCount: output.sampleCount)) }
        messages.send(
            .ended(
                DecodeSummary(
                    sampleCount: output.sampleCount, isTruncated: isTruncated,
                    isFollowed: FileEnd.isFollowed(input, container: file.container),
                    damageCount: damages.count,
                    firstDamage: min(output.sampleCount, Self.sampleCount(damages.first ?? 0)))))
    }

    private var description: MediaDescription {
        let parameters = file.stream.pointee.codecpar.pointee
        return MediaDescription(
            container: file.container, codec: track.name, rate: Int(parameters.sample_rate),
            channelCount: Int(parameters.ch_layout.nb_channels), track: file.track,
            trackCount: file.trackCount, resampler: Resampling.engineName,
            decoder: String(cString: sotto_ffmpeg_version()))
    }

    /// Whether the container failed before its end.
    private mutating func readPackets() throws(DecodeFailure) -> Bool {
        guard let packet = av_packet_alloc() else { throw DecodeFailure(.outOfMemory) }
        var failureCount = 0
        while failureCount < Self.mostFailures {
            let code = av_read_frame(file.context, packet)
            if let number = input.failure { throw DecodeFailure(.unreadable, "\(number)") }
            if code == sotto_error_end() { return failureCount > 0 }
            if code == sotto_error(ENOMEM) { throw DecodeFailure(.outOfMemory) }
            guard code >= 0 else {
                failureCount += 1
                openDamage = openDamage ?? timeline.position
                continue
            }
            failureCount = 0
            note(packet)
            if packet.pointee.stream_index == file.stream.pointee.index { try decode(packet) }
            av_packet_unref(packet)
            reportProgress()
        }
        return true
    }

    private mutating func decode(_ packet: UnsafeMutablePointer<AVPacket>) throws(DecodeFailure) {
        lastPacketSeconds = file.duration(of: packet)
        guard !file.isBareStream || isBesideTags(packet), !packet.isHeader else { return }
        guard !track.isPause(packet) else {
            pauseEnd = file.end(of: packet)
            return
        }
        let isWhole =
            (packet.pointee.flags & AV_PKT_FLAG_CORRUPT == 0 || file.isOpen)
            && track.isFrame(packet)
            && !(track.isMPEGAudio && packet.isHalfAFrame)
        let isAccepted = try track.send(packet)
        try receiveFrames()
        if isAccepted, let packetEnd { soundEnd = packetEnd }
        if !isWhole || (!isAccepted && !packet.isPadding) {
            openDamage = openDamage ?? timeline.position
        }
    }

    /// Whether a packet of a bare stream holds sound and not a piece of a tag.
    private mutating func isBesideTags(_ packet: UnsafeMutablePointer<AVPacket>) -> Bool {
        let start = Int(packet.pointee.pos)
        guard !tags.contains(start) else { return false }
        // FFmpeg skips what is no frame until one begins, or takes it for one.
        if packet.begins(with: "ID3") { tags.addTag(at: start) }
        if let packetEnd, start > packetEnd, !tags.contains(packetEnd) {
            tags.addTag(at: packetEnd)
            if !tags.contains(packetEnd) { openDamage = openDamage ?? timeline.position }
        }
        guard !tags.contains(start) else { return false }
        packetEnd = start + Int(packet.pointee.size)
        return true
    }

    private mutating func receiveFrames() throws(DecodeFailure) {
        while true {
            switch try track.receive() {
            case .nothing:
                return
            case .damage:
                openDamage = openDamage ?? timeline.position
            case .frame(let frame):
                try append(frame)
            }
        }
    }

    private mutating func append(_ frame: UnsafeMutablePointer<AVFrame>) throws(DecodeFailure) {
        let seconds = Double(frame.pointee.nb_samples) / Double(frame.pointee.sample_rate)
        let clock = file.seconds(frame.pointee.best_effort_timestamp)
        let silence = timeline.place(frameAt: clock, lasting: seconds)
        frameCount += 1
        if !track.repair(frame) { openDamage = openDamage ?? timeline.position - seconds }
        if let place = openDamage {
            damages.append(place)
            openDamage = nil
        }
        try output.append(frame, after: silence)
    }

    // MARK: The end

    private mutating func note(_ packet: UnsafeMutablePointer<AVPacket>) {
        guard file.needsOthersForItsEnd, let end = file.end(of: packet) else { return }
        lastClock = max(lastClock, end - (file.startSeconds ?? 0))
    }

    private func isEndMissing(isBroken: Bool) -> Bool {
        if input.hasShrunk || FileEnd.isMissing(input, container: file.container) { return true }
        if file.container == "mp3" {
            guard let header = MP3Header(input) else { return isBroken || openDamage != nil }
            return header.isUnmet(frames: frameCount, end: soundEnd)
        }
        // That of a film in ASF counts pauses before and after; its size was looked at.
        let isFilm = file.container == "asf" && file.hasOtherTracks
        guard let claimed = file.claimedSeconds, !isFilm else {
            return isBroken || openDamage != nil
        }
        let missing = claimed - max(timeline.position, lastClock)
        // The index of an MP4 may give its last packet a length that no packet has.
        let spare = file.container.hasPrefix("mov") ? min(1, lastPacketSeconds) : 0
        return missing > Self.tolerance + spare
    }

    /// Looks for what FFmpeg leaves out without a word; whether the end is missing too.
    private mutating func noteHiddenDamage() -> Bool {
        switch file.container {
        case "ogg":
            let pages = OggPages(input, track: Int(file.stream.pointee.index))
            note(pages.damageCount, at: file.seconds(Int64(pages.firstDamage)) ?? 0)
            return pages.isCut
        case "mpegts":
            let packets = TransportPackets(input)
            // About: nobody knows what was in it.
            let share = Double(packets.firstDamage) / Double(input.byteCount)
            note(packets.damageCount, at: share * timeline.position)
            return packets.isCut
        default:
            return false
        }
    }

    /// Notes damage, unless the decoder has met it.
    private mutating func note(_ damageCount: Int, at seconds: Double) {
        if damages.isEmpty { damages = [Double](repeating: seconds, count: damageCount) }
    }

    // MARK: Progress

    /// Tells the duration as far as it is known.
    private mutating func reportProgress() {
        let read = input.readByteCount
        let isDue =
            output.sampleCount - lastReport.sampleCount > 160_000
            || read - lastReport.byteCount > 1 << 26
        guard isDue else { return }
        let claimed = file.claimedSeconds ?? 0
        var seconds = max(lastReport.seconds, timeline.position)
        if timeline.position > claimed, input.position > 0 {
            // Nothing was claimed, or too little: as much again as for the bytes so far.
            let whole = timeline.position * Double(input.byteCount) / Double(input.position)
            let isFarOff = abs(whole - lastReport.seconds) > 0.02 * whole
            seconds = max(timeline.position, isFarOff ? whole : lastReport.seconds)
        }
        report(seconds)
    }

    private mutating func report(_ seconds: Double) {
        guard seconds > 0, seconds < SoundOutput.mostSeconds else { return }
        lastReport = (seconds, input.readByteCount, output.sampleCount)
        messages.send(.duration(sampleCount: Self.sampleCount(seconds)))
    }

    /// At 16 kHz; what no recording has becomes the nearest that one may have.
    private static func sampleCount(_ seconds: Double) -> Int {
        guard seconds > 0 else { return 0 }
        return Int((min(seconds, SoundOutput.mostSeconds) * 16000).rounded())
    }
}

extension UnsafeMutablePointer<AVPacket> {
    private var bytes: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: pointee.data, count: Int(pointee.size))
    }

    /// Whether this is the beginning of a frame of MPEG audio and not the rest.
    var isHalfAFrame: Bool {
        MPEGAudioFrame.byteCount(bytes).map { $0 > bytes.count } ?? false
    }

    func begins(with text: String) -> Bool { bytes.starts(with: text.utf8) }

    /// Whether this is what stands before the sound in an Ogg file; there may be several, joined.
    var isHeader: Bool {
        ["OpusHead", "OpusTags", "\u{1}vorbis", "\u{3}vorbis", "\u{5}vorbis"].contains(
            where: begins)
    }

    /// Whether this is no sound but the zeros that fill a file up.
    var isPadding: Bool { bytes.allSatisfy { $0 == 0 } }
}
