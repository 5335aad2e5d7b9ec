/// What is asked of `sotto-decode`, given to it as its arguments.
package struct DecodeRequest: Hashable, Sendable {
    /// Which sound track, from 1; `nil` takes the default one.
    package var track: Int?
    /// Changes to the sound, in this order. None is made unless it is asked for.
    package var filters: [SoundFilter]
    /// Whether the recording lies sealed on the disk: then its key waits on descriptor 3.
    package var isSealed = false

    package init(track: Int? = nil, filters: [SoundFilter] = []) {
        self.track = track
        self.filters = filters
    }

    /// Reads back what ``arguments`` wrote; `nil` if it is something else.
    package init?(arguments: some Sequence<String>) {
        self.init()
        for argument in arguments {
            if argument == Self.sealed {
                isSealed = true
                continue
            }
            let parts = argument.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2 else { return nil }
            switch parts[0] {
            case "track":
                guard let number = Int(parts[1]), number > 0 else { return nil }
                track = number
            case "filter":
                guard let filter = SoundFilter(rawValue: String(parts[1])) else { return nil }
                filters.append(filter)
            default:
                return nil
            }
        }
    }

    package var arguments: [String] {
        (track.map { ["track=\($0)"] } ?? []) + filters.map { "filter=\($0.rawValue)" }
            + (isSealed ? [Self.sealed] : [])
    }

    private static let sealed = "sealed"
}

/// A change to the sound before the model hears it.
public enum SoundFilter: String, Hashable, Sendable, CaseIterable {
    /// Removes what lies below 80 Hz: rumble, wind, hum.
    case highpass
    /// Reduces steady noise.
    case denoise
    /// Brings speech to one loudness (EBU R 128, -16 LUFS).
    case loudness
}
