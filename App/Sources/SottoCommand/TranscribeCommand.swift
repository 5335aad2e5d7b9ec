import ArgumentParser
import Foundation
import Sotto
import Transcript

/// Turns recordings into text.
struct TranscribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transcribe", abstract: "Turn recordings into text.",
        discussion:
            "Text goes to the standard output as it is recognised, all else to the standard error.")

    @Argument(
        help:
            "Recordings: WAV, MP3, M4A, FLAC, OGG, Opus, WebM, AMR, WMA …, or films with sound; folders with what is below them; patterns such as '*.mp3' and 'talks/**/*.mp3'; - is the standard input. In folders and patterns hidden files, links to folders and files that have no name of a recording are left out."
    )
    var files: [String]

    @Option(help: "The model's folder. Default: the best installed model, else the demo model.")
    var model: String?

    @Option(
        help:
            "The language to expect, by English name or code (en, zh, yue, de, …). Default: found by the model, piece by piece."
    )
    var language: String?

    @Option(help: "Names, terms or a topic, as background for the model.")
    var context = ""

    @Option(help: "The sound track to read, from 1. Default: the one the file marks as such.")
    var track: Int?

    @Flag(help: "Remove what lies below 80 Hz before the model hears it.")
    var highPass = false

    @Flag(help: "Reduce steady noise before the model hears it; it helps rarely.")
    var denoise = false

    @Flag(help: "Bring speech to one loudness before the model hears it.")
    var loudness = false

    @OptionGroup var deviceOption: DeviceOption

    @Option(help: "CPU threads. Default: as many as this process may use.")
    var threads: Int?

    @OptionGroup var output: OutputOptions
    @OptionGroup var polish: PolishArguments

    @Flag(
        help:
            "Go on where an interrupted run with the same --output stopped: transcripts that are written are kept, and the journal beside an unfinished one is used."
    )
    var resume = false

    @Flag(help: "On a terminal show what is heard at once, also before it is certain.")
    var liveText = false

    @Flag(name: .shortAndLong, help: "No progress, no notices; errors are still told.")
    var quiet = false

    @Option(help: ArgumentHelp("Tokens per piece.", visibility: .hidden))
    var maxTokens: Int?

    @Flag(help: ArgumentHelp("Do exactly what the official package does.", visibility: .hidden))
    var parity = false

    func validate() throws {
        if files.isEmpty { throw ValidationError("Name a recording to transcribe.") }
        if files.count(where: { $0 == "-" }) > 1 {
            throw ValidationError("The standard input can be read once.")
        }
        if resume && output.path == nil {
            throw ValidationError("--resume goes on with a run that had --output: name the same.")
        }
        if resume && output.force { throw ValidationError("Choose one of --resume and --force.") }
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads must be 1 to 1024.")
        }
        if let track, track < 1 { throw ValidationError("--track must be 1 or more.") }
        if let maxTokens, maxTokens < 1 { throw ValidationError("--max-tokens must be 1 or more.") }
        if let language, Language(language) == nil {
            throw ValidationError(
                "'\(language)' is not a language of the model. It knows: "
                    + Language.all.map { "\($0.name) (\($0.code))" }.joined(separator: ", ") + ".")
        }
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let recordings = Recordings(files)
        var summary = Summary()
        for (argument, reason) in recordings.refusals {
            Console.writeProblem(reason)
            summary.add(.failed(status: ExitStatus.noInput, reason: reason), of: argument)
        }
        guard !recordings.all.isEmpty else { throw ExitCode(summary.exitStatus) }
        if recordings.areSeveral, output.namesFile, let path = output.path {
            Console.writeProblem(
                "'\(path)' names one file, and several transcripts need a folder: "
                    + "name one, and choose with --format.")
            throw ExitCode(ExitStatus.usage)
        }
        let options: TranscriptionOptions
        do {
            options = try self.options(polish: polish.options())
        } catch let refusal as OutputRefusal {
            Console.writeProblem("\(refusal)")
            throw ExitCode(refusal.status)
        }
        guard output.path != nil || recordings.all.count == 1 || format.canFollowItself else {
            Console.writeProblem(
                "Several \(format.rawValue) files cannot follow each other: "
                    + "name a folder with --output.")
            throw ExitCode(ExitStatus.usage)
        }
        let transcriber: Transcriber
        do throws(SottoError) {
            let chosen: InstalledModel
            if let model {
                chosen = InstalledModel(folder: model)
            } else {
                chosen = try .best(environment: environment, programPath: Console.programPath)
            }
            if chosen.isDemo && !quiet { Console.writeNotice(Self.demoNotice(environment)) }
            var loading = ProgressLine(
                ProgressBar(stage: .loading), isShown: !quiet && Terminal.error.canRewrite)
            loading.show(.loading)
            defer { loading.clear() }
            transcriber = try Transcriber(
                model: chosen, device: deviceOption.device, precision: deviceOption.precision,
                threads: threads, environment: environment)
            if let note = transcriber.deviceNote, !quiet { Console.writeNotice("sotto: \(note)\n") }
        } catch {
            Console.writeProblem("\(error)")
            throw ExitCode(ExitStatus.of(error))
        }
        let interruption = Interruption()
        let start = ContinuousClock.now
        for (index, recording) in recordings.all.enumerated() {
            guard !interruption.stop.isStopped else {
                Console.writeProblem("'\(recording.path)' was not begun.")
                summary.add(.notBegun, of: recording.path)
                continue
            }
            let result = await transcribe(
                recording, number: index + 1, among: recordings, with: transcriber,
                options: options, stop: interruption.stop)
            summary.add(result, of: recording.path)
        }
        if summary.count > 1 && !quiet {
            let elapsed = (ContinuousClock.now - start) / .seconds(1)
            summary.lines(elapsedSeconds: elapsed).forEach(Console.writeProblem)
        }
        if summary.exitStatus != 0 { throw ExitCode(summary.exitStatus) }
    }

    /// One recording; a failure is told and does not stop the others.
    private func transcribe(
        _ recording: Recording, number: Int, among recordings: Recordings,
        with transcriber: Transcriber, options: TranscriptionOptions, stop: StopSwitch
    ) async -> RecordingResult {
        var target: OutputFile?
        do {
            target = try output.path.map {
                try OutputFile(
                    $0, for: recording, among: recordings, format: format, isForced: output.force,
                    resumes: resume)
            }
            if let target, target.journaling == nil {
                if !quiet {
                    Console.writeProblem(
                        "'\(recording.path)' was done before: its transcript is kept, and was not checked."
                    )
                }
                return .doneBefore
            }
            let streamsText = target == nil && format == .txt
            let isSeries = recordings.all.count > 1
            let bar = ProgressBar(
                stage: .listening, number: number, count: recordings.all.count,
                name: recording.name.replacingControls(by: "?"))
            var display = Display(
                of: bar, streamsText: streamsText,
                heading: isSeries ? heading(recording, number) : "", showsLiveText: liveText,
                isQuiet: quiet)
            defer { display.clear() }
            let name = recordings.areSeveral ? "'\(recording.path)': " : ""
            var remarks: [String] = []
            for try await event in transcriber.transcribe(
                path: recording.path, options: options, stop: stop,
                journaling: target?.journaling ?? .none)
            {
                try display.take(event)
                if case .remark(let remark) = event { remarks.append(remark) }
                guard case .finished(let transcription) = event else { continue }
                display.clear()
                remarks.forEach { Console.writeProblem(name + $0) }
                return try finish(
                    transcription, target: target, streamsText: streamsText, isSeries: isSeries,
                    number: number, name: name, isStopped: stop.isStopped)
            }
            throw SottoError(unexpected: CancellationError())
        } catch let error as SottoError {
            Console.writeProblem("\(error)")
            if error.code == "journal_mismatch" {
                Console.writeProblem("To begin anew, use --force instead of --resume.")
            }
            // To try what was wrong with the request again is of no use.
            if ![.request, .data].contains(error.kind) { advise(target) }
            return .failed(status: ExitStatus.of(error), reason: "\(error)")
        } catch let error as OutputRefusal {
            Console.writeProblem("\(error)")
            advise(target)
            return .failed(status: error.status, reason: error.description)
        } catch {
            let error = SottoError(unexpected: error)
            Console.writeProblem("\(error)")
            return .failed(status: ExitStatus.of(error), reason: "\(error)")
        }
    }

    private var format: Format { output.chosenFormat }

    /// Names a recording among several whose texts follow each other.
    private func heading(_ recording: Recording, _ number: Int) -> String {
        let path = recording.path == "-" ? "standard input" : recording.path
        return "\(number > 1 ? "\n" : "")== \(path.replacingControls(by: "?")) ==\n\n"
    }

    private func advise(_ target: OutputFile?) {
        if let target, target.hasJournal { Console.writeProblem(target.advice) }
    }

    /// - Parameter name: says among several recordings which one a warning means.
    private func finish(
        _ transcription: Transcription, target: OutputFile?, streamsText: Bool, isSeries: Bool,
        number: Int, name: String, isStopped: Bool
    ) throws -> RecordingResult {
        if let target {
            // Stopped before anything was heard: there is nothing to go on with.
            guard !isStopped || !transcription.chunks.isEmpty else {
                return RecordingResult(transcription)
            }
            try target.write(format.render(transcription))
            // What is incomplete must stay so for the next run.
            if transcription.isComplete { target.deleteJournal() }
        } else if !streamsText {
            if format == .md && number > 1 { try Console.writeText("\n") }
            try Console.write(format.render(transcription, inSeries: isSeries))
        }
        for warning in transcription.warnings { Console.writeProblem(name + warning) }
        if isStopped, let target { Console.writeProblem(name + target.advice) }
        if !isStopped, !transcription.isComplete, let target {
            Console.writeProblem(name + target.remark)
        }
        if polish.explainPolish {
            transcription.explainedChanges.forEach { Console.writeProblem(name + $0) }
        }
        if transcription.text.isEmpty && !quiet {
            Console.writeProblem(name + "No speech was heard.")
        }
        return RecordingResult(transcription)
    }

    private func options(polish: PolishOptions) -> TranscriptionOptions {
        var options = TranscriptionOptions()
        options.language = language.flatMap { Language($0) }
        options.context = ([context] + polish.hotWords).filter { !$0.isEmpty }
            .joined(separator: ", ")
        options.polish = polish
        options.track = track
        options.removesRumble = highPass
        options.reducesNoise = denoise
        options.levelsLoudness = loudness
        options.tokenLimit = maxTokens
        options.isParity = parity
        return options
    }

    private static func demoNotice(_ environment: [String: String]) -> String {
        """
        sotto: using the demo model: it reads four synthetic voices and everyday English sentences, \
        and no human voice. For real recordings put the released Qwen3-ASR-1.7B or 0.6B folder into \
        \(InstalledModel.folder(environment: environment)).

        """
    }
}
