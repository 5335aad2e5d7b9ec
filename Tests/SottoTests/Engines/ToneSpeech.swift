import Audio

/// Random numbers that are the same each time.
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state ^ state >> 33) &* 0xFF51_AFD7_ED55_8CCD
    }
}

/// A language of 64 words: each is a tone of 800 to 1500 Hz followed by one of 2000 to 2700 Hz, so that
/// sound alone tells the words, and a word that was cut can be told from a whole one.
enum ToneSpeech {
    static let frequencies = (8...15).map { $0 * 100 } + (20...27).map { $0 * 100 }
    /// Samples in which every tone turns a whole number of times.
    static let frame = 160

    /// A word, and the samples in which it is said.
    struct Word {
        let number: Int
        let range: Range<Int>
    }

    /// What a recording is made of.
    struct Room {
        var seconds = 60
        /// Words of the 64 that are used.
        var vocabulary = 64
        /// Seconds between two words, at most.
        var longestPause = 0.0
        var noise: Float = 0
        /// A chord that never pauses.
        var music: Float = 0
    }

    /// One period of each tone.
    private static let waves: [[Float]] = frequencies.map { wave($0) }
    private static let chord: [Float] = zip(wave(300), zip(wave(400), wave(500))).map {
        ($0 + $1.0 + $1.1) / 3
    }

    private static func wave(_ frequency: Int) -> [Float] {
        (0..<frame).map { index in
            sine(Double(frequency * index % 16000) / 16000)
        }
    }

    /// The sine of so many turns, by its own differential equation: no `Foundation` here.
    static func sine(_ turns: Double) -> Float {
        let x = (turns - turns.rounded()) * 2 * .pi
        var (term, sum) = (x, x)
        for power in stride(from: 2.0, through: 24, by: 2) {
            term *= -x * x / (power * (power + 1))
            sum += term
        }
        return Float(sum)
    }

    /// Half a second of nothing, words of 0.15 to 0.6 s, and half a second again.
    static func speak(
        _ room: Room, _ random: inout SeededRandom
    ) -> (words: [Word], samples: [Float]) {
        var words: [Word] = []
        var place = 8000
        while place < room.seconds * 16000 {
            let length = Int.random(in: 2400...9600, using: &random)
            let number = Int.random(in: 0..<room.vocabulary, using: &random) * 37 % 64
            words.append(Word(number: number, range: place..<place + length))
            place += length + Int(Double.random(in: 0...room.longestPause, using: &random) * 16000)
        }
        var samples = [Float](repeating: 0, count: words[words.count - 1].range.upperBound + 8000)
        for word in words {
            let middle = word.range.lowerBound + word.range.count * 2 / 5
            add(waves[word.number / 8], 0.3, to: &samples, word.range.lowerBound..<middle)
            add(waves[8 + word.number % 8], 0.3, to: &samples, middle..<word.range.upperBound)
        }
        if room.music > 0 { add(chord, room.music, to: &samples, samples.indices) }
        if room.noise > 0 {
            var state = UInt32(truncatingIfNeeded: random.next())
            for index in samples.indices {
                state = state &* 1_664_525 &+ 1_013_904_223
                samples[index] += Float(Int32(bitPattern: state)) / 0x1p31 * room.noise
            }
        }
        return (words, samples)
    }

    private static func add(
        _ wave: [Float], _ level: Float, to samples: inout [Float], _ range: Range<Int>
    ) {
        var phase = 0
        for index in range {
            samples[index] += wave[phase] * level
            phase = phase == frame - 1 ? 0 : phase + 1
        }
    }

    /// The tone in each frame of 10 ms: its place in ``frequencies``, or `nil`.
    static func tones(in samples: [Float]) -> [Int?] {
        (0..<samples.count / frame).map { index in
            var (sines, cosines) = (SIMD16<Float>(), SIMD16<Float>())
            // Every other sample is enough for tones below 4 kHz.
            for place in stride(from: 0, to: frame, by: 2) {
                let sample = samples[index * frame + place]
                sines += sample * sineTable[place]
                cosines += sample * cosineTable[place]
            }
            let power = sines * sines + cosines * cosines
            let loudest = (0..<16).max { power[$0] < power[$1] } ?? 0
            // A tone that fills half the frame has half of 0.3 * 40.
            return power[loudest] > 30 ? loudest : nil
        }
    }

    private static let sineTable = table { sine($0) }
    private static let cosineTable = table { sine($0 + 0.25) }

    private static func table(_ value: (Double) -> Float) -> [SIMD16<Float>] {
        (0..<frame).map { place in
            var row = SIMD16<Float>()
            for index in 0..<16 {
                row[index] = value(Double(frequencies[index] * place % 16000) / 16000)
            }
            return row
        }
    }
}

/// A recording in memory.
final class SampleArray: SampleSource {
    let expectedSampleCount: Int?
    let flaws: [RecordingFlaw] = []
    private var rest: ArraySlice<Float>

    init(_ samples: [Float]) {
        expectedSampleCount = samples.count
        rest = samples[...]
    }

    func next() throws(AudioError) -> [Float]? {
        defer { rest = rest.dropFirst(16000) }
        return rest.isEmpty ? nil : Array(rest.prefix(16000))
    }
}
