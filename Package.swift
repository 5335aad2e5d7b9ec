// swift-tools-version: 6.2
import PackageDescription

let relaxed: [SwiftSetting] =
    [
        // https://github.com/swiftlang/swift-evolution: SE-0335, SE-0409, SE-0444, SE-0458
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ]
    // A stranger's newer compiler may warn about more; it must still build.
    + (Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)])
let strict = relaxed + [.strictMemorySafety()]

/// Text that is compiled at run time, for the GPU that is found.
let cudaKernels = ["intrinsics.cuh", "rows.cu", "product.cu", "attention.cu", "choice.cu"]

let package = Package(
    name: "Sotto",
    products: ["Sotto", "Transcript", "Sandbox"].map { Product.library(name: $0, targets: [$0]) }
        + [
            .executable(name: "sotto-decode", targets: ["SottoDecode"]),
            .executable(name: "sotto-bench", targets: ["SottoBench"]),
        ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2")
    ],
    targets: [
        .target(
            name: "Sotto",
            dependencies: [
                "Audio", "CSottoSystem", "Compute", "DecodeProtocol", "Qwen3ASR", "Transcript",
            ],
            swiftSettings: strict),
        .target(name: "Transcript", dependencies: ["COpenCC"], swiftSettings: strict),
        .target(name: "Qwen3ASR", dependencies: ["Audio", "Compute"], swiftSettings: strict),
        .target(
            name: "Audio", dependencies: ["CSodium", "CSottoSystem", "Compute", "DecodeProtocol"],
            swiftSettings: strict),
        .target(name: "CSottoSystem"),
        .target(name: "DecodeProtocol", swiftSettings: strict),
        .target(
            name: "Compute", dependencies: ["CCUDA", "CKernels"],
            resources: cudaKernels.map { .embedInCode("CUDA/Kernels/\($0)") },
            swiftSettings: strict),
        .target(name: "CKernels"),
        .target(name: "CCUDA"),
        .target(name: "Sandbox", dependencies: ["CSeccomp"], swiftSettings: strict),
        // Every call into FFmpeg is unsafe: here the fence is the process, not the compiler.
        .executableTarget(
            name: "SottoDecode", dependencies: ["CFFmpeg", "CSodium", "DecodeProtocol", "Sandbox"],
            swiftSettings: relaxed),
        .systemLibrary(
            name: "CFFmpeg", pkgConfig: "libavfilter",
            providers: [.apt(["libavfilter-dev", "libavformat-dev", "libswresample-dev"])]),
        .systemLibrary(
            name: "CSeccomp", pkgConfig: "libseccomp", providers: [.apt(["libseccomp-dev"])]),
        .systemLibrary(
            name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .systemLibrary(
            name: "COpenCC", pkgConfig: "opencc", providers: [.apt(["libopencc-dev"])]),
        .executableTarget(
            name: "SottoBench",
            dependencies: [
                "Audio", "Compute", "DecodeProtocol", "Qwen3ASR", "Transcript",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        .executableTarget(
            name: "HostileDecoder", dependencies: ["DecodeProtocol", "Sandbox"],
            path: "Tests/HostileDecoder", swiftSettings: relaxed),
        .target(
            name: "TestSupport", dependencies: ["Compute"], path: "Tests/TestSupport",
            swiftSettings: strict),
        .target(
            name: "CUDAEmulator", path: "Tests/CUDAEmulator",
            cxxSettings: [
                .headerSearchPath("../../Sources/CCUDA/include"),
                .headerSearchPath("../../Sources/Compute/CUDA/Kernels"),
            ]),
        .testTarget(
            name: "ComputeTests", dependencies: ["CUDAEmulator", "Compute", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "AudioTests", dependencies: ["Audio", "Compute", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "DecodeTests",
            dependencies: [
                "Audio", "DecodeProtocol", "HostileDecoder", "Qwen3ASR", "Sandbox", "Sotto",
                "SottoDecode", "TestSupport", "Transcript",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "Qwen3ASRTests",
            dependencies: ["Audio", "CUDAEmulator", "Compute", "Qwen3ASR", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "TranscriptTests", dependencies: ["Transcript", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "SottoTests",
            dependencies: ["Audio", "Compute", "Qwen3ASR", "Sotto", "Transcript", "TestSupport"],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx20
)
