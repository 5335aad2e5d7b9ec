import TestSupport
import Transcript

/// A transcription made of a seed: English, Mandarin, Cantonese and both mixed, with numbers, marks, pauses,
/// speakers, changes and doubts.
struct RandomTranscription {
    private(set) var transcription: Transcription
    /// What may not be cut, segment by segment: ranges of the text's characters without white space.
    private(set) var atoms: [[Range<Int>]] = []

    init(number: Int) {
        var random = SplitMix64(state: UInt64(number) &* 0x9E37_79B9 &+ 7)
        var segments: [Segment] = []
        var seconds = Double.random(in: 0..<3, using: &random)
        let chunkCount = Int.random(in: 0...8, using: &random)
        for _ in 0..<chunkCount {
            var text = RandomSpeech()
            let kind = RandomSpeech.Kind.allCases.randomElement(using: &random) ?? .english
            let lengths = [1...3, 4...30, 30...90]
            let length = Int.random(
                in: lengths.randomElement(using: &random) ?? 1...3, using: &random)
            for _ in 0..<length { text.append(kind, using: &random) }
            // From hurried to slow, and now and then far too fast.
            let pace = Double.random(
                in: Int.random(in: 0..<20, using: &random) == 0 ? 0..<0.05 : 0.15..<0.6,
                using: &random)
            let duration = Double(length) * pace
            segments.append(
                Self.segment(text.string, seconds, duration, kind, using: &random))
            atoms.append(text.atoms)
            seconds += duration + ([0, 0.05, 0.4, 1.5, 8].randomElement(using: &random) ?? 0)
        }
        let chunks = segments.map { segment in
            Chunk(
                sampleRange: Int(segment.startSeconds * 16000)..<Int(segment.endSeconds * 16000),
                tokenIDs: [1, 2], tokenLogProbabilities: [-0.5, -1.23456], rawText: segment.rawText,
                text: segment.rawText, language: segment.language,
                finishReason: Int.random(in: 0..<4, using: &random) == 0 ? .loop : .stop,
                promptTokenCount: 9, timings: Timings(encoderSeconds: 0.123456))
        }
        let heard = chunks.last?.endSeconds ?? 0
        transcription = Transcription(
            segments: segments, chunks: chunks,
            durationSeconds: Bool.random(using: &random) ? heard : heard + 3.3333,
            events: segments.prefix(2).map {
                SoundEvent(
                    startSeconds: $0.endSeconds, endSeconds: $0.endSeconds + 2, name: "applause")
            },
            recordingName: "talk.m4a",
            provenance: Provenance(
                model: "demo", settings: ["language": "Chinese"], device: "cpu", version: "0.1.0",
                wallSeconds: 1.5),
            warnings: [])
    }

    private static func segment(
        _ text: String, _ start: Double, _ duration: Double, _ kind: RandomSpeech.Kind,
        using random: inout SplitMix64
    ) -> Segment {
        let count = text.unicodeScalars.count
        var speech: [Range<Double>] = []
        var place = start
        while Bool.random(using: &random), place < start + duration {
            let end = min(start + duration, place + Double.random(in: 0.1..<6, using: &random))
            speech.append(place..<end)
            place = end + Double.random(in: 0.05..<3, using: &random)
        }
        let word = Int.random(in: 0..<count, using: &random)
        let first = text.unicodeScalars.first.map(String.init) ?? ""
        return Segment(
            startSeconds: start, endSeconds: start + duration, text: text, language: kind.language,
            speaker: [nil, "Anna", "王小明"].randomElement(using: &random) ?? nil,
            meanLogProbability: -Double.random(in: 0..<1, using: &random),
            doubtfulWords: [
                DoubtfulWord(
                    range: word..<Int.random(in: word...count, using: &random),
                    logProbability: -1.0001)
            ],
            isDoubtful: Int.random(in: 0..<5, using: &random) == 0, speech: speech,
            // A change that changes nothing, so that the atoms stay what they are.
            changes: Bool.random(using: &random)
                ? [] : [TextChange(range: 0..<1, replacement: first, rules: [.names, .sentences])])
    }
}

/// Text that knows where it may not be cut.
struct RandomSpeech {
    enum Kind: CaseIterable {
        case english, mandarin, cantonese, mixed
        /// Without marks and numbers.
        case plainEnglish

        static let allCases: [Kind] = [.english, .mandarin, .cantonese, .mixed]

        var language: String {
            switch self {
            case .english, .plainEnglish: "English"
            case .mandarin, .mixed: "Chinese"
            case .cantonese: "Cantonese"
            }
        }
    }

    private static let english = [
        "the", "meeting", "about", "office", "and", "because", "Tuesday", "we", "can't", "move",
        "state-of-the-art", "3.14", "1,000", "15 %", "$5", "(maybe)", "\"never\"", "which", "I",
        "extraordinarily", "U.S.", "10:30", "naïve",
    ]
    private static let mandarin =
        Array("今天我们讨论搬迁的计划和预算他说这个很重要你觉得怎么样").map(String.init)
        + ["2026 年", "2026年", "第3", "15%", "3.14", "但是", "因为", "二〇二六", "《书》", "“好”", "（一）"]
    private static let cantonese =
        Array("今日嘅會議我哋仲未決定放喺邊度佢話唔好意思呀").map(String.init)
        + ["但係", "同埋", "1,000", "5 個", "「係」"]
    private static let mixed = ["GPU", "Swift", "demo", "API", "3.14", "15 %", "server"]

    private(set) var string = ""
    /// Ranges of the characters without white space.
    private(set) var atoms: [Range<Int>] = []
    private var count = 0

    mutating func append(_ kind: Kind, using random: inout SplitMix64) {
        let pool =
            switch kind {
            case .english: Self.english
            case .plainEnglish: Self.english.filter { $0.allSatisfy(\.isLetter) }
            case .mandarin: Self.mandarin
            case .cantonese: Self.cantonese
            case .mixed: Bool.random(using: &random) ? Self.mixed : Self.mandarin
            }
        var atom = pool.randomElement(using: &random) ?? "a"
        let chance = Int.random(in: 0..<12, using: &random)
        let isSpaced = kind == .english || kind == .plainEnglish
        if chance < 2 && kind != .plainEnglish {
            atom += (isSpaced ? [".", ","] : ["。", "，"])[chance]
        }
        let joins = string.last.map { !$0.isASCII } ?? true
        let needsSpace = isSpaced || !(joins || !(atom.first?.isASCII ?? false))
        if !string.isEmpty && needsSpace { string += " " }
        string += atom
        let length = atom.count { $0 != " " }
        atoms.append(count..<count + length)
        count += length
    }
}
