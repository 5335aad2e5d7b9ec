import CUDAEmulator
import Foundation
import TestSupport
import Testing

@testable import Compute

/// What a user without a usable GPU is told, and what is kept between starts.
@Suite struct CUDALibraryTests {
    @Test func `a driver that lacks a function is called too old, with the function's name`() {
        #expect(
            throws: ComputeError.gpuUnavailable(
                reason: "the NVIDIA driver is too old: it has no cuLaunchKernelEx. "
                    + "Install 525 or newer.")
        ) {
            try unsafe CUDALibraries { library, name in
                guard let name = unsafe name else { return nil }
                let isMissing = unsafe strcmp(name, "cuLaunchKernelEx") == 0
                return isMissing ? nil : unsafe emulated_symbol(library, name)
            }
        }
    }

    @Test func `GPUs are listed, and a number that is none of theirs is named with them`() throws {
        let libraries = try unsafe CUDALibraries(lookup: emulated_symbol)
        let devices = try CUDADevice.all(libraries)
        #expect(devices.map(\.name) == ["Emulated 0", "Emulated 1"])
        #expect(devices.map(\.capability.description) == ["9.0", "9.0"])
        #expect(try CUDADevice.numbered(1, libraries) == devices[1])
        #expect(
            throws: ComputeError.gpuUnavailable(
                reason: "there is no cuda:2. There is cuda:0 (Emulated 0), cuda:1 (Emulated 1).")
        ) { try CUDADevice.numbered(2, libraries) }
    }

    @Test func `architectures are those with a card's own instructions`() {
        let names = [(7, 5), (8, 6), (9, 0), (10, 0), (12, 0)].map {
            ComputeCapability(major: $0.0, minor: $0.1).architecture
        }
        #expect(names == ["sm_75", "sm_86", "sm_90a", "sm_100a", "sm_120"])
    }

    @Test func `where the compiler is older than the card, the newest before it is taken`() {
        func target(_ major: Int, _ minor: Int) -> KernelCompiler.Target? {
            KernelCompiler.target(
                for: ComputeCapability(major: major, minor: minor), known: [75, 86, 90, 120])
        }
        #expect(target(9, 0) == .init(architecture: "sm_90a", isForCard: true))
        #expect(target(8, 9) == .init(architecture: "sm_86", isForCard: false))
        #expect(target(13, 0) == .init(architecture: "compute_120", isForCard: false))
        #expect(target(13, 0)?.isText == true && target(8, 9)?.isText == false)
        #expect(target(7, 0) == nil)
        #expect(
            KernelCompiler.target(for: .init(major: 9, minor: 0), known: [75, 80, 86]) == nil)
    }

    @Test func `compiled kernels are kept, and a damaged file is compiled anew`() throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "sotto-kernels-\(UUID().uuidString)/deep").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let cache = KernelCache(folder: folder)
        let card = ComputeCapability(major: 8, minor: 6)
        var compiled = 0
        func code() throws -> [UInt8] {
            try cache.code(for: card) {
                compiled += 1
                return [1, 2, 3, UInt8(compiled)]
            }
        }
        #expect(try code() == [1, 2, 3, 1])
        #expect(try code() == [1, 2, 3, 1])
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(files.count == 1 && files[0].hasPrefix("sm_86-"))
        let path = folder + "/" + files[0]
        let whole = try Data(contentsOf: URL(filePath: path))
        for damaged in [whole.dropLast(), whole.dropLast() + [9], Data(), whole.dropFirst()] {
            try Data(damaged).write(to: URL(filePath: path))
            let before = compiled
            #expect(try code() == [1, 2, 3, UInt8(before + 1)])
        }
        // Where the driver takes them not, they are compiled anew, and kept.
        let before = compiled
        let anew = try cache.code(for: card, isAnew: true) { [4] }
        #expect(try anew == [4] && code() == [4] && compiled == before)
        // Another card is another file.
        #expect(try cache.code(for: ComputeCapability(major: 7, minor: 5)) { [7] } == [7])
        #expect(try code() == [4])
    }

    @Test func `where nothing can be kept, kernels are compiled each time`() throws {
        let cache = KernelCache(folder: "/dev/null/nowhere")
        #expect(try cache.code(for: ComputeCapability(major: 8, minor: 0)) { [5] } == [5])
    }

    @Test
    func `the compiler that set-up fetched knows every card and says what is wrong with a text`()
        throws
    {
        let path = Fixtures.project.appending(path: ".build/cuda/libnvrtc.so.12").path
        try #require(FileManager.default.fileExists(atPath: path), "run scripts/setup.sh test")
        let compiler = try CUDALibraries.compiler(at: path)
        #expect(compiler.version == "12.9")
        #expect([75, 80, 86, 89, 90, 100, 120].allSatisfy(compiler.architectures.contains))
        let card = ComputeCapability(major: 8, minor: 0)
        #expect(try compiler.compile(for: card).count > 100_000)
        // A card that it does not know gets a text.
        let text = try compiler.compile(for: ComputeCapability(major: 19, minor: 0))
        #expect(String(decoding: text, as: UTF8.self).contains(".target sm_1"))
        #expect(text.last == 0)
        let tiny = "extern \"C\" __global__ void one(float *y) { *y = 1; }"
        #expect(try compiler.compile(tiny, for: card).prefix(4) == [0x7F, 0x45, 0x4C, 0x46])
        let refusal = #expect(throws: ComputeError.self) {
            _ = try compiler.compile("void broken( {}", for: card)
        }
        #expect(refusal?.code == "gpu_kernels_failed")
        #expect(refusal?.description.contains("sotto.cu(1): error") == true)
    }
}
