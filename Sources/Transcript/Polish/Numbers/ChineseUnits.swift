/// What is counted or measured, and from which number on digits are wanted.
struct ChineseUnit: Hashable {
    let name: [Unicode.Scalar]
    let kind: Kind

    enum Kind: Hashable {
        /// Any number.
        case measure
        /// Any number but one: 一块钱 is a way to say little.
        case money
        /// From ten on; small ones stay words.
        case counter
        /// From ten on, and every decimal.
        case divisible
        /// As ``divisible``; with another one behind it any number: 三小时二十分钟.
        case duration
        /// From ten on, every decimal, and any number of which a temperature is said.
        case degree

        var takesDecimals: Bool { self != .counter }
    }

    /// What makes another word of a unit: 十分 and 十分钟情 are no amounts.
    private static let followers: [String: String] = [
        "元": "论化次素件组气老首帅月音宵旦及户催锂材复数表运函方算树", "克": "服制隆罗拉林", "米": "饭粉线粒其兰", "升": "级温职学到高值天起",
        "伏": "天击特加", "瓦": "解斯房片", "吨": "位级", "度": "假过量数日", "个": "别性体", "人": "士才类民生",
        "位": "数置于", "名": "字称", "次": "序要于数日", "家": "庭长人具乡", "条": "件约理例", "项": "目链",
        "种": "植地田子", "台": "湾风阶词", "张": "嘴", "本": "来身人书店领", "头": "发脑疼痛", "只": "是有能要会好见",
        "支": "持付", "间": "隔接", "号": "称码召楼院", "日": "子常本后谈", "层": "次面", "路": "过上", "门": "口",
        "场": "合所", "期": "间望待末中", "集": "团中合", "句": "号", "片": "面刻", "户": "口外",
        "天": "干地空气然才生下真花使堂", "周": "围期转末边密到", "年": "轻龄纪货味", "级": "别", "折": "磨腾断叠扣",
        "分": "之析别为子手成布开公司享辨明清外批头内流配裂歧散", "秒": "杀", "小时": "候", "块": "头儿状",
        "分钟": "情爱", "页": "岩", "岁": "月", "票": "房", "句子": "", "行": "为业动政",
    ]

    private static let names: [(Kind, String)] = [
        (.measure, "微克 毫克 千克 公斤 克 吨 微升 毫升 升 公里 千米 海里 纳米 微米 毫米 厘米 分米 公分 米"),
        (.measure, "平方毫米 平方厘米 平方米 平方千米 平方公里 立方厘米 立方米 公顷 平米"),
        (.measure, "摄氏度 华氏度 赫兹 千赫 兆赫 兆赫兹 吉赫 吉赫兹 千赫兹 赫 瓦特 瓦 千瓦 千瓦时 兆瓦 伏特 千伏 毫伏"),
        (.measure, "安培 毫安 毫安时 欧姆 千帕 百帕 兆帕 毫米汞柱 牛顿 焦耳 千焦 千卡 大卡 卡路里 马力 流明"),
        (.measure, "比特 字节 千字节 兆字节 吉字节 兆 兆比特 像素 分贝 毫秒 微秒 纳秒 摩尔 毫摩尔 国际单位"),
        (.measure, "元 美元 欧元 日元 韩元 英镑 港元 港币 澳元 加元 台币 新台币 人民币 美金 卢布 卢比 瑞士法郎"),
        (.money, "块钱 蚊 港纸"),
        (.divisible, "伏 块 倍 折 级 个亿 斤 亩 年 岁 周 个星期 个礼拜 个月 个百分点 个点 天 帧 英里 英寸 英尺"),
        (.duration, "小时 个小时 个钟头 个钟 分钟 分 秒钟 秒"),
        (.degree, "度"),
        (.counter, "个 人 位 名 次 人次 家 件 条 项 种 台 辆 张 本 页 篇 只 头 支 枚 颗 间 套 份 号 日 层 楼"),
        (.counter, "路 门 场 届 期 集 句 字 户 箱 盒 瓶 片 粒 遍 票 章 周年 世纪 年代 点钟 周岁 站 桌 所 艘 架 部"),
    ]

    private static let byFirst: [Unicode.Scalar: [ChineseUnit]] = {
        var table: [Unicode.Scalar: [ChineseUnit]] = [:]
        for (kind, words) in names {
            for word in words.split(separator: " ") {
                let name = Array(word.unicodeScalars)
                table[name[0], default: []].append(ChineseUnit(name: name, kind: kind))
            }
        }
        return table.mapValues { $0.sorted { $0.name.count > $1.name.count } }
    }()

    private static let followerScalars = followers.mapValues { Set($0.unicodeScalars) }

    /// The longest unit at a place; `nil` too where the text goes on to another word.
    static func at(_ place: Int, in text: [Unicode.Scalar]) -> ChineseUnit? {
        guard place < text.count, let candidates = byFirst[text[place]] else { return nil }
        guard let unit = candidates.first(where: { text.holds($0.name, at: place) }) else {
            return nil
        }
        let name = String(String.UnicodeScalarView(unit.name))
        let end = place + unit.name.count
        let isOther = end < text.count && followerScalars[name]?.contains(text[end]) == true
        return isOther ? nil : unit
    }
}

extension [Unicode.Scalar] {
    /// Whether these scalars stand at a place.
    func holds(_ scalars: [Unicode.Scalar], at place: Int) -> Bool {
        place >= 0 && place + scalars.count <= count
            && self[place..<place + scalars.count].elementsEqual(scalars)
    }

    /// Whether any of these words ends at a place.
    func holds(anyOf words: [[Unicode.Scalar]], before place: Int) -> Bool {
        words.contains { holds($0, at: place - $0.count) }
    }

    /// Whether any of these words begins at a place.
    func holds(anyOf words: [[Unicode.Scalar]], at place: Int) -> Bool {
        words.contains { holds($0, at: place) }
    }
}
