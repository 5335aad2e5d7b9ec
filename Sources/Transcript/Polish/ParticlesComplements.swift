extension ParticleRule {
    /// People, and what stands between them and a verb.
    private static let people = "我 你 您 他 她 它 们 咱 谁 家 人 己"
    private static let degrees =
        "很 更加 非常 十分 特别 格外 异常 极其 有点 有些 越来越 这么 那么 如此 太 挺 比较 不那么"

    /// 得 in words that have no 的 or 地: 觉得, 值得, 来得及.
    static let complements = words + results + ["的", "地"].flatMap(verbWords)

    private static func verbWords(_ found: Unicode.Scalar) -> [ParticlePattern] {
        [
            ParticlePattern(
                found, "得",
                after: "我觉 你觉 您觉 他觉 她觉 它觉 们觉 咱觉 谁觉 大家觉 让人觉 令人觉 使人觉 自己觉 也觉 都觉 就觉 还觉 "
                    + "总觉 只觉 会觉 更觉 才觉 真觉 老觉 又觉 常觉 么觉 没觉 ^觉",
                notAfter: "不知不觉 一觉 场觉", before: "*", notBefore: "时候 时间 地方"),
            ParticlePattern(
                found, "得", after: "值",
                notAfter:
                    "价值 数值 产值 净值 总值 市值 均值 大值 小值 高值 低值 阈值 差值 估值 面值 币值 升值 贬值 保值 增值 充值 "
                    + "超值 颜值 分值 当值 轮值 极值 峰值 初值 定值 赋值 比值 残值 现值 幅值 权值 键值 等值 绝对值 默认值 返回值 期望值",
                before: "一看 一提 一试 一去 一读 一说 一听 一学 一游 推荐 信任 信赖 尊敬 尊重 期待 拥有 珍惜 骄傲 庆祝 关注 思考 "
                    + "深思 怀疑 参考 借鉴 收藏 购买 肯定 庆幸 探讨 同情 高兴 纪念 回味 称赞 我们 你去 去 买 看",
                notBefore: "去年 去处 买家 买卖 买方 看法 看点"),
            ParticlePattern(
                found, "得", after: "显", notAfter: "明显 浅显 凸显 突显 彰显 显显",
                before: degrees + " 更 尤其 过于 越 有气无力"),
            ParticlePattern(
                found, "得", after: "变",
                notAfter: "改变 不变 转变 多变 可变 易变 善变 应变 病变 癌变 政变 演变 突变 质变 量变 聚变 裂变 事变 渐变 形变 "
                    + "蜕变 兵变 巨变 相变 嬗变 畸变 哗变 没变 难变 要变 在变 所变 能变",
                before: degrees + " 更", notBefore: "很大一 很多 更多 更少", unless: "是"),
        ]
    }

    /// Words that take 的 but not 地 for their 得.
    private static let words = [
        ParticlePattern(
            "的", "得", after: "^不 我不 你不 他不 她不 们不 又不 都不 就不 也不 才不 而不", before: "不*",
            notBefore: "不是 不多 不少 不在 不好 不对 不同 不一样", unless: "是"),
        ParticlePattern("的", "得", after: "不", notAfter: "说不 绝不", before: "已"),
        ParticlePattern("的", "得", after: "恨不 巴不 怪不 舍不", before: "*", notBefore: "人 东西 是"),
        ParticlePattern(
            "的", "得", after: "不见", notAfter: "看不见 听不见 瞧不见 望不见 见不见 再不见", before: "会 能 就 比",
            notBefore: "会儿"),
        ParticlePattern(
            "的", "得", after: "还记 不记", before: "我 你 他 她 那 这 吗 小时候 第一次 去年 上次 以前",
            notBefore: "那些 这些", unless: "笔记 日记 账"),
        ParticlePattern("的", "得", after: "要记 定记 请记", before: "带 把 给我 关 锁 打电话 吃药 按时 回家 回来"),
        ParticlePattern(
            "的", "得", after: "懂", notAfter: "不懂 看懂 听懂 读懂 弄懂 搞懂 没懂 能懂 都懂",
            before: "如何 怎么 怎样 感恩 珍惜 尊重 欣赏"),
        ParticlePattern("的", "得", after: "不晓 我晓 你晓 他晓 她晓 们晓", before: "*"),
        ParticlePattern("的", "得", after: "^省 ^免", before: "你 我 他 她 大家 麻烦 以后 到时候 再"),
        ParticlePattern(
            "的", "得", after: "我懒 你懒 他懒 她懒 们懒 都懒 也懒 就懒 实在懒 真懒",
            before: "去 动 理 说 做 管 想 看 写 起床 出门",
            notBefore: "去年 动物 动作 理由 说法 做法 想法 看法 写法 管理"),
        ParticlePattern(
            "的", "得", after: "他长 她长 它长 我长 你长 们长 您长",
            before: "很 像 真 挺 太 特别 非常 好看 漂亮 帅 丑 可爱 这么 那么"),
        ParticlePattern(
            "的", "得",
            after: "高兴 开心 热 冷 累 忙 疼 痛 漂亮 兴奋 激动 后悔 难过 伤心 生气 喜欢 想念", before: "不得了"),
        ParticlePattern(
            "的", "得", after: "疼 痛 累 忙 热 冷 困 饿 渴 急 怕", before: "要命 要死", notBefore: "要命的"),
    ]

    /// Results of verbs, 来得及 and 看得懂.
    private static let results = [
        ParticlePattern("的", "得", after: "来", before: "及$ 及吗 及的 及了 及吧 及去 及说 及做 及告诉"),
        ParticlePattern("的", "得", after: "吃", before: "消$ 消吗 消的 消了"),
        ParticlePattern(
            "的", "得", after: "受", notAfter: "接受 感受 承受 遭受 享受 难受 忍受 好受 所受",
            before: "了$ 了吗 了这 了那 了他 了你"),
        ParticlePattern(
            "的", "得", after: "听 看", notAfter: "好听 好看 难看 难听",
            before: "懂$ 懂吗 懂的 懂你 懂我 懂他 懂她 懂这 懂中 懂英"),
        ParticlePattern(
            "的", "得", after: "看", notAfter: "好看 难看",
            before: "出来$ 出来的 出来他 出来你 出来我 出来她 起我 起你 起他 起她 起人"),
        ParticlePattern(
            "的", "得", after: "对", notAfter: "不对 绝对 相对 反对 面对 说对 答对 猜对 做对",
            before: "起自己 起良心 起父母 起你 起我 起他 起她 起谁 起大家 起国家 起观众 起人民"),
        ParticlePattern(
            "的", "得", after: "买 付 租 养 住 花 输 赔",
            before: "起$ 起吗 起的 起房 起车 起这 起那", notBefore: "起的是"),
        ParticlePattern("的", "得", after: "忍 靠 记 留 稳", before: "住$ 住吗 住了 住的 住我 住你 住他"),
    ]
}
