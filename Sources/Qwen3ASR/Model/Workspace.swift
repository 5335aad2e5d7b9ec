package import Compute

/// Scratch tensors that are kept from call to call, each under a name of its own.
///
/// A pass asks for what it needs; memory grows to the largest request and is then reused.
package final class Workspace {
    package enum Name: Hashable {
        case stem0, stem1, stream, normed, packed, attended, wide, gated
        case hidden, residual, last, logits
    }

    private let backend: any Backend
    private var tensors: [Name: Tensor] = [:]

    package init(backend: any Backend) {
        self.backend = backend
    }

    /// A tensor whose values are whatever an earlier pass left there.
    package func tensor(_ name: Name, _ shape: Shape) throws(ComputeError) -> Tensor {
        if let kept = tensors[name], kept.shape.count >= shape.count {
            return Tensor(memory: kept.memory, shape: shape)
        }
        tensors[name] = nil
        let made = try backend.makeTensor(shape)
        tensors[name] = made
        return made
    }
}
