// swift-format-ignore-file: NeverForceUnwrap
// C hands out optionals that its own contracts fill; a trap ends only this process.

import CFFmpeg
import DecodeProtocol

/// libavfilter on mono samples at 16 kHz, for those who ask for it.
final class FilterChain {
    private let source: UnsafeMutablePointer<AVFilterContext>
    private let sink: UnsafeMutablePointer<AVFilterContext>
    private let frame: UnsafeMutablePointer<AVFrame>

    init(_ filters: [SoundFilter]) throws(DecodeFailure) {
        let form = "sample_rate=16000:sample_fmt=flt:channel_layout=mono:time_base=1/16000"
        // loudnorm works at 192 kHz.
        let back =
            "aresample=16000:resampler=\(Resampling.engineName),"
            + "aformat=sample_fmts=flt:sample_rates=16000:channel_layouts=mono"
        let chain = filters.map(\.description) + [back]
        var (inputs, outputs) = (avfilter_inout_alloc(), avfilter_inout_alloc())
        var (source, sink): (UnsafeMutablePointer<AVFilterContext>?, _) = (
            nil, UnsafeMutablePointer<AVFilterContext>?.none
        )
        guard let graph = avfilter_graph_alloc(), let frame = av_frame_alloc(),
            inputs != nil, outputs != nil
        else { throw DecodeFailure(.outOfMemory) }
        graph.pointee.nb_threads = 1
        guard
            avfilter_graph_create_filter(
                &source, avfilter_get_by_name("abuffer"), "in", form, nil, graph) >= 0,
            avfilter_graph_create_filter(
                &sink, avfilter_get_by_name("abuffersink"), "out", nil, nil, graph) >= 0,
            let source, let sink
        else { throw DecodeFailure(.unexpected, "libavfilter has no buffers") }
        outputs?.pointee.name = av_strdup("in")
        outputs?.pointee.filter_ctx = source
        inputs?.pointee.name = av_strdup("out")
        inputs?.pointee.filter_ctx = sink
        guard
            avfilter_graph_parse_ptr(
                graph, chain.joined(separator: ","), &inputs, &outputs, nil) >= 0,
            avfilter_graph_config(graph, nil) >= 0
        else { throw DecodeFailure(.unexpected, "libavfilter lacks a filter") }
        (self.source, self.sink, self.frame) = (source, sink, frame)
    }

    /// Takes samples and returns those that are done.
    func filter(_ samples: ArraySlice<Float>) throws(DecodeFailure) -> [Float] {
        guard !samples.isEmpty else { return [] }
        av_frame_unref(frame)
        frame.pointee.nb_samples = Int32(samples.count)
        frame.pointee.sample_rate = 16000
        frame.pointee.format = AV_SAMPLE_FMT_FLT.rawValue
        frame.pointee.ch_layout = sotto_mono()
        guard av_frame_get_buffer(frame, 0) >= 0 else { throw DecodeFailure(.outOfMemory) }
        samples.withUnsafeBytes {
            UnsafeMutableRawPointer(frame.pointee.data.0!).copyMemory(
                from: $0.baseAddress!, byteCount: $0.count)
        }
        return try push(frame)
    }

    /// The rest, when no more samples come.
    func finish() throws(DecodeFailure) -> [Float] {
        try push(nil)
    }

    private func push(_ input: UnsafeMutablePointer<AVFrame>?) throws(DecodeFailure) -> [Float] {
        guard av_buffersrc_add_frame(source, input) >= 0 else {
            throw DecodeFailure(.unexpected, "a filter failed")
        }
        var output: [Float] = []
        while av_buffersink_get_frame(sink, frame) >= 0 {
            let count = Int(frame.pointee.nb_samples)
            frame.pointee.data.0!.withMemoryRebound(to: Float.self, capacity: count) {
                output += UnsafeBufferPointer(start: $0, count: count)
            }
            av_frame_unref(frame)
        }
        return output
    }
}

extension SoundFilter {
    /// As libavfilter writes it.
    var description: String {
        switch self {
        case .highpass: "highpass=f=80"
        case .denoise: "afftdn"
        case .loudness: "loudnorm=I=-16:TP=-1.5:LRA=11"
        }
    }
}
