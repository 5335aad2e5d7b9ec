/// Builds what the model is asked: a fixed chat around the context, the sound and the answer's start.
///
///     <|im_start|>system\nCONTEXT<|im_end|>\n<|im_start|>user\n<|audio_start|>AUDIO<|audio_end|>
///     <|im_end|>\n<|im_start|>assistant\n[language NAME<asr_text>]
///
/// The system turn is there even when the context is empty, and nothing else is added.
package struct Prompt: Sendable {
    private let tokenizer: Tokenizer
    private let audioTokenID: Int32
    private let turnStart, turnEnd, answerMark: Int32
    private let beforeAudio, afterAudio: [Int32]

    /// - Throws: ``TokenizerError/missingToken(content:)`` if the tokenizer is of another model.
    package init(tokenizer: Tokenizer, audioTokenID: Int32) throws(TokenizerError) {
        self.tokenizer = tokenizer
        self.audioTokenID = audioTokenID
        turnStart = try tokenizer.id(of: "<|im_start|>")
        turnEnd = try tokenizer.id(of: "<|im_end|>")
        answerMark = try tokenizer.id(of: "<asr_text>")
        let lineBreak = tokenizer.encode("\n")
        beforeAudio =
            [turnEnd] + lineBreak + [turnStart] + tokenizer.encode("user\n")
            + [try tokenizer.id(of: "<|audio_start|>")]
        afterAudio =
            [try tokenizer.id(of: "<|audio_end|>"), turnEnd] + lineBreak + [turnStart]
            + tokenizer.encode("assistant\n")
    }

    /// The prompt for one chunk.
    ///
    /// - Parameters:
    ///   - context: names, terms, a topic. The text of an added token in it stays text, unless
    ///     `isParity` asks for what the official package does.
    ///   - language: English name of the language to force.
    ///   - audioTokenCount: embeddings that the encoder gives for the chunk.
    package func tokens(
        context: String, language: String?, audioTokenCount: Int, isParity: Bool = false
    ) -> PromptTokens {
        // "system\n" and the context are one text: the context's first space may join the break.
        let head =
            [turnStart]
            + tokenizer.encode("system\n" + context, findsAddedTokens: isParity) + beforeAudio
        let answer = language.map { tokenizer.encode("language \($0)") + [answerMark] } ?? []
        let audio = [Int32](repeating: audioTokenID, count: audioTokenCount)
        return PromptTokens(
            ids: head + audio + afterAudio + answer,
            audioRange: head.count..<head.count + audioTokenCount)
    }
}

/// A prompt, and where in it the sound stands.
package struct PromptTokens: Hashable, Sendable {
    package let ids: [Int32]
    package let audioRange: Range<Int>

    package init(ids: [Int32], audioRange: Range<Int>) {
        self.ids = ids
        self.audioRange = audioRange
    }
}
