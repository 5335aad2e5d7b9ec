import Testing

@testable import Transcript

@Suite struct ScriptRuleTests {
    private func changed(
        _ text: String, to script: ChineseScript, _ language: String = "Chinese"
    ) -> String {
        let options = PolishOptions(rules: [.script], script: script)
        return TextPolish(options).changes(to: text, language: language).applied(to: text)
    }

    @Test func `as heard, no character is changed`() {
        #expect(changed("她剪了頭髮，头发很短。", to: .heard) == "她剪了頭髮，头发很短。")
    }

    @Test func `each changed character is a change of its own`() {
        let options = PolishOptions(rules: [.script])
        let changes = TextPolish(options).changes(to: "他說的話很長", language: "Chinese")
        #expect(
            changes == [
                TextChange(range: 1..<2, replacement: "说", rules: [.script]),
                TextChange(range: 3..<4, replacement: "话", rules: [.script]),
                TextChange(range: 5..<6, replacement: "长", rules: [.script]),
            ])
    }

    @Test func `Cantonese characters stay in both directions`() {
        for character in "哋嘅咗喺嚟啲唔冇佢乜咁嗰噉嗌攞瞓嘢嘥㗎喇啩咩噃喎嘞嚿攰揸搵揾畀嗮晒乸冧唓嘛" {
            let text = String(character)
            for script in ChineseScript.allCases {
                #expect(changed(text, to: script, "Cantonese") == text, "\(script)")
                let (before, after) = ("我\(text)學", "我\(text)学")
                let wanted = script == .simplified ? after : before
                #expect(changed(before, to: script, "Cantonese") == wanted, "\(script)")
            }
        }
    }

    @Test func `a dictionary that cannot be opened is named, with what to do`() {
        #expect {
            try ChineseConverter(configuration: "none.json")
        } throws: { error in
            "\(error)"
                == "Chinese characters cannot be converted: OpenCC does not open 'none.json' (none.json not "
                + "found or not accessible). Install its dictionaries (libopencc-data) or leave the "
                + "characters as they are heard."
                && (error as? PolishError)?.code == "polish_no_converter"
        }
    }

    @Test func `one converter serves many threads`() async throws {
        let converter = try ChineseConverter.shared(.simplified)
        let wrong = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    (0..<500).filter { _ in
                        (try? converter.convert("頭髮發展".unicodeScalars))
                            != Array("头发发展".unicodeScalars)
                    }.count
                }
            }
            return await group.reduce(0, +)
        }
        #expect(wrong == 0)
    }

    /// Characters of both scripts, and words whose conversion depends on what is beside them.
    private let pieces =
        "干 乾 幹 后 後 里 裡 裏 面 麵 麪 只 隻 系 係 繫 发 發 髮 着 著 台 臺 了解 瞭解 干系 干係 太后 公里 头发 頭髮 "
        .split(separator: " ").map(String.init)
        + [
            "说", "說", "説", "么", "麼", "甚麼", "借口", "慰藉", "嗰", "喎", "搵", "揾", "晒", "曬", "们", "們", "群",
            "羣",
        ]

    @Test(arguments: [ChineseScript.simplified, .traditional], ["Chinese", "Cantonese"])
    func `twice is once, and only Han is changed, one for one`(
        script: ChineseScript, language: String
    ) {
        var random = RandomText(seed: 1)
        let polish = TextPolish(PolishOptions(rules: [.script], script: script))
        for _ in 0..<10_000 {
            let text = random.text(of: pieces)
            let (changes, problems) = polish.polish(text, language: language)
            #expect(problems.isEmpty)
            let once = changes.applied(to: text)
            let twice = polish.changes(to: once, language: language).applied(to: once)
            #expect(twice == once, "\(text)")
            let (before, after) = (Array(text.unicodeScalars), Array(once.unicodeScalars))
            #expect(before.count == after.count, "\(text)")
            let others = zip(before, after).allSatisfy { $0 == $1 || ($0.isHan && $1.isHan) }
            #expect(others, "\(text)")
        }
    }

    @Test func `simplified text comes back from traditional as it was`() {
        let sentences = [
            "她剪了头发，经济发展很快。", "干燥的饼干给了干部。", "皇后后来走了三公里。", "房间里面有一只狗。",
            "他看着台湾的面条，没有了解。", "为什么这么说？放松地看手表。",
        ]
        for sentence in sentences {
            let there = changed(sentence, to: .traditional)
            #expect(there != sentence)
            #expect(changed(there, to: .simplified) == sentence)
        }
    }
}
