/// Words whose capitals are known.
struct KnownNames {
    private let spellings: [String: String]
    /// Whether `march 5` is known to be a month.
    private let knowsMonths: Bool
    /// Hot words of several words, or with marks in them, longest first.
    private let phrases: [(folded: [Unicode.Scalar], spelling: String)]

    /// - Parameter hotWords: how the user spells names; they win.
    init(family: TextPolish.Family, hotWords: [String]) {
        var spellings: [String: String] = [:]
        var known = Self.products
        if family == .english || family.isChinese { known += Self.acronyms }
        if family == .english { known += Self.english }
        for word in known { spellings[word.lowercased()] = word }
        var phrases: [(folded: [Unicode.Scalar], spelling: String)] = []
        for word in hotWords.map({ $0.strippingWhitespace() }) where !word.isEmpty {
            let scalars = Array(word.unicodeScalars)
            if scalars.latinWords == [scalars.indices] {
                spellings[word.lowercased()] = word
            } else {
                phrases.append((scalars.folded, word))
            }
        }
        self.spellings = spellings
        knowsMonths = family == .english
        self.phrases = phrases.sorted { $0.folded.count > $1.folded.count }
    }

    func edits(_ text: [Unicode.Scalar]) -> [TextEdit] {
        let phrases = phraseEdits(text)
        let taken = phrases.map(\.range)
        let addresses = text.addresses
        let words = text.latinWords.compactMap { range -> TextEdit? in
            guard !taken.cover(range.lowerBound), !addresses.cover(range.lowerBound) else {
                return nil
            }
            return edit(text, range)
        }
        return (phrases + words).sorted { $0.range.lowerBound < $1.range.lowerBound }
    }

    /// The word as a whole, or its part before an apostrophe or hyphen: `gpu's`, `gpu-based`.
    private func edit(_ text: [Unicode.Scalar], _ word: Range<Int>) -> TextEdit? {
        let stem = word.prefix { !"'’-".unicodeScalars.contains(text[$0]) }
        for range in [word, stem.startIndex..<stem.endIndex] {
            let found = text.string(range)
            guard let spelling = spellings[found.lowercased()] else { continue }
            // Ai may be somebody's name.
            if range.count == 2 && text[word.lowerBound].isUppercase
                && text[range].last?.isLowercase == true
            {
                continue
            }
            // What is all in capitals may be meant so, if it is no product's name.
            let isLoud = range.count > 1 && text[range].allSatisfy(\.isUppercase)
            guard !(isLoud && Self.english.contains(spelling)) else { continue }
            return TextEdit(range: range, replacement: spelling)
        }
        guard knowsMonths, let month = Self.doubtfulMonths[text.string(word)],
            text[at: word.upperBound]?.isSpace == true,
            text.from(word.upperBound)?.isDigit == true
        else { return nil }
        return TextEdit(range: word, replacement: month)
    }

    /// Months that may be other words, but not before a day.
    private static let doubtfulMonths = ["march": "March", "may": "May", "august": "August"]

    private func phraseEdits(_ text: [Unicode.Scalar]) -> [TextEdit] {
        guard !phrases.isEmpty else { return [] }
        let folded = text.folded
        var (edits, index) = ([TextEdit](), 0)
        while index < text.count {
            let found = phrases.first { phrase in
                let end = index + phrase.folded.count
                return folded[index...].starts(with: phrase.folded)
                    && !(text[at: index - 1]?.isWordPart == true && text[index].isWordPart)
                    && !(text[at: end]?.isWordPart == true && text[end - 1].isWordPart)
            }
            guard let found else {
                index += 1
                continue
            }
            let range = index..<index + found.folded.count
            edits.append(TextEdit(range: range, replacement: found.spelling))
            index = range.upperBound
        }
        return edits
    }

    /// Products, which have the same name everywhere.
    private static let products = words(
        """
        ChatGPT CUDA Debian DeepSeek FFmpeg GitHub GitLab iCloud iOS iPad iPhone iPhones JavaScript Kubernetes \
        LinkedIn Linux macOS MacBook MongoDB MySQL NVIDIA OpenAI PostgreSQL PowerPoint PyTorch Qwen SQLite \
        TensorFlow TikTok TypeScript Ubuntu WeChat WhatsApp WiFi YouTube
        """)

    /// Acronyms that are no words of English or Chinese. Other languages have such words: ai, api, eu, roi.
    private static let acronyms = words(
        """
        AI API APIs ASR BBC BMI CEO CFO CNN COVID CPU CPUs CRM CSS CSV CT CTO DNA DNS ECG EEG EKG ERP EU FAQ \
        FBI GDP GPS GPT GPU GPUs HDMI HIV HTML HTTP HTTPS IBM ICU IPO ISO JPEG JSON KPI KPIs LCD LLM LLMs LSTM \
        MBA MP3 MP4 MRI NASA NATO NBA NLP OCR OKR PCR PDF PDFs PhD PNG PPT QR RNA ROI SDK SMS SQL SSD SSH TCP \
        TTS TV UDP UFO UI UK UNESCO URL URLs USA USB USD UX VIP VPN XML YAML
        """)

    /// English days, months, peoples and tongues that cannot be another word, and the pronoun.
    private static let english = Set(
        words(
            """
            I I'm I'll I've I'd I’m I’ll I’ve I’d Monday Mondays Tuesday Tuesdays Wednesday Wednesdays Thursday \
            Thursdays Friday Fridays Saturday Saturdays Sunday Sundays January February April June July September \
            October November December Christmas Easter English Chinese Mandarin Cantonese Japanese Korean French \
            German Spanish Portuguese Italian Russian Arabic American British Canadian Australian European \
            Indian African Asian London Paris Berlin Tokyo Beijing Shanghai Shenzhen Guangzhou America Australia \
            Britain Canada England Europe Germany Italy Japan Russia Spain Africa Asia
            """))

    private static func words(_ list: String) -> [String] {
        list.split(separator: " ").map(String.init)
    }
}

extension [Unicode.Scalar] {
    /// Without capitals, scalar by scalar.
    fileprivate var folded: [Unicode.Scalar] {
        map { scalar in
            let lower = scalar.properties.lowercaseMapping.unicodeScalars
            return lower.count == 1 ? lower.first ?? scalar : scalar
        }
    }
}
