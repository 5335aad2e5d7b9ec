package import Compute

/// Where a model runs.
package enum Device: Hashable, Sendable {
    /// The processor: so many threads (`nil`: as many as this process may use), with the kernels of
    /// one instruction set (`nil`: the fastest).
    case cpu(threads: Int?, kernels: String?)
    /// An NVIDIA GPU by its number, with matrices of 8 or 16 bits (`nil`: 16 where there is room).
    case cuda(index: Int, files: CUDAFiles, isEightBit: Bool?)

    /// What a backend was made for a model.
    struct Prepared {
        let backend: any Backend
        /// Sequences at once; `nil` leaves it to the caller.
        var slots: Int?
        /// Bytes for the keys and values of all sequences; `nil` likewise.
        var memoryBudget: Int?
        var note: String?
    }

    /// A backend with room for the model in `folder`.
    ///
    /// - Throws: ``GenerationError/unknownKernels(name:known:)``, ``CheckpointError`` or ``ComputeError``.
    func prepare(modelFolder: String) throws -> Prepared {
        switch self {
        case .cpu(let threads, let kernels):
            var kernelSet = KernelSet.best
            if let kernels {
                guard let named = KernelSet.named(kernels) else {
                    throw GenerationError.unknownKernels(
                        name: kernels, known: KernelSet.all.map(\.description))
                }
                kernelSet = named
            }
            return Prepared(
                backend: try CPUBackend(
                    threads: threads ?? ThreadPool.availableThreadCount, kernelSet: kernelSet))
        case .cuda(let index, let files, let isEightBit):
            let libraries = try files.libraries()
            let device = try CUDADevice.numbered(index, libraries)
            let checkpoint = try Checkpoint(folder: modelFolder)
            let text = checkpoint.configuration.text
            // The context takes some, so it is there before memory is counted.
            let probe = try CUDABackend(
                device: device, libraries: libraries, cacheFolder: files.kernels)
            let plan = try GPUPlan(
                availableByteCount: probe.availableByteCount, valueCount: checkpoint.valueCount,
                encoderValueCount: checkpoint.encoderValueCount,
                bytesPerToken: 4 * text.layers * text.heads.keyValueWidth, isEightBit: isEightBit)
            var backend = plan.isEightBit ? probe.withEightBits : probe
            backend.promptRows = plan.promptRows
            try backend.check()
            return Prepared(
                backend: backend, slots: plan.slots,
                memoryBudget: plan.cacheByteCount,
                note: "\(device.name) (\(probe.name)), \(plan)")
        }
    }
}

/// Where the files that a GPU needs beside its driver lie.
package struct CUDAFiles: Hashable, Sendable {
    /// Folders of NVRTC, before the system's own.
    package let compilerFolders: [String]
    /// Compiled kernels; `nil` keeps none.
    package let kernels: String?

    package init(compilerFolders: [String], kernels: String?) {
        self.compilerFolders = compilerFolders
        self.kernels = kernels
    }

    package func libraries() throws(ComputeError) -> CUDALibraries {
        try .installed(in: compilerFolders)
    }
}
