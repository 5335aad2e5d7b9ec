extension Unicode.Scalar {
    /// A Chinese character.
    var isHan: Bool {
        switch value {
        case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF, 0x3005, 0x3007:
            true
        default: false
        }
    }

    /// A mark as Chinese has them, as wide as a character; quotation marks are not, because English has
    /// the same.
    var isWideMark: Bool {
        "，。！？；：、（）《》〈〉「」『』【】〔〕～……——".unicodeScalars.contains(self)
    }

    /// A letter of a script with capitals, or one like it.
    var isLatin: Bool {
        properties.isAlphabetic && (value < 0x0590 || 0x1E00...0x1FFF ~= value)
    }

    /// 0 to 9.
    var isDigit: Bool { 0x30...0x39 ~= value }

    /// Latin or a digit.
    var isWordPart: Bool { isLatin || isDigit }

    /// White space within a line.
    var isSpace: Bool { self == " " || self == "\t" || value == 0xA0 }

    var isUppercase: Bool { properties.isUppercase }
    var isLowercase: Bool { properties.isLowercase }
}

extension [Unicode.Scalar] {
    /// The scalar there; `nil` before the start and behind the end.
    subscript(at index: Int) -> Unicode.Scalar? {
        indices.contains(index) ? self[index] : nil
    }

    /// The nearest scalar before a place that is no space.
    func before(_ index: Int) -> Unicode.Scalar? {
        self[..<Swift.max(0, Swift.min(index, count))].last { !$0.isSpace }
    }

    /// The nearest scalar from a place on that is no space.
    func from(_ index: Int) -> Unicode.Scalar? {
        self[Swift.min(index, count)...].first { !$0.isSpace }
    }

    func string(_ range: Range<Int>) -> String {
        String(String.UnicodeScalarView(self[range]))
    }

    /// Addresses of pages, machines and mail: in them every mark means something.
    var addresses: [Range<Int>] {
        var (found, index) = ([Range<Int>](), 0)
        while index < count {
            let end = addressEnd(from: index)
            if end == index {
                index += 1
                continue
            }
            // A mark at the end is the sentence's.
            let last = self[index..<end].lastIndex { $0.isWordPart || $0 == "/" } ?? index
            if isAddress(index..<last + 1) { found.append(index..<last + 1) }
            index = end
        }
        return found
    }

    /// Where a run ends that may be an address; a link, `http://…`, may have commas and brackets within.
    private func addressEnd(from start: Int) -> Int {
        var end = self[start...].firstIndex { !$0.isAddressPart } ?? count
        let isLink = string(start..<end).contains("://")
        while isLink, end + 1 < count, ",;()".unicodeScalars.contains(self[end]),
            self[end + 1].isAddressPart
        {
            end = self[(end + 1)...].firstIndex { !$0.isAddressPart } ?? count
        }
        return end
    }

    private func isAddress(_ range: Range<Int>) -> Bool {
        let word = self[range]
        if word.contains("@") || word.contains("_") { return true }
        // A dot, a slash or the like between letters: `a.b`, `and/or`, `http://`.
        return range.dropFirst().dropLast().contains { index in
            guard ["/", "\\", ".", "="].contains(self[index]) else { return false }
            return self[index - 1].isLatin && (self[index + 1].isLatin || self[index] == "/")
                || self[index] == "/" && self[index + 1] == "/"
        }
    }

    /// Words of Latin letters and digits; an apostrophe or hyphen between two letters is a part of one.
    var latinWords: [Range<Int>] {
        var (words, index) = ([Range<Int>](), 0)
        while index < count {
            guard self[index].isWordPart else {
                index += 1
                continue
            }
            let start = index
            while index < count,
                self[index].isWordPart
                    || "'’-".unicodeScalars.contains(self[index])
                        && index + 1 < count && self[index + 1].isWordPart
            {
                index += 1
            }
            words.append(start..<index)
        }
        return words
    }
}

extension Unicode.Scalar {
    fileprivate var isAddressPart: Bool {
        value > 0x20 && value < 0x7F && !"\"'()<>[]{},;".unicodeScalars.contains(self)
    }
}

extension [Range<Int>] {
    /// Whether one of the ranges, which lie in order, has an index.
    func cover(_ index: Int) -> Bool {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle].upperBound <= index { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low].contains(index)
    }
}
