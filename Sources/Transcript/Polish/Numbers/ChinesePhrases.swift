/// Words around Chinese numbers that decide what they are.
enum ChinesePhrases {
    /// What has a number in it that is none: idioms, names, titles.
    private static let fixed = table(
        """
        三心二意 一五一十 七上八下 九牛一毛 四面八方 五花八门 七零八落 七零八碎 十有八九 十之八九 八九不离十
        三百六十行 一千零一夜 一百零八将 一百单八将 十万火急 十万个为什么 十万八千里 二万五千里长征 两万五千里长征
        十八层地狱 十五个吊桶 三十年河东 三十年河西 十年磨一剑 十年寒窗 十年如一日 十年树木 九千岁 八千岁 一米阳光
        三克油 三元里 连中三元 三元牛奶 四十二章经 十月怀胎 十月革命 第二十二条军规 第一百货 三百六十度无死角 九九八十一难 一万个为什么 一百八十度大转弯
        七十二家房客 八十天环游地球 一百零一忠狗 一分一秒 十天半月 十天半个月 十个手指头 三百六十五里路 三十六计 七十二变 一点一滴 五十步笑百步
        十面埋伏 一千个读者 十字路口 十字架 三元桥 八千里路 四万万 零零星星 零零散散 十个月怀胎
        """)

    /// Parts of the day, after which an hour is one.
    static let dayParts = table(
        """
        上午 下午 早上 晚上 凌晨 中午 傍晚 清晨 早晨 今晚 明晚 昨晚 后晚 前晚 当晚 今早 明早 昨早 半夜 深夜 午夜 夜里
        夜间 夜晚 上昼 下昼 晏昼 朝早 今朝 听朝 听晚 寻晚 琴晚 午后 午间
        """)

    /// What is made in points: 三点建议 are three, at no time of the day.
    static let points = table(
        "建议 意见 要求 内容 原因 理由 体会 希望 好处 问题 想法 注意 看法 共识 收获 启示 说明 感受 经验 不足 优势 区别 变化")

    /// Names that a version follows.
    static let products = table(
        """
        ios ipados macos watchos tvos visionos android windows linux ubuntu debian python swift java kotlin php
        ruby node react vue django cuda pytorch tensorflow numpy http html css usb bluetooth wifi gpt qwen
        llama gemini claude deepseek xcode unity office chrome firefox version web v
        """)

    /// Words beside a version.
    static let versionWords = table("版本 版本号 版 升级到 更新到 固件 系统")
    static let versionSuffixes = table("版本 版")

    /// What digits follow that are said one by one.
    static let labels = table(
        "电话 手机号 号码 尾号 验证码 密码 编号 学号 工号 邮编 分机 分机号 端口 代码 错误码 车牌 房间号 门牌号 航班号 订单号 电话是 号码是 尾号是 验证码是 密码是 编号是 电话系 号码系 密码系"
    )

    /// Letters before which 一点 is a little.
    static let beforeLittle = Set("有差早晚快慢多少大小好高低近远长短轻重".unicodeScalars)
    /// What a number is not exact with.
    static let vagueAfter = Set("几多来余数把".unicodeScalars)
    static let vagueBefore = Set("几数".unicodeScalars)
    /// Between numbers of which only the last has a unit: 二、三十, 七十和八十年代.
    static let listMarks = Set("、和与或".unicodeScalars)
    /// After these a number is part of a word or of a day's name.
    static let neverAfter = table("双 初 周 星期 礼拜")
    /// What stands before a 负 that is a sign; after other characters it is a part of a word, or a verb.
    static let beforeSign = Set("是为到至达约得于外内拔率长度均（(，,。、：:；;！？\n ".unicodeScalars)

    /// Where a fixed phrase that begins at a place ends.
    static func end(at place: Int, in text: [Unicode.Scalar]) -> Int? {
        guard let candidates = byFirst[text[place]],
            let phrase = candidates.first(where: { text.holds($0, at: place) })
        else { return nil }
        return place + phrase.count
    }

    private static let byFirst = Dictionary(grouping: fixed) { $0[0] }

    private static func table(_ words: String) -> [[Unicode.Scalar]] {
        words.split { $0 == " " || $0 == "\n" }.map { Array($0.unicodeScalars) }
            .sorted { $0.count > $1.count }
    }
}
