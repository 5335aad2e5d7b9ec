import COpenCC
import Synchronization

/// Simplified characters into traditional ones and back, by OpenCC's dictionaries.
///
/// OpenCC looks at phrases, so that 头发 and 发展 get different characters. Opening a converter reads its
/// dictionaries (some milliseconds), so a process has one for each direction.
@safe final class ChineseConverter: Sendable {
    /// Where to, as a file name of OpenCC's.
    enum Direction: String, Hashable, CaseIterable {
        /// Simplified, for traditional text of every kind.
        case simplified = "t2s.json"
        /// Characters as Taiwan writes them; its words (`s2twp`) would change what was said.
        case taiwan = "s2tw.json"
        /// Characters as Hong Kong writes them.
        case hongKong = "s2hk.json"
    }

    private let configuration: String
    // Safety: never changed; used by one thread at a time, under `turn`.
    private nonisolated(unsafe) let pointer: UnsafeMutableRawPointer

    /// OpenCC keeps what it says of an error in one place for all threads and converters.
    private static let turn = Mutex(())

    /// - Parameter configuration: a file name of OpenCC's, or a path.
    init(configuration: String) throws(PolishError) {
        let opened = Self.turn.withLock { _ -> Opened in
            // Safety: Swift lends the name's bytes, with a zero at their end, for the call.
            let pointer = unsafe opencc_open(configuration)
            // Safety: only compared.
            guard let pointer = unsafe pointer, unsafe sotto_opencc_failed(pointer) == 0 else {
                return .failure(Self.reason)
            }
            return .success(UInt(bitPattern: pointer))
        }
        switch opened {
        case .success(let address):
            // Safety: the address that OpenCC gave; not null.
            guard let pointer = unsafe UnsafeMutableRawPointer(bitPattern: address) else {
                throw .noConverter(configuration: configuration, reason: "no address")
            }
            unsafe self.pointer = pointer
            self.configuration = configuration
        case .failure(let reason):
            throw .noConverter(configuration: configuration, reason: reason)
        }
    }

    private enum Opened {
        case success(UInt)
        case failure(String)
    }

    deinit {
        // Safety: open until now, closed once.
        Self.turn.withLock { _ in unsafe _ = opencc_close(pointer) }
    }

    /// The characters in the other script. There may be more or fewer of them, though the dictionaries of
    /// the directions above keep the count.
    func convert(_ scalars: some Sequence<Unicode.Scalar>) throws(PolishError) -> [Unicode.Scalar] {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        let text = String(view)
        let (converted, reason) = Self.turn.withLock { _ -> (String?, String) in
            // Safety: Swift lends the text's bytes for the call, as many as it is told; the answer is a string
            // of C that is ours until it is given back, once, after it was copied.
            let answer = unsafe opencc_convert_utf8(pointer, text, text.utf8.count)
            guard let answer = unsafe answer, unsafe sotto_opencc_failed(answer) == 0 else {
                return (nil, Self.reason)
            }
            defer { unsafe opencc_convert_utf8_free(answer) }
            return unsafe (String(cString: answer), "")
        }
        guard let converted else {
            throw .notConverted(configuration: configuration, reason: reason)
        }
        return Array(converted.unicodeScalars)
    }

    /// What OpenCC says of its last failure; asked for under `turn`.
    private static var reason: String {
        // Safety: a string of C that OpenCC keeps until its next failure.
        guard let reason = unsafe opencc_error() else { return "without a reason" }
        let text = unsafe String(cString: reason)
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }

    private static let simplified = open(.simplified)
    private static let taiwan = open(.taiwan)
    private static let hongKong = open(.hongKong)

    private static func open(_ direction: Direction) -> Result<ChineseConverter, PolishError> {
        Result { () throws(PolishError) in
            try ChineseConverter(configuration: direction.rawValue)
        }
    }

    /// The process's own, opened when first asked for.
    static func shared(_ direction: Direction) throws(PolishError) -> ChineseConverter {
        switch direction {
        case .simplified: try simplified.get()
        case .taiwan: try taiwan.get()
        case .hongKong: try hongKong.get()
        }
    }
}
