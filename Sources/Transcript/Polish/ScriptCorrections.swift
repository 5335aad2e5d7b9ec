extension ScriptRule {
    /// What is written where OpenCC would write `found`, of one length with what was heard.
    ///
    /// - Parameter isTraditional: whether the text around it is.
    func corrected(
        _ found: [Unicode.Scalar], from heard: [Unicode.Scalar], isTraditional: Bool
    ) throws(PolishError) -> [Unicode.Scalar] {
        let back = direction == .simplified ? heard : try simplifier.convert(found)
        guard back.count == found.count else { return found }
        return found.indices.map { index in
            // What does not come back is not another script but another word (背包, 揹包), where both are
            // traditional; but for the 着 of verbs.
            let isWord = back[index] != heard[index] && Self.ambiguous.contains(heard[index])
            if isWord, heard[index] != "着" { return heard[index] }
            return corrected(
                found[index], from: heard[index], before: index > 0 ? found[index - 1] : nil,
                after: index + 1 < found.count ? found[index + 1] : nil,
                isTraditional: isTraditional)
        }
    }

    /// - Parameters:
    ///   - before: what OpenCC would write right before it.
    ///   - after: what OpenCC would write right behind it.
    private func corrected(
        _ found: Unicode.Scalar, from heard: Unicode.Scalar, before: Unicode.Scalar?,
        after: Unicode.Scalar?, isTraditional: Bool
    ) -> Unicode.Scalar {
        // Characters of Cantonese alone, and those that few fonts have.
        if family == .cantonese, Self.cantonese.contains(heard) { return heard }
        guard found == heard || !found.isRareHan else { return heard }
        switch (direction, heard) {
        case (.simplified, "著"):
            return Self.isAspect(before, after, isTraditional: isTraditional) ? "着" : found
        // OpenCC takes 適用於單字 for the name 於單.
        case (.simplified, "於"): return "于"
        case (.simplified, "甚"): return after == "么" ? "什" : found
        case (.taiwan, "台"), (.hongKong, "台"), (_, "污"): return heard
        // OpenCC would go on from one to the next each time.
        case (.taiwan, "幺"), (.hongKong, "幺"), (_, "苧"): return heard
        case (_, "几") where found == heard && direction != .simplified:
            return before == "茶" || after == "案" || after == "淨" ? found : "幾"
        case _ where Self.isMisplaced(found, from: heard, before: before, after: after):
            return heard == "汇" ? "匯" : heard == "发" ? "發" : heard
        case (_, "系") where found == "繫" && before.map(Self.kinds.contains) == true:
            return heard
        case (.hongKong, "系") where found == heard:
            return Self.isCopula(before: before, after: after) ? "係" : found
        case (.hongKong, _): return Self.hongKong[found] ?? found
        default: return found
        }
    }

    /// Characters of Cantonese words that no script changes. OpenCC would swap 搵 for 揾, give 嗰 and 喎 shapes
    /// that nobody types, and take the 晒 of 做晒 (all done) for that of the sun.
    static let cantonese: Set<Unicode.Scalar> = Set("搵揾嗰喎唓晒".unicodeScalars)

    /// Hong Kong's standard shapes where people type others.
    private static let hongKong: [Unicode.Scalar: Unicode.Scalar] = [
        "説": "說", "羣": "群", "峯": "峰", "麪": "麵", "牀": "床", "衞": "衛", "敍": "敘",
    ]

    /// Characters of both scripts: simplified for something else, traditional for themselves. They are those of
    /// Big5 that OpenCC's way to Taiwan or Hong Kong changes, alone or in a phrase.
    static let ambiguous: Set<Unicode.Scalar> = Set(
        ("万与丑丰么了于云仆仇价仿优伙体余佛佣俊修借僵儿克党具冬凄准凌几凶出划刮制千升卜占卷厂厘只台吁合吊"
            + "同后向吨听呆周咨咸咽哄喂噪回困圣坏坐复夫夸奸姜娘宁家尸局岩岭岳峰巨布帘席干并幸庄床庵异弦彩征御忏"
            + "志念怀怜恤惊愈愿戚扎扑托扣折抵拐挂挨挽据搜斗昆昵晒暗曲朱朴机杆杠杯杰松板极构柜栖栗梁棱檐欲气污沄"
            + "沈沾泄泛泞注洁洒洼涂涌淀游漓炖熏玩瓮症痒痹睾矩确离私秋种穗筑篱糊系网羡群肮肴胄背胜胡腊腌膻致舍芸"
            + "苔苹范茧荐蒏蒙蔂蔑蔽虫虮虱蚕蚝蜡蝎表触谷赶跖踊辟适郁酸采里雇雕霉面").unicodeScalars)

    /// Characters that only traditional text has, though OpenCC leaves them where they stand alone.
    static let alsoTraditional: Set<Unicode.Scalar> = Set("著瞭藉乾覆彷牴徵".unicodeScalars)

    /// Traditional characters that simplified text has in some words: 乾清宫, 宫商角徵羽, 蕴藉, 毕昇.
    static let alsoSimplified: Set<Unicode.Scalar> = Set("乾徵麽瞭藉昇薹覆".unicodeScalars)

    /// Whether 著 is what simplified text writes 着: in traditional text everywhere but in works and fame (著作,
    /// 著名), in simplified text where it stands behind a verb or in words like 着急.
    private static func isAspect(
        _ before: Unicode.Scalar?, _ after: Unicode.Scalar?, isTraditional: Bool
    ) -> Bool {
        if let after, works.contains(after) { return false }
        if let before, kindsOfWorks.contains(before) { return false }
        if isTraditional { return true }
        if let before, verbs.contains(before) { return true }
        return after.map(continuations.contains) ?? false
    }

    /// 著名, 著作, 著者 …, and 显著, 名著, 论著 …
    private static let works = Set("名作者称稱书書述录錄".unicodeScalars)
    private static let kindsOfWorks = Set("显顯原名土编編论論巨专專卓昭合译譯遗遺拙撰所".unicodeScalars)
    private static let verbs = Set(
        ("看望盯瞪瞧站坐走跑笑哭說说想帶带跟對对沿隨随隔活等聽听指抱背穿戴拉推開开關关留住睡躺蹲跪趴挂掛放"
            + "接顧顾朝向順顺靠憑凭拿提抬舉举握牽牵追趕赶找叫喊唱念讀读寫写畫画吃喝含咬藏躲守護护陪伴有味忙急"
            + "愛爱恨閉闭張张低仰挺伸彎弯捧扶摸抓騎骑搭乘冒流飄飘下燃燒烧亮閃闪照映").unicodeScalars)
    /// 着急, 着手, 着火, 着凉, 着想, 着重, 着迷, 着陆, 着眼, 着实, 着落, 着装.
    private static let continuations = Set("急手火涼凉想重迷陸陆眼實实落裝装".unicodeScalars)

    /// Whether 系 is Cantonese for "is", 係, and not that of 系统 or 体系.
    private static func isCopula(before: Unicode.Scalar?, after: Unicode.Scalar?) -> Bool {
        !(after.map(systems.contains) == true || before.map(kinds.contains) == true)
    }

    private static let systems = Set("统統列数數谱譜主所际際".unicodeScalars)
    private static let kinds = Set("体體派星直母父阳陽河学學院语語".unicodeScalars)
}

extension Unicode.Scalar {
    /// Of the blocks that Unicode added after the first one, which few fonts and fewer keyboards have.
    var isRareHan: Bool { isHan && !(0x4E00...0x9FFF).contains(value) }

    /// Japanese, in full or half width.
    var isKana: Bool {
        switch value {
        case 0x3040...0x30FA, 0x30FC...0x30FF, 0x31F0...0x31FF, 0xFF66...0xFF9F: true
        default: false
        }
    }
}
