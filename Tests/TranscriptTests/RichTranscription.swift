import Foundation
import Transcript

/// A transcription with all that formats must cope with: four languages, speakers, sounds, gaps, doubts,
/// changed text, and text that wants to be obeyed.
let richTranscription = Transcription(
    segments: [
        segment(
            0.4, 9.1,
            "Good morning, everyone, and thank you for joining the call about the office move.",
            speaker: "Anna", doubtful: ["office"], speech: [0.4..<2.2, 3.4..<9.1]),
        segment(
            9.6, 21.2, "it costs twenty five percent less and the new one has 1,000 square metres.",
            speaker: "Anna", speech: [9.6..<14, 14.2..<21.2],
            changes: [
                TextChange(range: 0..<1, replacement: "I", rules: [.sentences]),
                TextChange(range: 9..<28, replacement: "25 %", rules: [.numbers]),
            ], doubtful: ["twenty", "metres."]),
        segment(
            21.5, 30.2, "大家好，今天我们讨论 2026 年的搬迁计划，预算大约是3.14亿元。", language: "Chinese",
            speaker: "王小明", doubtful: ["搬", "迁"], speech: [21.5..<30.2]),
        segment(
            30.4, 38.8, "今日嘅會議好重要，但係我哋仲未決定 GPU server 放喺邊度。", language: "Cantonese",
            speaker: "王小明", isDoubtful: true),
        segment(45, 45.4, "Yes.", speaker: "Anna"),
        segment(45.6, 49, "我用 Swift 写了一个 sotto 的 demo。", language: "Chinese", speaker: "Anna"),
        segment(
            70, 84,
            "=cmd|' /C calc'!A0 <b>bold</b> & \"quoted\", {\\an8} --> 00:00:01,000 [link](x) *stars*",
            speaker: "<Eve> & \"Co\""),
        segment(
            84.5, 90, "\tTab,\r\nline break, \u{7}bell and \u{1B}[31mred\u{202E} 👩‍👩‍👧 😀 \u{FFFE}end.",
            speaker: "@SUM(A1)"),
        segment(90.5, 95, "مرحبا بكم في الاجتماع، شكرا.", language: "Arabic", speaker: "ليلى"),
        segment(
            95.2, 99.9,
            "https://example.org/a/very/long/address/that/no/line/of/a/subtitle/can/ever/hold?x=1"),
    ],
    chunks: [
        chunk(0..<480_000, "Good morning …"),
        chunk(480_000..<800_000, "今日嘅…", "Cantonese", .length),
        chunk(1_040_000..<1_600_000, "=cmd …"), chunk(1_600_000..<1_680_000, "", "", .silence),
    ],
    durationSeconds: 110,
    events: [
        SoundEvent(startSeconds: 2.3, endSeconds: 3.2, name: "laughter"),
        SoundEvent(startSeconds: 39.2, endSeconds: 44, name: "applause"),
        SoundEvent(startSeconds: 60, endSeconds: 61, name: "music & <noise>"),
    ],
    recordingName: "meeting & more.m4a",
    provenance: Provenance(
        model: "demo", modelFingerprint: "ab12", settings: ["language": "Chinese"], device: "cpu",
        version: "0.1.0", wallSeconds: 12.3456),
    warnings: ["The text from 30.0 s to 50.0 s reached its token limit and may be incomplete."])

private func segment(
    _ start: Double, _ end: Double, _ text: String, language: String = "English",
    speaker: String? = nil, doubtful: [String] = [], speech: [Range<Double>] = [],
    isDoubtful: Bool = false
) -> Segment {
    segment(
        start, end, text, language: language, speaker: speaker, speech: speech, changes: [],
        doubtful: doubtful, isDoubtful: isDoubtful)
}

private func segment(
    _ start: Double, _ end: Double, _ text: String, language: String = "English",
    speaker: String?, speech: [Range<Double>], changes: [TextChange], doubtful: [String],
    isDoubtful: Bool = false
) -> Segment {
    let words = doubtful.compactMap { word in
        text.range(of: word).map { range in
            let offset = text.unicodeScalars.distance(from: text.startIndex, to: range.lowerBound)
            return DoubtfulWord(
                range: offset..<offset + word.unicodeScalars.count, logProbability: -1.2345)
        }
    }
    return Segment(
        startSeconds: start, endSeconds: end, text: text, language: language, speaker: speaker,
        meanLogProbability: -0.0625, doubtfulWords: words, isDoubtful: isDoubtful, speech: speech,
        changes: changes)
}

private func chunk(
    _ range: Range<Int>, _ text: String, _ language: String = "English",
    _ reason: Chunk.FinishReason = .stop
) -> Chunk {
    Chunk(
        sampleRange: range, tokenIDs: text.isEmpty ? [] : [11528, 6364, 151_645],
        tokenLogProbabilities: text.isEmpty ? [] : [-0.25, 0, -0.001],
        rawText: text.isEmpty ? "" : "language \(language)<asr_text>\(text)", text: text,
        language: language, finishReason: reason, promptTokenCount: text.isEmpty ? 0 : 340,
        timings: Timings(melSeconds: 0.5, decodeSeconds: 1.25))
}
