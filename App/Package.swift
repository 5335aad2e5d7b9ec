// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .strictMemorySafety(),
    ] + (Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)])

let package = Package(
    name: "SottoApp",
    products: [.executable(name: "sotto", targets: ["SottoCommand"])],
    dependencies: [
        .package(name: "Sotto", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    ],
    targets: [
        .executableTarget(
            name: "SottoCommand",
            dependencies: [
                .product(name: "Sotto", package: "Sotto"),
                .product(name: "Transcript", package: "Sotto"),
                .product(name: "sotto-decode", package: "Sotto"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SottoCommandTests",
            dependencies: ["SottoCommand", .product(name: "Transcript", package: "Sotto")],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
