package import Compute
import Glibc

/// Says how probable speech is, for every 32 ms of sound: Silero VAD 6, in its form for 16 kHz.
///
/// A frame of 512 samples, with the 64 before it, becomes four spectra, which pass through four
/// convolutions and a long short-term memory. One detector hears one recording, from front to back.
///
/// Source: the weights and `tinygrad_model.py` of the package `silero-vad` 6.2.3.
package final class SpeechDetector {
    /// Samples at 16 kHz that one probability stands for.
    package static let frameSampleCount = 512

    private let room: Room
    private let spectrum: Layer
    private let convolutions: [Layer]
    private let gates: Layer
    private let memory: LSTMLayer
    private let output: (weight: [Float], bias: Float)

    private var state: LSTMLayer.State
    /// Samples that came before those in `held`.
    private var context = [Float](repeating: 0, count: contextCount)
    private var held: [Float] = []
    private let blockFrameCount: Int

    private static let contextCount = 64
    private static let windowCount = 256
    private static let windowStep = 128
    /// Spectra of a frame.
    private static let windows = 4
    private static let bins = windowCount / 2 + 1

    /// A matrix that every row is multiplied with.
    private struct Layer {
        let weight: Weight
        var bias: Weight?

        func apply(to rows: [Float], in room: Room) throws(ComputeError) -> [Float] {
            let (backend, count) = (room.backend, rows.count / weight.columns)
            let x = Tensor(memory: room.input.memory, shape: Shape(count, weight.columns))
            let y = Tensor(memory: room.output.memory, shape: Shape(count, weight.rows))
            backend.upload(rows.span, to: x)
            try backend.linear(y, x, weight, bias: bias, finish: .store)
            return backend.download(y)
        }
    }

    /// Memory for what goes into a layer and what comes out, of the largest.
    private struct Room {
        let backend: CPUBackend
        let input, output: Tensor
    }

    /// - Parameters:
    ///   - path: `silero_vad_16k.safetensors`.
    ///   - blockFrameCount: frames that are worked on together: more is faster, fewer come sooner.
    /// - Throws: ``SpeechDetectorError``, ``WeightFileError`` or ``ComputeError``.
    package init(weights path: String, backend: CPUBackend, blockFrameCount: Int = 256) throws {
        precondition(blockFrameCount > 0)
        let tensors = try SafetensorsFile(path: path).tensors
        func tensor(_ name: String, _ extents: Int...) throws -> StoredTensor {
            guard let found = tensors[name], found.extents == extents else {
                throw SpeechDetectorError(path: path, tensor: name)
            }
            return found
        }
        func layer(_ name: String, _ outputs: Int, _ inputs: Int, taps: Range<Int>) throws -> Layer
        {
            let values = try tensor(name + ".weight", outputs, inputs, 3).permuted([0, 2, 1])
                .floats()
            var kept: [Float] = []
            for row in stride(from: 0, to: values.count, by: 3 * inputs) {
                kept += values[row + taps.lowerBound * inputs..<row + taps.upperBound * inputs]
            }
            let part = try StoredTensor(
                name: name, extents: [outputs, taps.count * inputs], elementType: .float32,
                values: kept)
            return Layer(
                weight: try backend.prepare([part]),
                bias: try backend.prepare([tensor(name + ".bias", outputs)]))
        }
        self.blockFrameCount = blockFrameCount
        let rows = Self.windows * blockFrameCount
        room = Room(
            backend: backend, input: try backend.makeTensor(Shape(rows, 3 * Self.bins)),
            output: try backend.makeTensor(Shape(rows, 2 * Self.bins)))
        let count = Self.windowCount
        spectrum = Layer(
            weight: try backend.prepare([
                tensor("stft_conv.weight", 2 * Self.bins, 1, count).reshaped([2 * Self.bins, count])
            ]))
        convolutions = [
            try layer("conv1", 128, Self.bins, taps: 0..<3),
            try layer("conv2", 64, 128, taps: 0..<3),
            // Of the last two only what meets the middle is left: their input is two rows, then one.
            try layer("conv3", 64, 64, taps: 1..<3), try layer("conv4", 128, 64, taps: 1..<2),
        ]
        let biases = try zip(
            tensor("lstm_cell.bias_ih", 512).floats(), tensor("lstm_cell.bias_hh", 512).floats())
        gates = Layer(
            weight: try backend.prepare([tensor("lstm_cell.weight_ih", 512, 128)]),
            bias: try backend.prepare([
                StoredTensor(
                    name: "bias", extents: [512], elementType: .float32,
                    values: biases.map { $0 + $1 })
            ]))
        memory = try LSTMLayer(
            recurrent: tensor("lstm_cell.weight_hh", 512, 128), kernelSet: backend.kernelSet)
        output = (
            try tensor("final_conv.weight", 1, 128, 1).floats(),
            try tensor("final_conv.bias", 1).floats()[0]
        )
        state = memory.start
    }

    /// Takes more of the recording and returns the probabilities that are certain by now.
    package func append(_ samples: [Float]) throws(ComputeError) -> [Float] {
        held += samples
        let block = blockFrameCount * Self.frameSampleCount
        var result: [Float] = []
        var done = 0
        while held.count - done >= block {
            result += try probabilities(of: held[done..<done + block])
            done += block
        }
        held.removeFirst(done)
        return result
    }

    /// The rest, when no more comes; the last frame is filled up with silence.
    package func finish() throws(ComputeError) -> [Float] {
        let missing =
            (Self.frameSampleCount - held.count % Self.frameSampleCount)
            % Self.frameSampleCount
        held += [Float](repeating: 0, count: missing)
        defer { held = [] }
        return held.isEmpty ? [] : try probabilities(of: held[...])
    }

    /// One probability for each frame of whole frames.
    private func probabilities(of samples: ArraySlice<Float>) throws(ComputeError) -> [Float] {
        let frames = samples.count / Self.frameSampleCount
        let sound = context + samples
        context = Array(sound.suffix(Self.contextCount))
        let spectra = try spectrum.apply(to: windows(of: sound, frames: frames), in: room)
        // A convolution is a matrix on rows beside each other, with silence around each frame.
        var rows = magnitudes(spectra)
        rows = unfolded(rows, count: Self.windows, width: Self.bins, step: 1)
        rows = rectified(try convolutions[0].apply(to: rows, in: room))
        rows = unfolded(rows, count: Self.windows, width: 128, step: 2)
        for layer in convolutions[1...] { rows = rectified(try layer.apply(to: rows, in: room)) }
        let heard = memory.output(gates: try gates.apply(to: rows, in: room), state: &state)
        return (0..<frames).map { frame in
            var sum = output.bias
            for cell in 0..<memory.width {
                sum += max(0, heard[frame * memory.width + cell]) * output.weight[cell]
            }
            return 1 / (1 + exp(-sum))
        }
    }

    /// `[4 frames, 256]`: what the last window of a frame reaches past it is its end, mirrored.
    private func windows(of sound: [Float], frames: Int) -> [Float] {
        var result: [Float] = []
        result.reserveCapacity(frames * Self.windows * Self.windowCount)
        for start in stride(from: 0, to: frames * Self.frameSampleCount, by: Self.frameSampleCount)
        {
            let end = start + Self.contextCount + Self.frameSampleCount
            for window in 0..<Self.windows - 1 {
                let first = start + window * Self.windowStep
                result += sound[first..<first + Self.windowCount]
            }
            result += sound[start + (Self.windows - 1) * Self.windowStep..<end]
            result += sound[end - 1 - Self.contextCount..<end - 1].reversed()
        }
        return result
    }

    /// The absolute values of complex numbers; in each row the real parts come first.
    private func magnitudes(_ spectra: [Float]) -> [Float] {
        var result = [Float](repeating: 0, count: spectra.count / 2)
        for first in stride(from: 0, to: result.count, by: Self.bins) {
            for bin in 0..<Self.bins {
                let (real, imaginary) = (
                    spectra[2 * first + bin], spectra[2 * first + Self.bins + bin]
                )
                result[first + bin] = (real * real + imaginary * imaginary).squareRoot()
            }
        }
        return result
    }

    /// Every third of rows beside each other, as a row: `step` apart, from one before the first of
    /// every `count` on, which have silence around them.
    private func unfolded(_ rows: [Float], count: Int, width: Int, step: Int) -> [Float] {
        let silence = [Float](repeating: 0, count: width)
        var result: [Float] = []
        result.reserveCapacity(3 * rows.count / step)
        for frame in stride(from: 0, to: rows.count, by: count * width) {
            for start in stride(from: -1, to: count - 1, by: step) {
                for row in start..<start + 3 {
                    let first = frame + row * width
                    result += (0..<count).contains(row) ? rows[first..<first + width] : silence[...]
                }
            }
        }
        return result
    }

    private func rectified(_ rows: [Float]) -> [Float] {
        rows.map { max(0, $0) }
    }
}

/// Why the detector's weights cannot be used.
package struct SpeechDetectorError: Error, Hashable, CustomStringConvertible {
    package let path: String
    package let tensor: String

    package init(path: String, tensor: String) {
        (self.path, self.tensor) = (path, tensor)
    }

    package var description: String {
        "'\(path)' holds no speech detector of the kind that Sotto runs: '\(tensor)' is missing or of "
            + "another shape. Run set-up again."
    }
}
