// swift-format-ignore-file: NeverForceUnwrap
// C hands out optionals that its own contracts fill; a trap ends only this process.

import CFFmpeg
import DecodeProtocol

/// Packets of one track in, frames of sound out.
struct SoundTrack {
    let context: UnsafeMutablePointer<AVCodecContext>
    private let frame: UnsafeMutablePointer<AVFrame>
    /// The largest value that is sound: a lossy codec overshoots a little, PCM may have any scale.
    private let loudest: Float

    private static let rates = 1000...768_000
    /// libswresample's own limit.
    private static let mostChannels = 64

    init(_ file: MediaFile) throws(DecodeFailure) {
        let parameters = file.stream.pointee.codecpar!
        let id = parameters.pointee.codec_id
        guard sotto_is_encrypted(parameters.pointee.codec_tag) == 0 else {
            throw DecodeFailure(.encrypted)
        }
        guard let codec = avcodec_find_decoder(id) else {
            throw DecodeFailure(.unsupportedCodec, String(cString: avcodec_get_name(id)))
        }
        let channelCount = Int(parameters.pointee.ch_layout.nb_channels)
        let rate = Int(parameters.pointee.sample_rate)
        guard channelCount <= Self.mostChannels else {
            throw DecodeFailure(
                .malformedHeader,
                "it claims \(channelCount) channels, and 1 to \(Self.mostChannels) are supported")
        }
        guard let context = avcodec_alloc_context3(codec), let frame = av_frame_alloc(),
            avcodec_parameters_to_context(context, parameters) >= 0
        else { throw DecodeFailure(.outOfMemory) }
        context.pointee.thread_count = 1
        // Without it the samples that encoders add at both ends would not be dropped.
        context.pointee.pkt_timebase = file.stream.pointee.time_base
        let properties = avcodec_descriptor_get(id)?.pointee.props ?? 0
        let isLossless =
            properties & AV_CODEC_PROP_LOSSLESS != 0 && properties & AV_CODEC_PROP_LOSSY == 0
        loudest = isLossless ? .greatestFiniteMagnitude : 100
        if isLossless {
            // A lossless codec promises exact samples, so a wrong checksum is damage.
            context.pointee.err_recognition = AV_EF_CRCCHECK | AV_EF_EXPLODE
        }
        let code = avcodec_open2(context, codec, nil)
        guard code != sotto_error(ENOMEM) else { throw DecodeFailure(.outOfMemory) }
        guard code >= 0 else {
            let isStrange = rate <= 0 || channelCount <= 0
            throw DecodeFailure(
                .malformedHeader,
                isStrange
                    ? "it claims \(rate) Hz and \(channelCount) channels"
                    : "its \(String(cString: avcodec_get_name(id))) track cannot be understood")
        }
        self.context = context
        self.frame = frame
    }

    /// FFmpeg's name of the codec.
    var name: String { String(cString: avcodec_get_name(context.pointee.codec_id)) }

    /// Samples at 16 kHz that an encoder adds at the end: less than two of its frames.
    var mostPadding: Int {
        let frames = 2 * Double(max(0, context.pointee.frame_size))
        return Int(frames * 16000 / Double(max(1000, context.pointee.sample_rate))) + 16
    }

    var isMPEGAudio: Bool {
        let codec = context.pointee.codec_id
        return codec == AV_CODEC_ID_MP2 || codec == AV_CODEC_ID_MP3
    }

    /// Gives a packet to the decoder, `nil` at the end; whether it was accepted.
    func send(_ packet: UnsafeMutablePointer<AVPacket>?) throws(DecodeFailure) -> Bool {
        guard
            packet == nil
                || av_packet_get_side_data(packet, AV_PKT_DATA_ENCRYPTION_INFO, nil) == nil
        else { throw DecodeFailure(.encrypted) }
        let code = avcodec_send_packet(context, packet)
        guard code != sotto_error(ENOMEM) else { throw DecodeFailure(.outOfMemory) }
        return code >= 0
    }

    /// Whether a packet says that nothing is transmitted during a pause. The timeline makes silence of
    /// it; FFmpeg's own decoders of AMR call it damage.
    func isPause(_ packet: UnsafeMutablePointer<AVPacket>) -> Bool {
        guard let first = packet.pointee.data?.pointee, packet.pointee.size > 0 else { return true }
        guard let types = silenceTypes, isFrame(packet) else { return false }
        return types.contains(first >> 3 & 0xF)
    }

    /// Whether a packet of AMR begins as one; those of other codecs pass.
    func isFrame(_ packet: UnsafeMutablePointer<AVPacket>) -> Bool {
        guard let types = silenceTypes, packet.pointee.size > 0 else { return true }
        let first = packet.pointee.data[0]
        // Three bits around the frame type are zero, one says that the frame is good, and some types
        // mean nothing.
        let type = first >> 3 & 0xF
        let isGoodSpeech = type < types.min()! && first & 4 != 0
        return first & 0x83 == 0 && (isGoodSpeech || types.contains(type))
    }

    /// The frame types of AMR that are no speech: comfort noise, speech that was lost, nothing. Those
    /// of other systems do not occur in files.
    ///
    /// Source: 3GPP TS 26.101, table 1; TS 26.201, table 1; RFC 4867, section 5.3.
    private var silenceTypes: Set<UInt8>? {
        switch context.pointee.codec_id {
        case AV_CODEC_ID_AMR_NB: [8, 15]
        case AV_CODEC_ID_AMR_WB: [9, 14, 15]
        default: nil
        }
    }

    /// What a decoder has to give.
    enum Output {
        case frame(UnsafeMutablePointer<AVFrame>)
        case damage
        /// Nothing before the next packet.
        case nothing
    }

    /// The next frame; it is valid until the next call.
    func receive() throws(DecodeFailure) -> Output {
        let code = avcodec_receive_frame(context, frame)
        if code == sotto_error(EAGAIN) || code == sotto_error_end() { return .nothing }
        guard code != sotto_error(ENOMEM) else { throw DecodeFailure(.outOfMemory) }
        guard code >= 0 else { return .damage }
        let rate = Int(frame.pointee.sample_rate)
        guard Self.rates.contains(rate) else {
            throw DecodeFailure(.malformedHeader, "it claims \(rate) Hz")
        }
        guard (1...Self.mostChannels).contains(Int(frame.pointee.ch_layout.nb_channels)) else {
            throw DecodeFailure(
                .malformedHeader, "it claims \(frame.pointee.ch_layout.nb_channels) channels")
        }
        return .frame(frame)
    }

    /// Whether a frame is as its encoder meant it. Samples that nobody recorded become silence:
    /// one that is not a number, or far too loud, would spoil all that is measured beside it.
    func repair(_ frame: UnsafeMutablePointer<AVFrame>) -> Bool {
        let isMarked =
            frame.pointee.decode_error_flags != 0
            || frame.pointee.flags & AV_FRAME_FLAG_CORRUPT != 0
        let format = AVSampleFormat(frame.pointee.format)
        let isFloat = format == AV_SAMPLE_FMT_FLT || format == AV_SAMPLE_FMT_FLTP
        let isDouble = format == AV_SAMPLE_FMT_DBL || format == AV_SAMPLE_FMT_DBLP
        guard isFloat || isDouble, let planes = frame.pointee.extended_data else {
            return !isMarked
        }
        let isPlanar = av_sample_fmt_is_planar(format) != 0
        let channelCount = Int(frame.pointee.ch_layout.nb_channels)
        let count = Int(frame.pointee.nb_samples) * (isPlanar ? 1 : channelCount)
        var isSound = true
        for plane in 0..<(isPlanar ? channelCount : 1) {
            guard let bytes = planes[plane] else { continue }
            bytes.withMemoryRebound(to: Float.self, capacity: isFloat ? count : 0) {
                for value in UnsafeBufferPointer(start: $0, count: isFloat ? count : 0)
                where !(abs(value) <= loudest) { isSound = false }
            }
            bytes.withMemoryRebound(to: Double.self, capacity: isDouble ? count : 0) {
                for value in UnsafeBufferPointer(start: $0, count: isDouble ? count : 0)
                where !(abs(value) <= Double(loudest)) { isSound = false }
            }
        }
        if !isSound {
            av_samples_set_silence(
                planes, 0, frame.pointee.nb_samples, Int32(channelCount), format)
        }
        return isSound && !isMarked
    }
}
