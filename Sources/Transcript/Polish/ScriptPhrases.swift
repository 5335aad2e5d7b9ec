extension ScriptRule {
    /// Where a character of OpenCC's stands right.
    private struct Place {
        /// It is right behind one of these, or before one of those; both empty, it is never right.
        var after = Set<Unicode.Scalar>()
        var before = Set<Unicode.Scalar>()
    }

    /// Whether OpenCC found a word across the border of two, as 家私 in 国家私营 or 瞭 in 指明了, or writes one
    /// as few people do (衚衕).
    ///
    /// - Parameters:
    ///   - before: what OpenCC writes right before it.
    ///   - after: what OpenCC writes right behind it.
    static func isMisplaced(
        _ found: Unicode.Scalar, from heard: Unicode.Scalar, before: Unicode.Scalar?,
        after: Unicode.Scalar?
    ) -> Bool {
        guard found != heard else { return false }
        if let place = right[found] {
            let isRight =
                before.map(place.after.contains) == true || after.map(place.before.contains) == true
            return !isRight
        }
        guard let place = wrong[found] else { return false }
        return before.map(place.after.contains) == true || after.map(place.before.contains) == true
    }

    private static func set(_ text: String) -> Set<Unicode.Scalar> { Set(text.unicodeScalars) }

    /// Characters that are right only in these places.
    private static let right: [Unicode.Scalar: Place] = [
        "瞭": Place(before: set("望然如")), "剋": Place(after: set("相"), before: set("星扣")),
        "傢": Place(before: set("俱具伙夥什")), "闆": Place(after: set("老")),
        "鬍": Place(after: set("刮腮"), before: set("子須鬚渣")),
        "衚": Place(), "衕": Place(), "俬": Place(), "翫": Place(), "脩": Place(), "昇": Place(),
    ]

    /// Characters that are wrong only in these places.
    private static let wrong: [Unicode.Scalar: Place] = [
        "錶": Place(before: set("演現明示達面格情態決")), "睏": Place(before: set("難境擾")),
        "麴": Place(before: set("折線")), "麵": Place(before: set("對向前積臨貌部")),
        "髮": Place(before: set("放展現生佈表出達動送")), "彙": Place(after: set("家")),
    ]
}
