import Foundation
import Qwen3ASR

/// What a run cost.
struct BenchReport {
    let model, kernels: String
    let threads, slots, tokens: Int
    var load = Duration.zero
    var read = Duration.zero
    var work = Duration.zero
    var times = StageTimes()
    var audioSeconds = 0.0
    var peakByteCount = 0
    /// Weights that a decode step reads, in bytes; 0 where that is not told.
    var stepByteCount = 0
    /// Of the device's memory by a copy, in bytes a second.
    var bandwidth = 0.0

    private var stages: [(name: String, seconds: Double)] {
        [
            ("load", load.inSeconds), ("read", read.inSeconds), ("mel", times.mel.inSeconds),
            ("convolution", times.convolution.inSeconds), ("encoder", times.encoder.inSeconds),
            ("prefill", times.prefill.inSeconds), ("decode", times.decode.inSeconds),
        ]
    }

    private var stepSeconds: Double {
        times.decodeSteps == 0 ? 0 : times.decode.inSeconds / Double(times.decodeSteps)
    }

    /// Processing seconds per second of audio, loading left out.
    private var realTimeFactor: Double {
        audioSeconds == 0 ? 0 : (read.inSeconds + work.inSeconds) / audioSeconds
    }

    var table: String {
        let rows =
            stages.map { ($0.name, String(format: "%.3f s", $0.seconds)) } + [
                ("decode step", String(format: "%.3f ms", stepSeconds * 1000)),
                ("audio", String(format: "%.2f s", audioSeconds)),
                ("real-time factor", String(format: "%.4f", realTimeFactor)),
                ("peak memory", "\(peakByteCount >> 20) MiB"),
            ]
        let memory =
            bandwidth == 0
            ? []
            : [
                ("copy bandwidth", String(format: "%.0f GB/s", bandwidth / 1e9)),
                ("weights a step", String(format: "%.3f GB", Double(stepByteCount) / 1e9)),
                (
                    "share of it",
                    String(
                        format: "%.0f %%", 100 * Double(stepByteCount) / stepSeconds / bandwidth)
                ),
                ("audio a second", String(format: "%.0f s", 1 / realTimeFactor)),
            ]
        let head =
            "\(model), \(kernels), \(threads) threads, \(slots) slots, \(tokens) tokens per 30 s"
        return
            ([head]
            + (rows + memory).map { $0.0.padding(toLength: 18, withPad: " ", startingAt: 0) + $0.1 })
            .joined(separator: "\n")
    }

    var json: String {
        var object: [String: Any] = [
            "model": model, "kernels": kernels, "threads": threads, "slots": slots,
            "tokens": tokens, "decode_steps": times.decodeSteps,
            "decode_step_seconds": stepSeconds, "audio_seconds": audioSeconds,
            "real_time_factor": realTimeFactor, "peak_bytes": peakByteCount,
            "step_bytes": stepByteCount, "copy_bytes_per_second": bandwidth,
        ]
        for stage in stages { object["\(stage.name)_seconds"] = stage.seconds }
        let data = try? JSONSerialization.data(
            withJSONObject: object, options: [.prettyPrinted, .sortedKeys])
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}

extension Duration {
    fileprivate var inSeconds: Double { self / .seconds(1) }
}
