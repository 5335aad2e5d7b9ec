/// Bytes of an input, front to back. The input need not be seekable.
package protocol ByteSource: AnyObject {
    /// Up to `count` bytes; fewer only at the end, none after it.
    func read(_ count: Int) throws(AudioError) -> [UInt8]
}
