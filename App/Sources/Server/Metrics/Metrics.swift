import Foundation
import Synchronization

/// What the server counts about itself, for those who run it. Nothing of it tells what was said or who asked.
final class Metrics: Sendable {
    private struct State {
        var counters: [String: Double] = [:]
        var gauges: [String: Double] = [:]
        var histograms: [String: Histogram] = [:]
    }

    private struct Histogram {
        let bounds: [Double]
        var counts: [Int]
        var sum = 0.0

        init(_ bounds: [Double]) {
            self.bounds = bounds
            counts = Array(repeating: 0, count: bounds.count + 1)
        }

        mutating func observe(_ value: Double) {
            counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
            sum += value
        }
    }

    /// Name, kind and meaning of everything that is told, in this order.
    private static let families: [(name: String, kind: String, help: String)] = [
        ("sotto_jobs_total", "counter", "Recordings by what became of them."),
        ("sotto_audio_seconds_total", "counter", "Seconds of recordings that were heard."),
        ("sotto_processing_seconds_total", "counter", "Seconds that hearing them took."),
        ("sotto_upload_bytes_total", "counter", "Bytes of recordings that came in."),
        ("sotto_http_requests_total", "counter", "Requests by route, method and status."),
        ("sotto_queue_length", "gauge", "Recordings that wait for the engine."),
        ("sotto_running", "gauge", "Recordings that the engine works on."),
        ("sotto_engine_ready", "gauge", "1 if the model is loaded."),
        ("sotto_resident_bytes", "gauge", "Memory of the process."),
        ("sotto_real_time_factor", "histogram", "Processing seconds per second of sound."),
        ("sotto_first_text_seconds", "histogram", "From the start of the work to the first text."),
        ("sotto_http_request_seconds", "histogram", "From a request's head to the answer's head."),
    ]
    private static let bounds: [String: [Double]] = [
        "sotto_real_time_factor": [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2],
        "sotto_first_text_seconds": [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64],
        "sotto_http_request_seconds": [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10],
    ]

    private let state = Mutex(State())

    /// Counts a recording that came to its end: `done`, `incomplete`, `cancelled`, `failed`, `refused`.
    func countJob(_ outcome: String) {
        add(1, to: "sotto_jobs_total{outcome=\"\(outcome)\"}")
    }

    func observeWork(audioSeconds: Double, seconds: Double) {
        add(audioSeconds, to: "sotto_audio_seconds_total")
        add(seconds, to: "sotto_processing_seconds_total")
        if audioSeconds > 0 { observe(seconds / audioSeconds, in: "sotto_real_time_factor") }
    }

    func observeFirstText(_ seconds: Double) { observe(seconds, in: "sotto_first_text_seconds") }
    func countUploadBytes(_ count: Int) { add(Double(count), to: "sotto_upload_bytes_total") }

    func setQueue(waiting: Int, running: Int, isReady: Bool) {
        state.withLock { state in
            state.gauges["sotto_queue_length"] = Double(waiting)
            state.gauges["sotto_running"] = Double(running)
            state.gauges["sotto_engine_ready"] = isReady ? 1 : 0
        }
    }

    /// - Parameter route: its template, never the path itself.
    func countRequest(route: String, method: String, status: Int, seconds: Double) {
        let route = Self.escaped(route)
        // A method is any word that a client likes.
        let known = ["GET", "HEAD", "POST", "PUT", "DELETE"].contains(method) ? method : "other"
        add(
            1,
            to:
                "sotto_http_requests_total{method=\"\(known)\",route=\"\(route)\",status=\"\(status)\"}"
        )
        observe(seconds, in: "sotto_http_request_seconds", labels: "route=\"\(route)\"")
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing(
            "\n", with: "\\n")
    }

    private func add(_ value: Double, to series: String) {
        state.withLock { $0.counters[series, default: 0] += value }
    }

    private func observe(_ value: Double, in family: String, labels: String = "") {
        guard let bounds = Self.bounds[family] else { preconditionFailure("an unknown family") }
        state.withLock {
            $0.histograms["\(family){\(labels)", default: Histogram(bounds)].observe(value)
        }
    }

    /// All of it as text.
    ///
    /// Source: Prometheus, text-based exposition format 0.0.4.
    func text(residentBytes: Int) -> String {
        let state = state.withLock { $0 }
        var gauges = state.gauges
        gauges["sotto_resident_bytes"] = Double(residentBytes)
        let values = state.counters.merging(gauges) { first, _ in first }
        return Self.families.map { family in
            let own: [String]
            if family.kind == "histogram" {
                own = state.histograms.filter { $0.key.hasPrefix(family.name + "{") }
                    .sorted { $0.key < $1.key }
                    .flatMap { Self.lines($0.key, family.name, $0.value) }
            } else {
                own = values.filter { $0.key.prefix { $0 != "{" } == family.name }
                    .sorted { $0.key < $1.key }
                    .map { "\($0.key) \(Self.number($0.value))" }
            }
            let head =
                "# HELP \(family.name) \(family.help)\n# TYPE \(family.name) \(family.kind)\n"
            return head + own.map { $0 + "\n" }.joined()
        }.joined()
    }

    private static func lines(_ key: String, _ name: String, _ histogram: Histogram) -> [String] {
        let labels = key.dropFirst(name.count + 1)
        let comma = labels.isEmpty ? "" : ","
        var total = 0
        let buckets = histogram.counts.enumerated().map { index, count in
            total += count
            let bound = index < histogram.bounds.count ? number(histogram.bounds[index]) : "+Inf"
            return "\(name)_bucket{\(labels)\(comma)le=\"\(bound)\"} \(total)"
        }
        let braced = labels.isEmpty ? "" : "{\(labels)}"
        return buckets + [
            "\(name)_sum\(braced) \(number(histogram.sum))", "\(name)_count\(braced) \(total)",
        ]
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
    }
}
