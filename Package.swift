// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] =
    [
        // https://github.com/swiftlang/swift-evolution: SE-0335, SE-0409, SE-0444, SE-0458
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .strictMemorySafety(),
    ]
    // A stranger's newer compiler may warn about more; it must still build.
    + (Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)])

let package = Package(
    name: "Sotto",
    products: [
        .library(name: "Sotto", targets: ["Sotto"]),
        .library(name: "Transcript", targets: ["Transcript"]),
        .executable(name: "sotto-bench", targets: ["SottoBench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2")
    ],
    targets: [
        .target(
            name: "Sotto", dependencies: ["Audio", "Qwen3ASR", "Transcript"],
            swiftSettings: strict),
        .target(name: "Transcript", swiftSettings: strict),
        .target(name: "Qwen3ASR", dependencies: ["Audio", "Compute"], swiftSettings: strict),
        .target(name: "Audio", dependencies: ["Compute"], swiftSettings: strict),
        .target(name: "Compute", dependencies: ["CKernels"], swiftSettings: strict),
        .target(name: "CKernels"),
        .executableTarget(
            name: "SottoBench",
            dependencies: [
                "Audio", "Compute", "Qwen3ASR",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        .target(
            name: "TestSupport", dependencies: ["Compute"], path: "Tests/TestSupport",
            swiftSettings: strict),
        .testTarget(
            name: "ComputeTests", dependencies: ["Compute", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "AudioTests", dependencies: ["Audio", "Compute", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "Qwen3ASRTests", dependencies: ["Audio", "Compute", "Qwen3ASR", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "TranscriptTests", dependencies: ["Transcript", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "SottoTests",
            dependencies: ["Audio", "Compute", "Qwen3ASR", "Sotto", "Transcript", "TestSupport"],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
