import Compute
import FoundationEssentials

/// The weights of a checkpoint folder, mapped, and handed out by name with their shapes checked.
package struct Checkpoint {
    package let configuration: ModelConfiguration
    private let source: Source

    private enum Source {
        case mapped([String: StoredTensor])
        case random(RandomWeights)
    }

    /// Random weights, made as they are asked for.
    package init(randomWeightsFor configuration: ModelConfiguration) {
        self.configuration = configuration
        source = .random(RandomWeights())
    }

    /// Reads the small files and maps the weight files: one, or the shards that an index lists.
    package init(folder: String) throws(CheckpointError) {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder
        else {
            throw .notAFolder(path: folder)
        }
        configuration = try ModelConfiguration(folder: folder)
        var tensors: [String: StoredTensor] = [:]
        for file in try Self.weightFiles(in: folder) {
            do throws(WeightFileError) {
                let found = try SafetensorsFile(path: folder + "/" + file).tensors
                tensors.merge(found) { first, _ in first }
            } catch {
                throw .weightFile(error)
            }
        }
        source = .mapped(tensors)
    }

    /// Bytes of all tensors that its files hold; 0 for random weights.
    var byteCount: Int {
        guard case .mapped(let tensors) = source else { return 0 }
        return tensors.values.reduce(0) { $0 + $1.byteCount }
    }

    /// Values that a model of this checkpoint uses: a tied head once, even if it is stored twice.
    var valueCount: Int {
        guard case .mapped(let tensors) = source else { return 0 }
        let unused = configuration.text.isTied ? tensors[configuration.layout.head] : nil
        return tensors.values.reduce(0) { $0 + $1.count } - (unused?.count ?? 0)
    }

    /// Those of them that belong to the encoder and its projector.
    var encoderValueCount: Int {
        guard case .mapped(let tensors) = source else { return 0 }
        let layout = configuration.layout
        return tensors.reduce(0) { layout.isOfEncoder($1.key) ? $0 + $1.value.count : $0 }
    }

    /// The tensor `name`, whose shape must be `extents`.
    func tensor(_ name: String, _ extents: Int...) throws -> StoredTensor {
        let tensors: [String: StoredTensor]
        switch source {
        case .mapped(let found): tensors = found
        case .random(let weights): return try weights.tensor(name, extents)
        }
        guard let tensor = tensors[name] else {
            throw CheckpointError.missingTensor(name: name, expected: extents)
        }
        guard tensor.extents == extents else {
            throw CheckpointError.misshapenTensor(
                name: name, expected: extents, found: tensor.extents)
        }
        return tensor
    }

    private struct ShardIndex: Decodable {
        let files: [String: String]
        enum CodingKeys: String, CodingKey { case files = "weight_map" }
    }

    private static func weightFiles(in folder: String) throws(CheckpointError) -> [String] {
        let single = "model.safetensors"
        let indexPath = folder + "/model.safetensors.index.json"
        guard FileManager.default.fileExists(atPath: indexPath) else {
            guard FileManager.default.fileExists(atPath: folder + "/" + single) else {
                throw .missingFile(folder: folder, file: single)
            }
            return [single]
        }
        let index: ShardIndex = try readJSON(indexPath, folder: folder)
        let files = Set(index.files.values).sorted()
        for file in files {
            // An index must not reach outside its folder.
            guard !file.contains("/"), file != "..", !file.isEmpty else {
                throw .malformed(path: indexPath, reason: "it names the file '\(file)'")
            }
            guard FileManager.default.fileExists(atPath: folder + "/" + file) else {
                throw .missingFile(folder: folder, file: file)
            }
        }
        return files
    }
}
