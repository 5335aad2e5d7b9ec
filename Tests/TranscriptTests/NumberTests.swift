import Testing

@testable import Transcript

@Suite struct NumberTests {
    private let options = PolishOptions(rules: [.numbers])

    private func polished(_ text: String, _ language: String) -> String {
        TextPolish(options).changes(to: text, language: language).applied(to: text)
    }

    @Test func `complete Chinese numbers have a value, others none`() {
        let values = [
            "零": 0, "两": 2, "十": 10, "十五": 15, "二十三": 23, "一百零五": 105, "一百一十五": 115,
            "一千零五十": 1050, "一万零五": 10_005, "三万五千": 35_000, "十万五千": 105_000, "三千万": 30_000_000,
            "一亿五千万": 150_000_000, "一亿零五百万": 105_000_000, "一万亿": 1_000_000_000_000, "廿五": 25,
            "一百廿五": 125, "九千九百九十九万九千九百九十九": 99_999_999,
        ]
        for (text, value) in values {
            #expect(ChineseNumeral.cardinal(ArraySlice(text.unicodeScalars))?.value == value)
        }
        let none = [
            "百", "一十五", "三四十", "三万五", "一百五", "一千五十", "一百零", "零五", "两十", "一百零两", "万一", "十十", "一一",
        ]
        for text in none {
            #expect(ChineseNumeral.cardinal(ArraySlice(text.unicodeScalars)) == nil, "\(text)")
        }
    }

    @Test func `round Chinese numbers keep their places`() {
        let written = [35_000: "35000", 30_000_000: "3000万", 150_000_000: "1亿5000万"]
        for (value, text) in written {
            #expect(ChineseCardinal(value: value, markCount: 2).written == text)
        }
        #expect(ChineseCardinal(value: 1_000_000_000_000, markCount: 2).written == "1万亿")
    }

    @Test func `complete English numbers have a value, others none`() {
        let values = [
            "zero": 0, "twenty five": 25, "one hundred and twenty": 120, "nineteen hundred": 1900,
            "two thousand and six": 2006, "three thousand five hundred": 3500,
            "one million two hundred thousand": 1_200_000,
            "ninety nine trillion": 99_000_000_000_000,
        ]
        for (text, value) in values {
            #expect(EnglishNumeral.cardinal(ArraySlice(words(text))) == value)
        }
        let none = [
            "twenty twenty", "five twenty", "twenty zero", "hundred", "one hundred two hundred",
            "one thousand two million", "twenty hundred", "two and five", "one hundred and",
        ]
        for text in none {
            #expect(EnglishNumeral.cardinal(ArraySlice(words(text))) == nil, "\(text)")
        }
    }

    private func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }

    @Test func `English ordinals have the ending that is said`() {
        let endings = [
            1: "1st", 2: "2nd", 3: "3rd", 11: "11th", 22: "22nd", 112: "112th", 121: "121st",
        ]
        for (value, text) in endings { #expect(EnglishNumeral.ordinal(value) == text) }
    }

    @Test func `languages without rules keep their words`() {
        for language in ["Japanese", "German", "Korean", ""] {
            #expect(polished("百分之十五 twenty five percent", language) == "百分之十五 twenty five percent")
        }
        #expect(polished("百分之十五 twenty five percent", "English") == "百分之十五 25 %")
        #expect(polished("百分之十五 twenty five percent", "Cantonese") == "15 % 25 %")
    }

    // MARK: - Spoken values

    /// A whole number in Chinese words, below a hundred million.
    private func chineseWords(_ value: Int) -> String {
        let digits = Array("零一二三四五六七八九")
        func section(_ value: Int) -> String {
            var (text, isGap) = ("", false)
            for (power, place) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
                let digit = value / power % 10
                if digit > 0 {
                    text += (isGap && !text.isEmpty ? "零" : "") + String(digits[digit]) + place
                    isGap = false
                } else {
                    isGap = true
                }
            }
            return text
        }
        let (high, low) = value.quotientAndRemainder(dividingBy: 10_000)
        let head = high > 0 ? section(high) + "万" : ""
        let text = head + (high > 0 && low > 0 && low < 1000 ? "零" : "") + section(low)
        return text.hasPrefix("一十") ? String(text.dropFirst()) : text
    }

    /// A whole number in English words, below a million.
    private func englishWords(_ value: Int, and: String) -> String {
        let small = """
            zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
            seventeen eighteen nineteen
            """.split(whereSeparator: \.isWhitespace).map(String.init)
        let tens = words("- - twenty thirty forty fifty sixty seventy eighty ninety")
        func spoken(_ value: Int) -> String {
            if value < 20 { return small[value] }
            if value < 100 {
                return tens[value / 10] + (value % 10 > 0 ? " " + small[value % 10] : "")
            }
            if value < 1000 {
                let rest = value % 100 > 0 ? and + spoken(value % 100) : ""
                return small[value / 100] + " hundred" + rest
            }
            let rest = value % 1000
            return spoken(value / 1000) + " thousand"
                + (rest == 0 ? "" : (rest < 100 ? and : " ") + spoken(rest))
        }
        return spoken(value)
    }

    @Test func `every Chinese number that is measured is written as it is said`() {
        for value in Array(1..<11_000) + Array(stride(from: 11_003, to: 99_999_999, by: 99_991)) {
            let spoken = chineseWords(value)
            let written = value % 10_000 == 0 ? "\(value / 10_000)万" : String(value)
            #expect(polished("大约\(spoken)毫克。", "Chinese") == "大约\(written)毫克。")
            #expect(polished("百分之\(spoken)", "Chinese") == "\(written) %")
            #expect(polished("\(spoken)点零五公里", "Chinese") == "\(value).05公里")
        }
    }

    @Test func `every English number that is measured is written as it is said`() {
        for value in Array(1..<11_000) + Array(stride(from: 11_003, to: 999_999, by: 997)) {
            let digits = String(value)
            let written = value < 10_000 ? digits : "\(digits.dropLast(3)),\(digits.suffix(3))"
            for and in [" ", " and "] {
                let spoken = englishWords(value, and: and)
                #expect(polished("about \(spoken) grams", "English") == "about \(written) grams")
                #expect(polished("\(spoken) percent", "English") == "\(written) %")
            }
        }
    }

    @Test func `every day of the year and every minute of the day can be said`() {
        for month in 1...12 {
            for day in 1...31 {
                let text = "\(chineseWords(month))月\(chineseWords(day))日"
                #expect(polished(text, "Chinese") == "\(month)月\(day)日")
            }
        }
        for hour in 1...12 {
            for minute in 10...59 {
                let text = "\(englishWords(hour, and: " ")) \(englishWords(minute, and: " ")) pm"
                #expect(polished(text, "English") == "\(hour):\(minute) pm")
                // 三点十分 may be three points that are very much something.
                let part = minute == 10 ? "上午" : ""
                let time = "\(part)\(chineseWords(hour))点\(chineseWords(minute))分"
                #expect(polished(time, "Chinese") == "\(part)\(hour)点\(minute)分")
            }
        }
        for year in 1900...2099 {
            let spoken = year.description.map { chineseWords(Int(String($0)) ?? 0) }
            let text = spoken.map { $0.isEmpty ? "零" : $0 }.joined()
            #expect(polished("在\(text)年", "Chinese") == "在\(year)年")
        }
    }

    // MARK: - Random texts

    @Test func `random Chinese text says the same in digits, and stays so`() {
        var random = Random(seed: 1)
        var changed = 0
        for _ in 0..<10_000 {
            let text = random.text(of: Self.chinese, separator: "")
            let once = polished(text, "Chinese")
            changed += once == text ? 0 : 1
            #expect(
                ChineseNumberReader.atoms(once) == ChineseNumberReader.atoms(text),
                "\(text) -> \(once)")
            #expect(polished(once, "Chinese") == once, "\(text) -> \(once)")
        }
        #expect(changed > 2000, "only \(changed) texts were changed")
    }

    @Test func `random English text says the same in digits, and stays so`() {
        var random = Random(seed: 2)
        var changed = 0
        for _ in 0..<10_000 {
            let text = random.text(of: Self.english, separator: " ")
            let once = polished(text, "English")
            changed += once == text ? 0 : 1
            #expect(
                EnglishNumberReader.atoms(once) == EnglishNumberReader.atoms(text),
                "\(text) -> \(once)")
            #expect(polished(once, "English") == once, "\(text) -> \(once)")
        }
        #expect(changed > 2000, "only \(changed) texts were changed")
    }

    @Test func `the readers tell texts apart that say something else`() {
        #expect(ChineseNumberReader.atoms("三百五十元") == ["350", "元"])
        #expect(ChineseNumberReader.atoms("百分之三点五") == ChineseNumberReader.atoms("3.5 %"))
        #expect(ChineseNumberReader.atoms("1亿5000万") == ChineseNumberReader.atoms("一亿五千万"))
        #expect(ChineseNumberReader.atoms("三点零五分") != ChineseNumberReader.atoms("3点50分"))
        let amount = "twenty five dollars and fifty cents"
        #expect(EnglishNumberReader.atoms(amount) == ["25", "dollars", "50", "cents"])
        #expect(EnglishNumberReader.atoms("$25.50") == ["25", "dollars", "50", "cents"])
        #expect(EnglishNumberReader.atoms("$25.05") != EnglishNumberReader.atoms(amount))
        #expect(EnglishNumberReader.atoms("march fifth twenty twenty six") == ["march", "52026"])
        #expect(
            EnglishNumberReader.atoms("two point five million")
                == EnglishNumberReader.atoms("2.5 million"))
    }

    @Test func `any scalars can be read`() {
        var random = Random(seed: 3)
        let words = (Self.chinese + Self.english).map { Array($0.unicodeScalars) }
        for _ in 0..<2_000 {
            var scalars: [Unicode.Scalar] = []
            for _ in 0..<random.below(30) {
                if random.below(2) == 0,
                    let scalar = Unicode.Scalar(UInt32(random.below(0x11_0000)))
                {
                    scalars.append(scalar)
                } else {
                    scalars += words[random.below(words.count)]
                }
                if random.below(3) == 0 { scalars.append(" ") }
            }
            let text = String(String.UnicodeScalarView(scalars))
            for language in ["Chinese", "English"] {
                let once = polished(text, language)
                #expect(polished(once, language) == once)
            }
        }
    }

    @Test(arguments: [
        "一", "十", "三点", "二十五个人，", "百分之", "一千零", "第", "下午三点", "二零二六年三月", "三小时二十分钟", "负",
        "one ", "twenty five ", "point five ", "one point ", "and ", "a m ", "march ", "to twenty ",
        "double ", "oh ", "one hundred and ", "five dollars and ", "or two ", "minus ",
    ])
    func `a hundred thousand scalars take a moment`(word: String) {
        let text = String(repeating: word, count: 100_000 / word.unicodeScalars.count)
        let scalars = Array(text.unicodeScalars)
        let duration = ContinuousClock().measure { _ = NumberRule.edits(scalars, .chinese) }
        #expect(duration < .seconds(1))
    }
}

private struct Random {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func below(_ count: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(count))
    }

    /// One to twelve words.
    mutating func text(of words: [String], separator: String) -> String {
        (0...below(12)).map { _ in words[below(words.count)] }.joined(separator: separator)
    }
}

extension NumberTests {
    fileprivate static let chinese =
        """
        零 一 二 两 三 四 五 六 七 八 九 十 百 千 万 亿 幺 〇 十五 二十三 三百五十 一千零五 三万五千 一亿 五千万 廿五 二零二六 一九八四
        点 点 百分之 百分之 年 月 日 号 分 半 钟 刻 第 负 零下 几 多 来 到 至 、 上午 下午 晚上 个 人 次 天 岁 公里 千米 毫克 元 块钱 美元
        小时 分钟 秒 倍 度 摄氏 摄氏度 版本 条 层 我 的 有 去 开会 建议 左右 后 分之 公元 iOS GPU ， 。 一点 电话 号码 周
        """.split(whereSeparator: \.isWhitespace).map(String.init)

    fileprivate static let english =
        """
        zero one two three four five six seven eight nine ten eleven twelve thirteen fifteen nineteen twenty thirty
        forty fifty ninety hundred thousand million billion and point oh double triple first second fifth twelfth
        twentieth percent per cent dollars dollar euros cents pounds sterling minutes people kilometers milligrams
        degrees Celsius minus negative version page in since year of the a march may june pm a m p to or between at
        call I meet Twenty is o'clock morning some odd half twenty-five five-kilometer , .
        """.split(whereSeparator: \.isWhitespace).map(String.init)
}
