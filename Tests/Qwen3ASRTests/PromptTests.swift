import Qwen3ASR
import TestSupport
import Testing

@Suite struct PromptTests {
    private struct Variants: Decodable {
        struct Variant: Decodable {
            let clip: String
            let context: String
            let language: String?
            let prompt_ids: [Int32]
        }
        let variants: [Variant]
    }

    @Test(arguments: ["tiny-asr", "tiny-asr-hf"])
    func `context and forced language stand where the library puts them`(model: String) throws {
        let folder = Fixtures.path(model)
        let configuration = try ModelConfiguration(folder: folder)
        let prompt = try Prompt(
            tokenizer: Tokenizer(folder: folder), audioTokenID: configuration.audioTokenID)
        let goldens: Variants = try Fixtures.json("asr/prompts.json")
        #expect(goldens.variants.count == 6)
        for golden in goldens.variants {
            let audioCount = golden.prompt_ids.count { $0 == configuration.audioTokenID }
            let found = prompt.tokens(
                context: golden.context, language: golden.language, audioTokenCount: audioCount,
                isParity: true)
            #expect(found.ids == golden.prompt_ids, "\(golden.context), \(golden.language ?? "-")")
            #expect(found.ids[found.audioRange].allSatisfy { $0 == configuration.audioTokenID })
        }
    }
}
