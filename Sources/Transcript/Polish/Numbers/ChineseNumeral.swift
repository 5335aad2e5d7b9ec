/// Numbers in Chinese characters, simplified, as ``ChineseNumeral/simplified(_:)`` makes them.
enum ChineseNumeral {
    static let point: Unicode.Scalar = "点"

    private static let digits: [Unicode.Scalar: Int] = [
        "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8,
        "九": 9, "幺": 1,
    ]
    private static let powers: [Unicode.Scalar: Int] = ["十": 1, "百": 2, "千": 3]
    private static let tens: [Unicode.Scalar: Int] = ["廿": 2, "卅": 3]
    private static let traditional: [Unicode.Scalar: Unicode.Scalar] = {
        let old = "〇兩萬億點號幾個歲鐘鍾塊錢幣鎊時間條攝餘數後來負週紀樓層條圓隻張頁輛項種臺們歐羅噸雙畫晝聽夜釐數電節兒裡裏雲級開頭門場屆紙盤單轉瓏顆處戶億陽"
        let new = "零两万亿点号几个岁钟钟块钱币镑时间条摄余数后来负周纪楼层条元只张页辆项种台们欧罗吨双画昼听夜厘数电节儿里里云级开头门场届纸盘单转珑颗处户亿阳"
        return Dictionary(zip(old.unicodeScalars, new.unicodeScalars)) { first, _ in first }
    }()

    /// Scalar for scalar, so that places stay the same; only what numbers and the words around them need.
    static func simplified(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        text.map { traditional[$0] ?? $0 }
    }

    /// A digit, a place, or a ten of its own.
    static func isNumeral(_ scalar: Unicode.Scalar) -> Bool {
        digits[scalar] != nil || isPlace(scalar) || tens[scalar] != nil
    }

    /// 十, 百, 千, 万, 亿: what a number has before it.
    static func isPlace(_ scalar: Unicode.Scalar) -> Bool {
        powers[scalar] != nil || scalar == "万" || scalar == "亿"
    }

    /// Digits said one by one; `nil` with 两 or a place among them.
    static func spelled(_ text: ArraySlice<Unicode.Scalar>) -> String? {
        var written = ""
        for scalar in text {
            guard let digit = digits[scalar], scalar != "两" else { return nil }
            written += String(digit)
        }
        return written.isEmpty ? nil : written
    }

    /// A number with places, as long as it is complete: 三百五, 三四十 and 百二 are none.
    static func cardinal(_ text: ArraySlice<Unicode.Scalar>) -> ChineseCardinal? {
        // The longest one there can be, 九千九百九十九万九千九百九十九亿…, has 35.
        guard !text.isEmpty, text.count <= 36, let value = whole(text, followsMore: false) else {
            return nil
        }
        let marks = text.count { isPlace($0) || tens[$0] != nil || $0 == "零" }
        return ChineseCardinal(value: value, markCount: value == 0 ? 0 : marks)
    }

    private static func whole(_ text: ArraySlice<Unicode.Scalar>, followsMore: Bool) -> Int? {
        for (sign, unit) in [("亿" as Unicode.Scalar, 100_000_000), ("万", 10_000)] {
            guard let place = text.lastIndex(of: sign) else { continue }
            guard let head = whole(text[..<place], followsMore: followsMore),
                head > 0, head < 100_000_000, unit > 10_000 || head < 10_000
            else { return nil }
            let rest = text[(place + 1)...]
            guard !rest.isEmpty else { return head * unit }
            guard let tail = whole(rest, followsMore: true), tail < unit else { return nil }
            // 零 says that places are missing, and 一亿五千万 that only four are.
            let isFull = tail >= unit / 10 || (unit > 10_000 && tail >= 10_000_000)
            guard isFull == (rest.first != "零") else { return nil }
            return head * unit + tail
        }
        return section(text, followsMore: followsMore)
    }

    /// Below 10,000. Places fall, 零 stands for missing ones, and a digit of its own ends it.
    private static func section(_ text: ArraySlice<Unicode.Scalar>, followsMore: Bool) -> Int? {
        if text.count == 1, text.first == "零", !followsMore { return 0 }
        var (value, last, index) = (0, 4, text.startIndex)
        var (saidZero, isFirst) = (false, true)
        while index < text.endIndex {
            let scalar = text[index]
            index += 1
            if scalar == "零" {
                guard !saidZero, followsMore || !isFirst else { return nil }
                saidZero = true
                continue
            }
            guard let step = step(text, scalar, &index, isAlone: isFirst && !followsMore),
                step.power < last
            else { return nil }
            let isGap = last - step.power > 1
            guard isFirst ? followsMore ? isGap == saidZero : true : isGap == saidZero else {
                return nil
            }
            value += step.value
            (last, saidZero, isFirst) = (step.power, false, false)
        }
        return saidZero || isFirst ? nil : value
    }

    /// One digit with its place.
    private static func step(
        _ text: ArraySlice<Unicode.Scalar>, _ scalar: Unicode.Scalar, _ index: inout Int,
        isAlone: Bool
    ) -> (value: Int, power: Int)? {
        if let ten = tens[scalar] { return (ten * 10, 1) }
        if scalar == "十" { return isAlone ? (10, 1) : nil }
        guard let digit = digits[scalar], digit > 0, scalar != "幺" else { return nil }
        guard index < text.endIndex, let power = powers[text[index]] else {
            let isWhole = isAlone && text.count == 1
            return scalar == "两" && !isWhole ? nil : (digit, 0)
        }
        guard scalar != "两" || power > 1, !isAlone || power > 1 || digit > 1 else { return nil }
        index += 1
        return (digit * [1, 10, 100, 1000][power], power)
    }
}

/// What a complete number says.
struct ChineseCardinal: Hashable {
    let value: Int
    /// Places and 零: two of them make a number that nothing else looks like.
    let markCount: Int

    /// 一百, 一千, 一万: more a way to say many than a number.
    var isRoundOne: Bool { [100, 1000, 10_000, 100_000_000].contains(value) }

    /// Round numbers keep 万 and 亿.
    var written: String {
        let unit = 10_000
        guard value >= unit, value % unit == 0 else { return String(value) }
        let (hundredMillions, rest) = value.quotientAndRemainder(dividingBy: unit * unit)
        let low = rest == 0 ? "" : "\(rest / unit)万"
        guard hundredMillions > 0 else { return low }
        let isMyriad = hundredMillions % unit == 0
        return (isMyriad ? "\(hundredMillions / unit)万" : "\(hundredMillions)") + "亿" + low
    }
}
