package import Compute
import Glibc

/// The log-mel spectrogram of one clip, as the audio encoder expects it.
///
/// Frames are 400 samples (25 ms) wide and 160 samples (10 ms) apart. The clip is reflect-padded by
/// 200 samples at both ends and the last frame is dropped, so frame `t` is centred on sample
/// `160 t`. Values are `log10` of mel power, floored at 8 below the maximum of this clip, then
/// mapped by `(v + 4) / 4`. The maximum belongs to the clip: the same second of sound has other
/// values in another clip, so never reuse frames across clips.
///
/// Source: `WhisperFeatureExtractor` with the model's `preprocessor_config.json` (128 bins,
/// `n_fft` 400, `hop_length` 160). Goldens: `frontend/mel`, `asr/*`, within 1e-4.
package struct LogMel: Hashable, Sendable {
    /// Mel bins of a frame.
    package static let binCount = 128
    /// The fewest samples that can be mirrored at both ends.
    package static let shortestClip = 201

    /// `[frameCount, 128]`; all values within 2.0 of the largest.
    package let values: [Float]
    package var frameCount: Int { values.count / Self.binCount }

    /// The frames of a clip of so many samples.
    package static func frameCount(sampleCount: Int) -> Int { sampleCount / 160 }

    /// Computes the spectrogram.
    ///
    /// - Parameters:
    ///   - samples: mono PCM at 16 kHz in -1...1; at least ``shortestClip``.
    ///   - pool: threads to share the work; the values are the same without.
    /// - Throws: ``AudioError/tooShort(sampleCount:minimum:)``
    package init(of samples: [Float], pool: ThreadPool? = nil) throws(AudioError) {
        guard samples.count >= Self.shortestClip else {
            throw .tooShort(sampleCount: samples.count, minimum: Self.shortestClip)
        }
        var levels = Self.kernel.levels(of: samples.span, pool: pool)
        let floor = (levels.max() ?? 0) - 8
        for index in levels.indices { levels[index] = (max(levels[index], floor) + 4) / 4 }
        values = levels
    }

    /// The first `frameCount` frames as they are, their floor still that of the whole clip.
    package func prefix(_ frameCount: Int) -> LogMel {
        precondition(frameCount <= self.frameCount)
        return LogMel(values: Array(values.prefix(frameCount * Self.binCount)))
    }

    private init(values: [Float]) {
        self.values = values
    }

    /// `count` frames from `first` on; frames past the end are 0, as the model was trained with.
    package func paddedFrames(from first: Int, count: Int) -> [Float] {
        let start = min(first * Self.binCount, values.count)
        let end = min((first + count) * Self.binCount, values.count)
        return values[start..<end]
            + [Float](repeating: 0, count: count * Self.binCount - (end - start))
    }

    private static let kernel = MelKernel(
        window: (0..<400).map { Float(0.5 - 0.5 * cos(2 * Double.pi * Double($0) / 400)) },
        filters: MelFilterBank.filters)
}
