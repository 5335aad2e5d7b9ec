import Foundation

/// The recordings that the arguments stand for: files, folders with what is in them, and patterns such as
/// `*.mp3` with what they match. None is there twice.
struct Recordings {
    private(set) var all: [Recording] = []
    /// Why arguments stand for nothing, or for less than they should.
    private(set) var refusals: [(argument: String, reason: String)] = []
    /// Whether more than one may be meant: then transcripts go to a folder.
    private(set) var areSeveral: Bool
    private var seen: Set<String> = []
    /// How many recordings of a subfolder have a name, with its extension, and with or without it.
    private var names: [[String]: Int] = [:]
    private var transcriptNames: [[String]: Int] = [:]

    init(_ arguments: [String]) {
        areSeveral = arguments.count > 1
        for argument in arguments { add(argument) }
    }

    private mutating func add(_ argument: String) {
        let isFolder = FileSearch.isFolder(argument)
        let exists = isFolder || FileManager.default.fileExists(atPath: argument)
        guard isFolder || (!exists && FileSearch.isPattern(argument)) else {
            add(Recording(argument))
            return
        }
        areSeveral = true
        var search = FileSearch()
        let found: [String]
        let base: String
        let nothing: String
        if isFolder {
            base = argument.hasSuffix("/") ? argument : argument + "/"
            found = search.recordings(in: base)
            nothing = "There is no sound or video file in the folder '\(argument)'."
        } else {
            base = FileSearch.base(ofPattern: argument)
            found = search.recordings(matching: argument)
            nothing = "No sound or video file matches '\(argument)'."
        }
        for path in found.sorted(by: Recording.isInOrder) { add(Recording(path, below: base)) }
        refusals += search.problems.map { (argument, $0) }
        if found.isEmpty && search.problems.isEmpty {
            refusals.append((argument, nothing + " Check the name, or name the files."))
        }
    }

    private mutating func add(_ recording: Recording) {
        let file = URL(filePath: recording.path).resolvingSymlinksInPath().path
        guard recording.path == "-" || seen.insert(file).inserted else { return }
        all.append(recording)
        names[[recording.subfolder, recording.name], default: 0] += 1
        for name in Set([recording.name, recording.stem]) {
            transcriptNames[[recording.subfolder, name], default: 0] += 1
        }
    }

    /// Whether another recording of the same subfolder has its name.
    func hasNamesake(_ recording: Recording) -> Bool {
        (names[[recording.subfolder, recording.name]] ?? 0) > 1
    }

    /// Whether the transcript of another recording may be named after this one's stem.
    func hasNamesake(ofStem recording: Recording) -> Bool {
        (transcriptNames[[recording.subfolder, recording.stem]] ?? 0) > 1
    }
}
