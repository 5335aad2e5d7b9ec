import Compute

/// How much of a checkpoint a backend has taken.
final class LoadProgress {
    private let totalByteCount: Int
    private let tell: ((Int, Int) -> Void)?
    private var byteCount = 0

    /// - Parameter tell: given bytes that are ready, and in all.
    init(_ checkpoint: Checkpoint, _ tell: ((Int, Int) -> Void)?) {
        totalByteCount = checkpoint.byteCount
        self.tell = tell
        tell?(0, totalByteCount)
    }

    func add(_ tensors: [StoredTensor]) {
        byteCount += tensors.reduce(0) { $0 + $1.byteCount }
        // What a file stores twice is used once.
        tell?(min(byteCount, totalByteCount), totalByteCount)
    }

    /// Everything that is needed was taken, whatever else the files hold.
    func finish() {
        tell?(totalByteCount, totalByteCount)
    }
}
