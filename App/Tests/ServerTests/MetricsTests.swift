import Testing

@testable import Server

@Suite struct MetricsTests {
    @Test func `counts, gauges and histograms are told in the words of Prometheus`() {
        let metrics = Metrics()
        metrics.countJob("done")
        metrics.countJob("done")
        metrics.countJob("failed")
        metrics.observeWork(audioSeconds: 100, seconds: 3)
        metrics.setQueue(waiting: 2, running: 1, isReady: true)
        metrics.countRequest(route: "/api/jobs/:id", method: "GET", status: 200, seconds: 0.02)
        metrics.countRequest(route: "/api/jobs/:id", method: "BREW", status: 404, seconds: 20)
        let text = metrics.text(residentBytes: 4096)
        for line in [
            "# TYPE sotto_jobs_total counter", "sotto_jobs_total{outcome=\"done\"} 2",
            "sotto_jobs_total{outcome=\"failed\"} 1", "sotto_audio_seconds_total 100",
            "sotto_processing_seconds_total 3", "sotto_queue_length 2", "sotto_running 1",
            "sotto_engine_ready 1", "sotto_resident_bytes 4096",
            "sotto_real_time_factor_bucket{le=\"0.02\"} 0",
            "sotto_real_time_factor_bucket{le=\"0.05\"} 1",
            "sotto_real_time_factor_bucket{le=\"+Inf\"} 1", "sotto_real_time_factor_sum 0.03",
            "sotto_real_time_factor_count 1",
            "sotto_http_requests_total{method=\"GET\",route=\"/api/jobs/:id\",status=\"200\"} 1",
            "sotto_http_requests_total{method=\"other\",route=\"/api/jobs/:id\",status=\"404\"} 1",
            "sotto_http_request_seconds_bucket{route=\"/api/jobs/:id\",le=\"0.025\"} 1",
            "sotto_http_request_seconds_bucket{route=\"/api/jobs/:id\",le=\"+Inf\"} 2",
            "sotto_http_request_seconds_count{route=\"/api/jobs/:id\"} 2",
        ] {
            #expect(text.contains(line + "\n"), "\(line)")
        }
    }
}
