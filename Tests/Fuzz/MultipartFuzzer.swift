/// libFuzzer's entry: any bytes as the body of a form, whole and in pieces. A refusal is fine; a trap, or
/// another answer for other pieces, is not.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    _ = try? MultipartParser(contentType: String(decoding: bytes, as: UTF8.self))
    let whole = answer(to: bytes, pieces: max(1, count))
    for size in [1, 3, 64] { precondition(answer(to: bytes, pieces: size) == whole) }
    return 0
}

/// What was understood of a body: the parts with their contents joined, or the error.
private func answer(to body: [UInt8], pieces size: Int) -> Result<[Part], MultipartError> {
    do throws(MultipartError) {
        var parser = try MultipartParser(contentType: "multipart/form-data; boundary=b")
        var parts: [Part] = []
        var contentCount = 0
        for start in stride(from: 0, to: body.count, by: size) {
            for event in try parser.append(body[start..<min(start + size, body.count)]) {
                switch event {
                case .part(let part): parts.append(Part(header: part))
                case .content(let bytes):
                    precondition(!bytes.isEmpty && !parts[parts.count - 1].isClosed)
                    parts[parts.count - 1].content += bytes
                    contentCount += bytes.count
                case .partEnd: parts[parts.count - 1].isClosed = true
                }
            }
        }
        precondition(contentCount <= body.count)
        try parser.finish()
        precondition(parts.allSatisfy(\.isClosed))
        return .success(parts)
    } catch {
        precondition(!error.description.isEmpty)
        return .failure(error)
    }
}

private struct Part: Equatable {
    let header: MultipartPart
    var content: [UInt8] = []
    var isClosed = false
}
