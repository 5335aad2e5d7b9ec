import Audio
import FoundationEssentials
import Qwen3ASR

/// A checkpoint folder on this machine.
public struct InstalledModel: Hashable, Sendable {
    /// The folder's name.
    public let name: String
    /// The folder's path.
    public let folder: String
    /// Bytes of its weight files.
    public let byteCount: Int
    /// The checkpoint that ships with Sotto: four synthetic voices, everyday English, no human voice.
    public let isDemo: Bool

    /// A folder that somebody named.
    public init(folder: String) {
        self.init(folder: folder, isDemo: false)
    }

    private init(folder: String, isDemo: Bool) {
        let url = URL(filePath: folder, directoryHint: .isDirectory).standardizedFileURL
        self.folder = folder
        self.isDemo = isDemo
        name = url.lastPathComponent
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        byteCount = files.filter { $0.hasSuffix(".safetensors") }.reduce(0) { total, file in
            let attributes = try? FileManager.default.attributesOfItem(
                atPath: folder + "/" + file)
            return total + ((attributes?[.size] as? Int) ?? 0)
        }
    }

    /// Where models are installed: `$XDG_DATA_HOME/sotto/models`, or the same below `~/.local/share`.
    public static func folder(environment: [String: String]) -> String {
        let data: String
        if let home = environment["XDG_DATA_HOME"], home.hasPrefix("/") {
            data = home
        } else {
            data = (environment["HOME"] ?? "/") + "/.local/share"
        }
        return data + "/sotto/models"
    }

    /// The installed recognisers, largest first: the larger of two models is the better one. A damaged
    /// one is listed, so that using it says what is wrong; a model of another kind is not.
    public static func all(environment: [String: String]) -> [InstalledModel] {
        let root = folder(environment: environment)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        return names.sorted()
            .map { root + "/" + $0 }
            .filter { FileManager.default.fileExists(atPath: $0 + "/config.json") }
            .filter { !isOfAnotherKind($0) }
            .map { InstalledModel(folder: $0) }
            .sorted { $0.byteCount > $1.byteCount }
    }

    private static func isOfAnotherKind(_ folder: String) -> Bool {
        do throws(CheckpointError) {
            _ = try ModelConfiguration(folder: folder)
        } catch {
            if case .unsupported = error { return true }
        }
        return false
    }

    /// The checkpoint that ships with Sotto, found from where the program lies: in a source tree
    /// (`Models/demo`), or installed (`share/sotto/models/demo` beside `bin`).
    public static func demo(programPath: String) -> InstalledModel? {
        found("demo/config.json", from: programPath).map {
            let folder = URL(filePath: $0).deletingLastPathComponent()
            return InstalledModel(folder: folder.path, isDemo: true)
        }
    }

    /// The weights of the speech detector: `speech-detector/silero_vad_16k.safetensors` where models are
    /// installed, or beside the running program as ``demo(programPath:)``. Without them recordings are
    /// cut by loudness alone.
    static func speechDetector(environment: [String: String]) -> String? {
        let name = "speech-detector/silero_vad_16k.safetensors"
        let installed = folder(environment: environment) + "/" + name
        if FileManager.default.fileExists(atPath: installed) { return installed }
        return found(name, from: runningProgramPath())
    }

    /// The path of something that ships with Sotto, found from where a program lies: in a source tree
    /// (`Models`), or installed (`share/sotto/models` beside `bin`).
    private static func found(_ name: String, from programPath: String) -> String? {
        var folder = URL(filePath: programPath).resolvingSymlinksInPath()
            .deletingLastPathComponent()
        while folder.pathComponents.count > 1 {
            for place in ["Models/", "share/sotto/models/"] {
                let path = folder.appending(path: place + name).path
                if FileManager.default.fileExists(atPath: path) { return path }
            }
            folder.deleteLastPathComponent()
        }
        return nil
    }

    /// What to use when nobody chose: the best installed model, else the demo checkpoint.
    ///
    /// - Throws: ``SottoError`` of kind `model` if there is neither.
    public static func best(
        environment: [String: String], programPath: String
    ) throws(SottoError) -> InstalledModel {
        if let model = all(environment: environment).first ?? demo(programPath: programPath) {
            return model
        }
        throw SottoError(
            .model, "model_none_installed",
            "No model is installed in '\(folder(environment: environment))'. Put a Qwen3-ASR "
                + "checkpoint folder there, or name one with --model.")
    }
}
