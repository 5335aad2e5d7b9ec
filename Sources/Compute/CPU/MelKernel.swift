import CKernels
import Glibc

/// The transform from samples to log-mel levels, without the last step that looks at a whole clip.
///
/// Frames are 400 samples wide, 160 apart, mirrored at both ends of the clip; 128 bins.
package struct MelKernel: Sendable {
    private let window: [Float]
    private let twiddles: [Float]
    private let firstBins: [Int32]
    private let binCounts: [Int32]
    private let filterWeights: [Float]
    private let kernelSet: KernelSet

    /// Frames handed to a thread at a time.
    private static let framesPerJob = 256

    /// - Parameters:
    ///   - window: 400 values.
    ///   - filters: 128 filters: the first of the 201 bins of power they see, and their weights.
    package init(
        window: [Float], filters: [(firstBin: Int, weights: [Float])],
        kernelSet: KernelSet = .best
    ) {
        precondition(window.count == 400 && filters.count == 128)
        precondition(
            filters.allSatisfy { $0.firstBin >= 0 && $0.firstBin + $0.weights.count <= 201 })
        self.window = window
        self.kernelSet = kernelSet
        twiddles = (0..<400).flatMap { index in
            let angle = 2 * Double.pi * Double(index) / 400
            return [Float(cos(angle)), Float(-sin(angle))]
        }
        firstBins = filters.map { Int32($0.firstBin) }
        binCounts = filters.map { Int32($0.weights.count) }
        filterWeights = filters.flatMap(\.weights)
    }

    /// `log10(max(power, 1e-10))` of `samples.count / 160` frames: `[frames, 128]`.
    ///
    /// - Parameters:
    ///   - samples: at least 201.
    ///   - pool: the threads to share the work; `nil` for the caller alone. The values are the same.
    package func levels(of samples: Span<Float>, pool: ThreadPool?) -> [Float] {
        precondition(samples.count > 200)
        let frameCount = samples.count / 160
        let jobs = (frameCount + Self.framesPerJob - 1) / Self.framesPerJob
        // Safety: the closure fills the whole capacity.
        return unsafe [Float](unsafeUninitializedCapacity: frameCount * 128) { target, count in
            // Safety: the tables have the sizes that `init` checked, and job `i` writes the frames
            // from `i * framesPerJob` on, which lie inside the target.
            unsafe withTables { tables in
                unsafe samples.withUnsafeBufferPointer { source in
                    guard let x = source.baseAddress, let y = target.baseAddress else { return }
                    var job = unsafe Job(
                        frames: kernelSet.table.pointee.melFrames, tables: tables, y: y, x: x,
                        sampleCount: samples.count, frameCount: frameCount)
                    if let pool {
                        unsafe ck_parallel(
                            pool.pool, jobs,
                            { context, index, _ in
                                unsafe context?.assumingMemoryBound(to: Job.self).pointee.run(index)
                            }, &job)
                    } else {
                        for index in 0..<jobs { job.run(index) }
                    }
                }
            }
            count = frameCount * 128
        }
    }

    @safe private struct Job {
        // Safety: lives only inside `levels`, which lends what it points to.
        let frames:
            @convention(c) (
                UnsafeMutablePointer<Float>, UnsafePointer<ck_mel>, UnsafePointer<Float>, Int, Int,
                Int
            ) -> Void
        let tables: UnsafePointer<ck_mel>
        let y: UnsafeMutablePointer<Float>
        let x: UnsafePointer<Float>
        let sampleCount: Int
        let frameCount: Int

        func run(_ index: Int) {
            let first = index * MelKernel.framesPerJob
            let count = min(MelKernel.framesPerJob, frameCount - first)
            unsafe frames(y + first * 128, tables, x, sampleCount, first, count)
        }
    }

    private func withTables(_ body: (UnsafePointer<ck_mel>) -> Void) {
        // Safety: the pointers are lent for the duration of `body`.
        unsafe window.withUnsafeBufferPointer { window in
            unsafe twiddles.withUnsafeBufferPointer { twiddles in
                unsafe firstBins.withUnsafeBufferPointer { firstBins in
                    unsafe binCounts.withUnsafeBufferPointer { binCounts in
                        unsafe filterWeights.withUnsafeBufferPointer { weights in
                            guard let window = window.baseAddress,
                                let twiddles = twiddles.baseAddress,
                                let firstBins = firstBins.baseAddress,
                                let binCounts = binCounts.baseAddress,
                                let weights = weights.baseAddress
                            else { return }
                            var tables = unsafe ck_mel(
                                window: window, twiddles: twiddles, firstBins: firstBins,
                                binCounts: binCounts, filterWeights: weights)
                            unsafe body(&tables)
                        }
                    }
                }
            }
        }
    }
}
