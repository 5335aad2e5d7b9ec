extension ParticleRule {
    /// 再, again, where 在 was written.
    static let repetitions = [
        ParticlePattern(
            "在", "再", notAfter: "现 正 存 还 实 他 她 们 我 你 都 没",
            before: "见$ 见了$ 见吧$ 见啦$ 见各位 见大家"),
        ParticlePattern(
            "在", "再", after: "^ ^请 ^请你 ^那 我 你 请 先 要 想 麻烦你", notAfter: "正 现 还", before: again),
        ParticlePattern("在", "再", before: "接再厉 接在厉 接再励"),
        ParticlePattern("在", "再", after: "再接 在接", before: "厉 励"),
        ParticlePattern("在", "再", after: "一而", before: "$ 再而三 在而三 再三"),
        ParticlePattern("在", "再", before: "而三"),
        ParticlePattern(
            "在", "再", notAfter: "现 正 存 还 排 站 停",
            before: "三强调 三叮嘱 三嘱咐 三考虑 三要求 三追问 三挽留 三确认 三恳求 三推辞 三思考 三提醒 三请求 三保证 三权衡 三叮咛"),
        ParticlePattern(
            "在", "再", after: "^ 就 从此 以后 永远 从那以后", notAfter: "现 正",
            before: "也不会 也不敢 也不想 也不能 也不愿 也不要 也没见 也没来 也没回 也没说 也没去 也没有见 也没有来 也没有回 "
                + "也没有说 也没有去"),
        ParticlePattern(
            "在", "再", notAfter: "现 正 不 存 实",
            before: "也忍不住 也回不去 也回不来 也见不到他 也见不到她 也见不到你 也找不回"),
        ParticlePattern(
            "在", "再", after: "^ 要 那就 等", notAfter: "现 正 只要 需要 主要 重要 要要",
            before: "过几天 过一会 过两天 过几年 过一段时间 过一阵", unless: "日子 生活"),
        ParticlePattern(
            "在", "再", after: "^", before: "不走就 不睡就 不起床就 不努力就 不抓紧就 不出发就 不动手就 不吃就"),
        ParticlePattern(
            "在", "再", after: "一", notAfter: "唯一 之一 其一 第一 周一 统一 万一 专一 同一 初一 单一 期一 十一 拜一 逐一",
            before: "强调 叮嘱 嘱咐 提醒 追问 推迟 延期 忍让 退让 重申"),
        ParticlePattern(
            "在", "再", after: "不", before: "是从前 是以前 是当年 是当初 是曾经 是孩子了 是小孩子",
            notBefore: "是孩子的"),
        ParticlePattern(
            "在", "再", after: "不", before: "相信 担心 害怕 犹豫 年轻 孤单 沉默 迷茫 抱怨 奢望 逃避 留恋",
            unless: "时 中 内 里 上 之 范围 的"),
    ]

    /// Once more, as a wish: 再说一遍.
    private static let again = {
        let ends = ["$", "吧", "吗", "好吗", "好不好", "行吗", "可以吗"]
        let verbs = "说 讲 看 听 读 念 做 试 来 写 唱 想 问 检查 确认 重复 解释".split(separator: " ")
        let once = verbs.flatMap { verb in
            ["一遍", "一次", "一下"].flatMap { count in ends.map { "\(verb)\(count)\($0)" } }
        }
        let more = "来一个 来一碗 来一杯 来一瓶 来一份 来一首 来点 等一下$ 等等$ 等一会$ 等一会儿$ 试试$ 想想$ 看看$ 说吧 见面吧"
        return once.joined(separator: " ") + " " + more
    }()

    /// 在, at, where 再 was written.
    static let places = [
        ParticlePattern(
            "再", "在", after: "现",
            notAfter: "出现 表现 体现 发现 实现 展现 呈现 兑现 重现 再现 变现 浮现 涌现 显现 提现 闪现 贴现 隐现 套现"),
        ParticlePattern(
            "再", "在", after: "正",
            notAfter: "修正 改正 更正 真正 校正 纠正 转正 反正 公正 方正 端正 订正 矫正 严正 指正 扶正 立正 补正 匡正 归正 "
                + "佐正 纯正 平正 摆正 放正 坐正 站正 拨正",
            notBefore: "次 度 三 也 一次 不"),
        ParticlePattern(
            "再", "在", after: "我 你 他 她 们 您",
            before: "家里 家等 家休息 家吃 家看 家睡 家做 家呢 家吗 家$ 学校 公司 北京 上海 广州 深圳 中国 美国 办公室 医院 路上 "
                + "床上 车上 网上 这里 那里 这儿 那儿 哪里$ 哪里呢 哪里工作 哪里上 哪里住 哪儿$ 哪儿呢 哪儿工作 哪儿上 哪儿住",
            unless: "家访"),
        ParticlePattern(
            "再", "在", after: "关键 重点 目的 原因 问题 意义 区别 好处 就", before: "于", notBefore: "于是"),
        ParticlePattern(
            "再", "在", after: "存", notAfter: "保存 储存 库存 留存 现存 封存 生存 先存 寄存 缓存",
            before: "的 着 于 $ 问题 很 哪 一 多 这 不"),
        ParticlePattern(
            "再", "在", after: "实",
            notAfter: "核实 落实 证实 其实 现实 充实 确实 事实 结实 老实 真实 切实 坐实 查实 属实 诚实 如实",
            before: "太 是太 不行 对不起 抱歉 没办法 受不了 忍不住 不好意思 想不"),
        ParticlePattern("再", "在", after: "所", before: "地$ 地的 地区"),
        ParticlePattern(
            "再", "在", after: "不 很 别 太 没",
            before: "意$ 意这 意别 意他 意她 意那 意什么 意自 意我 意你 意了", notBefore: "意义"),
        ParticlePattern("再", "在", before: "乎"),
        ParticlePattern("再", "在", after: "^", before: "座的 座各位"),
    ]
}
