import CFFmpeg
import DecodeProtocol

/// Frames of one form in, mono samples at 16 kHz out.
///
/// Channels are mixed by their mean, as the model's own package does; the rate is changed by soxr at
/// its best, or by FFmpeg's own resampler where it was built without soxr.
final class Resampling {
    /// What the input looks like. A recording may change it midway.
    struct Form: Equatable {
        let rate: Int32
        let channelCount: Int32
        let format: Int32
    }

    let form: Form
    private let context: OpaquePointer
    private var room: [Float] = []

    init(_ form: Form) throws(DecodeFailure) {
        self.form = form
        guard let context = Self.open(form, isSoxr: true) ?? Self.open(form, isSoxr: false) else {
            throw DecodeFailure(.unexpected, "libswresample refuses \(form)")
        }
        self.context = context
    }

    /// `soxr`, or `swr` where FFmpeg was built without it.
    static let engineName: String = {
        let form = Form(rate: 48000, channelCount: 1, format: AV_SAMPLE_FMT_FLT.rawValue)
        var probe = open(form, isSoxr: true)
        defer { swr_free(&probe) }
        return probe == nil ? "swr" : "soxr"
    }()

    private static func open(_ form: Form, isSoxr: Bool) -> OpaquePointer? {
        var context: OpaquePointer?
        var mono = sotto_mono()
        var channels = AVChannelLayout()
        av_channel_layout_default(&channels, form.channelCount)
        guard
            swr_alloc_set_opts2(
                &context, &mono, AV_SAMPLE_FMT_FLT, 16000, &channels,
                AVSampleFormat(form.format), form.rate, 0, nil) >= 0, let context
        else { return nil }
        let options = UnsafeMutableRawPointer(context)
        av_opt_set_sample_fmt(options, "internal_sample_fmt", AV_SAMPLE_FMT_DBLP, 0)
        if isSoxr {
            av_opt_set_int(options, "resampler", Int64(SWR_ENGINE_SOXR.rawValue), 0)
            av_opt_set_double(options, "precision", 28, 0)
        } else {
            av_opt_set_int(options, "filter_size", 128, 0)
            av_opt_set_int(options, "filter_type", Int64(SWR_FILTER_TYPE_KAISER.rawValue), 0)
            av_opt_set_double(options, "kaiser_beta", 12, 0)
            av_opt_set_double(options, "cutoff", 0.956, 0)
            av_opt_set_int(options, "linear_interp", 1, 0)
        }
        let count = Int(form.channelCount)
        let mean = [Double](repeating: 1 / Double(count), count: count)
        guard swr_set_matrix(context, mean, form.channelCount) >= 0, swr_init(context) >= 0
        else { return nil }
        return context
    }

    func convert(_ frame: UnsafeMutablePointer<AVFrame>) throws(DecodeFailure) -> ArraySlice<Float>
    {
        try convert(frame.pointee.extended_data, frame.pointee.nb_samples)
    }

    /// Silence, for a gap in the recording.
    ///
    /// - Parameter sampleCount: at the rate of the input.
    func silence(_ sampleCount: Int) throws(DecodeFailure) -> ArraySlice<Float> {
        var planes: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?
        let count = Int32(clamping: sampleCount)
        guard
            av_samples_alloc_array_and_samples(
                &planes, nil, form.channelCount, count, AVSampleFormat(form.format), 0) >= 0
        else { throw DecodeFailure(.outOfMemory) }
        defer {
            av_freep(planes)
            av_freep(&planes)
        }
        return try convert(planes, count)
    }

    /// More of what is left in the filter when no input comes any more; nothing at the end.
    func finish() throws(DecodeFailure) -> ArraySlice<Float> {
        try convert(nil, 0)
    }

    private func convert(
        _ planes: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?, _ count: Int32
    ) throws(DecodeFailure) -> ArraySlice<Float> {
        let most = max(0, swr_get_out_samples(context, count)) + 64
        if room.count < Int(most) { room = [Float](repeating: 0, count: Int(most)) }
        let made = room.withUnsafeMutableBufferPointer {
            sotto_convert(context, $0.baseAddress, most, planes, count)
        }
        guard made >= 0 else {
            throw made == sotto_error(ENOMEM)
                ? DecodeFailure(.outOfMemory) : DecodeFailure(.unexpected, "swr_convert")
        }
        return room[..<Int(made)]
    }
}

extension Resampling.Form {
    init(_ frame: UnsafeMutablePointer<AVFrame>) {
        self.init(
            rate: frame.pointee.sample_rate, channelCount: frame.pointee.ch_layout.nb_channels,
            format: frame.pointee.format)
    }
}
