import Glibc

/// Triangular filters on the mel scale of Slaney's Auditory Toolbox, each of area 1.
///
/// 128 filters from 0 to 8000 Hz over the 201 bins (40 Hz apart) of a 400-point transform.
enum MelFilterBank {
    /// For each filter, the first bin that it sees and its weights there.
    static let filters: [(firstBin: Int, weights: [Float])] = {
        let top = mel(ofHertz: 8000)
        let edges = (0..<130).map { hertz(ofMel: top * Double($0) / 129) }
        return (0..<128).map { index in
            let (low, middle, high) = (edges[index], edges[index + 1], edges[index + 2])
            let weights = (0...200).map { bin in
                let frequency = 40 * Double(bin)
                let rising = (frequency - low) / (middle - low)
                let falling = (high - frequency) / (high - middle)
                return max(0, min(rising, falling)) * 2 / (high - low)
            }
            let first = weights.firstIndex { $0 > 0 } ?? 0
            let last = weights.lastIndex { $0 > 0 } ?? 0
            return (first, weights[first...last].map { Float($0) })
        }
    }()

    /// Linear below 1000 Hz, logarithmic above.
    private static func mel(ofHertz frequency: Double) -> Double {
        frequency < 1000 ? 3 * frequency / 200 : 15 + 27 * log(frequency / 1000) / log(6.4)
    }

    private static func hertz(ofMel mel: Double) -> Double {
        mel < 15 ? 200 * mel / 3 : 1000 * exp((mel - 15) * log(6.4) / 27)
    }
}
