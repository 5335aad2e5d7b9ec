import CCUDA

/// A GPU of this machine.
package struct CUDADevice: Hashable, Sendable {
    /// From 0, in the driver's order, which `CUDA_VISIBLE_DEVICES` decides.
    package let index: Int
    package let name: String
    package let capability: ComputeCapability
    /// Streaming multiprocessors.
    package let multiprocessors: Int
    /// In bytes.
    package let memory: Int

    /// The oldest cards with matrix units that the kernels use.
    static let oldest = ComputeCapability(major: 7, minor: 5)

    /// Whether the kernels run on it.
    package var isSupported: Bool {
        (capability.major, capability.minor) >= (Self.oldest.major, Self.oldest.minor)
    }

    /// All GPUs that the driver shows.
    ///
    /// - Throws: ``ComputeError/gpuUnavailable(reason:)`` where there is none, or the driver is too old.
    package static func all(_ libraries: CUDALibraries) throws(ComputeError) -> [CUDADevice] {
        let driver = libraries.driver
        // Safety: each call writes the one value that its parameter stands for.
        let started = driver.cuInit(0)
        guard started == CU_SUCCESS else {
            let hint =
                started == CU_NO_DEVICE
                ? "the driver shows no GPU. CUDA_VISIBLE_DEVICES may hide it"
                : "the driver does not start: \(driver.text(of: started))"
            throw .gpuUnavailable(reason: "\(hint).")
        }
        var version: Int32 = 0
        try driver.check(unsafe driver.cuDriverGetVersion(&version), "version")
        guard version >= CUDALibraries.oldestDriver else {
            throw .gpuUnavailable(
                reason: "the NVIDIA driver is too old: it knows CUDA \(version / 1000)."
                    + "\(version % 1000 / 10), and 12.0 is needed. Install 525 or newer.")
        }
        var count: Int32 = 0
        try driver.check(unsafe driver.cuDeviceGetCount(&count), "count")
        var devices: [CUDADevice] = []
        for index in 0..<count {
            var device: cu_device = 0
            try driver.check(unsafe driver.cuDeviceGet(&device, index), "device")
            var name = [CChar](repeating: 0, count: 256)
            try driver.check(unsafe driver.cuDeviceGetName(&name, 256, device), "name")
            func attribute(_ which: Int) throws(ComputeError) -> Int {
                var value: Int32 = 0
                try driver.check(
                    unsafe driver.cuDeviceGetAttribute(&value, Int32(which), device), "attribute")
                return Int(value)
            }
            var memory = 0
            try driver.check(unsafe driver.cuDeviceTotalMem_v2(&memory, device), "memory")
            devices.append(
                CUDADevice(
                    index: Int(index),
                    name: String(
                        decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
                        as: UTF8.self),
                    capability: ComputeCapability(
                        major: try attribute(CU_DEVICE_MAJOR), minor: try attribute(CU_DEVICE_MINOR)
                    ),
                    multiprocessors: try attribute(CU_DEVICE_MULTIPROCESSORS), memory: memory))
        }
        guard !devices.isEmpty else {
            throw .gpuUnavailable(
                reason: "the driver shows no GPU. CUDA_VISIBLE_DEVICES may hide it.")
        }
        return devices
    }

    /// One of them by its number.
    package static func numbered(
        _ index: Int, _ libraries: CUDALibraries
    ) throws(ComputeError) -> CUDADevice {
        let devices = try all(libraries)
        guard devices.indices.contains(index) else {
            let names = devices.map { "cuda:\($0.index) (\($0.name))" }.joined(separator: ", ")
            throw .gpuUnavailable(reason: "there is no cuda:\(index). There is \(names).")
        }
        guard devices[index].isSupported else {
            throw .gpuUnavailable(
                reason: "\(devices[index].name) has compute capability "
                    + "\(devices[index].capability), and \(oldest) or newer is needed.")
        }
        return devices[index]
    }
}
