import Testing

@testable import Transcript

@Suite struct ParticleRuleTests {
    private func changed(_ text: String) -> String {
        let options = PolishOptions(rules: [.particles])
        return TextPolish(options).changes(to: text, language: "Chinese").applied(to: text)
    }

    private let particles: Set<Unicode.Scalar> = ["的", "地", "得", "在", "再"]
    private let marks = ["的", "地", "得", "在", "再"]

    @Test func `the tables hold enough of what must and must not change`() throws {
        let cases = try PolishCase.all().filter { $0.options.rules == [.particles] }
        let isOfPlace = { (line: PolishCase) in line.text.contains { "在再".contains($0) } }
        let unchanged = cases.filter { $0.text == $0.expected && $0.language == "Chinese" }
        let changed = cases.filter { $0.text != $0.expected }
        for group in [true, false] {
            #expect(unchanged.filter { isOfPlace($0) == group }.count >= 50)
            #expect(changed.filter { isOfPlace($0) == group }.count >= 20)
        }
    }

    @Test func `traditional sentences are treated as simplified ones`() throws {
        let converter = try ChineseConverter.shared(.taiwan)
        func full(_ text: String) throws -> String {
            let scalars = try converter.convert(text.unicodeScalars)
            return String(String.UnicodeScalarView(scalars))
        }
        let cases = try PolishCase.all().filter {
            $0.options.rules == [.particles] && $0.language == "Chinese"
        }
        for line in cases {
            let found = changed(try full(line.text)).unicodeScalars.filter(particles.contains)
            let expected = line.expected.unicodeScalars.filter(particles.contains)
            #expect(String(found) == String(expected), "\(line.place)")
        }
    }

    @Test(arguments: [ChineseConverter.Direction.taiwan, .hongKong])
    func `every word of the patterns is known in traditional characters`(
        direction: ChineseConverter.Direction
    ) throws {
        let converter = try ChineseConverter.shared(direction)
        for pattern in ParticleRule.all {
            for word in pattern.after + pattern.before + pattern.notAfter + pattern.unless {
                let full = try converter.convert(word)
                #expect(full.map(ParticlePattern.simplified) == word, "\(word)")
            }
        }
    }

    @Test func `no pattern's wrong particle is what it means`() {
        for pattern in ParticleRule.all {
            #expect(pattern.found != pattern.meant)
            #expect(particles.contains(pattern.found) && particles.contains(pattern.meant))
        }
    }

    @Test func `of a random text only particles are changed, and twice is once`() {
        // Words that the patterns know, so that many of them match.
        var words: [String] = []
        for pattern in ParticleRule.all {
            for word in pattern.after + pattern.before + pattern.notAfter + pattern.notBefore {
                words.append(String(String.UnicodeScalarView(word.filter(\.isHan))))
            }
        }
        // Half of the words are particles.
        for index in words.indices { words.append(marks[index % marks.count]) }
        var random = RandomText(seed: 2)
        var count = 0
        for _ in 0..<10_000 {
            let text = random.text(of: words)
            let once = changed(text)
            #expect(changed(once) == once, "\(text)")
            let (before, after) = (Array(text.unicodeScalars), Array(once.unicodeScalars))
            #expect(before.count == after.count)
            for (old, new) in zip(before, after) where old != new {
                count += 1
                #expect(particles.contains(old) && particles.contains(new), "\(text)")
            }
        }
        #expect(count > 200)
    }
}
