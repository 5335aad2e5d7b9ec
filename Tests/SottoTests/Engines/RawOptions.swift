import Sotto
import Transcript

extension TranscriptionOptions {
    /// Leaves the text as the model wrote it.
    static var raw: TranscriptionOptions {
        var options = TranscriptionOptions()
        options.polish = .none
        return options
    }
}
