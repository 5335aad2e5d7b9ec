extension ParticleRule {
    /// 地 between a manner and its verb, where 的 or 得 was written.
    ///
    /// Behind 得 a manner is a predicate, and its 的 is right: 打扮得干干净净的去上学.
    static let adverbs = [
        ParticlePattern(
            "的", "地", after: manners, notAfter: predicates, before: verbs, notBefore: nouns),
        ParticlePattern(
            "得", "地", after: manners, notAfter: predicates, before: verbs,
            notBefore: nouns + " 到 来到 来了 来$ 去$ 去了"),
    ]

    private static let manners =
        "慢慢 静静 默默 轻轻 悄悄 狠狠 紧紧 深深 渐渐 偷偷 远远 呆呆 牢牢 缓缓 匆匆 死死 细细 暗暗 微微 苦苦 "
        + "高高兴兴 开开心心 认认真真 仔仔细细 快快乐乐 平平安安 安安静静 老老实实 清清楚楚 舒舒服服 痛痛快快 踏踏实实 "
        + "大大方方 客客气气 匆匆忙忙 急急忙忙 偷偷摸摸 轻轻松松 规规矩矩 明明白白 完完全全 彻彻底底 干干净净 断断续续 "
        + "陆陆续续 不停 不断 拼命 飞快 大声 小声"

    private static let predicates = manners.split(separator: " ").flatMap { manner in
        "得的地".map { "\($0)\(manner)" }
    }.joined(separator: " ")

    /// Verbs that no noun begins with, and forms of verbs that no noun has.
    private static let verbs =
        "走着 走了 走过 走进 走出 走到 走来 走去 走开 走近 走回 走在 走上 走下 走$ 走吧 跑着 跑了 跑过 跑进 跑出 跑到 "
        + "跑来 跑去 跑开 跑回 跑$ 说着 说了 说出 说道 说$ 看着 看了 看完 看到 看$ 吃着 吃了 吃完 吃$ 听着 听了 听完 "
        + "听$ 想着 想了 想起 想$ 问我 问他 问她 问道 问了 问$ 坐着 坐了 坐下 坐在 坐到 站着 站了 站在 站起 躺着 躺在 "
        + "躺下 等着 等了 等待着 望着 盯着 抱着 抱住 握着 握住 抓着 抓住 跟着 牵着 拉着 拉开 推开 推着 推了 打开 打了 "
        + "骂了 踢了 瞪了 咬了 摔在 关上 放下 放在 放到 拿起 拿着 拿走 拿出 离开 消失了 消失在 靠近 接近了 习惯了 "
        + "适应了 明白了 记住了 爱着 爱上 喜欢上 学会 学着 长大 变成 变大 变小 变老 变好 点了 点着 摇了 摇着 拍了 拍着 "
        + "吸了 叹了 笑着 笑了 笑起 哭着 哭了 哭起 哭出 睡着 睡了 睡去 醒来 爬上 爬到 爬着 爬起 飞走 飞过 飞来 飞着 流着 "
        + "流下 落下 落在 告诉 喊着 喊道 喊了 叫着 叫了 叫道 唱着 唱了 写着 写下 写完 写了 做着 做完 做了 活着 回家 回来 "
        + "回去 回到 去了 去上 去学 去找 去做 去看 去玩 去吃 去工 去$ 来到 来了 来$ 把 往前 往后 往外 往里 往上 往下 "
        + "往回 向前 向后 向外 向我 向他 向她 朝我 朝他 朝她 朝前 从他 从她 从我 对我说 对他说 对她说"

    private static let nouns = "把手 把柄 把握 把戏 把关 把守 来了的 去了的 做了的 走了的"
}
