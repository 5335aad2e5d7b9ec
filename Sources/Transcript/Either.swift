/// A thing of one kind or of another.
enum Either<First, Second> {
    case first(First)
    case second(Second)
}

/// Two lists in order of time as one, to the millisecond; at the same time the first list's come first.
func merged<First, Second>(
    _ first: [First], _ second: [Second], place firstSeconds: (First) -> Double,
    _ secondSeconds: (Second) -> Double
) -> [Either<First, Second>] {
    var (result, rest) = ([Either<First, Second>](), second[...])
    for item in first {
        let time = milliseconds(firstSeconds(item))
        while let next = rest.first, milliseconds(secondSeconds(next)) < time {
            result.append(.second(next))
            rest.removeFirst()
        }
        result.append(.first(item))
    }
    return result + rest.map(Either.second)
}
