import Glibc

/// Compiled kernels on the disk, by what they were compiled from.
///
/// A file holds all that decides its content (text and options) before the code, and is used only where every
/// byte of that agrees and the sum of the code does. Files are written apart and then renamed; what cannot
/// be read or written costs time and nothing else.
struct KernelCache {
    /// `nil`: nothing is kept.
    let folder: String?

    /// What was compiled for `capability` before, or what `compile` makes of it now.
    ///
    /// - Parameter isAnew: compiles in any case.
    func code(
        for capability: ComputeCapability, isAnew: Bool = false,
        compile: () throws(ComputeError) -> [UInt8]
    ) throws(ComputeError) -> [UInt8] {
        let options = KernelText.options(for: capability.architecture).joined(separator: " ")
        let key = Array("sotto kernels 1\n\(options)\n\(KernelText.source)\0".utf8)
        guard let folder else { return try compile() }
        let path = "\(folder)/\(capability.architecture)-\(String(Self.sum(of: key), radix: 16))"
        if !isAnew, let kept = Self.code(in: readFile(path), after: key) { return kept }
        let code = try compile()
        let sum = unsafe withUnsafeBytes(of: Self.sum(of: code).littleEndian) { unsafe Array($0) }
        write(key + sum + code, to: path)
        return code
    }

    /// The code of a file, if it is whole and begins with `key`.
    static func code(in bytes: [UInt8], after key: [UInt8]) -> [UInt8]? {
        guard bytes.count > key.count + 8, bytes.starts(with: key) else { return nil }
        let sum = bytes[key.count..<key.count + 8].reversed().reduce(UInt64(0)) {
            $0 << 8 | UInt64($1)
        }
        let code = Array(bytes[(key.count + 8)...])
        return self.sum(of: code) == sum ? code : nil
    }

    /// FNV-1a: finds accidents; who may write here may change the program as well.
    static func sum(of bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }

    private func readFile(_ path: String) -> [UInt8] {
        guard let bytes = try? WeightBytes(mapping: path), bytes.count < 64 << 20 else { return [] }
        // Safety: `count` bytes are mapped from `base` on.
        return unsafe Array(UnsafeRawBufferPointer(start: bytes.base, count: bytes.count))
    }

    private func write(_ bytes: [UInt8], to path: String) {
        guard let folder, Self.makeFolder(folder) else { return }
        var template = Array("\(path).XXXXXX".utf8CString)
        let descriptor = unsafe mkstemp(&template)
        guard descriptor >= 0 else { return }
        // Safety: writes what the array holds.
        let written = unsafe bytes.withUnsafeBytes {
            unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
        }
        let isWhole = close(descriptor) == 0 && written == bytes.count
        let isKept = unsafe isWhole && rename(template, path) == 0
        if !isKept { unsafe unlink(template) }
    }

    private static func makeFolder(_ path: String) -> Bool {
        if unsafe mkdir(path, 0o700) == 0 || errno == EEXIST { return true }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex,
            makeFolder(String(path[..<slash]))
        else { return false }
        return unsafe mkdir(path, 0o700) == 0 || errno == EEXIST
    }
}
