import CCUDA
import Glibc

/// NVIDIA's libraries as far as they are installed: the driver, and the compiler of kernels.
///
/// Nothing of CUDA is linked: whoever has no GPU needs none of it.
package struct CUDALibraries: Sendable {
    /// Finds a function by name, as `dlsym` does.
    package typealias Lookup =
        @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?) -> UnsafeMutableRawPointer?

    let driver: cu_driver
    /// The compiler for a card; loaded only where kernels are not in the cache.
    let compiler: @Sendable (ComputeCapability) throws(ComputeError) -> KernelCompiler

    private static let systemLookup: Lookup = { library, name in
        // Safety: the library was opened, and the name is a text.
        guard let name = unsafe name else { return nil }
        return unsafe dlsym(library, name)
    }

    /// CUDA 12: what kernels are compiled with must be known to the driver.
    static let oldestDriver = 12000

    /// Opens the libraries of this machine.
    ///
    /// - Parameter folders: where NVRTC is looked for before the system's own places.
    /// - Throws: ``ComputeError/gpuUnavailable(reason:)``
    package static func installed(in folders: [String]) throws(ComputeError) -> CUDALibraries {
        guard let library = unsafe dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL) else {
            throw .gpuUnavailable(
                reason: "there is no NVIDIA driver (libcuda.so.1). Install the driver of your GPU, "
                    + "525 or newer; in a container, start it with access to the GPU.")
        }
        let table = try unsafe driverTable(systemLookup, library)
        return CUDALibraries(driver: table) { (card) throws(ComputeError) in
            let names = ["libnvrtc.so.12", "libnvrtc.so.13", "libnvrtc.so"]
            let paths = folders.flatMap { folder in names.map { "\(folder)/\($0)" } } + names
            // One that does not know the card may still make a text that the driver translates.
            var second: KernelCompiler?
            for path in paths {
                guard let found = unsafe dlopen(path, RTLD_NOW | RTLD_LOCAL),
                    let table = try? unsafe compilerTable(systemLookup, found)
                else { continue }
                let compiler = KernelCompiler(table)
                if compiler.target(for: card)?.isForCard == true { return compiler }
                second = second ?? compiler
            }
            if let second { return second }
            throw .gpuUnavailable(
                reason: "the compiler for its kernels (libnvrtc.so.12) is missing. "
                    + "Run scripts/setup.sh --cuda, which puts it beside the models.")
        }
    }

    /// Opens only the compiler, for checks without a GPU.
    package static func compiler(at path: String) throws(ComputeError) -> KernelCompiler {
        guard let found = unsafe dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            throw .gpuUnavailable(reason: "\(path) cannot be opened.")
        }
        return KernelCompiler(try unsafe compilerTable(systemLookup, found))
    }

    /// Libraries whose functions `lookup` finds.
    package init(lookup: @escaping Lookup) throws(ComputeError) {
        let table = try unsafe Self.driverTable(lookup, nil)
        self.init(driver: table) { (_) throws(ComputeError) in
            KernelCompiler(try unsafe Self.compilerTable(lookup, nil))
        }
    }

    private init(
        driver: cu_driver,
        compiler: @escaping @Sendable (ComputeCapability) throws(ComputeError) -> KernelCompiler
    ) {
        self.driver = driver
        self.compiler = compiler
    }

    private static func driverTable(
        _ lookup: @escaping Lookup, _ library: UnsafeMutableRawPointer?
    ) throws(ComputeError) -> cu_driver {
        var table = cu_driver()
        // Safety: the names are those of the functions that the table declares.
        if let missing = unsafe cu_find_driver(&table, lookup, library) {
            let name = unsafe String(cString: missing)
            throw .gpuUnavailable(
                reason: "the NVIDIA driver is too old: it has no \(name). Install 525 or newer.")
        }
        return table
    }

    private static func compilerTable(
        _ lookup: @escaping Lookup, _ library: UnsafeMutableRawPointer?
    ) throws(ComputeError) -> nvrtc_library {
        var table = nvrtc_library()
        // Safety: as for the driver.
        if let missing = unsafe nvrtc_find(&table, lookup, library) {
            let name = unsafe String(cString: missing)
            throw .gpuUnavailable(
                reason: "the NVRTC that is installed is too old: it has no \(name). "
                    + "Run scripts/setup.sh --cuda.")
        }
        return table
    }
}

extension cu_driver {
    /// - Throws: ``ComputeError/gpuFailed(operation:reason:)`` unless `result` is success.
    func check(_ result: cu_result, _ operation: String) throws(ComputeError) {
        guard result != CU_SUCCESS else { return }
        if result == CU_OUT_OF_MEMORY { throw .gpuOutOfMemory(byteCount: 0, available: 0) }
        throw .gpuFailed(operation: operation, reason: text(of: result))
    }

    /// What the driver says of an error.
    func text(of result: cu_result) -> String {
        var (name, description): (UnsafePointer<CChar>?, UnsafePointer<CChar>?) = (nil, nil)
        // Safety: the driver sets the pointers to texts of its own, or leaves them.
        _ = unsafe cuGetErrorName(result, &name)
        _ = unsafe cuGetErrorString(result, &description)
        var parts: [String] = []
        if let name = unsafe name { unsafe parts.append(String(cString: name)) }
        if let description = unsafe description {
            unsafe parts.append(String(cString: description))
        }
        return parts.isEmpty ? "error \(result)" : parts.joined(separator: ": ")
    }
}
