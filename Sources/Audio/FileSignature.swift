/// Recognises what a file is by its first bytes, for messages.
enum FileSignature {
    private static let signatures: [(name: String, offset: Int, bytes: [UInt8])] = [
        ("WAV", 8, Array("WAVE".utf8)), ("FLAC", 0, Array("fLaC".utf8)),
        ("OGG", 0, Array("OggS".utf8)), ("MP3", 0, Array("ID3".utf8)), ("MP3", 0, [0xFF, 0xFB]),
        ("MP3", 0, [0xFF, 0xF3]), ("MP3", 0, [0xFF, 0xF2]), ("AAC", 0, [0xFF, 0xF1]),
        ("M4A or MP4", 4, Array("ftyp".utf8)), ("WebM or Matroska", 0, [0x1A, 0x45, 0xDF, 0xA3]),
        ("AIFF", 0, Array("FORM".utf8)), ("AMR", 0, Array("#!AMR".utf8)),
        ("CAF", 0, Array("caff".utf8)), ("WMA", 0, [0x30, 0x26, 0xB2, 0x75]),
        ("PNG", 0, [0x89, 0x50, 0x4E, 0x47]), ("JPEG", 0, [0xFF, 0xD8, 0xFF]),
        ("GIF", 0, Array("GIF8".utf8)), ("PDF", 0, Array("%PDF".utf8)),
        ("ZIP", 0, [0x50, 0x4B, 0x03, 0x04]), ("gzip", 0, [0x1F, 0x8B]),
        ("7z", 0, [0x37, 0x7A, 0xBC, 0xAF]), ("RAR", 0, Array("Rar!".utf8)),
        ("MIDI", 0, Array("MThd".utf8)), ("program", 0, [0x7F, 0x45, 0x4C, 0x46]),
    ]

    static func name(_ start: [UInt8]) -> String? {
        signatures.first { start.dropFirst($0.offset).starts(with: $0.bytes) }?.name
    }
}
