// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .strictMemorySafety(),
    ] + (Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)])

// Compiled into the program; `PageFiles.swift` serves them by name.
let pageFiles = [
    "api.js", "app.js", "caret.js", "chinese.js", "dialogs.js", "dom.js", "draft.js", "editor.js",
    "english.js", "exports.js", "format.js", "gutter.js", "icon.svg", "index.html", "intake.js",
    "keys.js", "merge.js", "options.js", "parts.css", "pieces.js", "places.js", "plain.js",
    "player.js", "preferences.js", "progress.js", "reading.js", "recorder-worklet.js",
    "recorder.js",
    "sidebar.js", "state.js", "status.js", "style.css", "waveform.js", "words.js",
]

let package = Package(
    name: "SottoApp",
    products: [.executable(name: "sotto", targets: ["SottoCommand"])],
    dependencies: [
        .package(name: "Sotto", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
    ],
    targets: [
        .target(
            name: "Server",
            dependencies: [
                .product(name: "Sandbox", package: "Sotto"),
                .product(name: "Sotto", package: "Sotto"),
                .product(name: "Transcript", package: "Sotto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            resources: pageFiles.map { .embedInCode("Page/\($0)") } + [
                .embedInCode("openapi.json")
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "SottoCommand",
            dependencies: [
                "Server",
                .product(name: "Sotto", package: "Sotto"),
                .product(name: "Transcript", package: "Sotto"),
                .product(name: "sotto-decode", package: "Sotto"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ServerTests",
            dependencies: ["Server", .product(name: "Transcript", package: "Sotto")],
            swiftSettings: strict),
        .testTarget(
            name: "SottoCommandTests",
            dependencies: ["SottoCommand", .product(name: "Transcript", package: "Sotto")],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
