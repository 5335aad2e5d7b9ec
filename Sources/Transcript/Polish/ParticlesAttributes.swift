extension ParticleRule {
    /// 的 where 得 or 地 was written.
    static let attributes = fixed + ["得", "地"].flatMap(descriptions)

    private static let fixed = [
        ParticlePattern(
            "得", "的", after: "目",
            notAfter: "双目 耳目 题目 项目 节目 栏目 数目 科目 账目 面目 盲目 品目 名目",
            before: "$ 是 就 在 和 地"),
        ParticlePattern(
            "地", "的", after: "目",
            notAfter: "双目 耳目 题目 项目 节目 栏目 数目 科目 账目 面目 盲目 品目 名目 属目",
            before: "$ 是 就 在 和 地 不 很 只 何", notBefore: "就近"),
        ParticlePattern(
            "得", "的", after: "有", notAfter: "没有 所有 只有 还有", before: "时候", notBefore: "时候到"),
        ParticlePattern("得", "的", after: "^有", before: "人$ 人说 人喜欢 人觉 人会 人认为 人在"),
        ParticlePattern("得", "的", after: "^是 ^好", before: "$"),
        ParticlePattern("得", "的", after: "似", notAfter: "神似 相似 近似 类似", before: "$ 一样"),
        ParticlePattern(
            "得", "的", after: "别", notAfter: "特别 分别 区别 识别 个别 离别 告别 辨别",
            before: "东西 地方 事情 办法 原因"),
        ParticlePattern("得", "的", after: "其他", before: "东西 人 事 问题 地方 同学 同事", notBefore: "人心"),
    ]

    private static func descriptions(_ found: Unicode.Scalar) -> [ParticlePattern] {
        [
            ParticlePattern(
                found, "的", after: "真",
                notAfter: "天真 认真 逼真 传真 纯真 当真 较真 清真 率真 童真 保真 仿真",
                before: "吗 假的 很* 非常* 太*", notBefore: "很多次"),
            ParticlePattern(found, "的", after: "我 你 他 她 们", before: "名字 意思是"),
            ParticlePattern(
                found, "的",
                after: "漂亮 美丽 可爱 重要 主要 奇怪 有趣 善良 聪明 优秀 陌生 熟悉 特殊 复杂 简单 伟大 普通",
                before: "东西 事情 问题 原因 衣服 女孩 孩子 时候 人们 朋友 故事 地方"),
        ]
    }
}
