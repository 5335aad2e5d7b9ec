import ArgumentParser
import Foundation
import Server
import Sotto

/// Serves the page and the API.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Open the page, and answer programs, on this machine.",
        discussion:
            "The page is at http://127.0.0.1:8501. What it hears stays on this machine: the kernel refuses every connection out."
    )

    @Option(help: "Address to listen at. Any other than this machine's own needs a token.")
    var host = "127.0.0.1"

    @Option(help: "Port to listen at; 0 takes any that is free.")
    var port = 8501

    @Option(help: "Another name by which people call this machine; may be given several times.")
    var allowHost: [String] = []

    @Option(help: "The model's folder. Default: the best installed model, else the demo model.")
    var model: String?

    @OptionGroup var deviceOption: DeviceOption

    @Option(help: "CPU threads. Default: as many as this process may use.")
    var threads: Int?

    @Option(
        help:
            "A file with the token that everybody needs. Default: one is made where one is needed.")
    var tokenFile: String?

    @Option(help: "A certificate chain in PEM form, for https.")
    var tlsCert: String?

    @Option(help: "The certificate's private key in PEM form.")
    var tlsKey: String?

    @Option(help: ArgumentHelp("Gigabytes that one recording may have.", valueName: "GB"))
    var maxUpload = 8

    @Option(help: ArgumentHelp("Hours that one recording may last.", valueName: "hours"))
    var maxHours = 24.0

    @Flag(
        help:
            "Keep recordings and texts in memory until the server ends, even if their page is closed."
    )
    var keep = false

    func validate() throws {
        if !(0...65535).contains(port) { throw ValidationError("--port must be 0 to 65535.") }
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads must be 1 to 1024.")
        }
        if (tlsCert == nil) != (tlsKey == nil) {
            throw ValidationError("--tls-cert and --tls-key go together.")
        }
        if !(1...4096).contains(maxUpload) {
            throw ValidationError("--max-upload must be 1 to 4096.")
        }
        if !(0.001...168).contains(maxHours) {
            throw ValidationError("--max-hours must be up to 168.")
        }
    }

    func run() async throws {
        var options = ServerOptions()
        options.host = host
        options.port = port
        options.hostNames = allowHost
        options.model = model.map { InstalledModel(folder: $0) }
        options.device = deviceOption.device
        options.precision = deviceOption.precision
        options.threads = threads
        if let tlsCert, let tlsKey { options.tls = (tlsCert, tlsKey) }
        options.limits.uploadBytes = maxUpload << 30
        options.limits.durationSeconds = maxHours * 3600
        if keep { options.limits.keep = nil }
        options.token = try token()
        let server = SottoServer(
            options, environment: ProcessInfo.processInfo.environment,
            programPath: Console.programPath)
        do {
            try await server.run { address, flaw in
                let seal =
                    flaw.map { "the kernel does NOT refuse connections out: \($0)" }
                    ?? "the kernel refuses this process every connection out; Ctrl-C ends it."
                Console.writeNotice("sotto: listening at \(address)\nsotto: \(seal)\n")
            }
        } catch {
            Console.writeProblem(
                "The server cannot be started at \(host):\(port): \(error). "
                    + "Is the port in use? Choose another one with --port.")
            throw ExitCode(ExitStatus.unavailable)
        }
    }

    private func token() throws -> String? {
        if let tokenFile {
            let text = String(decoding: try contents(of: tokenFile), as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            guard text.utf8.count >= 16,
                text.allSatisfy({
                    $0.isASCII && ($0.isLetter || $0.isNumber || "-_.~".contains($0))
                })
            else {
                Console.writeProblem(
                    "'\(tokenFile)' must hold a token of 16 or more letters, digits and the signs - _ . ~"
                )
                throw ExitCode(ExitStatus.data)
            }
            return text
        }
        return isLoopback(host) ? nil : makeToken()
    }
}
