import Glibc

/// What the kernel tells in `/proc`, read without Foundation, which the decoder shall not load.
enum ProcessFiles {
    /// The whole of a file.
    static func text(_ path: String) -> String? {
        // Safety: the string lives as long as the call.
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            // Safety: the count is the array's.
            let count = unsafe read(file, &part, part.count)
            guard count > 0 else { return count < 0 ? nil : String(decoding: bytes, as: UTF8.self) }
            bytes += part.prefix(count)
        }
    }

    /// The names in a folder.
    static func names(in path: String) -> [String] {
        // Safety: the string lives as long as the call; the folder is closed at the end.
        guard let folder = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        // Safety: an entry lives until the next one is read; its name ends with a null.
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    /// Where a link leads.
    static func link(_ path: String) -> String? {
        var target = [CChar](repeating: 0, count: 256)
        // Safety: the count is the array's.
        let count = unsafe readlink(path, &target, target.count)
        return count < 0
            ? nil
            : String(decoding: target.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The value of a line `name:<tab>value`.
    static func field(_ name: String, in text: String) -> String? {
        text.split(separator: "\n").first { $0.hasPrefix(name + ":") }.map {
            String($0.dropFirst(name.count + 1).drop { $0 == "\t" || $0 == " " })
        }
    }
}
