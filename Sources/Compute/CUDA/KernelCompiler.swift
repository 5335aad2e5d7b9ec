import CCUDA
import Glibc

/// The compute capability that kernels are compiled for: 8.6 is `major` 8 and `minor` 6.
package struct ComputeCapability: Hashable, Sendable, CustomStringConvertible {
    package let major, minor: Int

    package init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// The name that the compiler knows: `sm_86`, and `sm_90a` with what only that card has.
    package var architecture: String {
        "sm_\(major)\(minor)" + (major == 9 || (major == 10 && minor == 0) ? "a" : "")
    }

    package var description: String { "\(major).\(minor)" }
}

/// The kernels' text, and the options to compile it with.
package enum KernelText {
    package static let source: String = [
        ("intrinsics.cuh", PackageResources.intrinsics_cuh), ("rows.cu", PackageResources.rows_cu),
        ("product.cu", PackageResources.product_cu),
        ("attention.cu", PackageResources.attention_cu), ("choice.cu", PackageResources.choice_cu),
    ].map { "#line 1 \"\($0.0)\"\n" + String(decoding: $0.1, as: UTF8.self) }.joined()

    package static func options(for architecture: String) -> [String] {
        ["--gpu-architecture=\(architecture)", "--std=c++17"]
    }
}

/// NVRTC: compiles the kernels' text for a card, with or without one.
@safe package struct KernelCompiler {
    private let functions: nvrtc_library

    init(_ functions: nvrtc_library) {
        self.functions = functions
    }

    /// `12.9`
    package var version: String {
        var (major, minor): (Int32, Int32) = (0, 0)
        // Safety: two numbers are written.
        _ = unsafe functions.nvrtcVersion(&major, &minor)
        return "\(major).\(minor)"
    }

    /// The architectures that this compiler knows, as 75 for `sm_75`.
    package var architectures: [Int] {
        var count: Int32 = 0
        // Safety: the second call writes as many numbers as the first has said.
        guard unsafe functions.nvrtcGetNumSupportedArchs(&count) == 0 else { return [] }
        var numbers = [Int32](repeating: 0, count: Int(count))
        guard unsafe functions.nvrtcGetSupportedArchs(&numbers) == 0 else { return [] }
        return numbers.map(Int.init)
    }

    /// What is compiled for a card.
    struct Target: Hashable {
        /// `sm_90a`, or `compute_120` for a text that the driver translates.
        let architecture: String
        /// Whether the compiler knows this very card.
        let isForCard: Bool

        var isText: Bool { architecture.hasPrefix("compute") }
    }

    /// The card's own architecture; where the compiler is older than the card, the newest before it: as machine code for one
    /// of the same family, else as a text.
    ///
    /// - Returns: `nil` where the compiler knows nothing that would do.
    func target(for capability: ComputeCapability) -> Target? {
        Self.target(for: capability, known: architectures)
    }

    static func target(for capability: ComputeCapability, known: [Int]) -> Target? {
        let number = 10 * capability.major + capability.minor
        if known.contains(number) {
            return Target(architecture: capability.architecture, isForCard: true)
        }
        // Kernels on 9.0 and newer may overlap, so older code, which does not wait, is none for them.
        guard let before = known.filter({ $0 < number }).max(), before >= 90 || number < 90 else {
            return nil
        }
        let isFamily = before / 10 == capability.major
        return Target(
            architecture: "\(isFamily ? "sm" : "compute")_\(before)", isForCard: false)
    }

    /// Machine code for a card, or a text that its driver makes it of.
    ///
    /// - Throws: ``ComputeError/gpuKernels(reason:)`` with the first lines of what the compiler says.
    package func compile(
        _ source: String = KernelText.source, for capability: ComputeCapability
    ) throws(ComputeError) -> [UInt8] {
        guard let target = target(for: capability) else {
            throw .gpuKernels(reason: "NVRTC \(version) makes no code for \(capability).")
        }
        var program: nvrtc_program?
        // Safety: the compiler copies the text.
        var result = unsafe functions.nvrtcCreateProgram(&program, source, "sotto.cu", 0, nil, nil)
        guard result == 0, let made = unsafe program else {
            throw .gpuKernels(reason: text(result))
        }
        // Safety: the program was made above and is destroyed once.
        defer { _ = unsafe functions.nvrtcDestroyProgram(&program) }
        let options = unsafe KernelText.options(for: target.architecture).map { unsafe strdup($0) }
        defer { unsafe options.forEach { unsafe free($0) } }
        var pointers = unsafe options.map { unsafe UnsafePointer($0) }
        // Safety: the options live until the end of this function.
        result = unsafe functions.nvrtcCompileProgram(made, Int32(options.count), &pointers)
        guard result == 0 else { throw .gpuKernels(reason: unsafe log(of: made) ?? text(result)) }
        let (size, copy) =
            unsafe target.isText
            ? (functions.nvrtcGetPTXSize, functions.nvrtcGetPTX)
            : (functions.nvrtcGetCUBINSize, functions.nvrtcGetCUBIN)
        var count = 0
        guard let size = unsafe size, let copy = unsafe copy, unsafe size(made, &count) == 0,
            count > 0
        else {
            throw .gpuKernels(reason: "NVRTC \(version) makes no code for \(capability).")
        }
        var code = [UInt8](repeating: 0, count: count)
        // Safety: as many bytes as the compiler has said; a text ends with a zero.
        result = unsafe code.withUnsafeMutableBytes { bytes in
            unsafe copy(made, bytes.bindMemory(to: CChar.self).baseAddress)
        }
        guard result == 0 else { throw .gpuKernels(reason: text(result)) }
        return code
    }

    /// What `compile(_:for:)` makes, kept in `folder` for a machine that has no compiler.
    package func keep(
        _ capability: ComputeCapability, in folder: String
    ) throws(ComputeError) -> [UInt8] {
        try KernelCache(folder: folder).code(for: capability) { () throws(ComputeError) in
            try compile(for: capability)
        }
    }

    private func text(_ result: Int32) -> String {
        guard let text = functions.nvrtcGetErrorString(result) else {
            return "NVRTC: \(result)."
        }
        return unsafe "NVRTC \(version): \(String(cString: text))."
    }

    private func log(of program: nvrtc_program) -> String? {
        var count = 0
        // Safety: the second call writes as many bytes as the first has said.
        guard unsafe functions.nvrtcGetProgramLogSize(program, &count) == 0, count > 1 else {
            return nil
        }
        var bytes = [CChar](repeating: 0, count: count)
        guard unsafe functions.nvrtcGetProgramLog(program, &bytes) == 0 else { return nil }
        let text = String(decoding: bytes.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return text.split(separator: "\n").prefix(3).joined(separator: " / ")
    }
}
