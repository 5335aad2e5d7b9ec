package import Compute

/// Why a checkpoint folder was refused. Messages name the file or tensor and what to do.
package enum CheckpointError: Error, Hashable, CustomStringConvertible {
    case notAFolder(path: String)
    case missingFile(folder: String, file: String)
    /// `config.json` or one of its companions does not hold what is needed.
    case malformed(path: String, reason: String)
    /// A valid checkpoint of something else.
    case unsupported(path: String, reason: String)
    case missingTensor(name: String, expected: [Int])
    case misshapenTensor(name: String, expected: [Int], found: [Int])
    case weightFile(WeightFileError)

    /// A stable name for API clients; it never changes once released.
    package var code: String {
        switch self {
        case .notAFolder: "checkpoint_not_a_folder"
        case .missingFile: "checkpoint_missing_file"
        case .malformed: "checkpoint_malformed"
        case .unsupported: "checkpoint_unsupported"
        case .missingTensor: "checkpoint_missing_tensor"
        case .misshapenTensor: "checkpoint_misshapen_tensor"
        case .weightFile(let error): error.code
        }
    }

    package var description: String {
        switch self {
        case .notAFolder(let path):
            "'\(path)' is not a folder. Name the folder that holds the model's config.json."
        case .missingFile(let folder, let file):
            "The model in '\(folder)' has no \(file): it is incomplete. Download it again."
        case .malformed(let path, let reason):
            "'\(path)' cannot be used: \(reason). Download the model again."
        case .unsupported(let path, let reason):
            "'\(path)' is not a model that Sotto runs: \(reason). Use Qwen3-ASR-1.7B or 0.6B."
        case .missingTensor(let name, let expected):
            "The model has no tensor '\(name)' of shape \(expected): it is incomplete. "
                + "Download it again."
        case .misshapenTensor(let name, let expected, let found):
            "Tensor '\(name)' has shape \(found) where config.json asks for \(expected): "
                + "the files do not belong together. Download the model again."
        case .weightFile(let error):
            error.description
        }
    }
}
