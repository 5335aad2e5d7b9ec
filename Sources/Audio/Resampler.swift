import Compute
import Glibc

/// Changes the sample rate to 16 kHz with a linear-phase windowed sinc.
///
/// The pass band ends at 0.9125 of the lower Nyquist frequency and the stop band begins at it, 120 dB
/// down (Kaiser window). Output `n` is centred on input `n * rate / 16000`; the signal is 0 before its
/// start and after its end. The output does not depend on how the input is cut into blocks.
package struct Resampler {
    private static let outputRate = 16000
    /// Where the filter table is finer than this, values between two rows are interpolated.
    private static let mostPhases = 1024
    private static let attenuation = 120.0

    /// Output and input steps, in lowest terms: input position = output index * step / phaseCount.
    private let step: Int
    private let phaseCount: Int
    /// Filter taps on each side of the centre.
    private let reach: Int
    /// Rows of `2 * reach` taps: row `p` is the filter for a position `p / rows` between samples.
    private let table: [Float]
    private let tableRows: Int
    private let dot = DotProduct()

    /// Input from sample `firstHeld` on; starts with zeros before the first sample.
    private var held: [Float]
    private var firstHeld: Int
    private var inputCount = 0
    private var outputCount = 0

    /// - Parameter rate: of the input, in Hz; positive.
    package init(from rate: Int) {
        precondition(rate > 0)
        let common = Self.greatestCommonDivisor(rate, Self.outputRate)
        step = rate / common
        phaseCount = Self.outputRate / common
        // Bandwidth relative to the input's Nyquist frequency.
        let band = min(1, Double(Self.outputRate) / Double(rate))
        let transition = 0.0875 * band
        let length = (Self.attenuation - 7.95) / (2.285 * transition * Double.pi)
        reach = Int((length / 2).rounded(.up))
        tableRows = min(phaseCount, Self.mostPhases)
        table = Self.makeTable(
            rows: tableRows, reach: reach, cutoff: band - transition / 2)
        held = [Float](repeating: 0, count: reach)
        firstHeld = -reach
    }

    /// Takes input and returns the output that is certain now.
    package mutating func append(_ samples: [Float]) -> [Float] {
        held += samples
        inputCount += samples.count
        return produce(upTo: .max)
    }

    /// The rest of the output: `ceil(input * 16000 / rate)` samples in all.
    package mutating func finish() -> [Float] {
        held += [Float](repeating: 0, count: reach + 1)
        return produce(upTo: (inputCount * phaseCount + step - 1) / step)
    }

    /// Computes outputs as long as all samples they need are held, up to `limit` in all.
    private mutating func produce(upTo limit: Int) -> [Float] {
        var output: [Float] = []
        let heldEnd = firstHeld + held.count
        while outputCount < limit {
            let position = outputCount * step
            let (index, phase) = (position / phaseCount, position % phaseCount)
            guard index + reach < heldEnd else { break }
            let start = index - reach + 1 - firstHeld
            output.append(value(from: start, phase: phase))
            outputCount += 1
        }
        let needed = outputCount * step / phaseCount - reach + 1
        let surplus = needed - firstHeld
        // Removing moves what is kept, so it waits until there is enough to remove.
        if surplus > held.count / 2 {
            let removed = min(surplus, held.count)
            held.removeFirst(removed)
            firstHeld += removed
        }
        return output
    }

    private func value(from start: Int, phase: Int) -> Float {
        let width = 2 * reach
        guard tableRows < phaseCount else {
            return dot(held, from: start, table, from: phase * width, count: width)
        }
        let exact = Double(phase) / Double(phaseCount) * Double(tableRows)
        let row = Int(exact)
        let weight = Float(exact - Double(row))
        let before = dot(held, from: start, table, from: row * width, count: width)
        let after = dot(held, from: start, table, from: (row + 1) * width, count: width)
        return before + (after - before) * weight
    }

    /// `rows + 1` filters; the last one is the first, shifted by a sample.
    private static func makeTable(rows: Int, reach: Int, cutoff: Double) -> [Float] {
        let beta = 0.1102 * (attenuation - 8.7)
        let scale = 1 / besselI0(beta)
        return (0...rows).flatMap { row in
            (0..<2 * reach).map { tap in
                // Distance of the tap from the output's position, in input samples.
                let x = Double(tap - reach + 1) - Double(row) / Double(rows)
                let edge = x / Double(reach)
                guard abs(edge) < 1 else { return 0 }
                let window = besselI0(beta * (1 - edge * edge).squareRoot()) * scale
                let angle = Double.pi * cutoff * x
                let sinc = abs(angle) < 1e-9 ? 1 : sin(angle) / angle
                return Float(cutoff * sinc * window)
            }
        }
    }

    /// The modified Bessel function of the first kind, order 0, by its power series.
    private static func besselI0(_ x: Double) -> Double {
        var (term, total, index) = (1.0, 1.0, 1.0)
        while term > total * 1e-17 {
            term *= (x / (2 * index)) * (x / (2 * index))
            total += term
            index += 1
        }
        return total
    }

    private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
        b == 0 ? a : greatestCommonDivisor(b, a % b)
    }
}
